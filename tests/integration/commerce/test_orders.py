"""Cancelling, shipping, codes, receipt."""

import json
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from patronage.commerce import jobs, orders, refunds, returns
from patronage.commerce.fulfilment import CodeRefusal
from patronage.commerce.models import (
    Alarm,
    Delivery,
    FreightRule,
    Order,
    RedemptionCode,
    Refund,
    RefundState,
    State,
    TestRefund,
    Transition,
)
from patronage.commerce.orders import OrderRefusal
from patronage.commerce.port import ProviderUnreachableError
from patronage.commerce.testpay import TestChannel
from patronage.commerce.transitions import ALLOWED, ImpossibleTransitionError, move
from patronage.members import clock
from patronage.members.closing import ClosingRefusal, close_account
from tests.integration.commerce.play import HOME, Mall


def test_only_what_the_table_allows_happens_and_is_logged(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 1))
    logged = []
    for before, after in product(State, State):
        Order.objects.update(state=before)
        with transaction.atomic():
            if after in ALLOWED[before]:
                assert move(order.id, after, who=order.person, note="x").state == after
                logged.append((before, after, order.person_id, clock.now(), "x"))
            else:
                with pytest.raises(ImpossibleTransitionError):
                    move(order.id, after, who=None)
        order.refresh_from_db()
        assert order.state == (after if after in ALLOWED[before] else before)
    told = Transition.objects.values_list("from_state", "to_state", "who", "at", "note")
    assert list(told) == logged


def test_no_other_state_can_be_stored(mall: Mall) -> None:
    mall.place(mall.person(), (mall.sku(), 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.update(state="lost")


def test_cancelling_an_unpaid_order_is_free(mall: Mall) -> None:
    person = mall.person()
    sku = mall.sku(stock=3)
    voucher = mall.voucher(person, mall.house, off_minor=1)
    (order,) = mall.place(person, (sku, 2))
    told = orders.cancel_order(person=person, number=order.number, note="不要了")
    assert (told.state, told.closed_at) == (State.CANCELLED, clock.now())
    assert orders.cancel_order(person=person, number=order.number) is OrderRefusal.NOT_NOW
    sku.refresh_from_db()
    voucher.refresh_from_db()
    assert (sku.stock, voucher.order) == (3, None)
    assert Refund.objects.count() == 0


def test_cancelling_a_paid_order_gives_all_tenders_back(mall: Mall) -> None:
    person = mall.person()
    mall.give(person, 50_00)
    merchant = mall.merchant()
    FreightRule.objects.create(merchant=merchant, first_minor=10_00)
    sku = mall.sku(90_00, merchant=merchant, stock=3)
    (order,) = mall.place(person, (sku, 1))
    mall.pay([order], inner="cash", inner_minor=50_00)
    assert orders.cancel_order(person=person, number=order.number).state == State.CANCELLED
    told = Refund.objects.order_by("channel").values_list("channel", "amount_minor", "state")
    assert list(told) == [
        ("cash", 50_00, RefundState.SUCCEEDED),
        ("test", 50_00, RefundState.SUCCEEDED),
    ]
    assert mall.held(person.account).cash == 50_00
    assert TestRefund.objects.get().amount_minor == 50_00
    sku.refresh_from_db()
    assert sku.stock == 3
    mall.verify()


def test_others_orders_cannot_be_touched(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 1))
    mall.pay([order])
    other, merchant = mall.person(), mall.merchant()
    number = order.number
    unknown = OrderRefusal.UNKNOWN_ORDER
    assert orders.order_of(person=other, number=number) is None
    assert orders.cancel_order(person=other, number=number) is unknown
    assert orders.confirm_receipt(person=other, number=number) is unknown
    assert orders.ship_order(merchant=merchant, number=number, who=other) is unknown
    asked = returns.request_return(person=other, number=number, key="k", quantities={})
    assert asked is returns.ReturnRefusal.UNKNOWN_ORDER
    assert list(orders.orders_of(other)) == []
    assert orders.counts_of(other) == {}
    assert orders.counts_of(order.person) == {State.PAID: 1}
    assert list(orders.orders_of(order.person, State.PAID)) == [order]
    assert list(orders.orders_of(order.person, State.UNPAID)) == []


def test_shipping_and_receipt(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 1))
    person, staff, number = order.person, mall.person(), order.number
    assert orders.confirm_receipt(person=person, number=number) is OrderRefusal.NOT_NOW
    early = orders.ship_order(merchant=mall.house, number=number, who=staff)
    assert early is OrderRefusal.NOT_NOW
    mall.pay([order])
    shipped = orders.ship_order(
        merchant=mall.house, number=number, who=staff, carrier="顺丰", tracking="SF1"
    )
    assert (shipped.state, shipped.carrier, shipped.tracking) == (State.SHIPPED, "顺丰", "SF1")
    assert orders.cancel_order(person=person, number=number) is OrderRefusal.NOT_NOW
    received = orders.confirm_receipt(person=person, number=number)
    assert received.state == State.RECEIVED
    assert (received.completes_at - received.received_at).days == 7
    told = orders.order_of(person=person, number=number)
    assert [one.who for one in told.transitions.all()] == [person, None, staff, person]


def test_an_order_is_received_by_itself_ten_days_after_shipping(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 1))
    mall.pay([order])
    mall.ship(order)
    mall.time.pass_by(days=9, hours=23)
    assert orders.receive_due() == 0
    mall.time.pass_by(hours=1)
    assert orders.receive_due() == 1
    assert orders.receive_due() == 0
    order.refresh_from_db()
    assert order.state == State.RECEIVED


def codes_of(order: Order) -> list[str]:
    codes = RedemptionCode.objects.filter(line__order=order).order_by("id")
    return list(codes.values_list("code", flat=True))


def test_codes_are_redeemed_at_the_counter(mall: Mall) -> None:
    staff = mall.person()
    (order,) = mall.place(mall.person(), (mall.sku(delivery=Delivery.CODE), 2))
    assert codes_of(order) == []
    mall.pay([order])
    first, second = codes_of(order)
    told = orders.ship_order(merchant=mall.house, number=order.number, who=staff)
    assert told is OrderRefusal.NOTHING_TO_SHIP
    other = mall.merchant()
    redeem = orders.redeem_code
    assert redeem(merchant=other, code=first, who=staff) is CodeRefusal.UNKNOWN_CODE
    spaced = f" {first[:4]} {first[4:8]}-{first[8:]}"
    assert redeem(merchant=mall.house, code=spaced, who=staff).redeemed_by == staff
    assert redeem(merchant=mall.house, code=first, who=staff) is CodeRefusal.REDEEMED
    cancelled = orders.cancel_order(person=order.person, number=order.number)
    assert cancelled is OrderRefusal.CODES_REDEEMED
    order.refresh_from_db()
    assert order.state == State.PAID
    redeem(merchant=mall.house, code=second, who=staff)
    order.refresh_from_db()
    assert order.state == State.RECEIVED
    mall.complete(order)
    assert order.state == State.COMPLETED


def test_a_cancelled_orders_codes_are_void(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(delivery=Delivery.CODE), 1))
    mall.pay([order])
    (code,) = codes_of(order)
    orders.cancel_order(person=order.person, number=order.number)
    told = orders.redeem_code(merchant=mall.house, code=code, who=mall.person())
    assert told is CodeRefusal.VOID


def test_what_needs_no_delivery_is_received_when_paid(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(delivery=Delivery.NONE), 1))
    mall.pay([order])
    assert order.state == State.RECEIVED


def test_a_mixed_order_is_received_when_all_has_come(mall: Mall) -> None:
    person = mall.person()
    (order,) = mall.place(
        person,
        (mall.sku(), 1),
        (mall.sku(delivery=Delivery.CODE), 1),
        (mall.sku(delivery=Delivery.NONE), 1),
    )
    mall.pay([order])
    assert order.state == State.PAID
    mall.ship(order)
    told = orders.confirm_receipt(person=person, number=order.number)
    assert told is OrderRefusal.CODES_OPEN
    mall.time.pass_by(days=20)
    assert orders.receive_due() == 0
    (code,) = codes_of(order)
    orders.redeem_code(merchant=mall.house, code=code, who=person)
    assert orders.confirm_receipt(person=person, number=order.number).state == State.RECEIVED


def test_a_refund_that_gets_no_answer_is_tried_again(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 1))
    mall.pay([order])
    with monkeypatch.context() as patched:

        def silent(*_: Any) -> bool:
            raise ProviderUnreachableError

        patched.setattr(TestChannel, "refund", silent)
        orders.cancel_order(person=order.person, number=order.number)
        assert Refund.objects.get().state == RefundState.REQUESTED
        assert refunds.retry() == 1
    assert refunds.retry() == 1
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert (TestRefund.objects.count(), refunds.retry()) == (1, 0)


def test_a_refund_that_the_provider_will_never_make_is_an_alarm(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 1))
    mall.pay([order])
    monkeypatch.setattr(TestChannel, "refund", lambda *_: False)
    orders.cancel_order(person=order.person, number=order.number)
    assert Refund.objects.get().state == RefundState.FAILED
    assert Alarm.objects.get().kind == "refund_failed"


def test_coins_that_the_merchant_no_longer_has_are_an_alarm_and_tried_again(mall: Mall) -> None:
    person = mall.person()
    mall.buy(person, (mall.sku(100_00), 1))
    mall.buy(mall.person(), (mall.sku(1000_00), 1))
    merchant = mall.merchant()
    mall.give_coins(person, 20 * 10**9)
    (order,) = mall.place(person, (mall.sku(10_00, merchant=merchant), 1))
    mall.pay([order], inner="coins", inner_minor=10_00)
    mall.submit(type="coins.redeemed", merchant=merchant.account, amount=10_00)
    orders.cancel_order(person=person, number=order.number)
    assert Refund.objects.get().state == RefundState.REQUESTED
    assert Alarm.objects.get().kind == "event_refused"
    assert orders.held_coins(merchant) == 10_00
    jobs.run_all()
    assert Refund.objects.get().tries == 1
    # Someone else pays the merchant coins; an hour later there are some to give back.
    (other,) = mall.place(person, (mall.sku(10_00, merchant=merchant), 1))
    mall.pay([other], inner="coins", inner_minor=10_00)
    mall.time.pass_by(hours=1)
    refunds.retry()
    refund = Refund.objects.get()
    assert (refund.state, refund.tries) == (RefundState.SUCCEEDED, 2)


def test_an_order_is_open_until_its_money_is_divided_and_given_back(mall: Mall) -> None:
    person, other = mall.person(), mall.person()
    assert not orders.has_open(person)
    (order,) = mall.place(person, (mall.sku(), 1))
    assert (orders.has_open(person), orders.has_open(other)) == (True, False)
    mall.pay([order])
    mall.receive(order)
    assert orders.has_open(person)
    mall.complete(order)
    assert not orders.has_open(person)
    Order.objects.update(split_at=None)
    assert orders.has_open(person)
    (second,) = mall.place(other, (mall.sku(), 1))
    mall.pay([second])
    orders.cancel_order(person=other, number=second.number)
    assert not orders.has_open(other)
    Refund.objects.update(state=RefundState.REQUESTED)
    assert orders.has_open(other)


def test_a_members_orders_are_told_for_their_export(mall: Mall) -> None:
    person = mall.person()
    (order,) = mall.place(person, (mall.sku(100_00), 2))
    (told,) = json.loads(json.dumps(orders.exported(person)))
    assert (told["number"], told["total_minor"]) == (order.number, "20000")
    assert told["address"]["street"] == "文三路 1 号"
    assert told["lines"] == [
        {"product": "干红葡萄酒", "kind": "", "quantity": 2, "returned": 0, "price_minor": "10000"}
    ]
    assert orders.exported(mall.person()) == []


@pytest.mark.parametrize("seen", [State.UNPAID, State.PAYING])
def test_an_order_paid_meanwhile_is_not_cancelled_as_unpaid(mall: Mall, seen: State) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 1))
    mall.pay([order])
    stale = Order.objects.get(id=order.id)
    stale.state = seen
    told = orders.cancel(stale, who=None, note="")
    assert told is OrderRefusal.ALREADY_PAID
    order.refresh_from_db()
    assert (order.state, Refund.objects.count()) == (State.PAID, 0)


def test_who_leaves_leaves_no_address_in_their_orders(mall: Mall) -> None:
    leaver, stayer = mall.person(), mall.person()
    made = []
    for person in (leaver, stayer):
        (order,) = mall.place(person, (mall.sku(), 1))
        Order.objects.filter(id=order.id).update(note="李雷收")
        mall.pay([order])
        made.append(order)
    assert close_account(person=leaver, orders=orders) == [ClosingRefusal.ORDERS_OPEN]
    for order in made:
        orders.cancel_order(person=order.person, number=order.number, note="搬家了")
    assert Refund.objects.filter(reason="搬家了").count() == 2
    assert close_account(person=leaver, orders=orders) == []
    for order in made:
        order.refresh_from_db()
    gone, kept = made
    assert (gone.name, gone.phone, gone.district, gone.street, gone.note) == ("",) * 5
    assert (gone.province, gone.city) == (HOME.province, HOME.city)
    assert (kept.name, kept.street, kept.note) == (HOME.name, HOME.street, "李雷收")
    for model, field in ((Refund, "reason"), (Transition, "note")):
        assert model.objects.filter(**{field: "搬家了"}).count() == 1
    assert gone.transitions.count() == 3
