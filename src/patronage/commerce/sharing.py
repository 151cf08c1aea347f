"""Whose the money for goods is: the parts of seller and house, and the figures of an order's event.

A line's goods are sold on for `net_minor`; the merchant sells them for that, or to a distributor
for their supply price. Concession and commission are parts of what the merchant sells for.
"""

from collections.abc import Sequence
from typing import NamedTuple

from patronage.commerce.allocation import allocate
from patronage.economy import Charter
from patronage.economy.charter import MICRO


class Sold(NamedTuple):
    """Goods of one line: what is paid for them after discount, their cost, and what was agreed.

    `supply_minor` is what a distributor's purchase order pays for them, None where the merchant
    sells them itself.
    """

    net_minor: int
    cost_minor: int | None
    concession_micro: int
    supply_minor: int | None = None
    commission_micro: int = 0

    @property
    def sells_minor(self) -> int:
        """What the merchant sells them for."""
        return self.net_minor if self.supply_minor is None else self.supply_minor


def sells_of(sold: Sequence[Sold], paid_minor: int) -> list[int]:
    """Return of each line what the merchant sells it for, of so much of it paid."""
    parts = allocate(paid_minor, [one.net_minor for one in sold])
    return [
        part * one.sells_minor // one.net_minor if part else 0
        for part, one in zip(parts, sold, strict=True)
    ]


def concession_of(sold: Sequence[Sold], money_minor: int) -> int:
    """Return the house's income on a merchant's goods, of which so much was paid in money."""
    sells = sells_of(sold, money_minor)
    return sum(part * one.concession_micro // MICRO for part, one in zip(sells, sold, strict=True))


def commission_of(sold: Sequence[Sold], paid_minor: int) -> int:
    """Return the commission on goods of which so much was paid in money or points."""
    sells = sells_of(sold, paid_minor)
    return sum(part * one.commission_micro // MICRO for part, one in zip(sells, sold, strict=True))


def amounts_of(
    charter: Charter, sold: Sequence[Sold], money_minor: int, *, is_house: bool
) -> dict[str, int]:
    """Return amount, base and profit of an order, of which so much was paid in money, at least 1.

    For the house's goods profit is price − cost, in the proportion of the money, left out where a
    cost is unknown; what it sells to a distributor counts at the supply price. For a merchant's
    goods the base is the concession on the money, and the profit what the contribution leaves of
    it.
    """
    if not is_house:
        base = concession_of(sold, money_minor)
        profit = base - base * charter.reserve_micro // MICRO
        return {"amount": money_minor, "base": base, "profit": profit}
    amounts = {"amount": money_minor}
    sells = sum(sells_of(sold, money_minor))
    if sells < money_minor and charter.reserve_of == "revenue":
        amounts["base"] = sells
    costs = [one.cost_minor for one in sold if one.cost_minor is not None]
    if len(costs) == len(sold):
        paid = sum(one.net_minor for one in sold)
        earned = sum(one.sells_minor for one in sold) - sum(costs)
        amounts["profit"] = earned * money_minor // paid
    return amounts
