"""Two at once with a member's value, on PostgreSQL. Each race has a twin without its guard."""

from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from patronage.commerce import paying
from patronage.commerce.models import PaymentState
from patronage.economy import Book, BrokenInvariantError, State
from patronage.economy import value as economy_value
from patronage.economy.operations import post
from patronage.members import auditing, clock, payouts, pins, value
from patronage.members.models import AuditHead, AuditVerb, Person, Pin, Quote, WithdrawalState
from patronage.members.pins import PinRefusal
from patronage.members.value import Done, ValueRefusal, confirm
from tests.integration.commerce.play import Mall
from tests.integration.commerce.test_races import TIMEOUT, Act, Meeting, meet_before, together
from tests.integration.members.play import PIN, give_pin, holder, quoted
from tests.integration.members.test_payouts import rich

NANO = 10**9


def unlocked(person: Person, number: str) -> Quote | None:
    return Quote.objects.filter(person=person, number=number).first()


# Redeem twice.


def redeem_twice(mall: Mall) -> tuple[Person, list[Any]]:
    person = holder(mall)
    made = quoted(person, Quote.Verb.REDEEM, 7 * NANO)
    act: Act = lambda: confirm(person=person, number=made.number, pin=PIN)  # noqa: E731
    return person, together(act, act)


def test_a_quote_confirmed_in_two_windows_is_done_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_before(monkeypatch, value, "_locked", Meeting())
    person, told = redeem_twice(on_postgresql)
    assert told[0] == told[1]
    held = on_postgresql.held(person.account)
    assert (held.points, held.cash) == (14 * NANO, 9_00)
    on_postgresql.verify()


def both_unused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both windows see the quote unused, as without a lock."""
    meeting = Meeting()

    def unguarded(person: Person, number: str) -> Quote | None:
        made = unlocked(person, number)
        meeting.wait()
        return made

    monkeypatch.setattr(value, "_locked", unguarded)


def test_without_the_lock_the_events_id_still_lets_it_be_done_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_unused(monkeypatch)
    person, _told = redeem_twice(on_postgresql)
    assert on_postgresql.held(person.account).points == 14 * NANO


def test_twin_without_lock_and_id_it_is_done_twice(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_unused(monkeypatch)
    names: dict[int, str] = {}
    # Each window names the event anew, as a program would that keeps no key.
    monkeypatch.setattr(value, "event_id", lambda made: names.setdefault(id(made), uuid4().hex))
    person, told = redeem_twice(on_postgresql)
    assert all(isinstance(one, Done) for one in told)
    assert on_postgresql.held(person.account).points == 7 * NANO


# The minute passes while a confirmation waits.


def confirm_while_waiting(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> tuple[Person, Any]:
    """Confirm in time, and wait past the minute for who holds the member's row."""
    person = holder(mall)
    made = quoted(person, Quote.Verb.REDEEM, 7 * NANO)
    held, asking = Event(), Event()
    may_leave = value.may_leave

    def asked(**options: Any) -> Any:
        asking.set()
        return may_leave(**options)

    def hold() -> None:
        with transaction.atomic():
            Person.objects.select_for_update().get(pk=person.pk)
            held.set()
            assert asking.wait(TIMEOUT)
            mall.time.pass_by(minutes=1)

    def press() -> object:
        assert held.wait(TIMEOUT)
        return confirm(person=person, number=made.number, pin=PIN)

    monkeypatch.setattr(value, "may_leave", asked)
    return person, together(hold, press)[1]


def test_a_quote_that_expires_while_it_is_confirmed_is_not_carried_out(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, told = confirm_while_waiting(on_postgresql, monkeypatch)
    assert told is ValueRefusal.EXPIRED
    assert on_postgresql.held(person.account).points == 21 * NANO


def test_twin_looked_at_before_the_locks_an_expired_quote_is_carried_out(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    use = value._use

    def unguarded(person: Person, made: Quote, pin: str) -> Any:
        if made.expires_at <= clock.now():
            return ValueRefusal.EXPIRED
        made.expires_at += value.VALID  # seen as valid already
        return use(person, made, pin)

    monkeypatch.setattr(value, "_use", unguarded)
    person, told = confirm_while_waiting(on_postgresql, monkeypatch)
    assert isinstance(told, Done)
    assert on_postgresql.held(person.account).points == 14 * NANO


# Many guesses of a PIN at once.


def guesses_of(person: Person) -> list[Act]:
    def guess(pin: str) -> Act:
        return lambda: pins.try_pin(person, pin)

    return [guess(f"90314{n}") for n in range(8)]


def test_guesses_made_at_once_are_counted_all_the_same(on_postgresql: Mall) -> None:
    person = on_postgresql.person()
    give_pin(person)
    told = together(*guesses_of(person))
    assert told.count(PinRefusal.LOCKED) >= 4  # of eight guesses five are looked at, the last locks
    assert pins.try_pin(person, PIN) is PinRefusal.LOCKED


def test_twin_counted_after_the_look_every_guess_is_looked_at(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = on_postgresql.person()
    give_pin(person)

    def unguarded(person: Person, guess: str) -> PinRefusal | None:
        mine = Pin.objects.get(person=person)
        meeting.wait()
        if not mine.tries_left:
            return PinRefusal.LOCKED
        if pins._hasher.verify(pins._keyed(person, guess), mine.digest):
            return None
        Pin.objects.filter(person=person).update(tries_left=mine.tries_left - 1)
        return PinRefusal.WRONG

    meeting = Meeting()
    Pin.objects.filter(person=person).update(tries_left=1)
    monkeypatch.setattr(pins, "try_pin", unguarded)
    told = together(*guesses_of(person)[:2])
    assert told == [PinRefusal.WRONG] * 2  # with one try left, two were looked at


# Withdraw and pay an order from the same cash at once.


def withdraw_and_pay(mall: Mall) -> tuple[Person, Any, Any]:
    person = rich(mall, 100_00)
    sku = mall.sku(100_00)
    (order,) = mall.place(person, (sku, 1))
    withdrawn, paid = together(
        lambda: payouts.withdraw(person=person, key="k", amount_minor=100_00, pin=PIN),
        lambda: paying.start_paying(
            person=person,
            checkout_number=order.checkout.number,
            key="k",
            channel="test",
            inner="cash",
            inner_minor=100_00,
            pin=PIN,
        ),
    )
    return person, withdrawn, paid


def both_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both have seen that there is enough before either is settled."""
    meeting = Meeting()
    meet_before(monkeypatch, payouts, "conclude", meeting)
    meet_before(monkeypatch, paying, "_go_on", meeting)


def test_cash_withdrawn_and_paid_at_once_is_spent_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_enough(monkeypatch)
    person, withdrawn, paid = withdraw_and_pay(on_postgresql)
    is_withdrawn = withdrawn.state == WithdrawalState.REQUESTED
    is_paid = paid.payment.state == PaymentState.SUCCEEDED
    assert is_withdrawn is not is_paid
    if is_paid:
        assert withdrawn.state == WithdrawalState.REFUSED
    else:
        assert paid.payment.state == PaymentState.FAILED
    assert on_postgresql.held(person.account).cash == 0
    on_postgresql.verify()


def test_twin_by_what_was_seen_beforehand_it_would_be_spent_twice(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_enough(monkeypatch)
    # A ledger that takes what the look beforehand allowed, as one without a judge of its own would.
    monkeypatch.setattr(economy_value, "_take_cash", taken_unjudged)
    with pytest.raises(BrokenInvariantError):
        withdraw_and_pay(on_postgresql)


def taken_unjudged(
    state: State, book: Book, told: dict[str, Any], movements: list[Any], cause: str
) -> None:
    account = book.accounts[told["account"]]
    state.paid_out += told["amount"]
    post(book, movements, account, cause, cash=-told["amount"])


# Two entries of the audit log at once.


def look_twice(mall: Mall) -> list[Any]:
    person = mall.person()

    def look() -> object:
        return auditing.record(actor=person, verb=AuditVerb.VIEWED, subject=person).number

    return together(look, look)


def test_entries_made_at_once_stand_one_after_the_other(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_before(monkeypatch, auditing, "_locked_head", Meeting())
    assert sorted(look_twice(on_postgresql)) == [1, 2]
    assert auditing.check_chain().number == 2
    assert isinstance(auditing.check_chain(), auditing.Chain)


def test_twin_without_the_lock_both_follow_the_same_entry(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting()

    def unguarded() -> AuditHead:
        head = AuditHead.objects.first() or AuditHead()
        meeting.wait()
        return head

    monkeypatch.setattr(auditing, "_locked_head", unguarded)
    with pytest.raises(IntegrityError):
        look_twice(on_postgresql)
