"""Paying by a provider that answers late, twice, falsely or never; from the ledger; mixed."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import override_settings

from patronage import ledger
from patronage.commerce import jobs, orders, paying, payments, posting, refunds, testpay
from patronage.commerce.models import (
    Alarm,
    FreightRule,
    Notification,
    Order,
    Payment,
    PaymentState,
    Refund,
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
from patronage.members.models import Person
from tests.integration.commerce.play import Mall


def refunds_of(payment: Payment) -> list[tuple[str, int, str]]:
    rows = Refund.objects.filter(payment=payment).order_by("id")
    return list(rows.values_list("channel", "amount_minor", "state"))


def unpaid(mall: Mall, person: Person | None = None, price: int = 100_00) -> Order:
    (order,) = mall.place(person or mall.person(), (mall.sku(price), 1))
    return order


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
    assert refunds_of(payment) == [("test", 100_00, RefundState.SUCCEEDED)]
    headers, body = forge(payment)  # told once more, as another event
    assert payments.receive("test", headers, body) is None
    assert refunds_of(payment) == [("test", 100_00, RefundState.SUCCEEDED)]
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


def test_what_is_asked_for_wrongly_begins_no_payment(mall: Mall) -> None:
    order = unpaid(mall)
    person, number = order.person, order.checkout.number

    def begin(**asked: Any) -> object:
        asked.setdefault("person", person)
        asked.setdefault("checkout_number", number)
        return paying.start_paying(key=uuid4().hex, **asked)

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
    }
    first = paying.start_paying(**press)
    assert paying.start_paying(**press) == first
    changed = paying.start_paying(**{**press, "inner_minor": 40_00})
    assert changed is PayingRefusal.KEY_USED
    assert mall.held(person.account).cash == 70_00


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
        assert refunds_of(payment) == [(inner, 10_00, RefundState.SUCCEEDED)]
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
    assert refunds_of(started.payment) == [("cash", 40_00, RefundState.SUCCEEDED)]
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


class Died(BaseException):
    """The process ends here."""


def die(*_: object, **__: object) -> None:
    raise Died


@pytest.mark.parametrize("inner_minor", [40_00, 100_00])
@pytest.mark.parametrize(
    ("where", "what"),
    [
        (posting, "settle_all"),  # what is to be taken was handed in
        (payments, "_is_inner_taken"),  # it was taken
        (testpay.TestChannel, "open"),  # the provider was not asked yet
    ],
)
def test_a_payment_that_died_goes_on(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, where: Any, what: str, inner_minor: int
) -> None:
    person = mall.person()
    mall.give(person, 100_00)
    order = unpaid(mall, person)
    needs_provider = inner_minor < 100_00
    with monkeypatch.context() as patched:
        patched.setattr(where, what, die)
        if what != "open" or needs_provider:
            with pytest.raises(Died):
                mall.pay([order], inner="cash", inner_minor=inner_minor)
        else:
            mall.pay([order], inner="cash", inner_minor=inner_minor)
    mall.time.pass_by(minutes=1)
    jobs.run_all()
    if needs_provider:
        told = paying.continue_paying(person=person, checkout_number=order.checkout.number)
        testpay.choose(reference=told.payment.reference, choice=Choice.SUCCEED)
        payments.deliver_test_messages()
    order.refresh_from_db()
    assert order.state == State.PAID
    assert mall.held(person.account).cash == 100_00 - inner_minor
    mall.verify()


@pytest.mark.parametrize(
    ("where", "what"),
    [(refunds, "carry_out"), (refunds, "_from_ledger"), (refunds, "_by_provider")],
)
def test_a_cancellation_that_died_gives_everything_back_once(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, where: Any, what: str
) -> None:
    person = mall.person()
    mall.give(person, 40_00)
    order = unpaid(mall, person)
    mall.pay([order], inner="cash", inner_minor=40_00)
    with monkeypatch.context() as patched:
        patched.setattr(where, what, die)
        with pytest.raises(Died):
            orders.cancel_order(person=person, number=order.number)
    for _ in range(2):
        jobs.run_all()
        assert mall.held(person.account).cash == 40_00
        assert TestRefund.objects.get().amount_minor == 60_00
        assert set(Refund.objects.values_list("state", flat=True)) == {RefundState.SUCCEEDED}
    mall.verify()


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
