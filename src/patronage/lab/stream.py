"""What people do in a scenario, day by day: drawn from its chances under a seed.

It is the same for either gear: nothing here looks at a price. Accounts are numbers: merchants
first, from 0, then members in the order in which they join.
"""

import math
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from patronage.economy.events import MONEY_MAX
from patronage.lab.scenario import DAYS_A_YEAR, Scenario, Segment

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NOBODY: Final = -1


class Orders(NamedTuple):
    """A day's orders in sequence: accounts, money in minor units; NOBODY where no referrer is."""

    member: Ints
    referrer: Ints
    amount: Ints
    profit: Ints


class Wish(NamedTuple):
    """Who would give up all points, from which multiple of the price they began to hold at."""

    accounts: Ints
    multiples: Floats


class Day(NamedTuple):
    """One day, in this sequence: orders, redemptions, conversions, spending, merchants, close."""

    date: date
    newcomers: int
    orders: Orders
    redeem: Wish
    convert: Wish
    spenders: Ints
    shops: Ints  # the merchant each spender goes to
    merchants_redeem: bool


class _Group:
    """The members of one segment: all of them, and those who still order."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.all = _Line()
        self.ordering = _Line()


class _Line:
    """A growing list of accounts."""

    def __init__(self) -> None:
        self._accounts = np.empty(1024, np.int64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def view(self) -> Ints:
        """Return the accounts; a change of the list may change them too."""
        return self._accounts[: self._count]

    def add(self, accounts: Ints) -> None:
        """Put accounts at the end."""
        count = self._count + len(accounts)
        if count > len(self._accounts):
            grown = np.empty(max(count, 2 * len(self._accounts)), np.int64)
            grown[: self._count] = self.view()
            self._accounts = grown
        self._accounts[self._count : count] = accounts
        self._count = count

    def drop(self, positions: Ints) -> None:
        """Take accounts at different positions out; those at the end fill the holes."""
        count = self._count - len(positions)
        tail = np.arange(count, self._count)
        staying = tail[~np.isin(tail, positions)]
        self._accounts[positions[positions < count]] = self._accounts[staying]
        self._count = count


class Stream:
    """One seed's days of a scenario."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._groups = [_Group(segment) for segment in scenario.segments]
        self._bounds = np.cumsum([segment.share for segment in scenario.segments])
        self._unit = 10**scenario.charter.minor_unit_exponent
        spending = any(s.convert_a_year and s.spend_a_year for s in scenario.segments)
        self.merchants = scenario.merchants.count if spending else 0
        self._joined = 0
        self._referrers = _Line()  # by member
        self._brought = _Line()  # a referrer once for each they brought
        self._leaving: list[Ints] = []

    def days(self) -> Iterator[Day]:
        """Yield every day of the scenario."""
        scenario = self.scenario
        for ordinal in range(scenario.days):
            day = scenario.start + timedelta(days=ordinal)
            down = scenario.wind_down
            if down is not None and day >= down.first:
                yield self._last_days(day, (day - down.first).days, down.days)
            else:
                yield self._day(day, ordinal)

    def expected_members(self) -> int:
        """Return about how many will join, to make room for them."""
        return int(self.scenario.members() * 1.01 + 1000)

    def _day(self, day: date, ordinal: int) -> Day:
        scenario = self.scenario
        shocks = [shock for shock in scenario.shocks if shock.holds(day)]
        ordering = math.prod(shock.orders for shock in shocks) * scenario.season(day)
        basket = math.prod(shock.basket for shock in shocks)
        margin = math.prod(shock.margin for shock in shocks)
        newcomers, of_group = self._join(scenario.arrivals_on(day))

        parts: list[tuple[Ints, Ints, Ints]] = []
        for number, group in enumerate(self._groups):
            segment = group.segment
            count = self._count(
                len(group.ordering) * segment.orders_a_year / DAYS_A_YEAR * ordering
            )
            if not len(group.ordering):
                count = 0
            again = group.ordering.view()[self._random.integers(0, len(group.ordering) or 1, count)]
            members = np.concatenate([newcomers[of_group == number], again])
            amounts = self._baskets(segment, len(members), basket)
            profits = np.minimum(np.rint(amounts * (segment.margin * margin)), amounts)
            parts.append((members, amounts, profits.astype(np.int64)))
            self._move_on(group, newcomers[of_group == number])
        orders = self._mixed(parts)
        redeem, convert, spenders = self._evening(shocks_redeem=[shock.redeem for shock in shocks])
        return Day(
            date=day,
            newcomers=len(newcomers),
            orders=orders,
            redeem=redeem,
            convert=convert,
            spenders=spenders,
            shops=self._shops(spenders),
            merchants_redeem=self._is_redeeming_day(ordinal),
        )

    def _is_redeeming_day(self, ordinal: int) -> bool:
        every = self.scenario.merchants.redeem_days
        return self.merchants > 0 and ordinal % every == every - 1

    def _count(self, mean: float) -> int:
        """Draw how many: by chance around a mean, or evenly, only its fraction left to chance."""
        if self.scenario.arrivals.even:
            return int(mean + self._random.random())
        return int(self._random.poisson(mean))

    def _join(self, mean: float) -> tuple[Ints, Ints]:
        """Return the newcomers' accounts and the numbers of their segments."""
        arrivals, random = self.scenario.arrivals, self._random
        count = self._count(mean)
        earlier = self._joined
        newcomers = self.merchants + earlier + np.arange(count)
        of_group = np.searchsorted(self._bounds[:-1], random.random(count), side="right")
        if arrivals.referred and earlier:
            brought = self._brought if arrivals.referrers == "popular" else _Line()
            drawn = random.integers(0, earlier + len(brought), count)
            referrers = self.merchants + drawn
            popular = drawn >= earlier
            referrers[popular] = brought.view()[drawn[popular] - earlier]
            referrers[random.random(count) >= arrivals.referred] = NOBODY
            brought.add(referrers[referrers != NOBODY])
        else:
            referrers = np.full(count, NOBODY)
        if arrivals.referred:
            self._referrers.add(referrers)
        self._joined += count
        return newcomers, of_group.astype(np.int64)

    def _baskets(self, segment: Segment, count: int, factor: float) -> Ints:
        mean = segment.basket * factor * self._unit
        if not segment.spread:
            return np.full(count, min(max(round(mean), 1), MONEY_MAX))
        variance = math.log1p(segment.spread**2)
        drawn = self._random.standard_normal(count)
        drawn *= math.sqrt(variance)
        drawn += math.log(mean) - variance / 2
        np.exp(drawn, out=drawn)
        return np.clip(np.rint(drawn, out=drawn), 1, MONEY_MAX, out=drawn).astype(np.int64)

    def _move_on(self, group: _Group, newcomers: Ints) -> None:
        """Let some stop ordering, and the newcomers order from tomorrow."""
        if group.segment.lifetime_days and len(group.ordering):
            count = len(group.ordering)
            leaving = int(self._random.binomial(count, min(1 / group.segment.lifetime_days, 1)))
            group.ordering.drop(self._random.choice(count, leaving, replace=False, shuffle=False))
        group.all.add(newcomers)
        group.ordering.add(newcomers)

    def _mixed(self, parts: list[tuple[Ints, Ints, Ints]]) -> Orders:
        """Put the segments' orders into one sequence, in which any may come first."""
        member, amount, profit = (np.concatenate(part) for part in zip(*parts, strict=True))
        if len(parts) > 1:
            sequence = self._random.permutation(len(member))
            member, amount, profit = member[sequence], amount[sequence], profit[sequence]
        if self.scenario.arrivals.referred:
            referrer = self._referrers.view()[member - self.merchants]
        else:
            referrer = np.broadcast_to(np.int64(NOBODY), len(member))
        return Orders(member, referrer, amount, profit)

    def _evening(self, shocks_redeem: list[float]) -> tuple[Wish, Wish, Ints]:
        """Draw who thinks of redeeming, of converting, of spending."""
        redeem, convert, spenders = [_nobody()], [_nobody()], [np.empty(0, np.int64)]
        for share in shocks_redeem:
            redeem += [self._some(group, share, 1.0) for group in self._groups if share]
        for group in self._groups:
            segment = group.segment
            multiple = segment.from_multiple
            if segment.redeem_a_year:
                redeem.append(self._some(group, segment.redeem_a_year / DAYS_A_YEAR, multiple))
            if segment.convert_a_year:
                convert.append(self._some(group, segment.convert_a_year / DAYS_A_YEAR, multiple))
                if segment.spend_a_year:
                    chance = segment.spend_a_year / DAYS_A_YEAR
                    spenders.append(self._some(group, chance, 1.0).accounts)
        return _together(redeem), _together(convert), np.unique(np.concatenate(spenders))

    def _some(self, group: _Group, chance: float, multiple: float) -> Wish:
        count = int(self._random.binomial(len(group.all), chance))
        drawn = self._random.choice(len(group.all), count, replace=False, shuffle=False)
        return Wish(group.all.view()[drawn], np.full(count, multiple))

    def _shops(self, spenders: Ints) -> Ints:
        return self._random.integers(0, self.merchants or 1, len(spenders))

    def _last_days(self, day: date, ordinal: int, days: int) -> Day:
        """Nobody orders; everybody's turn to redeem comes, each on one of so many days."""
        if ordinal == 0:
            everyone = self._random.permutation(self._joined) + self.merchants
            self._leaving = np.array_split(everyone, days)
        leaving = self._leaving[ordinal] if ordinal < days else np.empty(0, np.int64)
        spenders = np.sort(leaving) if self.merchants else leaving[:0]
        nothing = np.empty(0, np.int64)
        return Day(
            date=day,
            newcomers=0,
            orders=Orders(nothing, nothing, nothing, nothing),
            redeem=Wish(leaving, np.ones(len(leaving))),
            convert=_nobody(),
            spenders=spenders,
            shops=self._shops(spenders),
            merchants_redeem=self.merchants > 0,
        )


def _nobody() -> Wish:
    return Wish(np.empty(0, np.int64), np.empty(0))


def _together(wishes: list[Wish]) -> Wish:
    """Join wishes, each account once and with its first multiple, in the order of accounts."""
    accounts = np.concatenate([wish.accounts for wish in wishes])
    accounts, first = np.unique(accounts, return_index=True)
    return Wish(accounts, np.concatenate([wish.multiples for wish in wishes])[first])
