"""Two at one counter at once, on PostgreSQL. Each race has a twin: without its guard it is lost."""

from typing import Any

import pytest

from patronage.commerce import counter
from patronage.commerce.counter import CounterRefusal, charge, pay, refund
from patronage.commerce.models import (
    CounterPayment,
    CounterRefund,
    CounterState,
    Merchant,
    PayCode,
)
from patronage.members import limits
from patronage.members.models import Person
from tests.integration.commerce.play import Mall
from tests.integration.commerce.test_counter import charged, customer, shown, staff
from tests.integration.commerce.test_races import Meeting, meet_before, together
from tests.unit.members.test_pins import RIGHT

AMOUNT = 5_00


def one_code_at_two_desks(mall: Mall) -> tuple[Person, Merchant, list[Any]]:
    person, merchant = customer(mall), mall.merchant()
    code, clerks = shown(person), (staff(merchant), staff(merchant))
    told = together(
        *(
            lambda key=key, who=who: charge(
                merchant=merchant, code=code, amount_minor=AMOUNT, key=key, who=who
            )
            for key, who in zip("12", clerks, strict=True)
        )
    )
    return person, merchant, told


def test_a_code_read_at_two_desks_pays_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_before(monkeypatch, counter, "use", Meeting())
    person, merchant, told = one_code_at_two_desks(on_postgresql)
    assert [one for one in told if not isinstance(one, CounterPayment)] == [
        CounterRefusal.UNKNOWN_CODE
    ]
    assert on_postgresql.held(merchant.account).coins == AMOUNT
    assert CounterPayment.objects.get().person == person
    on_postgresql.verify()


def test_twin_a_code_that_is_looked_at_first_pays_twice(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting()

    def unguarded(digits: str) -> PayCode | None:
        found = PayCode.objects.filter(digest=counter._digest(digits), used_at=None).first()
        meeting.wait()
        if found is not None:
            PayCode.objects.filter(id=found.id).update(used_at=found.made_at)
        return found

    monkeypatch.setattr(counter, "use", unguarded)
    # The row of a payment names its code, once: the last guard of all.
    save = CounterPayment.objects.create
    monkeypatch.setattr(
        CounterPayment.objects, "create", lambda **row: save(**row | {"pay_code": None})
    )
    _, merchant, told = one_code_at_two_desks(on_postgresql)
    assert all(isinstance(one, CounterPayment) for one in told)
    assert on_postgresql.held(merchant.account).coins == 2 * AMOUNT


def one_press_twice(mall: Mall) -> tuple[Merchant, list[Any]]:
    person, merchant = customer(mall), mall.merchant()
    press = {"person": person, "merchant": merchant, "amount_minor": AMOUNT, "pin": RIGHT}
    return merchant, together(*[lambda: pay(**press, key="k")] * 2)


def test_a_press_that_arrives_twice_pays_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_before(monkeypatch, counter, "may_leave", Meeting())  # neither has found the other's
    merchant, told = one_press_twice(on_postgresql)
    assert told[0] == told[1] == CounterPayment.objects.get()
    assert on_postgresql.held(merchant.account).coins == AMOUNT
    on_postgresql.verify()


def test_twin_without_the_gates_lock_and_the_key_a_press_pays_twice(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting()

    def unguarded(**_: object) -> None:
        meeting.wait()

    monkeypatch.setattr(counter, "may_leave", unguarded)
    monkeypatch.setattr(counter, "_earlier", lambda *_: None)
    save, keys = CounterPayment.objects.create, iter("12")
    monkeypatch.setattr(
        CounterPayment.objects, "create", lambda **row: save(**row | {"key": next(keys)})
    )
    merchant, _ = one_press_twice(on_postgresql)
    assert on_postgresql.held(merchant.account).coins == 2 * AMOUNT


def test_a_desks_press_that_arrives_twice_pays_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    mall = on_postgresql
    person, merchant = customer(mall), mall.merchant()
    code, who = shown(person), staff(merchant)
    meet_before(monkeypatch, counter, "use", Meeting())
    press = {"merchant": merchant, "code": code, "amount_minor": AMOUNT, "key": "k", "who": who}
    told = together(*[lambda: charge(**press)] * 2)
    assert told[0] == told[1] == CounterPayment.objects.get()
    assert mall.held(merchant.account).coins == AMOUNT
    mall.verify()


def two_refunds(mall: Mall) -> list[Any]:
    person, merchant = customer(mall), mall.merchant()
    paid, who = charged(mall, person, AMOUNT, merchant), staff(merchant)
    charged_too = customer(mall)
    charge(
        merchant=merchant, code=shown(charged_too), amount_minor=AMOUNT, key="2", who=who
    )  # so that the merchant has coins to give back twice
    return together(
        *(
            lambda key=key: refund(
                merchant=merchant, number=paid.number, amount_minor=AMOUNT, key=key, who=who
            )
            for key in "ab"
        )
    )


def test_what_was_paid_goes_back_once(on_postgresql: Mall) -> None:
    told = two_refunds(on_postgresql)
    assert [one for one in told if not isinstance(one, CounterRefund)] == [CounterRefusal.TOO_MUCH]
    assert CounterRefund.objects.get().state == CounterState.SUCCEEDED
    on_postgresql.verify()


def test_twin_without_the_payments_lock_two_are_asked_for_and_the_ledger_refuses_one(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting()
    left_of = counter.left_of

    def unguarded(payment: CounterPayment) -> int:
        left = left_of(payment)
        meeting.wait()
        return left

    monkeypatch.setattr(counter, "left_of", unguarded)
    of = CounterPayment.objects.select_related("person")
    monkeypatch.setattr(counter, "_locked", lambda _merchant, number: of.get(number=number))
    told = two_refunds(on_postgresql)
    assert all(isinstance(one, CounterRefund) for one in told)
    assert sorted(one.state for one in told) == [CounterState.REFUSED, CounterState.SUCCEEDED]


def test_pay_by_code_and_by_qr_at_once_spend_no_more_than_there_is(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look at coins that are enough for one: the ledger decides, and says so."""
    mall = on_postgresql
    person, merchant = customer(mall), mall.merchant()
    coins, code, who = mall.held(person.account).coins, shown(person), staff(merchant)
    monkeypatch.setattr(counter, "CODE_MAX", coins)
    told = together(
        lambda: charge(merchant=merchant, code=code, amount_minor=coins, key="1", who=who),
        lambda: pay(person=person, merchant=merchant, amount_minor=coins, pin=RIGHT, key="2"),
    )
    paid = CounterPayment.objects.filter(state=CounterState.SUCCEEDED)
    assert paid.count() == 1
    assert mall.held(person.account).coins == 0
    assert mall.held(merchant.account).coins == coins
    refused = [one for one in told if one != paid.get()]
    assert len(refused) == 1
    mall.verify()


def test_many_wrong_codes_at_once_are_no_more_tries(on_postgresql: Mall) -> None:
    mall = on_postgresql
    merchant = mall.merchant()
    who = staff(merchant)

    def guess() -> object:
        return charge(merchant=merchant, code="1" * 18, amount_minor=1, key="k", who=who)

    told = together(*[guess] * 30)
    assert told.count(CounterRefusal.UNKNOWN_CODE) == counter._WRONG_CODES[0].times
    assert told.count(CounterRefusal.TOO_OFTEN) == 10
    assert not limits.take("pay code", f"{merchant.id} {who.id}", *counter._WRONG_CODES)
