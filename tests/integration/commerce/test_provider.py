"""Paying by a provider that answers late, twice, falsely or never."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings

from patronage.commerce import orders, paying, payments, testpay
from patronage.commerce.models import (
    Alarm,
    Notification,
    Payment,
    PaymentState,
    RefundState,
    State,
    Tender,
    TestCharge,
    TestDelivery,
    TestRefund,
)
from patronage.commerce.paying import PayingRefusal
from patronage.commerce.port import NotificationRefusal, ProviderUnreachableError
from patronage.commerce.testpay import Choice
from patronage.members import clock
from tests.integration.commerce.play import Mall, refunded, unpaid


@pytest.mark.parametrize("choice", [Choice.SUCCEED, Choice.SUCCEED_TWICE])
def test_a_success_pays_once_however_often_it_is_told(mall: Mall, choice: Choice) -> None:
    order = unpaid(mall)
    started = mall.pay([order], choice)
    assert (order.state, order.paid_at) == (State.PAID, clock.now())
    assert started.go_to == f"/pay/test/{started.payment.reference}"
    assert started.payment.state == PaymentState.SUCCEEDED
    assert Notification.objects.count() == 1
    assert Tender.objects.get().amount_minor == 100_00
    assert TestDelivery.objects.filter(delivered_at=None).count() == 0
    moves = [(one.from_state, one.to_state, one.who) for one in order.transitions.all()]
    assert moves == [
        (State.UNPAID, State.PAYING, order.person),
        (State.PAYING, State.PAID, None),
    ]


def test_a_failure_leaves_the_order_to_be_paid_again(mall: Mall) -> None:
    order = unpaid(mall)
    assert mall.pay([order], Choice.FAIL).payment.state == PaymentState.FAILED
    assert order.state == State.UNPAID
    mall.pay([order])
    assert order.state == State.PAID


def test_an_answer_may_be_late(mall: Mall) -> None:
    order = unpaid(mall)
    mall.pay([order], Choice.SUCCEED_LATE)
    assert order.state == State.PAYING
    mall.time.pass_by(minutes=10)
    payments.deliver_test_messages()
    order.refresh_from_db()
    assert order.state == State.PAID


def test_who_is_never_told_asks(mall: Mall) -> None:
    order = unpaid(mall)
    mall.pay([order], Choice.SUCCEED_SILENTLY)
    assert payments.ask_providers() == 0
    mall.time.pass_by(minutes=1)
    assert payments.ask_providers() == 1
    order.refresh_from_db()
    assert order.state == State.PAID
    assert payments.ask_providers() == 0


def test_a_message_may_come_before_the_redirect(mall: Mall) -> None:
    order = unpaid(mall)
    started = mall.pay([order])
    told = paying.continue_paying(person=order.person, checkout_number=order.checkout.number)
    assert told is PayingRefusal.NOTHING_TO_PAY
    assert started.payment.state == PaymentState.SUCCEEDED


def test_a_payment_can_be_returned_to(mall: Mall) -> None:
    order = unpaid(mall)
    started = mall.pay([order], None)
    told = paying.continue_paying(person=order.person, checkout_number=order.checkout.number)
    assert told == started


def forge(payment: Payment, **told: Any) -> tuple[dict[str, str], bytes]:
    body = {
        "event": uuid4().hex,
        "reference": payment.reference,
        "standing": "succeeded",
        "amount": payment.amount_minor,
        **told,
    }
    raw = json.dumps(body).encode()
    return testpay.sign(raw), raw


def test_a_forged_message_is_not_believed(mall: Mall) -> None:
    order = unpaid(mall)
    payment = mall.pay([order], None).payment
    headers, body = forge(payment)
    wrong = {**headers, testpay.SIGNATURE: "0" * 64}
    receive = payments.receive
    assert receive("test", wrong, body) is NotificationRefusal.BAD_SIGNATURE
    assert receive("test", {}, body) is NotificationRefusal.BAD_SIGNATURE
    assert receive("test", headers, body + b" ") is NotificationRefusal.BAD_SIGNATURE
    later = {**headers, testpay.TIMESTAMP: "9999999999"}
    assert receive("test", later, body) is NotificationRefusal.BAD_SIGNATURE
    assert receive("alipay", headers, body) is NotificationRefusal.NO_CHANNEL
    with override_settings(DEMO=False):
        assert receive("test", headers, body) is NotificationRefusal.NO_CHANNEL
    headers, other = forge(payment, amount=1)
    assert receive("test", headers, other) is NotificationRefusal.AMOUNT_DIFFERS
    assert Alarm.objects.get().kind == "amount_differs"
    headers, other = forge(payment, reference="0")
    assert receive("test", headers, other) is NotificationRefusal.UNKNOWN_REFERENCE
    for malformed in (b"{", b"[]", b"{}", b'{"event": 1}'):
        told = receive("test", testpay.sign(malformed), malformed)
        assert told is NotificationRefusal.MALFORMED
    order.refresh_from_db()
    assert (order.state, Notification.objects.count()) == (State.PAYING, 0)


def test_an_old_message_is_not_believed_and_a_repeated_one_does_nothing(mall: Mall) -> None:
    order = unpaid(mall)
    payment = mall.pay([order], None).payment
    headers, body = forge(payment)
    mall.time.pass_by(minutes=6)
    assert payments.receive("test", headers, body) is NotificationRefusal.STALE
    headers = {name.lower(): value for name, value in testpay.sign(body).items()}
    assert payments.receive("test", headers, body) is None
    assert payments.receive("test", headers, body) is None
    assert Notification.objects.count() == 1


def test_money_that_comes_after_the_order_was_cancelled_goes_back(mall: Mall) -> None:
    order = unpaid(mall)
    payment = mall.pay([order], None).payment
    # The provider takes the money and closes nothing: as if both had met there.
    TestCharge.objects.update(state="closed")
    orders.cancel_order(person=order.person, number=order.number)
    order.refresh_from_db()
    assert order.state == State.CANCELLED
    TestCharge.objects.update(state="succeeded")
    headers, body = forge(payment)
    assert payments.receive("test", headers, body) is None
    assert refunded(payment) == [("test", 100_00, RefundState.SUCCEEDED)]
    headers, body = forge(payment)  # told once more, as another event
    assert payments.receive("test", headers, body) is None
    assert refunded(payment) == [("test", 100_00, RefundState.SUCCEEDED)]
    assert TestRefund.objects.get().amount_minor == 100_00
    order.refresh_from_db()
    assert order.state == State.CANCELLED


def test_giving_up_asks_the_provider_first(mall: Mall) -> None:
    order = unpaid(mall)
    number = order.checkout.number
    mall.pay([order], Choice.SUCCEED_SILENTLY)
    told = paying.abandon_paying(person=order.person, checkout_number=number)
    assert told is PayingRefusal.ALREADY_PAID
    order.refresh_from_db()
    assert order.state == State.PAID


def test_a_provider_that_does_not_answer_leaves_the_payment_open(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = unpaid(mall)
    number = order.checkout.number
    mall.pay([order], None)

    def silent(*_: object) -> None:
        raise ProviderUnreachableError

    with monkeypatch.context() as patched:
        for what in ("open", "query", "close"):
            patched.setattr(testpay.TestChannel, what, silent)
        told = paying.abandon_paying(person=order.person, checkout_number=number)
        assert told is PayingRefusal.PAYMENT_OPEN
        refusal = orders.cancel_order(person=order.person, number=order.number)
        assert refusal is orders.OrderRefusal.NOT_NOW
        started = paying.continue_paying(person=order.person, checkout_number=number)
        assert started.go_to is None
        mall.time.pass_by(minutes=2)
        assert payments.ask_providers() == 1
    assert paying.abandon_paying(person=order.person, checkout_number=number) is None
    order.refresh_from_db()
    assert order.state == State.UNPAID


def test_a_provider_never_reached_is_closed_all_the_same(mall: Mall) -> None:
    """The process died before the payment was opened there: opening it later finds it closed."""
    order = unpaid(mall)
    payment = mall.pay([order], None).payment
    TestCharge.objects.all().delete()
    assert paying.abandon_paying(person=order.person, checkout_number=order.checkout.number) is None
    testpay.choose(reference=payment.reference, choice=Choice.SUCCEED)
    assert TestCharge.objects.get().state == "closed"


def test_what_the_mall_does_not_take_is_delivered_again(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = unpaid(mall)
    payment = mall.pay([order], None).payment
    testpay.choose(reference=payment.reference, choice=Choice.SUCCEED)
    with override_settings(DEMO=False):
        assert payments.deliver_test_messages() == 0
    with monkeypatch.context() as patched:
        patched.setattr(payments, "receive", lambda *_: NotificationRefusal.UNKNOWN_REFERENCE)
        assert payments.deliver_test_messages() == 0
    assert payments.deliver_test_messages() == 0
    mall.time.pass_by(minutes=1)
    assert payments.deliver_test_messages() == 1
    assert clock.now() - order.placed_at == timedelta(minutes=1)
