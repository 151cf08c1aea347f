"""The order's last step: what it brings the economy."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from patronage import economy
from patronage.commerce import alarms, dividing, posting, rewarding
from patronage.commerce.dividing import completed_id
from patronage.commerce.models import Order, ReturnState, State, Tender
from patronage.commerce.refunds import tenders_of
from patronage.commerce.remains import Money, money_of, sold_of
from patronage.commerce.sharing import amounts_of
from patronage.commerce.transitions import locked, move
from patronage.economy import BrokenInvariantError, Charter
from patronage.members import clock


class Pending(NamedTuple):
    """Points and quota that an order would grant at today's price; when, if that is known."""

    points_nano: int
    quota_minor: int
    completes_at: Any


def amounts(order: Order, charter: Charter, money: Money) -> dict[str, int]:
    """Return amount, base and profit of an order of which something was paid in money."""
    sold = sold_of(order)
    paid = money.money_minor + money.points_minor + money.coins_goods_minor
    if sum(one.net_minor for one in sold) != paid:
        raise BrokenInvariantError(f"{order.number}: its lines and its tenders differ")
    return amounts_of(charter, sold, money.money_minor, is_house=order.merchant.is_house)


def pending_of(order: Order, tenders: Sequence[Tender] | None = None) -> Pending | None:
    """Return what an order that is paid and not completed would grant; None for others.

    By the rule itself at today's price, so an estimate. Its tenders are read unless given.
    """
    if order.state not in (State.PAID, State.SHIPPED, State.RECEIVED):
        return None
    return pending_in(posting.state(), order, tenders_of(order) if tenders is None else tenders)


def pending_in(state: economy.State, order: Order, tenders: Iterable[Tender]) -> Pending:
    """Return what an order paid by these tenders would grant in a state of the economy."""
    money = money_of(order, list(tenders))
    if not money.money_minor:
        return Pending(0, 0, order.completes_at)
    granted = posting.try_order(state, amounts(order, state.charter, money))
    return Pending(granted.points, granted.quota, order.completes_at)


def granted_of(order: Order) -> int | None:
    """Return the nano-points that a completed order granted; None where none are granted yet."""
    outcome = posting.outcome_of(completed_id(order))
    return None if outcome is None or outcome.facts is None else int(outcome.facts["points"])


def complete(order_id: int) -> bool:
    """Complete a received order whose hold is over: its last step and its event are one.

    False where it is not the time, or a return waits for an answer. Not inside a transaction.
    """
    with transaction.atomic():
        order = locked(order_id)
        if order.state != State.RECEIVED or order.completes_at is None:
            return False
        if order.completes_at > clock.now():
            return False
        if order.returns.filter(state=ReturnState.REQUESTED).exists():
            return False
        money = money_of(order)
        if money.money_minor:
            posting.submit(_event(order, money))
        move(order.id, State.COMPLETED, who=None)
    posting.settle_all()
    dividing.divide(order_id)
    return True


def _event(order: Order, money: Money) -> dict[str, Any]:
    figures = amounts(order, posting.charter(), money)
    event: dict[str, Any] = {
        "id": completed_id(order),
        "type": "order.completed",
        "order": order.number,
        "member": order.person.account,
        **figures,
    }
    # Who has left since the order was placed is rewarded no more; who has signals, perhaps later.
    if rewarding.refer(order, figures):
        event["referrer"] = order.referrer_account
    return event


def complete_due() -> int:
    """Complete the orders whose hold is over; return how many. Not inside a transaction."""
    due = Order.objects.filter(state=State.RECEIVED, completes_at__lte=clock.now())
    ids = list(due.order_by("completes_at", "id").values_list("id", flat=True))
    return alarms.one_by_one("order_not_completed", ids, complete)
