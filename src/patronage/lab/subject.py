"""What a check is about: a charter, what is assumed of the shop, and the figures both give."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Literal, NamedTuple

from patronage.economy import Charter
from patronage.lab.growth import MICRO, NANO, Growth, order_points

DAYS_A_YEAR = 365
HORIZON_DAYS = 100 * DAYS_A_YEAR
"""What does not happen within a hundred years is said never to happen."""

Verdict = Literal["holds", "warning", "fails", "note"]
Number = Fraction | float | int | None
"""Fractions and integers are exact, floats come from the growth law; None is never, or unknown."""
Numbers = dict[str, Number]


class Finding(NamedTuple):
    """One promise judged: which, how, in which case, and the numbers that make it so.

    Money is in major units, durations in days, shares and rates in ones. "note" is for what no
    charter of this kind can avoid, and for what cannot be judged without the margin.
    """

    code: str
    verdict: Verdict
    case: str
    inequality: str
    numbers: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What is taken for granted about the shop: equal orders, so much sold every day.

    `margin` is profit's share of sales, None if not told; `referred` the share of orders that have
    a referrer; `members` how many share the sales, None if not told.
    """

    basket_minor: int
    sales_minor: int
    margin: Fraction | None = None
    referred: Fraction = Fraction(1, 2)
    members: int | None = None


class Subject:
    """A charter under assumptions. Contributions are None where they depend on an untold margin."""

    def __init__(self, charter: Charter, assumptions: Assumptions) -> None:
        self.charter = charter
        self.assumptions = assumptions
        self.reserve_rate = Fraction(charter.reserve_micro, MICRO)
        self.grant_rate = Fraction(charter.grant_micro, MICRO)
        self.referral_rate = Fraction(charter.referral_micro or 0, MICRO)
        self.multiple = Fraction(charter.multiple_micro, MICRO)
        self.dividend_rate = Fraction(charter.dividend_micro, MICRO)
        self.fee = Fraction(charter.fee_micro, MICRO)
        self.merchant_fee = Fraction(charter.merchant_fee_micro, MICRO)
        minor, nano = charter.issue_price
        self.issue_price_nano = Fraction(minor, nano)
        """Minor units a nano-point."""
        self.basket = self.major(assumptions.basket_minor)
        self.hundred = self.major(100 * 10**charter.minor_unit_exponent)
        self.orders_a_day = Fraction(assumptions.sales_minor, assumptions.basket_minor)
        self.both = 1 + assumptions.referred * self.referral_rate
        """What an order gives all its parties together, on average, in terms of the buyer's."""

    def major(self, minor: Fraction | int) -> Fraction:
        """Return minor units as major units."""
        unit: int = 10**self.charter.minor_unit_exponent
        return Fraction(minor) / unit

    def base(self, amount_minor: int, margin: Fraction | None) -> int | None:
        """Return the money the reserve rate applies to, None if that takes a margin."""
        if self.charter.reserve_of == "revenue":
            return amount_minor
        return None if margin is None else amount_minor * margin.numerator // margin.denominator

    def contribution(self, amount_minor: int, margin: Fraction | None) -> int | None:
        """Return an order's contribution by the rules, in minor units."""
        base = self.base(amount_minor, margin)
        return None if base is None else base * self.charter.reserve_micro // MICRO

    def given(self, amount_minor: int, contribution_minor: int) -> Fraction:
        """Return the worth of a buyer's points at the issue price, in minor units."""
        value = Fraction(contribution_minor * self.charter.grant_micro // MICRO)
        if self.charter.per_micro is None:
            return value
        units_nano = Fraction(amount_minor * NANO * MICRO, self.charter.per_micro)
        return min(value, units_nano * self.issue_price_nano)

    @cached_property
    def order_contribution(self) -> int | None:
        """The average order's contribution, in minor units."""
        return self.contribution(self.assumptions.basket_minor, self.assumptions.margin)

    @cached_property
    def gives_nothing(self) -> bool:
        """Whether the average order rounds to no points."""
        contribution = self.order_contribution
        return (
            contribution is not None
            and order_points(self.charter, self.assumptions.basket_minor, contribution) == 0
        )

    @cached_property
    def growth(self) -> Growth | None:
        """The growth law of these orders, None where the margin is not told."""
        if self.order_contribution is None:
            return None
        return Growth(
            self.charter,
            basket_minor=self.assumptions.basket_minor,
            contribution_minor=self.order_contribution,
            referred=self.assumptions.referred,
        )

    def days(self, orders: float) -> float | None:
        """Return how many days so many orders take, None beyond the horizon."""
        days = orders / float(self.orders_a_day)
        return days if days <= HORIZON_DAYS else None


def plain(value: Fraction | float, places: int = 6) -> str:
    """Write a number with at most so many decimals, without trailing zeros."""
    text = f"{round(Fraction(value) * 10**places):0{places + 1}d}"
    whole, fraction = text[:-places], text[-places:].rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def per_cent(value: Fraction | float, places: int = 2) -> str:
    """Write a share in per cent."""
    return plain(Fraction(value) * 100, places) + " %"
