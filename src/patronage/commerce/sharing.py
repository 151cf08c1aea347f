"""What an order brings the economy: the figures of its `order.completed`."""

from collections.abc import Sequence
from typing import NamedTuple

from patronage.commerce.allocation import allocate
from patronage.economy import Charter
from patronage.economy.charter import MICRO


class Sold(NamedTuple):
    """Goods of one line: what they were sold for after discount, their cost, the concession."""

    net_minor: int
    cost_minor: int | None
    concession_micro: int


def concession_of(sold: Sequence[Sold], money_minor: int) -> int:
    """Return the house's income on a merchant's goods, of which so much was paid in money."""
    parts = allocate(money_minor, [one.net_minor for one in sold])
    return sum(part * one.concession_micro // MICRO for part, one in zip(parts, sold, strict=True))


def amounts_of(
    charter: Charter, sold: Sequence[Sold], money_minor: int, *, is_house: bool
) -> dict[str, int]:
    """Return amount, base and profit of an order, of which so much was paid in money, at least 1.

    For the house's goods profit is price − cost, in the proportion of the money, left out where a
    cost is unknown. For a merchant's goods the base is the concession on the money, and the profit
    what the contribution leaves of it.
    """
    if not is_house:
        base = concession_of(sold, money_minor)
        profit = base - base * charter.reserve_micro // MICRO
        return {"amount": money_minor, "base": base, "profit": profit}
    costs = [one.cost_minor for one in sold if one.cost_minor is not None]
    if len(costs) < len(sold):
        return {"amount": money_minor}
    paid = sum(one.net_minor for one in sold)
    return {"amount": money_minor, "profit": (paid - sum(costs)) * money_minor // paid}
