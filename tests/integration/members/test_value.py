"""Redeeming and converting: what is quoted is what is done, once, within the minute, by the PIN."""

import pytest

from patronage import ledger
from patronage.members.gate import GateRefusal
from patronage.members.models import Person, Quote
from patronage.members.pins import PinRefusal
from patronage.members.value import ValueRefusal, confirm, done_by, event_id, quote
from tests.integration.commerce.play import Mall
from tests.integration.members.play import PIN, confirmed, give_pin, holder, order, quoted

NANO = 10**9
REDEEM, CONVERT = Quote.Verb.REDEEM, Quote.Verb.CONVERT


def test_the_rule_books_first_buyer_redeems_after_a_hundred_orders(mall: Mall) -> None:
    first = holder(mall)
    for n in range(99):
        order(mall, mall.person(), f"{n}")
    made = quoted(first, REDEEM, 21 * NANO)
    # 21 points are worth 108.6351 before the fee, 97.7716 after: in whole minor units.
    assert (made.gross_minor, made.fee_minor, made.net_minor) == (108_63, 10_87, 97_76)
    assert (made.leaves_nano, made.stays_nano) == (21 * NANO, 0)
    assert made.quota_after_minor == 200_00 - 108_63
    done = confirmed(first, made)
    assert (done.points_nano, done.net_minor) == (21 * NANO, 97_76)
    held = mall.held(first.account)
    assert (held.points, held.cash, held.quota) == (0, 97_76, 200_00 - 108_63)
    line = ledger.statement("mall", first.account)[0]
    assert (line.cause, line.event_id, line.place[0]) == ("redemption", event_id(made), done.record)
    mall.verify()


def test_a_part_redeemed_leaves_the_rest(mall: Mall) -> None:
    person = holder(mall)
    made = quoted(person, REDEEM, 7 * NANO)
    assert (made.gross_minor, made.fee_minor, made.stays_nano) == (10_00, 1_00, 14 * NANO)
    assert confirmed(person, made).net_minor == 9_00
    assert mall.held(person.account).points == 14 * NANO


def test_converting_costs_no_fee_and_gives_coins(mall: Mall) -> None:
    person = holder(mall)
    made = quoted(person, CONVERT, 7 * NANO)
    assert (made.gross_minor, made.fee_minor) == (10_00, 0)
    done = confirmed(person, made)
    held = mall.held(person.account)
    assert (done.net_minor, held.coins, held.cash) == (10_00, 10_00, 0)
    assert held.points == made.stays_nano == 14 * NANO
    mall.verify()


def test_a_remainder_worth_nothing_leaves_too_and_is_quoted(mall: Mall) -> None:
    person = holder(mall)
    made = quoted(person, REDEEM, 21 * NANO - 1)
    assert (made.leaves_nano, made.stays_nano) == (21 * NANO, 0)


def test_the_quota_covers_whatever_is_quoted(mall: Mall) -> None:
    """Whoever holds points worth as much as the quota is bought out: there is nothing to redeem."""
    person = holder(mall)
    for n in range(1000):
        order(mall, mall.person(), f"{n}")
        held = mall.held(person.account)
        if not held.points:
            break
        assert held.redeemable == int(held.worth)
    assert held.cash == 200_00 - 20_00
    told = quote(person=person, verb=REDEEM, points_nano=1)
    assert told is ValueRefusal.NOT_ENOUGH


@pytest.mark.parametrize("verb", [REDEEM, CONVERT])
def test_what_cannot_be_quoted_is_refused_by_name(mall: Mall, verb: Quote.Verb) -> None:
    person = holder(mall)

    def asked(points: int) -> object:
        return quote(person=person, verb=verb, points_nano=points)

    assert asked(21 * NANO + 1) is ValueRefusal.NOT_ENOUGH
    assert asked(0) is ValueRefusal.BAD_AMOUNT
    assert asked(-1) is ValueRefusal.BAD_AMOUNT
    assert asked(10**19) is ValueRefusal.BAD_AMOUNT
    assert asked(1) is ValueRefusal.WORTH_NOTHING
    nobody = mall.person()
    assert quote(person=nobody, verb=verb, points_nano=1) is ValueRefusal.NOT_ENOUGH
    assert Quote.objects.count() == 0


def test_a_quote_holds_for_a_minute(mall: Mall) -> None:
    person = holder(mall)
    made = quoted(person, REDEEM, 7 * NANO)
    mall.time.pass_by(seconds=59)
    assert confirmed(person, made).net_minor == 9_00
    late = quoted(person, REDEEM, 7 * NANO)
    mall.time.pass_by(seconds=60)
    told = confirm(person=person, number=late.number, pin=PIN)
    assert told is ValueRefusal.EXPIRED
    assert mall.held(person.account).points == 14 * NANO
    assert ledger.outcome_of("mall", event_id(late)) is None


def test_confirmed_again_a_quote_tells_what_it_did_even_when_it_has_expired(mall: Mall) -> None:
    person = holder(mall)
    made = quoted(person, REDEEM, 7 * NANO)
    done = confirmed(person, made)
    mall.time.pass_by(days=1)
    again = confirm(person=person, number=made.number, pin="")
    assert again == done == done_by(person=person, number=made.number)
    assert mall.held(person.account).points == 14 * NANO


def test_anothers_quote_is_none_of_mine(mall: Mall) -> None:
    person, other = holder(mall), holder(mall)
    made = quoted(person, REDEEM, 7 * NANO)
    assert confirm(person=other, number=made.number, pin=PIN) is ValueRefusal.NO_QUOTE
    confirmed(person, made)
    assert confirm(person=other, number=made.number, pin=PIN) is ValueRefusal.NO_QUOTE
    assert done_by(person=other, number=made.number) is ValueRefusal.NO_QUOTE


def test_nothing_is_done_without_the_pin_nor_while_frozen(mall: Mall) -> None:
    person = mall.person()
    order(mall, person, "1")
    made = quoted(person, REDEEM, 7 * NANO)

    def tried(pin: str) -> object:
        return confirm(person=person, number=made.number, pin=pin)

    assert tried(PIN) is PinRefusal.UNSET
    give_pin(person)
    assert tried("903147") is PinRefusal.WRONG
    Person.objects.filter(pk=person.pk).update(frozen_at="2026-01-01T00:00Z")
    assert tried(PIN) is GateRefusal.FROZEN
    person.refresh_from_db()
    assert quote(person=person, verb=REDEEM, points_nano=NANO) is GateRefusal.FROZEN
    assert mall.held(person.account).points == 21 * NANO
    Person.objects.filter(pk=person.pk).update(frozen_at=None)
    confirmed(person, made)


def test_a_quote_that_would_bring_less_by_now_is_not_carried_out(mall: Mall) -> None:
    person = holder(mall)
    first, second = quoted(person, REDEEM, 14 * NANO), quoted(person, REDEEM, 14 * NANO)
    confirmed(person, first)
    told = confirm(person=person, number=second.number, pin=PIN)
    assert told is ValueRefusal.CHANGED
    assert mall.held(person.account).points == 7 * NANO


def test_quotes_not_used_are_forgotten_after_a_day(mall: Mall) -> None:
    person = holder(mall)
    used = quoted(person, REDEEM, NANO)
    confirmed(person, used)
    quoted(person, REDEEM, NANO)
    mall.time.pass_by(days=2)
    last = quoted(person, CONVERT, NANO)
    assert set(person.quotes.all()) == {used, last}


def test_quotes_are_not_asked_for_without_end(mall: Mall) -> None:
    person = holder(mall)
    for _ in range(120):
        quoted(person, REDEEM, NANO)
    told = quote(person=person, verb=REDEEM, points_nano=NANO)
    assert told is ValueRefusal.TOO_OFTEN
