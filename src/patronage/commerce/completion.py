"""The order's last step: what it brings the economy, and whose its money is."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from patronage import economy
from patronage.commerce import alarms, posting
from patronage.commerce.allocation import piece_part
from patronage.commerce.models import (
    Channel,
    Order,
    Party,
    ReturnState,
    Split,
    SplitKind,
    State,
    Tender,
)
from patronage.commerce.refunds import left_of, tenders_of
from patronage.commerce.sharing import Sold, amounts_of, concession_of
from patronage.commerce.transitions import locked, move
from patronage.economy import BrokenInvariantError, Charter
from patronage.members import clock, referral


class Money(NamedTuple):
    """What is left of what paid an order, in minor units.

    `money_minor` paid for goods by money (a provider, cash), `points_minor` by points;
    `freight_minor` for freight by these three; `coins_minor` all coins, for goods or freight,
    `coins_goods_minor` of them for goods.
    """

    money_minor: int
    points_minor: int
    freight_minor: int
    coins_minor: int
    coins_goods_minor: int

    @property
    def total_minor(self) -> int:
        """All of it."""
        return self.money_minor + self.points_minor + self.freight_minor + self.coins_minor


class Pending(NamedTuple):
    """Points and quota that an order would grant at today's price; when, if that is known."""

    points_nano: int
    quota_minor: int
    completes_at: Any


def money_of(order: Order, tenders: Sequence[Tender] | None = None) -> Money:
    """Return what is left of what paid an order; its tenders are read unless given."""
    if tenders is None:
        tenders = tenders_of(order)
    left = left_of(tenders)
    money = points = freight = coins = coins_goods = 0
    for tender in tenders:
        amount, goods = left[tender.id]
        if tender.channel == Channel.COINS:
            coins += amount
            coins_goods += goods
            continue
        freight += amount - goods
        if tender.channel == Channel.POINTS:
            points += goods
        else:
            money += goods
    return Money(money, points, freight, coins, coins_goods)


def sold_of(order: Order) -> list[Sold]:
    """Return an order's lines less what was returned."""
    sold = []
    for line in order.lines.all():
        kept = line.quantity - line.returned
        gone = piece_part(line.net_minor, line.quantity, 0, line.returned)
        cost = None if line.cost_minor is None else line.cost_minor * kept
        sold.append(Sold(line.net_minor - gone, cost, line.concession_micro))
    return sold


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


def completed_id(order: Order) -> str:
    """Return the id of the event that completes an order."""
    return f"order:{order.number}:completed"


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
    divide(order_id)
    return True


def _event(order: Order, money: Money) -> dict[str, Any]:
    event: dict[str, Any] = {
        "id": completed_id(order),
        "type": "order.completed",
        "order": order.number,
        "member": order.person.account,
        **amounts(order, posting.charter(), money),
    }
    # Who has left since the order was placed is rewarded no more.
    if order.referrer_account and referral.lock_referrer(order.referrer_account):
        event["referrer"] = order.referrer_account
    return event


def divide(order_id: int) -> bool:
    """Store the split of a completed order from its settled outcome, and credit the proceeds.

    False where it is divided already, not settled yet, or one of the events was refused, which is
    an alarm: `split_at` is set when the proceeds are credited, so until then it is tried again.
    Not inside a transaction.
    """
    receipt = None
    with transaction.atomic():
        order = locked(order_id)
        if order.state != State.COMPLETED or order.split_at is not None:
            return False
        rows = list(order.splits.all()) or _rows_of(order)
        if rows is None:
            return False
        owed = sum(row.amount_minor for row in rows if row.kind in _CREDITED)
        id = f"order:{order.number}:proceeds"
        if owed and not order.merchant.is_house:
            receipt = posting.submit(
                {
                    "id": id,
                    "type": "cash.credited",
                    "account": order.merchant.account,
                    "amount": owed,
                    "reason": f"proceeds of order {order.number}",
                }
            )
    if receipt is not None and not posting.require_applied(id, posting.settle(receipt)):
        return False
    Order.objects.filter(id=order_id, split_at=None).update(split_at=clock.now())
    return True


def _rows_of(order: Order) -> list[Split] | None:
    """Store and return the split of an order; None while its event has no good outcome."""
    money = money_of(order)
    contribution = dividend = 0
    if money.money_minor:
        outcome = posting.outcome_of(completed_id(order))
        if outcome is None or not posting.require_applied(completed_id(order), outcome):
            return None
        facts = outcome.facts or {}
        contribution, dividend = int(facts["contribution"]), int(facts["dividend"])
        order.referrer_points_nano = int(facts["referrer_points"])
        order.save(update_fields=["referrer_points_nano"])
    rows = split_of(order, sold_of(order), money, contribution, dividend)
    if sum(row.amount_minor for row in rows) != money.total_minor:
        raise BrokenInvariantError(f"{order.number}: its split is not what was paid")
    return Split.objects.bulk_create(rows)


_CREDITED = (SplitKind.PROCEEDS, SplitKind.FREIGHT)


def split_of(
    order: Order, sold: Sequence[Sold], money: Money, contribution: int, dividend: int
) -> list[Split]:
    """Return the parts of an order's money; they sum to it, and none is nothing.

    The house's goods: what the economy, freight and coins leave is the operator's. A merchant's:
    its proceeds are the goods paid in money or points, less the concession, out of which the
    economy's and the operator's parts come.
    """
    proceeds = 0
    if not order.merchant.is_house:
        concession = concession_of(sold, money.money_minor)
        proceeds = money.money_minor + money.points_minor - concession
    given = contribution + dividend + proceeds
    parts = (
        (Party.ECONOMY, SplitKind.CONTRIBUTION, contribution),
        (Party.ECONOMY, SplitKind.DIVIDEND, dividend),
        (Party.MERCHANT, SplitKind.PROCEEDS, proceeds),
        (Party.MERCHANT, SplitKind.FREIGHT, money.freight_minor),
        (Party.MERCHANT, SplitKind.COINS, money.coins_minor),
        (Party.OPERATOR, SplitKind.PLATFORM, money.money_minor + money.points_minor - given),
    )
    return [
        Split(order=order, party=party, kind=kind, amount_minor=amount)
        for party, kind, amount in parts
        if amount
    ]


def complete_due() -> int:
    """Complete the orders whose hold is over; return how many. Not inside a transaction."""
    due = Order.objects.filter(state=State.RECEIVED, completes_at__lte=clock.now())
    ids = list(due.order_by("completes_at", "id").values_list("id", flat=True))
    return alarms.one_by_one("order_not_completed", ids, complete)


def divide_due() -> int:
    """Catch up on splits that a crash left out; return how many. Not inside a transaction."""
    due = Order.objects.filter(state=State.COMPLETED, split_at=None).order_by("completed_at", "id")
    ids = list(due.values_list("id", flat=True))
    if ids:
        posting.settle_all()
    return alarms.one_by_one("order_not_divided", ids, divide)
