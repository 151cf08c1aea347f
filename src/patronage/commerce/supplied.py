"""What a completed order brought its supplier, by its split: nothing of it is anybody else's."""

from typing import NamedTuple

from patronage.commerce.models import Order, SplitKind


class Supplied(NamedTuple):
    """What a supplier sold for and got, in minor units: sells − concession − commission = proceeds.

    Where the house supplies there are no proceeds: what concession and commission leave is its own.
    """

    sells_minor: int
    concession_minor: int
    commission_minor: int
    proceeds_minor: int
    freight_minor: int


def supplied_of(order: Order) -> Supplied | None:
    """Return what a distributor's order brought its supplier; None before it is divided."""
    rows = {one.kind: one.amount_minor for one in order.splits.all()}
    if not rows:
        return None
    freight, margin = rows.get(SplitKind.FREIGHT, 0), rows.get(SplitKind.MARGIN, 0)
    commission, proceeds = rows.get(SplitKind.COMMISSION, 0), rows.get(SplitKind.PROCEEDS, 0)
    sells = sum(rows.values()) - freight - margin
    return Supplied(sells, sells - commission - proceeds, commission, proceeds, freight)
