"""A run of a scenario: its days through a gear, and what is noted on the way."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from patronage.economy import Charter
from patronage.economy.charter import MICRO, NANO
from patronage.lab.exact import Exact
from patronage.lab.fast import Fast
from patronage.lab.gear import Gear, Holdings, Totals, brought
from patronage.lab.scenario import Scenario
from patronage.lab.simulation import (
    LEVELS,
    QUANTILES,
    Cohort,
    Concentration,
    Operator,
    Period,
    Simulation,
    Spread,
    Stop,
)
from patronage.lab.stream import Day, Floats, Orders, Stream

_NEVER: Final = np.iinfo(np.uint16).max
_LEVELS = np.array([*LEVELS, np.inf])

Watch = Callable[[int, int], None]
"""Is told after each day how many are done, and of how many. What it raises ends the run."""


def simulate(scenario: Scenario, seed: int, watch: Watch | None = None) -> Simulation:
    """Run a scenario under a seed: the same two give the same numbers, in either gear nearly."""
    stream = Stream(scenario, seed)
    kind = Exact if scenario.gear == "exact" else Fast
    gear: Gear = kind(scenario.charter, stream.merchants, stream.expected_members())
    course = _Course(scenario, stream.merchants, gear)
    days = stream.days()
    # Tomorrow is drawn while today is computed; arrays let both go on at once.
    with ThreadPoolExecutor(1) as drawing:
        coming = drawing.submit(next, days)
        for number in range(1, scenario.days + 1):
            day = coming.result()
            if number < scenario.days:
                coming = drawing.submit(next, days)
            course.run(day, is_last=number == scenario.days)
            if watch is not None:
                watch(number, scenario.days)
    return course.result(seed)


class _Course:
    def __init__(self, scenario: Scenario, merchants: int, gear: Gear) -> None:
        self._scenario = scenario
        self._merchants = merchants
        self._gear = gear
        self._before = gear.totals()
        self._first_price = self._before.price
        self._periods: list[Period] = []
        self._sums = np.zeros(4, np.int64)  # newcomers, orders, sales, profit of the period
        self._all = np.zeros(4, np.int64)
        self._month_of = np.zeros(0, np.uint16)  # the number of that month, of each member
        self._contributions = np.zeros(0)  # by those months
        self._day = 0
        self._joined = np.empty(0, np.uint16)  # the day on which each member joined
        self._newcomers: list[int] = []  # since that was last brought up to date
        self._months: dict[str, int] = {}  # members, by the month in which they joined
        self._level = np.empty(0, np.uint8)  # how many of LEVELS each member has reached
        self._days_to = np.empty((len(LEVELS), 0), np.uint16)

    def run(self, day: Day, *, is_last: bool) -> None:
        """Let a day go by; at the end of a period, look at it."""
        self._gear.run(day)
        orders = day.orders
        self._sums += (
            day.newcomers,
            len(orders.amount),
            int(orders.amount.sum()),
            int(orders.profit.sum()),
        )
        self._newcomers.append(day.newcomers)
        month = day.date.isoformat()[:7]
        self._months[month] = self._months.get(month, 0) + day.newcomers
        self._note_months(day.newcomers)
        self._note_contributions(orders)
        tomorrow = day.date + timedelta(days=1)
        if is_last or self._scenario.period == "day" or tomorrow.day == 1:
            self._end_period(day)
        self._day += 1

    def _note_months(self, newcomers: int) -> None:
        """Note which month, counted from the first, today's newcomers joined in."""
        members = int(self._all[0] + self._sums[0])
        if members > len(self._month_of):
            more = np.zeros(2 * members - len(self._month_of), np.uint16)
            self._month_of = np.concatenate([self._month_of, more])
        self._month_of[members - newcomers : members] = len(self._months) - 1

    def _note_contributions(self, orders: Orders) -> None:
        """Add what orders brought into the reserve to the months their members joined in."""
        contributions, _ = brought(self._scenario.charter, orders)
        months = self._month_of[orders.member - self._merchants]
        earlier = np.zeros(len(self._months))
        earlier[: len(self._contributions)] = self._contributions
        self._contributions = earlier + np.bincount(months, contributions, len(earlier))

    def _end_period(self, day: Day) -> None:
        totals, before = self._gear.totals(), self._before
        self._all += self._sums
        newcomers, orders, sales, profit = self._sums.tolist()
        self._periods.append(
            Period(
                last_day=day.date.isoformat(),
                price=totals.price * NANO,
                reserve=round(totals.reserve),
                supply=round(totals.circulating),
                issued=round(totals.issued),
                treasury=round(totals.treasury),
                coins=round(totals.coins),
                surplus=round(totals.surplus),
                fees=round(totals.fees),
                members=int(self._all[0]),
                newcomers=newcomers,
                orders=orders,
                sales=sales,
                profit=profit,
                **{
                    name: round(getattr(totals, name) - getattr(before, name))
                    for name in (
                        "contributions", "dividends", "redeemed", "bought_out", "exits",
                        "converted", "spent_coins",
                    )
                },
            )
        )  # fmt: skip
        self._sums[:] = 0
        self._before = totals
        if totals.dividends or totals.redeemed or totals.bought_out or totals.converted:
            self._note_levels()

    def _note_levels(self) -> None:
        """Note who has got back which share of their spend by now."""
        since = np.arange(self._day + 1 - len(self._newcomers), self._day + 1, dtype=np.uint16)
        joined = np.concatenate([self._joined, np.repeat(since, self._newcomers)])
        self._joined, self._newcomers = joined, []
        new = len(joined) - len(self._level)
        self._level = np.concatenate([self._level, np.zeros(new, np.uint8)])
        never = np.full((len(LEVELS), new), _NEVER, np.uint16)
        self._days_to = np.concatenate([self._days_to, never], axis=1)
        got, spent = (figures[self._merchants :] for figures in self._gear.returns())
        waiting = np.flatnonzero(got >= _LEVELS[self._level] * spent)
        while len(waiting):
            self._days_to[self._level[waiting], waiting] = self._day + 1 - joined[waiting]
            self._level[waiting] += 1
            reached = got[waiting] >= _LEVELS[self._level[waiting]] * spent[waiting]
            waiting = waiting[reached]

    def _members(self) -> Holdings:
        holdings = self._gear.holdings()
        return Holdings(*(column[self._merchants :] for column in holdings))

    def result(self, seed: int) -> Simulation:
        """Say what the run found."""
        self._note_levels()
        scenario, charter = self._scenario, self._scenario.charter
        totals, members = self._gear.totals(), self._members()
        got = members.got()
        worth, paid, fees = _redeemed(charter, totals, members)
        if_held = got + paid
        return Simulation(
            scenario=scenario.name,
            settings=scenario.settings,
            seed=seed,
            gear=scenario.gear,
            period=scenario.period,
            currency=charter.currency,
            exponent=charter.minor_unit_exponent,
            first_price=self._first_price * NANO,
            periods=tuple(self._periods),
            cohorts=tuple(self._cohorts(members, got, paid)),
            members=len(got),
            spent=round(float(members.spent.sum())),
            ever_out=_share(members.exits > 0),
            back=_spread(_ratio(got, members.spent)),
            operator=self._operator(totals),
            held=_concentration(members.points),
            got=_concentration(got),
            stop=Stop(
                points=round(float(members.points.sum())),
                worth=round(float(worth.sum())),
                paid=round(float(paid.sum())),
                fees=round(float(fees.sum())),
                coins=round(totals.coins),
                whole=_share(if_held >= members.spent),
                back=_spread(_ratio(if_held, members.spent)),
            ),
        )

    def _operator(self, totals: Totals) -> Operator:
        _, _, sales, profit = self._all.tolist()
        taken = round(totals.contributions), round(totals.dividend_contributions)
        return Operator(
            sales=sales,
            profit=profit,
            contributions=taken[0],
            dividend_contributions=taken[1],
            margin=profit - sum(taken),
            founding=self._scenario.charter.founding_minor,
            surplus=round(totals.surplus),
        )

    def _cohorts(self, members: Holdings, got: Floats, paid: Floats) -> Iterator[Cohort]:
        first = 0
        back, back_held = _ratio(got, members.spent), _ratio(got + paid, members.spent)
        for number, (month, count) in enumerate(self._months.items()):
            one = slice(first, first + count)
            first += count
            days_to = self._days_to[:, one].astype(np.float64)
            days_to[days_to == _NEVER] = np.inf
            sums = {
                name: round(float(getattr(members, name)[one].sum()))
                for name in ("spent", "dividends", "redeemed", "bought_out", "exits")
            }
            yield Cohort(
                month=month,
                members=count,
                contributions=round(float(self._contributions[number])),
                coins=round(float(members.coins_got[one].sum())),
                held=round(float(paid[one].sum())),
                quota_left=round(float(members.quota[one].sum())),
                ever_out=_share(members.exits[one] > 0),
                back=_spread(back[one]),
                back_held=_spread(back_held[one]),
                reached=tuple(_share(days < np.inf) for days in days_to),
                days_to=tuple(_spread(days) for days in days_to),
                **sums,
            )


def _redeemed(
    charter: Charter, totals: Totals, holdings: Holdings
) -> tuple[Floats, Floats, Floats]:
    """Return what members' points are worth, what redeeming them would pay, and the fees."""
    worth = np.floor(holdings.points * totals.price)
    pay = np.minimum(worth, holdings.quota)
    fees = np.ceil(pay * charter.fee_micro / MICRO)
    return worth, pay - fees, fees


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _share(holds: NDArray[np.bool_]) -> float:
    return float(holds.mean()) if len(holds) else 0.0


def _spread(values: Floats) -> Spread:
    """Return the quantiles; None where they are infinite, or where there are no values."""
    count = len(values)
    if not count:
        return Spread(*[None] * len(QUANTILES))
    ranked = np.sort(values)  # faster than to select
    found = [float(ranked[-(-count * round(100 * share) // 100) - 1]) for share in QUANTILES]
    return Spread(*(value if value < np.inf else None for value in found))


def _concentration(values: Floats) -> Concentration:
    """Return the shares of the largest 1 and 10 %, each at least one member, and the Gini."""
    total, count = float(values.sum()), len(values)
    if total <= 0:
        return Concentration(0.0, 0.0, 0.0)
    ranked = np.sort(values)
    top_1, top_10 = (ranked[-max(count // part, 1) :].sum() / total for part in (100, 10))
    # A sum and no np.dot, whose last digits depend on how many threads it uses.
    weighted = float((np.arange(1, count + 1) * ranked).sum())
    gini = 2 * weighted / (count * total) - (count + 1) / count
    return Concentration(float(top_1), float(top_10), max(gini, 0.0))
