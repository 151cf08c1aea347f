"""Paying from the ledger, alone or mixed with a provider."""

from typing import Any
from uuid import uuid4

import pytest

from patronage import ledger
from patronage.commerce import orders, paying
from patronage.commerce.models import (
    FreightRule,
    PaymentState,
    RefundState,
    State,
    Tender,
)
from patronage.commerce.testpay import Choice
from patronage.members.models import Person
from tests.integration.commerce.play import Mall, refunded, unpaid


def rich(mall: Mall) -> Person:
    """A member with points worth 114.70 that others' orders lifted, and a quota of 200.00."""
    person = mall.person()
    mall.buy(person, (mall.sku(100_00), 1))
    for _ in range(3):
        mall.buy(mall.person(), (mall.sku(1000_00), 1))
    return person


@pytest.mark.parametrize("inner_minor", [40_00, 100_00])
def test_cash_pays_all_or_a_part(mall: Mall, inner_minor: int) -> None:
    person = mall.person()
    order = unpaid(mall, person)
    mall.give(person, 150_00)
    mall.pay([order], inner="cash", inner_minor=inner_minor)
    assert order.state == State.PAID
    assert mall.held(person.account).cash == 150_00 - inner_minor
    told = dict(Tender.objects.values_list("channel", "amount_minor"))
    rest = 100_00 - inner_minor
    assert told == ({"cash": inner_minor, "test": rest} if rest else {"cash": 100_00})
    mall.verify()


def test_coins_pay_the_merchant(mall: Mall) -> None:
    person = rich(mall)
    merchant = mall.merchant(concession_micro=100_000)
    coins = mall.give_coins(person, 10 * 10**9)
    (order,) = mall.place(person, (mall.sku(50_00, merchant=merchant), 1))
    mall.pay([order], inner="coins", inner_minor=20_00)
    assert order.state == State.PAID
    assert mall.held(person.account).coins == coins - 20_00
    assert mall.held(merchant.account).coins == orders.held_coins(merchant) == 20_00
    mall.verify()


def test_points_are_redeemed_for_just_what_is_needed(mall: Mall) -> None:
    person = rich(mall)
    order = unpaid(mall, person)
    before = mall.held(person.account)
    means = {one.channel: one for one in paying.means_of(person=person, checkout=order.checkout)}
    assert means["test"].max_minor == 100_00
    assert means["points"].max_minor == min(before.redeemable - before.fee, 100_00)
    mall.pay([order], inner="points", inner_minor=40_00)
    after = mall.held(person.account)
    assert order.state == State.PAID
    price = ledger.summary("mall").price
    gone = before.points - after.points
    # 40.00 after a fee of a tenth is 44.45 before it.
    assert 44_45 <= gone * price < 44_45 + price
    assert (before.cash, after.cash) == (0, 0)
    mall.verify()


def test_when_the_channel_fails_the_inner_part_goes_back(mall: Mall) -> None:
    person = rich(mall)
    merchant = mall.merchant()
    coins = mall.give_coins(person, 5 * 10**9)
    mall.give(person, 50_00)
    sku = mall.sku(100_00, merchant=merchant)
    for inner in ("coins", "cash", "points"):
        (order,) = mall.place(person, (sku, 1))
        payment = mall.pay([order], Choice.FAIL, inner=inner, inner_minor=10_00).payment
        assert (order.state, payment.state) == (State.UNPAID, PaymentState.FAILED)
        assert refunded(payment) == [(inner, 10_00, RefundState.SUCCEEDED)]
    held = mall.held(person.account)
    # What points brought stays as cash.
    assert (held.coins, held.cash) == (coins, 60_00)
    assert orders.held_coins(merchant) == mall.held(merchant.account).coins == 0
    # Paying again takes again: no event of the first attempt stands for it.
    mall.pay([order], inner="cash", inner_minor=60_00)
    assert order.state == State.PAID
    assert mall.held(person.account).cash == 0
    mall.verify()


def test_when_the_ledger_refuses_what_it_gave_goes_back(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cash is spent elsewhere between the look and the taking; two merchants, one was paid."""
    person = mall.person()
    mall.give(person, 100_00)
    made = mall.place(person, (mall.sku(60_00), 1), (mall.sku(60_00, merchant=mall.merchant()), 1))
    begin = paying._begin

    def spent_elsewhere(*asked: Any) -> Any:
        mall_submit(person)
        return begin(*asked)

    def mall_submit(person: Person) -> None:
        event = {
            "id": uuid4().hex,
            "type": "cash.withdrawn",
            "account": person.account,
            "amount": 50_00,
        }
        ledger.submit("mall", event)

    monkeypatch.setattr(paying, "_begin", spent_elsewhere)
    started = mall.pay(made, inner="cash", inner_minor=80_00)
    assert started.payment.state == PaymentState.FAILED
    assert started.go_to is None
    assert [order.state for order in made] == [State.UNPAID, State.UNPAID]
    assert refunded(started.payment) == [("cash", 40_00, RefundState.SUCCEEDED)]
    assert mall.held(person.account).cash == 50_00
    mall.verify()


def test_a_refused_redemption_takes_no_cash_instead(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = rich(mall)
    mall.give(person, 100_00)
    order = unpaid(mall, person)
    monkeypatch.setattr(paying, "points_for", lambda *_: 9 * 10**18)
    started = mall.pay([order], inner="points", inner_minor=20_00)
    assert (started.payment.state, order.state) == (PaymentState.FAILED, State.UNPAID)
    assert mall.held(person.account).cash == 100_00


def test_tenders_are_allocated_to_orders_goods_and_freight(mall: Mall) -> None:
    person = mall.person()
    mall.give(person, 55_00)
    merchant = mall.merchant()
    FreightRule.objects.create(merchant=merchant, first_minor=10_00)
    made = mall.place(person, (mall.sku(60_00), 1), (mall.sku(40_00, merchant=merchant), 1))
    mall.pay(made, inner="cash", inner_minor=55_00)
    told = Tender.objects.order_by("id").values_list(
        "order__merchant__is_house", "channel", "amount_minor", "goods_minor"
    )
    assert list(told) == [
        (True, "cash", 30_00, 30_00),
        (True, "test", 30_00, 30_00),
        (False, "cash", 25_00, 20_00),
        (False, "test", 25_00, 20_00),
    ]
