"""The demonstration: a generated, seeded year of a wine shop, in the terms of an export."""

import csv
import io
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from importlib.resources import files
from random import Random
from typing import Final, NamedTuple

from patronage.intake.records import Return, Sale
from patronage.lab.behaviour import Behaviour, Trigger

KEY: Final = b"The demonstration has no secrets"
"""Its customers are invented, so its key may be known: the same seed gives the same events."""

BEHAVIOUR: Final = Behaviour(
    redeem=Trigger(Fraction(15, 100), Fraction(3, 2)),
    convert=Trigger(Fraction(15, 100), Fraction(3, 2)),
    spend=Fraction(6, 10),
)

HEADER: Final = (
    "order_id", "customer_id", "date", "amount", "profit", "referrer_id", "returned_order_id",
)  # fmt: skip

_FIRST_DAY = date(2025, 1, 1)
_DAYS = 365
_FESTIVALS = {date(2025, 6, 18): 7, date(2025, 11, 11): 9}
_SPRING_FESTIVAL = (date(2025, 1, 27), date(2025, 2, 23))
_SUMMER = (date(2025, 7, 7), date(2025, 8, 31))

# (price of a bottle, the house's profit on it, how often it is chosen), in whole currency units
_BOTTLES = ((58, 20, 18), (88, 31, 26), (128, 48, 24), (168, 66, 16), (268, 115, 11), (588, 270, 5))
_BOTTLES_AN_ORDER = (1, 1, 2, 2, 2, 3, 6)

_JOIN_A_DAY = 12
_REFERRED = 0.4
_STAYS = 0.8
_BUYS_AT_A_FESTIVAL = 0.3
_RETURNS = 0.04
_RETURNS_ALL = 0.6


class Year(NamedTuple):
    """A year's sales and returns in the order of their dates, and the file that says the same."""

    sales: list[Sale]
    returns: list[Return]
    export: str


def charter_source() -> bytes:
    """Return the demonstration's charter, a TOML file."""
    return files("patronage.lab").joinpath("demo.toml").read_bytes()


def year(seed: int, *, exponent: int) -> Year:
    """Invent a year from a seed; amounts are in minor units of a currency with that exponent.

    Only `Random.random` is used, whose numbers do not change between Python versions.
    """
    shop = _Shop(Random(seed), 10**exponent)
    for ordinal in range(_DAYS):
        shop.open(_FIRST_DAY + timedelta(days=ordinal), ordinal)
    return _written(shop.sales, shop.returns, exponent)


class _Shop:
    def __init__(self, random: Random, unit: int) -> None:
        self.sales: list[Sale] = []
        self.returns: list[tuple[str, str, str, int]] = []  # order, customer, date, amount
        self._random = random
        self._unit = unit
        self._referrer_of: list[str | None] = []  # by the member's number
        self._plans: defaultdict[int, list[int]] = defaultdict(list)  # who comes on which day
        self._next: dict[int, int] = {}  # the day a member who stays comes next

    def open(self, day: date, ordinal: int) -> None:
        """Let newcomers and those who planned to come buy on a day."""
        bustle = _bustle(day, ordinal)
        newcomers = int(_JOIN_A_DAY * bustle + self._random.random())
        comers = [self._join(ordinal) for _ in range(newcomers)]
        for member in self._plans.pop(ordinal, ()):
            if self._next.get(member) != ordinal:
                continue  # came earlier, to a festival
            if self._random.random() < bustle:
                comers.append(member)
            else:
                self._plan(member, ordinal, 3, 14)
        if day in _FESTIVALS:
            present = set(comers)
            comers += [
                member
                for member in self._next
                if member not in present and self._random.random() < _BUYS_AT_A_FESTIVAL
            ]
        for member in comers:
            self._buy(member, day, ordinal)

    def _join(self, ordinal: int) -> int:
        member = len(self._referrer_of)
        referred = ordinal > 7 and self._random.random() < _REFERRED
        self._referrer_of.append(_customer(self._choose(member)) if referred else None)
        return member

    def _buy(self, member: int, day: date, ordinal: int) -> None:
        price, profit = self._bottle()
        bottles = _BOTTLES_AN_ORDER[self._choose(len(_BOTTLES_AN_ORDER))]
        order, customer = f"demo-order-{len(self.sales) + 1:05}", _customer(member)
        amount = price * bottles * self._unit
        self.sales.append(
            Sale(
                order,
                customer,
                day.isoformat(),
                amount,
                profit * bottles * self._unit,
                self._referrer_of[member],
            )
        )
        if self._random.random() < _RETURNS:
            self._return(order, customer, amount, bottles, day, ordinal)
        if self._random.random() < _STAYS:
            self._plan(member, ordinal, 14, 80)
        else:
            self._next.pop(member, None)

    def _return(
        self, order: str, customer: str, amount: int, bottles: int, day: date, ordinal: int
    ) -> None:
        """Send everything back some days later, or some of the bottles."""
        if self._random.random() >= _RETURNS_ALL:
            amount = amount // bottles * (1 + self._choose(bottles))
        later = 3 + self._choose(12)
        if ordinal + later < _DAYS:
            on = (day + timedelta(days=later)).isoformat()
            self.returns.append((order, customer, on, amount))

    def _plan(self, member: int, ordinal: int, soonest: int, latest: int) -> None:
        self._next[member] = ordinal + soonest + self._choose(latest - soonest)
        self._plans[self._next[member]].append(member)

    def _choose(self, count: int) -> int:
        return int(self._random.random() * count)

    def _bottle(self) -> tuple[int, int]:
        left = self._choose(sum(weight for _, _, weight in _BOTTLES))
        for price, profit, weight in _BOTTLES:
            left -= weight
            if left < 0:
                return price, profit
        raise AssertionError("the weights cover every draw")


def _bustle(day: date, ordinal: int) -> float:
    """Say how busy a day is: the shop grows over the year, with two festivals and two lulls."""
    bustle = 0.75 + 0.5 * ordinal / _DAYS
    if day.weekday() >= 5:
        bustle *= 1.25
    if day in _FESTIVALS:
        return bustle * _FESTIVALS[day]
    if _SPRING_FESTIVAL[0] <= day <= _SPRING_FESTIVAL[1]:
        return bustle * 0.25
    if _SUMMER[0] <= day <= _SUMMER[1]:
        return bustle * 0.4
    return bustle


def _customer(member: int) -> str:
    return f"demo-{member + 1:04}"


def _written(sales: list[Sale], returns: list[tuple[str, str, str, int]], exponent: int) -> Year:
    """Write sales and returns, by date, as the lines of an export; its header is line 1."""
    rows: list[Sale | tuple[str, str, str, int]] = sorted(
        [*sales, *returns], key=lambda row: row[2]
    )
    lines: list[Return] = []
    text = io.StringIO()
    export = csv.writer(text, lineterminator="\n")
    export.writerow(HEADER)
    for line, row in enumerate(rows, start=2):
        if isinstance(row, Sale):
            profit = _decimal(row.profit or 0, exponent)
            amount = _decimal(row.amount, exponent)
            export.writerow([*row[:3], amount, profit, row.referrer, None])
        else:
            order, customer, day, back = row
            lines.append(Return(order, customer, day, back, line))
            export.writerow(
                [f"{order}-R", customer, day, _decimal(-back, exponent), None, None, order]
            )
    return Year(sales, lines, text.getvalue())


def _decimal(minor: int, exponent: int) -> str:
    whole, fraction = divmod(abs(minor), 10**exponent)
    return (
        ("-" if minor < 0 else "") + f"{whole}" + (f".{fraction:0{exponent}}" if exponent else "")
    )
