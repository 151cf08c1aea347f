"""Whose a completed order's money is: the split, and crediting each party its part.

The rows are written from the settled outcome of the order's event, once, and sum to what was paid.
What they credit follows under ids of their own, caught up after a crash.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.db import transaction

from patronage.commerce import alarms, debts, merchants, posting, rewarding
from patronage.commerce.models import (
    Merchant,
    Order,
    Party,
    Reward,
    RewardKind,
    RewardState,
    Split,
    SplitKind,
    State,
)
from patronage.commerce.remains import Money, money_of, sold_of
from patronage.commerce.sharing import Sold, commission_of, concession_of, sells_of
from patronage.commerce.transitions import locked
from patronage.economy import BrokenInvariantError
from patronage.members import clock

_PROCEEDS: Final = (SplitKind.PROCEEDS, SplitKind.FREIGHT)


def completed_id(order: Order) -> str:
    """Return the id of the event that completes an order."""
    return f"order:{order.number}:completed"


def divide(order_id: int) -> bool:
    """Store the split of a completed order from its settled outcome, and credit each party's part.

    False where it is divided already, not settled yet, or one of the events was refused, which is
    an alarm: `split_at` is set when all is credited, so until then it is tried again. Not inside a
    transaction.
    """
    platform = merchants.house()
    with transaction.atomic():
        order = locked(order_id)
        if order.state != State.COMPLETED or order.split_at is not None:
            return False
        rows = list(order.splits.all()) or _write(order, platform)
        if rows is None:
            return False
        ids = []
        for event in _credits(order, rows, platform):
            posting.submit(event)
            ids.append(event["id"])
    if ids:
        posting.settle_all()
    if not all(posting.require_applied(id, posting.settle(id)) for id in ids):
        return False
    with transaction.atomic():
        now = clock.now()
        Order.objects.filter(id=order_id, split_at=None).update(split_at=now)
        due = Reward.objects.filter(order=order_id, state=RewardState.DUE)
        due.update(state=RewardState.PAID, ended_at=now)
    return True


def _write(order: Order, platform: Merchant) -> list[Split] | None:
    """Store the split of an order with the reward; None while its event has no good outcome."""
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
    part = sum(row.amount_minor for row in rows if row.kind == SplitKind.PLATFORM)
    debts.owe(platform, max(0, -part), order=order)
    earned = (SplitKind.MARGIN, SplitKind.COMMISSION)
    rewarding.make(order, sum(row.amount_minor for row in rows if row.kind in earned))
    return Split.objects.bulk_create(rows)


def _credits(order: Order, rows: Sequence[Split], platform: Merchant) -> Iterator[dict[str, Any]]:
    """Yield the events that credit an order's parts; what waits for a review is no event yet."""
    proceeds = sum(row.amount_minor for row in rows if row.kind in _PROCEEDS)
    part = sum(row.amount_minor for row in rows if row.kind == SplitKind.PLATFORM)
    due = order.rewards.filter(kind=RewardKind.SALE, state=RewardState.DUE).select_related("person")
    credited = [
        ("proceeds", order.merchant.account, proceeds),
        ("platform", platform.account, part),
        *(("earnings", reward.person.account, reward.amount_minor) for reward in due),
    ]
    for name, account, amount in credited:
        if amount > 0:
            yield {
                "id": f"order:{order.number}:{name}",
                "type": "cash.credited",
                "account": account,
                "amount": amount,
                "reason": f"{name} of order {order.number}",
            }


def split_of(
    order: Order, sold: Sequence[Sold], money: Money, contribution: int, dividend: int
) -> list[Split]:
    """Return the parts of an order's money; they sum to it, and none is nothing.

    The house's goods: what the economy, seller, freight and coins leave is the operator's. A
    merchant's: its proceeds are what it sells for, paid in money or points, less concession and
    commission; out of the concession the economy's and the operator's parts come. A distributor's
    price beyond that is its own, and so is the commission; else that is whose link led to the sale.
    """
    paid = money.money_minor + money.points_minor
    sells, commission = sum(sells_of(sold, paid)), commission_of(sold, paid)
    margin, proceeds = paid - sells, 0
    if not order.merchant.is_house:
        proceeds = sells - concession_of(sold, money.money_minor) - commission
    seller = rewarding.seller_of(order)
    given = contribution + dividend + proceeds + margin + commission
    parts = (
        (Party.ECONOMY, SplitKind.CONTRIBUTION, contribution),
        (Party.ECONOMY, SplitKind.DIVIDEND, dividend),
        (Party.MERCHANT, SplitKind.PROCEEDS, proceeds),
        (Party.MERCHANT, SplitKind.FREIGHT, money.freight_minor),
        (Party.MERCHANT, SplitKind.COINS, money.coins_minor),
        (seller, SplitKind.MARGIN, margin),
        (seller, SplitKind.COMMISSION, commission),
        (Party.OPERATOR, SplitKind.PLATFORM, paid - given),
    )
    return [
        Split(order=order, party=party, kind=kind, amount_minor=amount)
        for party, kind, amount in parts
        if amount
    ]


def divide_due() -> int:
    """Catch up on splits that a crash left out; return how many. Not inside a transaction."""
    due = Order.objects.filter(state=State.COMPLETED, split_at=None).order_by("completed_at", "id")
    ids = list(due.values_list("id", flat=True))
    if ids:
        posting.settle_all()
    return alarms.one_by_one("order_not_divided", ids, divide)
