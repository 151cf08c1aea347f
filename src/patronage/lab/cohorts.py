"""Cohorts: who pays whom, recorded member by member while the events of an economy go by.

"Got" is what is in a member's hand: dividends (settled on paper), cash for points after the fee,
coins at par. "Spent" is the money part of orders, less refunds.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from heapq import heappop, heappush
from typing import NamedTuple

from patronage.economy import Account, Applied, Event, Order, Replay, State
from patronage.economy.charter import MICRO
from patronage.economy.orders import Refund
from patronage.economy.state import INDEX_SCALE, payable
from patronage.lab.simulation import LEVELS, QUANTILES, Cohort, Spread

_LEVELS = [Fraction(level) for level in LEVELS]


class _Member:
    """What is counted of one member. `aim` is the index that brings the next level, if any does.

    `queued` is the key under which the member stands in line: at most the aim, None if it does not.
    """

    __slots__ = (
        *("account", "aim", "bought_out", "coins", "contributions", "days", "dividends", "exits"),
        *("joined", "month", "queued", "redeemed", "spent"),
    )

    def __init__(self, account: Account, month: str, joined: int) -> None:
        self.account = account
        self.month = month
        self.joined = joined
        self.spent = self.contributions = 0
        self.dividends = self.redeemed = self.bought_out = self.coins = self.exits = 0
        self.days: list[int] = []
        self.aim: int | None = None
        self.queued: int | None = None

    @property
    def got(self) -> int:
        return self.dividends + self.redeemed + self.bought_out + self.coins


class Standing(NamedTuple):
    """Where one member stands, settled on paper; `days` tells when each of LEVELS was reached.

    `held` is what the points would bring now: within the quota, after the fee, which is `fee`.
    """

    month: str
    spent: int
    contributions: int
    dividends: int
    redeemed: int
    bought_out: int
    coins: int
    exits: int
    points: int
    worth: int
    held: int
    fee: int
    quota: int
    days: Sequence[int]

    @property
    def got(self) -> int:
        """All that the member was paid."""
        return self.dividends + self.redeemed + self.bought_out + self.coins


class Cohorts:
    """Records members while the events of one economy are applied."""

    def __init__(self) -> None:
        self._members: dict[str, _Member] = {}
        self._line: list[tuple[int, str]] = []
        self._today = 0
        self._month = ""

    def __len__(self) -> int:
        return len(self._members)

    def begin(self, day: str) -> None:
        """Say which day (YYYY-MM-DD) the next events are of."""
        self._today = date.fromisoformat(day).toordinal()
        self._month = day[:7]

    def note(self, event: Event, outcome: Applied, economy: Replay) -> None:
        """Take note of an applied event."""
        facts = outcome.facts
        for account, cause, _, _, cash, coins, *_, dividend, _ in outcome.movements:
            if account.merchant:
                continue
            member = self._members.get(account.id)
            if member is None:
                member = _Member(account, self._month, self._today)
                self._members[account.id] = member
            member.dividends += dividend
            if cause == "order" and type(facts) is Order:
                member.spent += facts.amount
                member.contributions += facts.contribution
            elif cause == "refund" and type(facts) is Refund:
                if economy.book.orders[event["order"]].member == account.id:
                    member.spent -= event["amount"]
                    member.contributions -= facts.back
            elif cause == "redemption":
                member.redeemed += cash - dividend
            elif cause == "compulsory_redemption":
                member.bought_out += cash - dividend
                member.exits += 1
            elif cause == "conversion":
                member.coins += coins
            self._aim(member)

    def close(self, state: State) -> None:
        """Find whom the day's dividend has brought to a level."""
        line = self._line
        while line and line[0][0] <= state.index:
            key, id = heappop(line)
            member = self._members[id]
            if member.queued != key:
                continue  # left behind when a lower key took its place
            member.queued = None
            if member.aim is not None and member.aim <= state.index:
                member.days.append(self._today - member.joined)
                self._aim(member)
            else:
                self._place(member)

    def _aim(self, member: _Member) -> None:
        """Note the levels a member has reached, and at which index dividends bring the next."""
        member.aim = None
        if member.spent <= 0:
            return
        account, got = member.account, member.got
        while len(member.days) < len(_LEVELS):
            level = _LEVELS[len(member.days)]
            missing = -(-member.spent * level.numerator // level.denominator) - got
            if missing > 0:
                if account.points and missing <= account.quota:
                    owed = missing * INDEX_SCALE - account.owed
                    member.aim = account.at - (-owed // account.points)
                    self._place(member)
                return
            member.days.append(self._today - member.joined)

    def _place(self, member: _Member) -> None:
        """Stand in line; a key that is lower than the aim is mended when it comes up."""
        if member.aim is not None and (member.queued is None or member.aim < member.queued):
            member.queued = member.aim
            heappush(self._line, (member.aim, member.account.id))

    def standings(self, state: State) -> list[Standing]:
        """Return where each member stands, in the order of joining."""
        price, per = state.price
        fee_micro = state.charter.fee_micro
        found = []
        for member in self._members.values():
            account = member.account
            due = payable(state, account)[2]
            quota = account.quota - due
            worth = account.points * price // per
            pay = min(worth, quota)
            fee = -(-pay * fee_micro // MICRO)  # rounds up
            found.append(
                Standing(
                    member.month,
                    member.spent,
                    member.contributions,
                    member.dividends + due,
                    member.redeemed,
                    member.bought_out,
                    member.coins,
                    member.exits,
                    account.points,
                    worth,
                    pay - fee,
                    fee,
                    quota,
                    member.days,
                )
            )
        return found


def by_month(standings: Iterable[Standing]) -> tuple[Cohort, ...]:
    """Return the cohort of each joining month that has one, in order."""
    months: defaultdict[str, list[Standing]] = defaultdict(list)
    for standing in standings:
        months[standing.month].append(standing)
    return tuple(_cohort(month, months[month]) for month in sorted(months))


def _cohort(month: str, standings: Sequence[Standing]) -> Cohort:
    spenders = [one for one in standings if one.spent > 0]
    reached = [
        sorted(one.days[level] for one in spenders if len(one.days) > level)
        for level in range(len(LEVELS))
    ]
    return Cohort(
        month=month,
        members=len(standings),
        spent=sum(one.spent for one in standings),
        contributions=sum(one.contributions for one in standings),
        dividends=sum(one.dividends for one in standings),
        redeemed=sum(one.redeemed for one in standings),
        bought_out=sum(one.bought_out for one in standings),
        coins=sum(one.coins for one in standings),
        held=sum(one.held for one in standings),
        quota_left=sum(one.quota for one in standings),
        exits=sum(one.exits for one in standings),
        ever_out=sum(one.exits > 0 for one in standings) / len(standings),
        back=back(spenders),
        back_held=back_held(spenders),
        reached=tuple(len(days) / len(standings) for days in reached),
        days_to=tuple(spread(days, len(standings)) for days in reached),
    )


def back(standings: Iterable[Standing]) -> Spread:
    """Spread got ÷ spent over those who spent anything."""
    shares = sorted(one.got / one.spent for one in standings if one.spent > 0)
    return spread(shares, len(shares))


def back_held(standings: Iterable[Standing]) -> Spread:
    """Spread (got + held) ÷ spent over those who spent anything."""
    shares = sorted((one.got + one.held) / one.spent for one in standings if one.spent > 0)
    return spread(shares, len(shares))


def spread(ordered: Sequence[float], count: int) -> Spread:
    """Spread sorted values over so many members, of whom those without a value come last."""
    ranks = [max(-(-round(quantile * 100) * count // 100) - 1, 0) for quantile in QUANTILES]
    return Spread(*(ordered[rank] if rank < len(ordered) else None for rank in ranks))
