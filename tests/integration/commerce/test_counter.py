"""Coins at a merchant's counter: by a code that is shown, by the merchant's own, and back."""

import json
import secrets
from datetime import date
from uuid import uuid4

import pytest

from patronage import ledger
from patronage.commerce import counter, jobs, orders, posting
from patronage.commerce.counter import CounterRefusal, charge, pay, refund, show_code
from patronage.commerce.models import (
    CounterPayment,
    CounterRefund,
    CounterState,
    Merchant,
    PayCode,
)
from patronage.members.export import export_of
from patronage.members.gate import GateRefusal, Proof
from patronage.members.models import Allowance, Person
from patronage.members.noticing import follow_journal
from patronage.members.pins import PinRefusal
from tests.integration.commerce.play import Mall
from tests.unit.members.test_pins import OTHER, RIGHT, give_pin


def staff(merchant: Merchant) -> Person:
    clerk = Person.objects.create_user(email=f"{uuid4().hex}@example.com", is_staff=True)
    merchant.staff.add(clerk)
    return clerk


def customer(mall: Mall, points: int = 100) -> Person:
    """A member with as many coins as so many points brought, and a PIN."""
    person = mall.person()
    mall.buy(person, (mall.sku(1000_00), 1))
    mall.give_coins(person, points * 10**9)
    give_pin(person)
    return person


def shown(person: Person) -> str:
    told = show_code(person=person, pin=RIGHT)
    assert isinstance(told, counter.Shown), told
    return told.digits


def charged(mall: Mall, person: Person, amount: int, merchant: Merchant) -> CounterPayment:
    del mall
    paid = charge(
        merchant=merchant, code=shown(person), amount_minor=amount, key="k", who=staff(merchant)
    )
    assert isinstance(paid, CounterPayment), paid
    assert paid.state == CounterState.SUCCEEDED
    return paid


def test_a_code_pays_once(mall: Mall) -> None:
    person, merchant = customer(mall), mall.merchant()
    coins, clerk = mall.held(person.account).coins, staff(merchant)
    code = shown(person)
    assert len(code) == 18
    press = {"merchant": merchant, "code": code, "who": clerk}
    paid = charge(**press, amount_minor=12_50, key="1")
    assert isinstance(paid, CounterPayment)
    assert (paid.state, paid.person, paid.staff, paid.way) == ("succeeded", person, clerk, "code")
    assert mall.held(person.account).coins == coins - 12_50
    assert mall.held(merchant.account).coins == 12_50
    assert charge(**press, amount_minor=12_50, key="1") == paid
    assert charge(**press, amount_minor=12_51, key="1") is CounterRefusal.KEY_USED
    assert charge(**press, amount_minor=12_50, key="2") is CounterRefusal.UNKNOWN_CODE
    line = ledger.statement("mall", person.account)[0]
    assert (line.event_id, line.place[0]) == (f"counter:{paid.number}", paid.record)
    mall.verify()


def test_a_code_is_good_for_a_minute(mall: Mall) -> None:
    person, merchant = customer(mall), mall.merchant()
    first, second = shown(person), shown(person)
    clerk = staff(merchant)

    def tried(code: str) -> object:
        return charge(merchant=merchant, code=code, amount_minor=1, key=uuid4().hex, who=clerk)

    mall.time.pass_by(seconds=59)
    # Written in groups, as people read it.
    assert isinstance(tried(f"{first[:6]} {first[6:12]} {first[12:]}"), CounterPayment)
    mall.time.pass_by(seconds=1)
    assert tried(second) is CounterRefusal.UNKNOWN_CODE


def test_a_code_that_is_charged_too_much_can_be_charged_less(mall: Mall) -> None:
    person, merchant = customer(mall, points=20), mall.merchant()
    coins, code, clerk = mall.held(person.account).coins, shown(person), staff(merchant)
    press = {"merchant": merchant, "code": code, "who": clerk}
    for key, amount, refusal in (
        ("1", 0, CounterRefusal.BAD_AMOUNT),
        ("2", -5, CounterRefusal.BAD_AMOUNT),
        ("3", counter.CODE_MAX + 1, CounterRefusal.PIN_NEEDED),
        ("4", coins + 1, CounterRefusal.NOT_ENOUGH),
    ):
        assert charge(**press, amount_minor=amount, key=key) is refusal
    paid = charge(**press, amount_minor=coins, key="5")
    assert isinstance(paid, CounterPayment)
    assert mall.held(person.account).coins == 0
    mall.verify()


def test_the_pin_shows_a_code_and_the_gate_is_asked_again(mall: Mall) -> None:
    person, merchant = customer(mall), mall.merchant()
    assert show_code(person=person, pin=OTHER) is PinRefusal.WRONG
    assert show_code(person=mall.person(), pin=RIGHT) is PinRefusal.UNSET
    assert counter.unlock(person=person, pin=RIGHT) is None
    code, clerk = shown(person), staff(merchant)
    Person.objects.filter(id=person.id).update(frozen_at=mall.house.applied_at)
    assert show_code(person=person, pin=Proof.EARLIER) is GateRefusal.FROZEN
    press = {"merchant": merchant, "code": code, "amount_minor": 5, "who": clerk}
    assert charge(**press, key="1") is GateRefusal.FROZEN
    Person.objects.filter(id=person.id).update(frozen_at=None)
    assert isinstance(charge(**press, key="2"), CounterPayment)


def test_by_the_merchants_code(mall: Mall) -> None:
    person, merchant = customer(mall), mall.merchant()
    coins = mall.held(person.account).coins
    press = {"person": person, "merchant": merchant, "amount_minor": 30_00}
    assert pay(**press, pin=OTHER, key="1") is PinRefusal.WRONG
    assert pay(**press | {"amount_minor": 0}, pin=RIGHT, key="1") is CounterRefusal.BAD_AMOUNT
    paid = pay(**press, pin=RIGHT, key="1")
    assert isinstance(paid, CounterPayment)
    assert (paid.state, paid.way, paid.staff) == ("succeeded", "qr", None)
    assert pay(**press, pin="", key="1") == paid
    assert pay(**press | {"merchant": mall.house}, pin=RIGHT, key="1") is CounterRefusal.KEY_USED
    assert mall.held(person.account).coins == coins - 30_00
    unknown = Merchant.objects.create(name="未核准")
    assert (
        pay(**press | {"merchant": unknown}, pin=RIGHT, key="2") is CounterRefusal.UNKNOWN_MERCHANT
    )
    mall.verify()


def test_coins_go_back_whole_or_in_part(mall: Mall) -> None:
    person, merchant = customer(mall), mall.merchant()
    coins = mall.held(person.account).coins
    paid = charged(mall, person, 20_00, merchant)
    clerk = staff(merchant)

    def back(amount: int, key: str, **press: object) -> object:
        return refund(
            **{"merchant": merchant, "number": paid.number, "amount_minor": amount, "key": key,
               "who": clerk, **press}
        )  # fmt: skip

    first = back(5_00, "1")
    assert isinstance(first, CounterRefund)
    assert first.state == CounterState.SUCCEEDED
    assert back(5_00, "1") == first
    assert back(6_00, "1") is CounterRefusal.KEY_USED
    assert back(15_01, "2") is CounterRefusal.TOO_MUCH
    assert back(0, "2") is CounterRefusal.BAD_AMOUNT
    assert back(1, "2", number="1") is CounterRefusal.UNKNOWN_PAYMENT
    assert back(1, "2", merchant=mall.house) is CounterRefusal.UNKNOWN_PAYMENT
    assert mall.held(person.account).coins == coins - 15_00
    second = back(15_00, "3")
    assert isinstance(second, CounterRefund)
    assert mall.held(person.account).coins == coins
    assert mall.held(merchant.account).coins == 0
    assert back(1, "4") is CounterRefusal.TOO_MUCH
    told = counter.takings_of(merchant, counter.today())
    assert (told.payments, told.paid_minor, told.refunded_minor, told.net_minor) == (
        1, 20_00, 20_00, 0,
    )  # fmt: skip
    mall.verify()


def test_a_merchant_gives_back_only_what_it_holds(mall: Mall) -> None:
    person, merchant = customer(mall), mall.merchant()
    paid = charged(mall, person, 20_00, merchant)
    mall.submit(type="coins.redeemed", merchant=merchant.account, amount=15_00)
    clerk = staff(merchant)
    press = {"merchant": merchant, "number": paid.number, "who": clerk}
    assert refund(**press, amount_minor=5_01, key="1") is CounterRefusal.NO_COINS_LEFT
    assert isinstance(refund(**press, amount_minor=5_00, key="2"), CounterRefund)
    mall.verify()


def test_nothing_goes_back_to_who_left(mall: Mall) -> None:
    person, merchant = customer(mall), mall.merchant()
    paid = charged(mall, person, 20_00, merchant)
    Person.objects.filter(id=person.id).update(
        closed_at=paid.made_at, phone=None, name="", is_active=False
    )
    told = refund(
        merchant=merchant, number=paid.number, amount_minor=1, key="1", who=staff(merchant)
    )
    assert told is CounterRefusal.CUSTOMER_LEFT


def test_what_the_ledger_refuses_is_not_paid(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The coins went between our look and the ledger's."""
    person, merchant = customer(mall), mall.merchant()
    held = posting.holdings(person.account)
    monkeypatch.setattr(counter.posting, "holdings", lambda _account: held)
    mall.submit(
        type="coins.spent", account=person.account, merchant=mall.house.account, amount=held.coins
    )
    code = shown(person)
    paid = charge(merchant=merchant, code=code, amount_minor=1, key="1", who=staff(merchant))
    assert isinstance(paid, CounterPayment)
    assert (paid.state, paid.refusal) == (CounterState.REFUSED, "insufficient_coins")
    assert counter.why_refused(paid) is CounterRefusal.NOT_ENOUGH
    told = refund(merchant=merchant, number=paid.number, amount_minor=1, key="1", who=person)
    assert told is CounterRefusal.NOT_PAID
    assert counter.takings_of(merchant, counter.today()).payments == 0


def test_what_a_crash_left_open_is_caught_up(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    person, merchant = customer(mall), mall.merchant()
    code, clerk = shown(person), staff(merchant)

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(counter, "conclude", die)
        with pytest.raises(KeyboardInterrupt):
            charge(merchant=merchant, code=code, amount_minor=7_00, key="1", who=clerk)
    paid = CounterPayment.objects.get()
    assert (paid.state, mall.held(merchant.account).coins) == (CounterState.REQUESTED, 0)
    jobs.run_all()
    paid.refresh_from_db()
    assert (paid.state, mall.held(merchant.account).coins) == (CounterState.SUCCEEDED, 7_00)
    with monkeypatch.context() as crash:
        crash.setattr(counter, "conclude_refund", die)
        with pytest.raises(KeyboardInterrupt):
            refund(merchant=merchant, number=paid.number, amount_minor=2_00, key="1", who=clerk)
    jobs.run_all()
    assert CounterRefund.objects.get().state == CounterState.SUCCEEDED
    assert mall.held(merchant.account).coins == 5_00
    mall.verify()


def test_takings_are_of_a_day(mall: Mall) -> None:
    person, merchant = customer(mall), mall.merchant()
    first = charged(mall, person, 20_00, merchant)
    today = counter.today()
    mall.time.pass_by(days=1)
    refund(merchant=merchant, number=first.number, amount_minor=1_00, key="1", who=staff(merchant))
    later = counter.today()
    assert (later - today).days == 1
    assert counter.takings_of(merchant, today) == (1, 20_00, 0)
    assert counter.takings_of(merchant, later) == (0, 0, 1_00)
    assert list(counter.taken_by(merchant, today)) == [first]
    assert list(counter.taken_by(mall.house, today)) == []
    assert counter.takings_of(merchant, date(2020, 1, 1)) == (0, 0, 0)
    assert list(counter.receipts_of(person)) == [first]


def test_codes_cannot_be_guessed(mall: Mall) -> None:
    """After twenty that are none in ten minutes, not even the right one is taken from that desk."""
    person, merchant = customer(mall), mall.merchant()
    clerk, other = staff(merchant), staff(merchant)

    def tried(code: str, who: Person = clerk) -> object:
        return charge(merchant=merchant, code=code, amount_minor=1, key=uuid4().hex, who=who)

    for _ in range(3):  # what was a code is no try
        assert isinstance(tried(shown(person)), CounterPayment)
    guesses = [f"{secrets.randbelow(10**18):018}" for _ in range(18)] + ["", "1"]
    assert [tried(guess) for guess in guesses] == [CounterRefusal.UNKNOWN_CODE] * 20
    code = shown(person)
    assert tried(code) is CounterRefusal.TOO_OFTEN
    assert isinstance(tried(code, other), CounterPayment)
    mall.time.pass_by(minutes=10)
    assert isinstance(tried(shown(person)), CounterPayment)
    for _ in range(4):  # the eighty that are left of the day's hundred
        mall.time.pass_by(minutes=10)
        for _ in range(20):
            assert tried("1") is CounterRefusal.UNKNOWN_CODE
    mall.time.pass_by(minutes=10)
    assert tried(shown(person)) is CounterRefusal.TOO_OFTEN
    assert not Allowance.objects.filter(used__gt=100).exists()


def test_codes_are_kept_as_hashes_and_not_for_long(mall: Mall) -> None:
    person = customer(mall)
    code = shown(person)
    kept = PayCode.objects.get()
    assert code not in "".join(str(value) for value in vars(kept).values())
    mall.time.pass_by(days=2)
    shown(person)
    assert not PayCode.objects.filter(id=kept.id).exists()


def test_what_was_paid_is_in_a_members_own_data_and_leaves_with_them(mall: Mall) -> None:
    person, merchant = customer(mall), mall.merchant()
    paid = charged(mall, person, 20_00, merchant)
    refund(merchant=merchant, number=paid.number, amount_minor=5_00, key="1", who=staff(merchant))
    follow_journal()
    told = json.loads(json.dumps(export_of(person, orders)))
    (mine,) = told["paid_at_counters"]
    assert (mine["number"], mine["coins_minor"], mine["record"]) == (
        paid.number, "2000", str(paid.record),
    )  # fmt: skip
    assert [back["coins_minor"] for back in mine["given_back"]] == ["500"]
    assert [one["kind"] for one in told["notices"]][:2] == ["coins_back", "coins_paid"]
    assert "digest" not in json.dumps(told)
