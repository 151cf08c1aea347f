"""Beginning to pay, and what comes of it."""

from typing import Any
from uuid import uuid4

from django.test import override_settings

from patronage.commerce import orders, paying
from patronage.commerce.models import (
    Payment,
    PaymentState,
    State,
)
from patronage.commerce.paying import PayingRefusal
from patronage.commerce.testpay import Choice
from patronage.members.freezing import freeze
from patronage.members.gate import GateRefusal, Proof
from patronage.members.pins import PinRefusal
from tests.integration.commerce.play import Mall, unpaid


def test_what_is_asked_for_wrongly_begins_no_payment(mall: Mall) -> None:
    order = unpaid(mall)
    person, number = order.person, order.checkout.number

    def begin(**asked: Any) -> object:
        asked.setdefault("person", person)
        asked.setdefault("checkout_number", number)
        return paying.start_paying(key=uuid4().hex, pin=Proof.EARLIER, **asked)

    assert begin(channel="alipay") is PayingRefusal.NO_CHANNEL
    assert begin(channel="test", inner="test", inner_minor=1) is PayingRefusal.NO_CHANNEL
    assert begin(channel="test", inner="cash") is PayingRefusal.BAD_AMOUNT
    assert begin(channel="test", inner_minor=1) is PayingRefusal.BAD_AMOUNT
    assert begin(channel="test", inner="cash", inner_minor=-1) is PayingRefusal.BAD_AMOUNT
    assert begin(inner="cash", inner_minor=100_01) is PayingRefusal.BAD_AMOUNT
    assert begin() is PayingRefusal.CHANNEL_NEEDED
    for inner in ("cash", "coins", "points"):
        told = begin(channel="test", inner=inner, inner_minor=1)
        assert told is PayingRefusal.NOT_ENOUGH
    assert begin(person=mall.person(), channel="test") is PayingRefusal.UNKNOWN_CHECKOUT
    with override_settings(DEMO=False):
        assert begin(channel="test") is PayingRefusal.NO_CHANNEL
    order.refresh_from_db()
    assert (order.state, Payment.objects.count()) == (State.UNPAID, 0)
    mall.pay([order], None)
    assert begin(channel="test") is PayingRefusal.PAYMENT_OPEN
    orders.cancel_order(person=person, number=order.number)
    assert begin(channel="test") is PayingRefusal.NOTHING_TO_PAY


def test_the_same_press_is_the_same_payment(mall: Mall) -> None:
    person = mall.person()
    order = unpaid(mall, person)
    mall.give(person, 100_00)
    press: dict[str, Any] = {
        "person": person,
        "checkout_number": order.checkout.number,
        "key": "k",
        "channel": "test",
        "inner": "cash",
        "inner_minor": 30_00,
        "pin": Proof.EARLIER,
    }
    first = paying.start_paying(**press)
    assert paying.start_paying(**press) == first
    changed = paying.start_paying(**{**press, "inner_minor": 40_00})
    assert changed is PayingRefusal.KEY_USED
    assert mall.held(person.account).cash == 70_00


def test_an_order_that_costs_nothing_is_paid_by_saying_so(mall: Mall) -> None:
    person = mall.person()
    mall.voucher(person, mall.house, off_micro=1_000_000)
    order = unpaid(mall, person)
    assert order.total_minor == 0
    started = mall.pay([order])
    assert (started.payment.state, order.state) == (PaymentState.SUCCEEDED, State.PAID)
    mall.receive(order)
    mall.complete(order)
    assert order.state == State.COMPLETED
    assert order.split_at is not None
    mall.verify()


def test_orders_that_are_not_paid_in_time_are_cancelled(mall: Mall) -> None:
    person = mall.person()
    sku = mall.sku(stock=10)
    voucher = mall.voucher(person, mall.house, off_minor=1)
    (waiting,) = mall.place(person, (sku, 1))
    (paying_one,) = mall.place(mall.person(), (sku, 2))
    mall.pay([paying_one], None)
    (silent,) = mall.place(mall.person(), (sku, 4))
    mall.pay([silent], Choice.SUCCEED_SILENTLY)
    mall.time.pass_by(minutes=29)
    assert orders.cancel_unpaid() == 0
    mall.time.pass_by(minutes=1)
    assert orders.cancel_unpaid() == 2
    assert orders.cancel_unpaid() == 0
    for order, state in (
        (waiting, State.CANCELLED),
        (paying_one, State.CANCELLED),
        (silent, State.PAID),
    ):
        order.refresh_from_db()
        assert order.state == state
    sku.refresh_from_db()
    voucher.refresh_from_db()
    assert (sku.stock, voucher.order) == (6, None)


def test_a_member_is_told_how_they_can_pay(mall: Mall) -> None:
    person = mall.person()
    order = unpaid(mall, person)
    told = paying.means_of(person=person, checkout=order.checkout)
    assert [(one.channel, one.max_minor) for one in told] == [("test", 100_00)]
    mall.give(person, 30_00)
    told = paying.means_of(person=person, checkout=order.checkout)
    assert [(one.channel, one.max_minor) for one in told] == [("test", 100_00), ("cash", 30_00)]


def test_giving_up_twice_is_giving_up(mall: Mall) -> None:
    person = mall.person()
    mall.give(person, 40_00)
    order = unpaid(mall, person)
    payment = mall.pay([order], None, inner="cash", inner_minor=40_00).payment
    stale = Payment.objects.get(id=payment.id)
    assert paying.abandon(payment) is None
    assert paying.abandon(stale) is None
    assert mall.held(person.account).cash == 40_00
    number = order.checkout.number
    told = paying.abandon_paying(person=person, checkout_number=number)
    assert told is PayingRefusal.NOTHING_TO_PAY
    mall.verify()


def test_from_the_balance_only_through_the_gate(mall: Mall) -> None:
    person = mall.person()
    order = unpaid(mall, person)
    mall.give(person, 100_00)
    press: dict[str, Any] = {
        "person": person,
        "checkout_number": order.checkout.number,
        "key": "k",
        "channel": "test",
    }
    taken = {**press, "inner": "cash", "inner_minor": 30_00}
    assert paying.start_paying(**taken) is PinRefusal.UNSET
    assert freeze(person_id=person.pk, by=person, reason="lost phone") is None
    assert paying.start_paying(**taken, pin=Proof.EARLIER) is GateRefusal.FROZEN
    assert mall.held(person.account).cash == 100_00
    # What a provider pays leaves no account.
    assert isinstance(paying.start_paying(**press), paying.Started)
    mall.verify()
