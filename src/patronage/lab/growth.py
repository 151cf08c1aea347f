"""The growth law: what n equal orders make of the price, in closed form.

An order brings c into the reserve and gives points worth g·c at the price before it, so it
multiplies the supply by 1 + g/k, k being the reserve counted in contributions. From a reserve R
and a supply S the product of these factors over n orders is, with x = R/c,

    supply = S · Γ(x + n + g) · Γ(x) / (Γ(x + g) · Γ(x + n)),      reserve = R + n·c,

and the price, their quotient, grows as n^(1 − g). Nobody redeems here. Whoever does makes the
price rise faster, for the same order then lifts a smaller reserve, and fewer points be issued:
with regard to redemptions, these figures are the slow case.

Where nothing is founded the very first orders set the level of the whole path: if they are not the
average ones, the price may differ from this by a few per cent for good.

Floats are good enough: this is a forecast and decides nothing.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from patronage.economy import Charter

NANO = 10**9
MICRO = 10**6
ORDERS_MAX = 1e30
"""Beyond this many orders nothing is looked for."""

_ASYMPTOTIC_FROM = 1e5
_RATCHET_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of the economy's life, from the order after which it begins.

    "empty": nothing circulates. "units": one point per `per` of spend, the price still below the
    value limit. "value": points worth g of the contribution. "full": the authorised points are
    issued, orders only lift. "still": orders round to no points and lift nothing.
    """

    kind: Literal["empty", "units", "value", "full", "still"]
    orders: float
    reserve: float
    supply: float


class Growth:
    """An economy of equal orders: reserve and price in minor units (a point), supply in points.

    `grant` is the share of a contribution that comes back as points, the referrers' included;
    `referred` the share of orders that have a referrer.
    """

    def __init__(
        self, charter: Charter, *, basket_minor: int, contribution_minor: int, referred: Fraction
    ) -> None:
        minor, nano = charter.issue_price
        both = 1 + referred * Fraction(charter.referral_micro or 0, MICRO)
        self.issue_price = minor * NANO / nano
        self.contribution = float(contribution_minor)
        self.grant = float(Fraction(charter.grant_micro, MICRO) * both)
        self.authorised = charter.authorised_nano / NANO
        self.founding = charter.founding_nano / NANO
        self.units = math.inf  # points an order gives at most
        self.limit = 0.0  # the price from which the value limit binds
        if charter.per_micro is not None:
            self.units = float(Fraction(basket_minor * MICRO, charter.per_micro) * both)
            self.limit = self.grant * self.contribution / self.units
        gives = order_points(charter, basket_minor, contribution_minor) > 0
        self.phases = tuple(self._phases(float(charter.founding_minor), gives=gives))

    def reserve(self, orders: float) -> float:
        """Return the reserve after so many orders."""
        phase = self._phase(orders)
        if phase.kind in ("empty", "still"):
            return phase.reserve
        return phase.reserve + (orders - phase.orders) * self.contribution

    def supply(self, orders: float) -> float:
        """Return the circulating points after so many orders."""
        return self._supply(self._phase(orders), orders)

    def price(self, orders: float) -> float:
        """Return the price after so many orders."""
        supply = self.supply(orders)
        return self.reserve(orders) / supply if supply else self.issue_price

    def points(self, orders: float) -> float:
        """Return what the next order gives its parties after so many orders."""
        if self._phase(orders).kind in ("full", "still"):
            return 0.0
        return min(self.grant * self.contribution / self.price(orders), self.units)

    def orders_until_price(self, price: float) -> float:
        """Return after how many orders the price is reached; infinity if never."""
        return _first(lambda orders: self.price(orders) >= price * (1 - 1e-12))

    def orders_until_full(self) -> float:
        """Return after how many orders the authorised points are issued; infinity if never."""
        last = self.phases[-1]
        return last.orders if last.kind == "full" else math.inf

    def orders_until_value_limit(self) -> float:
        """Return after how many orders the value limit ends the units phase; infinity if never."""
        return next((p.orders for p in self.phases if p.kind in ("value", "full")), math.inf)

    def _phases(self, founding_minor: float, *, gives: bool) -> list[Phase]:
        start = Phase("value", 0.0, founding_minor, self.founding)
        if not gives:
            return [Phase("still", 0.0, founding_minor, self.founding)]
        phases = []
        if not self.founding:
            phases.append(Phase("empty", 0.0, 0.0, 0.0))
            first = min(self.grant * self.contribution / self.issue_price, self.units)
            start = Phase("value", 1.0, self.contribution, min(first, self.authorised))
        price = start.reserve / start.supply
        if price < self.limit * (1 - 1e-12):
            phases.append(Phase("units", start.orders, start.reserve, start.supply))
            lift = self.contribution - self.limit * self.units
            if lift <= 1e-9 * self.contribution:
                return self._until_full(phases)
            # (R + n·c) / (S + n·units) reaches the limit
            orders = math.ceil((self.limit * start.supply - start.reserve) / lift - 1e-9)
            start = Phase(
                "value",
                start.orders + orders,
                start.reserve + orders * self.contribution,
                start.supply + orders * self.units,
            )
            if start.supply >= self.authorised:
                return self._until_full(phases)
        phases.append(start)
        return self._until_full(phases)

    def _until_full(self, phases: list[Phase]) -> list[Phase]:
        last = phases[-1]
        orders = _first(lambda orders: self._supply(last, orders) >= self.authorised, last.orders)
        if orders <= ORDERS_MAX:
            reserve = last.reserve + (orders - last.orders) * self.contribution
            phases.append(Phase("full", orders, reserve, self.authorised))
        return phases

    def _phase(self, orders: float) -> Phase:
        return next(phase for phase in reversed(self.phases) if phase.orders <= orders)

    def _supply(self, phase: Phase, orders: float) -> float:
        more = orders - phase.orders
        if phase.kind == "units":
            return phase.supply + more * self.units
        if phase.kind != "value":
            return phase.supply
        x = phase.reserve / self.contribution
        return phase.supply * math.exp(_rise(x + more, self.grant) - _rise(x, self.grant))


def _rise(x: float, g: float) -> float:
    """Return ln Γ(x + g) − ln Γ(x); for large x by its series, where the difference cancels."""
    if x < _ASYMPTOTIC_FROM:
        return math.lgamma(x + g) - math.lgamma(x)
    return g * math.log(x) + g * (g - 1) / (2 * x)


def _first(reached: Callable[[float], bool], low: float = 0.0) -> float:
    """Return the first number of orders from `low` on for which `reached` holds, by bisection."""
    if reached(low):
        return low
    high = max(low * 2, 1.0)
    while not reached(high):
        if high > ORDERS_MAX:
            return math.inf
        low, high = high, high * 2
    while high - low > max(1e-9 * high, 1e-6):
        middle = (low + high) / 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def order_points(charter: Charter, basket_minor: int, contribution_minor: int) -> int:
    """Return what the rules grant a buyer at the opening, in nano-points, bounds aside."""
    price, per = charter.issue_price
    want = (contribution_minor * charter.grant_micro // MICRO) * per // price
    if charter.per_micro is not None:
        want = min(want, basket_minor * NANO * MICRO // charter.per_micro)
    return want


def orders_until_thin(charter: Charter, basket_minor: int, contribution_minor: int) -> int | None:
    """Return after how many orders one like them rounds to no points, where nothing is founded.

    The buyer redeems after each order, but for a crumb worth one minor unit (the least that the
    rules let stay), so that the next order is almost the whole reserve. Exact, as the rules do it.
    None if it takes more orders than anyone would place.
    """
    value = contribution_minor * charter.grant_micro // MICRO
    reserve, supply = charter.issue_price
    for orders in range(_RATCHET_MAX):
        want = value * supply // reserve
        if charter.per_micro is not None:
            want = min(want, basket_minor * NANO * MICRO // charter.per_micro)
        if want == 0:
            return orders
        if orders == 0:
            reserve = supply = 0
        reserve, supply = reserve + contribution_minor, supply + want
        stay = -(-supply // reserve)
        reserve -= (supply - stay) * reserve // supply
        supply = stay
    return None
