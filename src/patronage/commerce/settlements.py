"""A holder's settlement statement: every movement of its account in a period, to the last line.

Whoever has an account: a merchant, a member who sells for others, the house. Read from the journal
and told in commerce's words; opening balances and lines make the closing ones, and what an order
brought is compared with its split.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from patronage import ledger
from patronage.commerce import debts, movements
from patronage.commerce.debts import Holder
from patronage.commerce.models import Reward, RewardState
from patronage.commerce.movements import LineKind, Parts, Told
from patronage.economy import BrokenInvariantError
from patronage.members.models import Person


class Balances(NamedTuple):
    """What an account holds: money and coins in minor units, points in nano-points."""

    cash_minor: int
    coins_minor: int
    points_nano: int


class Line(NamedTuple):
    """One movement: its record, moment, kind, the number of its order, case or receipt.

    Changes, the balances after it, and of the cash what dividends were paid with it; `parts` of
    what an order brought. `fee_minor` was kept back from a redemption.
    """

    record: int
    at: datetime
    kind: LineKind
    subject: str
    change: Balances
    after: Balances
    dividend_minor: int
    fee_minor: int
    parts: Parts


class Statement(NamedTuple):
    """A period's lines, the oldest first, between its opening and closing balances.

    `owed_minor` is what the holder owes now. `unpaid` are a member's rewards that wait for a review
    now, and those that were cancelled in the period: they moved nothing.
    """

    first: date
    last: date
    opening: Balances
    closing: Balances
    lines: Sequence[Line]
    owed_minor: int
    unpaid: Sequence[Reward]

    def sums(self) -> list[tuple[LineKind, Balances]]:
        """Return what each kind of line came to, of those there are; dividends are one of them."""
        found: dict[LineKind, Balances] = {}
        for line in self.lines:
            dividends = Balances(line.dividend_minor, 0, 0)
            parts = ((line.kind, _minus(line.change, dividends)), (LineKind.DIVIDEND, dividends))
            for kind, change in parts:
                found[kind] = _plus(found.get(kind, Balances(0, 0, 0)), change)
        return [(kind, found[kind]) for kind in LineKind if any(found.get(kind, ()))]


def statement(holder: Holder, first: date, last: date) -> Statement:
    """Return a holder's statement of the days from first to last.

    Raises BrokenInvariantError where the lines do not lead from balance to balance, or an order
    brought something else than its split says.
    """
    found = list(_within(holder.account, first, last))
    after = found[0] if found else next(_within(holder.account, date.min, last), None)
    closing = Balances(0, 0, 0) if after is None else _after(after)
    opening = _minus(_after(found[-1]), _change(found[-1])) if found else closing
    found.reverse()
    pairs = zip(found, movements.told(found), strict=True)
    lines = [_line(one, told) for one, told in pairs]
    balance = opening
    for line in lines:
        balance = _plus(balance, line.change)
        if balance != line.after:
            raise BrokenInvariantError(f"{holder.account}: record {line.record} does not follow")
    owed, unpaid = debts.owed_by(holder), _unpaid(holder, first, last)
    return Statement(first, last, opening, closing, lines, owed, unpaid)


def _within(account: str, first: date, last: date) -> Iterator[ledger.Entry]:
    """Yield an account's movements of a period, the newest first."""
    place: tuple[int, int] | None = None
    while page := ledger.entries(settings.ECONOMY, account, before=place):
        for one in page:
            day = timezone.localtime(_moment(one)).date()
            if day < first:
                return
            if day <= last:
                yield one
        place = page[-1].line.place


def _unpaid(holder: Holder, first: date, last: date) -> list[Reward]:
    if not isinstance(holder, Person):
        return []
    rewards = Reward.objects.filter(person=holder).select_related("order").order_by("id")
    return [
        *rewards.filter(state=RewardState.WAITING),
        *rewards.filter(state=RewardState.CANCELLED, ended_at__date__range=(first, last)),
    ]


def _moment(one: ledger.Entry) -> datetime:
    return datetime.fromisoformat(one.line.at)


def _line(one: ledger.Entry, told: Told) -> Line:
    line = one.line
    return Line(
        line.place[0],
        _moment(one),
        told.kind,
        told.number,
        _change(one),
        _after(one),
        line.dividend,
        line.fee,
        told.parts,
    )


def _change(one: ledger.Entry) -> Balances:
    return Balances(one.line.cash, one.line.coins, one.line.points)


def _after(one: ledger.Entry) -> Balances:
    return Balances(one.line.cash_after, one.line.coins_after, one.line.points_after)


def _plus(one: Balances, other: Balances) -> Balances:
    return Balances(*(a + b for a, b in zip(one, other, strict=True)))


def _minus(one: Balances, other: Balances) -> Balances:
    return Balances(*(a - b for a, b in zip(one, other, strict=True)))
