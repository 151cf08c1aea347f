"""Two at once where distributors sell, on PostgreSQL, beside twins without the guard."""

from collections.abc import Callable
from threading import Event
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError

from patronage.commerce import (
    checkout,
    merchants,
    orders,
    purchasing,
    returns,
    supplying,
    transitions,
)
from patronage.commerce.models import Order, Refund, State
from patronage.members.refusals import Refusal
from tests.integration.commerce.play import Mall
from tests.integration.commerce.test_races import (
    TIMEOUT,
    Meeting,
    meet_before,
    ordering,
    together,
)


def unlocked(order_id: int) -> Order:
    return Order.objects.get(id=order_id)


# The supplier declines while the consumer cancels.


def declined_and_cancelled(mall: Mall) -> tuple[Order, Callable[[], list[Any]]]:
    (order,) = mall.place(mall.person(), (mall.item(mall.sku(stock=5), 70_00), 2))
    mall.pay([order])
    number, who = order.purchase.number, mall.person()

    def both() -> list[Any]:
        return together(
            lambda: purchasing.decline(merchant=None, number=number, who=who, reason="缺货"),
            lambda: orders.cancel_order(person=order.person, number=order.number),
        )

    return order, both


def test_an_order_declined_and_cancelled_at_once_is_refunded_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    order, both = declined_and_cancelled(on_postgresql)
    meeting = Meeting()
    for where in (purchasing, orders):
        meet_before(monkeypatch, where, "locked", meeting)
    told = both()
    assert len([one for one in told if isinstance(one, Refusal)]) == 1
    order.refresh_from_db()
    line = order.lines.get()
    assert (order.state, line.sku.stock) == (State.CANCELLED, 5)
    assert [one.amount_minor for one in Refund.objects.all()] == [order.total_minor]
    on_postgresql.verify()


def test_twin_without_the_lock_one_of_them_breaks(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, both = declined_and_cancelled(on_postgresql)
    for where in (purchasing, orders, transitions):
        monkeypatch.setattr(where, "locked", unlocked)
    meet_before(monkeypatch, purchasing.refunds, "request_all", Meeting())
    # Both mean to give the money back; that its refund has one key is the last thing that helps.
    with pytest.raises(DatabaseError):  # its key is taken, or each waits for the other
        both()


# Two returns at once.


def two_returns(mall: Mall) -> list[Any]:
    (order,) = mall.place(mall.person(), (mall.item(mall.sku(), 70_00), 2))
    mall.pay([order])
    mall.receive(order)
    asked = {"person": order.person, "number": order.number}
    all_of_it = {order.lines.get().id: 2}
    return together(
        *(
            lambda key=key: returns.request_return(key=key, quantities=all_of_it, **asked)
            for key in "ab"
        )
    )


def test_of_two_returns_at_once_one_is_taken(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_before(monkeypatch, returns, "locked", Meeting())
    told = two_returns(on_postgresql)
    assert [one for one in told if isinstance(one, Refusal)] == [returns.ReturnRefusal.RETURN_OPEN]


def test_twin_without_the_lock_the_constraint_is_the_last_thing_that_helps(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returns, "locked", unlocked)
    meet_before(monkeypatch, returns, "returnable", Meeting())  # neither has found the other's
    with pytest.raises(IntegrityError, match="commerce_return_open_once"):
        two_returns(on_postgresql)


# An agreement changes while an order is placed.


class Told(list[str]):
    """What happened, in order; says when it was agreed."""

    def __init__(self, agreed: Event) -> None:
        super().__init__()
        self._agreed = agreed

    def append(self, what: str) -> None:
        super().append(what)
        if what == "agreed":
            self._agreed.set()


def placed_and_agreed(mall: Mall, events: list[str], order_first: Event) -> int:
    """Let both happen, the agreement once the order has read its terms; return these."""
    merchant = mall.merchant(concession_micro=100_000)
    place = ordering(mall.person(), mall.sku(100_00, merchant=merchant), 100_00)
    terms = merchants.Terms(200_000, merchants.today())
    who = mall.person()

    def agree() -> None:
        assert order_first.wait(TIMEOUT)
        told = merchants.agree(merchant_id=merchant.id, who=who, terms=terms)
        assert not isinstance(told, Refusal), told
        events.append("agreed")

    def order() -> Any:
        done = place()
        events.append("placed")
        return done

    placed = together(order, agree)[0]
    assert isinstance(placed, checkout.Placed), placed
    return int(placed.checkout.orders.get().lines.get().concession_micro)


def test_an_agreement_waits_for_an_order_that_has_read_its_terms(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    has_read, is_there = Event(), Event()
    write, take = checkout._write, supplying.take_skus

    def wait_and_write(*parts: Any) -> None:
        has_read.set()
        assert is_there.wait(TIMEOUT)
        write(*parts)

    def come_and_take(skus: Any) -> None:
        is_there.set()
        take(skus)

    monkeypatch.setattr(checkout, "_write", wait_and_write)
    monkeypatch.setattr(supplying, "take_skus", come_and_take)
    assert placed_and_agreed(on_postgresql, events, has_read) == 100_000
    assert events == ["placed", "agreed"]


def test_twin_that_takes_no_skus_an_order_is_placed_under_what_no_longer_holds(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_read, is_agreed = Event(), Event()
    write = checkout._write

    def wait_and_write(*parts: Any) -> None:
        has_read.set()
        assert is_agreed.wait(TIMEOUT)
        write(*parts)

    events = Told(is_agreed)
    monkeypatch.setattr(checkout, "_write", wait_and_write)
    monkeypatch.setattr(supplying, "take_skus", lambda _skus: None)
    assert placed_and_agreed(on_postgresql, events, has_read) == 100_000
    assert events == ["agreed", "placed"]


def test_an_order_that_comes_later_reads_the_new_terms(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its stock is taken before anything is read: what was agreed by then holds."""
    begun, is_agreed = Event(), Event()
    take = checkout.take_stock

    def wait_and_take(*what: Any) -> bool:
        begun.set()
        assert is_agreed.wait(TIMEOUT)
        return take(*what)

    events = Told(is_agreed)
    monkeypatch.setattr(checkout, "take_stock", wait_and_take)
    assert placed_and_agreed(on_postgresql, events, begun) == 200_000
    assert events == ["agreed", "placed"]
