"""Two at once, on PostgreSQL. Each race has a twin: without its guard the damage is done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, local
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections

from patronage import ledger
from patronage.commerce import (
    cancelling,
    checkout,
    coupons,
    jobs,
    orders,
    paying,
    payments,
    posting,
    returns,
    testpay,
    transitions,
)
from patronage.commerce.checkout import CheckoutRefusal, Placed, Wanted
from patronage.commerce.models import (
    CartItem,
    Checkout,
    Order,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    Sku,
    State,
    Voucher,
)
from patronage.commerce.testpay import Choice
from patronage.members.gate import Proof
from patronage.members.models import Person
from patronage.members.refusals import Refusal
from tests.integration.commerce.play import HOME, Mall, put, splits

Act = Callable[[], object]
TIMEOUT = 30


def together(*acts: Act) -> list[Any]:
    """Do all at once, each on its own connection."""

    def on_its_own(act: Act) -> object:
        try:
            return act()
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [done.result() for done in [pool.submit(on_its_own, act) for act in acts]]


class Meeting:
    """Lets two threads go on only when both are there, so often and then no more."""

    def __init__(self, times: int = 1) -> None:
        self._barrier = Barrier(2, timeout=TIMEOUT)
        self._times = times
        self._own = local()

    def wait(self) -> None:
        met = getattr(self._own, "met", 0)
        if met < self._times:
            self._own.met = met + 1
            self._barrier.wait()


def meet_before(monkeypatch: pytest.MonkeyPatch, where: Any, what: str, meeting: Meeting) -> None:
    """Let both come to a function before either goes through it."""
    function = getattr(where, what)

    def met(*args: Any, **options: Any) -> Any:
        meeting.wait()
        return function(*args, **options)

    monkeypatch.setattr(where, what, met)


def ordering(person: Person, sku: Sku, total: int, **press: Any) -> Act:
    press.setdefault("key", uuid4().hex)
    return lambda: checkout.place(
        person=person, wanted=[Wanted(sku.id, 1)], total_minor=total, address=HOME, **press
    )


# The last item of stock.


def last_item(mall: Mall) -> tuple[Sku, list[Any]]:
    sku = mall.sku(100, stock=1)
    acts = [ordering(mall.person(), sku, 100) for _ in range(2)]
    told = together(*acts)
    sku.refresh_from_db()
    return sku, told


def test_the_last_item_is_sold_once(on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_before(monkeypatch, checkout, "take_stock", Meeting())  # neither has taken it yet
    sku, told = last_item(on_postgresql)
    assert [one for one in told if not isinstance(one, Placed)] == [CheckoutRefusal.OUT_OF_STOCK]
    assert (sku.stock, Order.objects.count()) == (0, 1)


def test_twin_without_the_condition_the_last_item_is_sold_twice(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting()

    def unguarded(sku_id: int, quantity: int) -> bool:
        stock = Sku.objects.get(id=sku_id).stock
        meeting.wait()
        if stock < quantity:
            return False
        Sku.objects.filter(id=sku_id).update(stock=stock - quantity)
        return True

    monkeypatch.setattr(checkout, "take_stock", unguarded)
    _, told = last_item(on_postgresql)
    assert all(isinstance(one, Placed) for one in told)
    assert Order.objects.count() == 2


# One cart in two windows.


def cart_in_two_windows(mall: Mall, *keys: str) -> list[Any]:
    person = mall.person()
    sku = mall.sku(100)
    put(person, (sku, 1))
    cart_key = checkout.cart_key(person)
    return together(
        *(ordering(person, sku, 100, key=key or cart_key, from_cart=True) for key in keys)
    )


def test_one_cart_in_two_windows_is_ordered_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_before(monkeypatch, checkout, "new_number", Meeting())  # neither has placed it yet
    first, second = cart_in_two_windows(on_postgresql, "", "")
    assert first.checkout == second.checkout
    assert {first.is_new, second.is_new} == {True, False}
    assert (Order.objects.count(), CartItem.objects.count()) == (1, 0)


def test_a_cart_is_ordered_once_even_under_two_keys(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_before(monkeypatch, checkout, "_take_from_cart", Meeting())
    told = cart_in_two_windows(on_postgresql, "1", "2")
    assert [one for one in told if not isinstance(one, Placed)] == [CheckoutRefusal.CART_CHANGED]
    assert Order.objects.count() == 1


def test_twin_without_key_and_lock_one_cart_is_ordered_twice(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting()

    def unguarded(person: Person, _: object) -> None:
        ids = list(CartItem.objects.filter(person=person).values_list("id", flat=True))
        meeting.wait()
        assert ids
        CartItem.objects.filter(id__in=ids).delete()

    monkeypatch.setattr(checkout, "_take_from_cart", unguarded)
    told = cart_in_two_windows(on_postgresql, "1", "2")
    assert all(isinstance(one, Placed) for one in told)
    assert Checkout.objects.count() == 2


# Pay and cancel.


def pay_and_cancel(mall: Mall) -> tuple[Person, Sku, Order]:
    person = mall.person()
    mall.give(person, 100_00)
    sku = mall.sku(100_00, stock=1)
    (order,) = mall.place(person, (sku, 1))
    together(
        lambda: paying.start_paying(
            person=person,
            checkout_number=order.checkout.number,
            key="k",
            inner="cash",
            inner_minor=100_00,
            pin=Proof.EARLIER,
        ),
        lambda: orders.cancel_order(person=person, number=order.number),
    )
    order.refresh_from_db()
    sku.refresh_from_db()
    return person, sku, order


def test_who_pays_and_cancels_at_once_has_the_goods_or_the_money(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting()
    meet_before(monkeypatch, paying, "locked_of", meeting)
    meet_before(monkeypatch, orders, "locked", meeting)
    person, sku, order = pay_and_cancel(on_postgresql)
    cash = on_postgresql.held(person.account).cash
    assert (order.state, cash, sku.stock) in (
        (State.PAID, 0, 0),
        (State.CANCELLED, 100_00, 1),
    )
    on_postgresql.verify()


def test_twin_without_locks_both_the_goods_and_the_money_are_gone(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting(times=2)  # when both have looked at it, and when both are about to move it

    def unguarded(order_id: int) -> Order:
        order = Order.objects.get(id=order_id)
        meeting.wait()
        return order

    def unguarded_of(checkout_id: int, state: State) -> list[Order]:
        found = list(Order.objects.filter(checkout_id=checkout_id, state=state))
        meeting.wait()
        return found

    # The payment is noted when the cancellation is over, not while it is under way.
    over, cancel = Event(), orders.cancel_order

    def cancel_order(**press: Any) -> Any:
        try:
            return cancel(**press)
        finally:
            over.set()

    def unguarded_later(checkout_id: int, state: State) -> list[Order]:
        assert over.wait(TIMEOUT)
        return unguarded_of(checkout_id, state)

    for where in (transitions, orders):
        monkeypatch.setattr(where, "locked", unguarded)
    monkeypatch.setattr(paying, "locked_of", unguarded_of)
    monkeypatch.setattr(payments, "locked_of", unguarded_later)
    monkeypatch.setattr(orders, "cancel_order", cancel_order)
    person, sku, _ = pay_and_cancel(on_postgresql)
    # The cash was taken and not given back, and yet someone else can buy the goods.
    assert on_postgresql.held(person.account).cash == 0
    assert (sku.stock, Refund.objects.count()) == (1, 0)


def test_money_that_meets_a_cancellation_ends_as_an_order_or_goes_back(
    on_postgresql: Mall,
) -> None:
    mall = on_postgresql
    for _ in range(5):
        (order,) = mall.place(mall.person(), (mall.sku(100_00), 1))
        payment = mall.pay([order], None).payment

        def pay(reference: str = payment.reference) -> None:
            testpay.choose(reference=reference, choice=Choice.SUCCEED)
            payments.deliver_test_messages()

        def cancel(order: Order = order) -> None:
            orders.cancel_order(person=order.person, number=order.number)

        together(pay, cancel)
        order.refresh_from_db()
        payment.refresh_from_db()
        charge = testpay.charge_of(payment.reference)
        back = sum(refund.amount_minor for refund in charge.refunds.all())
        if order.state == State.PAID:
            assert (payment.state, charge.state, back) == (
                PaymentState.SUCCEEDED,
                "succeeded",
                0,
            )
        else:
            assert order.state == State.CANCELLED
            assert (charge.state, back) in (("closed", 0), ("succeeded", 100_00))
    mall.verify()


# The merchant cancels while it is shipped, and while the shopper cancels.


def cancelled_by_merchant(order: Order, clerk: Person) -> Act:
    return lambda: cancelling.cancel_lines(
        merchant=order.merchant,
        number=order.number,
        key="k",
        who=clerk,
        quantities={order.lines.get().id: 2},
        reason="缺货",
    )


def shipped(order: Order) -> Act:
    return lambda: orders.ship_order(merchant=order.merchant, number=order.number, who=None)


def cancelled_by_shopper(order: Order) -> Act:
    return lambda: orders.cancel_order(person=order.person, number=order.number)


def paid_order(mall: Mall) -> Order:
    person = mall.person()
    mall.give(person, 200_00)
    (order,) = mall.place(person, (mall.sku(100_00), 2))
    mall.pay([order], inner="cash", inner_minor=200_00)
    return order


@pytest.mark.parametrize("other", [shipped, cancelled_by_shopper])
def test_a_merchants_cancellation_meets_another_step(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch, other: Callable[[Order], Act]
) -> None:
    order = paid_order(on_postgresql)
    meeting = Meeting()
    for where in (cancelling, orders):
        meet_before(monkeypatch, where, "locked", meeting)
    told = together(cancelled_by_merchant(order, on_postgresql.person()), other(order))
    order.refresh_from_db()
    assert sum(isinstance(one, Refusal) for one in told) == 1
    cash = on_postgresql.held(order.person.account).cash
    assert (order.state, cash) in ((State.SHIPPED, 0), (State.CANCELLED, 200_00))
    on_postgresql.verify()


def test_twin_without_the_lock_goods_are_shipped_and_their_money_goes_back(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = paid_order(on_postgresql)
    meeting = Meeting(times=2)  # when both have looked at it, and when both are about to move it

    def unguarded(order_id: int) -> Order:
        found = Order.objects.get(id=order_id)
        meeting.wait()
        return found

    for where in (cancelling, orders, transitions):
        monkeypatch.setattr(where, "locked", unguarded)
    told = together(cancelled_by_merchant(order, on_postgresql.person()), shipped(order))
    assert not any(isinstance(one, Refusal) for one in told)
    assert on_postgresql.held(order.person.account).cash == 200_00
    assert set(order.transitions.values_list("to_state", flat=True)) >= {
        State.SHIPPED,
        State.CANCELLED,
    }


# What came back is put into stock by two at once.


def came_back(mall: Mall) -> tuple[Sku, Act]:
    sku = mall.sku(100_00, stock=5)
    (order,) = mall.place(mall.person(), (sku, 2))
    mall.pay([order])
    mall.receive(order)
    asked = returns.request_return(
        person=order.person, number=order.number, key="k", quantities={order.lines.get().id: 1}
    )
    assert not isinstance(asked, Refusal), asked
    returns.answer_return(merchant=None, return_id=asked.id, who=mall.person(), approve=True)
    return sku, lambda: returns.restock(merchant=None, return_id=asked.id)


def test_what_came_back_is_in_stock_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    sku, act = came_back(on_postgresql)
    meet_before(monkeypatch, returns, "locked", Meeting())
    told = together(act, act)
    sku.refresh_from_db()
    assert [one for one in told if isinstance(one, Refusal)] == [returns.ReturnRefusal.RESTOCKED]
    assert sku.stock == 4


def test_twin_without_the_lock_it_is_in_stock_twice(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    sku, act = came_back(on_postgresql)
    monkeypatch.setattr(returns, "locked", lambda order_id: Order.objects.get(id=order_id))
    meet_before(monkeypatch, returns, "put_back", Meeting())
    together(act, act)
    sku.refresh_from_db()
    assert sku.stock == 5


# One coupon twice.


def one_voucher(mall: Mall) -> list[Any]:
    person = mall.person()
    mall.voucher(person, mall.house, off_minor=40)
    return together(*(ordering(person, mall.sku(100), 60) for _ in range(2)))


def test_one_voucher_reduces_one_order(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_before(monkeypatch, checkout, "_write", Meeting())
    told = one_voucher(on_postgresql)
    refused = [one for one in told if not isinstance(one, Placed)]
    assert refused == [CheckoutRefusal.VOUCHER_UNUSABLE]
    assert list(Order.objects.values_list("discount_minor", flat=True)) == [40]


def test_twin_without_the_condition_one_voucher_reduces_two_orders(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting()

    def unguarded(voucher: Voucher, order: Order) -> bool:
        is_free = Voucher.objects.get(id=voucher.id).order_id is None
        meeting.wait()
        Voucher.objects.filter(id=voucher.id).update(order=order)
        return is_free

    monkeypatch.setattr(coupons, "use", unguarded)
    told = one_voucher(on_postgresql)
    assert all(isinstance(one, Placed) for one in told)
    assert list(Order.objects.values_list("discount_minor", flat=True)) == [40, 40]


# Two schedulers.


def test_two_schedulers_do_everything_once(on_postgresql: Mall) -> None:
    mall = on_postgresql
    merchant = mall.merchant(concession_micro=200_000)
    sku = mall.sku(100_00, merchant=merchant)
    made = []
    for _ in range(4):
        (order,) = mall.place(mall.person(), (sku, 1))
        mall.pay([order])
        mall.receive(order)
        made.append(order)
    (unpaid,) = mall.place(mall.person(), (sku, 1))
    (silent,) = mall.place(mall.person(), (sku, 1))
    mall.pay([silent], Choice.SUCCEED_SILENTLY)
    mall.time.pass_by(days=7)
    together(jobs.run_all, jobs.run_all)
    for order in made:
        order.refresh_from_db()
        assert order.state == State.COMPLETED
        assert sum(splits(order).values()) == 100_00
    assert mall.held(merchant.account).cash == 4 * 80_00
    assert [day.date for day in ledger.days("mall")] == [f"2026-03-0{n}" for n in range(1, 8)]
    unpaid.refresh_from_db()
    silent.refresh_from_db()
    assert (unpaid.state, silent.state) == (State.CANCELLED, State.PAID)
    sku.refresh_from_db()
    assert sku.stock == 100 - 5
    assert Payment.objects.filter(state=PaymentState.SUCCEEDED).count() == 5
    assert Refund.objects.exclude(state=RefundState.SUCCEEDED).count() == 0
    posting.settle_all()  # what both handed in and one settled still waits, to do nothing
    mall.verify()
