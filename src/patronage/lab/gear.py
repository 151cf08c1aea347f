"""What both gears of a simulation tell: running totals, and what each account has."""

from typing import NamedTuple, Protocol

import numpy as np

from patronage.economy import Charter
from patronage.economy.charter import MICRO
from patronage.lab.stream import Day, Floats, Ints, Orders


class Totals(NamedTuple):
    """An economy as it stands, and what happened since its start; minor units, nano-points."""

    reserve: float
    circulating: float
    issued: float
    treasury: float
    coins: float
    surplus: float
    fees: float
    contributions: float
    dividend_contributions: float
    dividends: float
    redeemed: float
    bought_out: float
    exits: float
    converted: float
    spent_coins: float
    price: float
    """Minor units a nano-point."""


class Holdings(NamedTuple):
    """Every account, merchants first, as if all were settled; `coins_got` are those for points."""

    points: Floats
    quota: Floats
    spent: Floats
    dividends: Floats
    redeemed: Floats
    bought_out: Floats
    coins_got: Floats
    exits: Floats

    def got(self) -> Floats:
        """Return what each account has got: dividends, money for points, coins."""
        return self.dividends + self.redeemed + self.bought_out + self.coins_got


class Gear(Protocol):
    """An economy that days go through."""

    def run(self, day: Day) -> None:
        """Apply what people do on a day, and close it."""

    def totals(self) -> Totals:
        """Return the totals after the last day."""

    def holdings(self) -> Holdings:
        """Return the accounts after the last day."""

    def returns(self) -> tuple[Floats, Floats]:
        """Return what each account has got and what it has spent, after the last day."""


def brought(charter: Charter, orders: Orders) -> tuple[Ints, Ints]:
    """Return what each order brings into the reserve and into the dividend pool."""
    profit = np.maximum(orders.profit, 0)
    base = orders.amount if charter.reserve_of == "revenue" else profit
    return base * charter.reserve_micro // MICRO, profit * charter.dividend_micro // MICRO


def size_after(orders: Orders) -> int:
    """Return how many accounts there must be for a day's orders."""
    return int(max(orders.member.max(initial=-1), orders.referrer.max(initial=-1))) + 1
