"""Reading what follows the journal: movements record by record, and all holders in pages.

Money is in minor units, points in nano-points. Nothing here is asked while a person waits: these
reads are for jobs, which tell members what happened to what they hold.
"""

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from patronage.economy import Account, State
from patronage.economy.charter import MICRO
from patronage.economy.state import CEILING_BITS, INDEX_SCALE
from patronage.ledger import store
from patronage.ledger.days import Day, Earned, earned
from patronage.ledger.reads import AccountView, view_of
from patronage.ledger.settling import UnknownEconomyError
from patronage.ledger.table import Row

PAGE = 1000
"""So many records or accounts at once."""

_ACCOUNT = ", ".join(f"a.{name}" for name in store.ACCOUNTS.columns[1:])


class Moved(NamedTuple):
    """One movement, as a statement's line has it, with whose it is and its event in full."""

    place: store.Place
    account: str
    event: dict[str, Any]
    cause: str
    points: int
    quota: int
    cash: int
    coins: int
    dividend: int
    fee: int


class Standing(NamedTuple):
    """An account in the order of points."""

    account: str
    points: int


def moved(
    economy: str, *, after: int, limit: int = PAGE, using: str = DEFAULT_DB_ALIAS
) -> tuple[list[Moved], int]:
    """Return the movements of the next records of the journal, and the number of the last of them.

    That number is `after` where there is no newer record. Records have numbers without gaps, so
    whoever goes on from there misses none. Raises UnknownEconomyError.
    """
    columns = ", ".join(f"m.{name}" for name in Moved._fields[3:])
    with connections[using].cursor() as cursor:
        head = store.read_head(cursor, economy)
        if head is None:
            raise UnknownEconomyError(economy)
        through = max(after, min(head.seq, after + limit))
        cursor.execute(
            f"SELECT m.seq, m.position, m.account, j.record, {columns} "  # noqa: S608
            "FROM ledger_movement m "
            "JOIN ledger_journal j ON j.economy = m.economy AND j.seq = m.seq "
            "WHERE m.economy = %s AND m.seq > %s AND m.seq <= %s ORDER BY m.seq, m.position",
            [economy, after, through],
        )
        rows = cursor.fetchall()
    events: dict[int, dict[str, Any]] = {}
    found = []
    for seq, position, account, record, *rest in rows:
        if seq not in events:  # a day's close may have moved thousands
            events[seq] = json.loads(record)["event"]
        found.append(Moved((seq, position), store.from_column(account), events[seq], *rest))
    return found, through


def highest(economy: str, *, limit: int, using: str = DEFAULT_DB_ALIAS) -> list[Standing]:
    """Return the members with the most points, of equal ones the smallest id first.

    Reads every account once: an index of points would be written at every order.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT account, points FROM ledger_account "
            "WHERE economy = %s AND NOT merchant AND points > 0 "
            "ORDER BY points DESC, account LIMIT %s",
            [economy, limit],
        )
        return [Standing(store.from_column(id), points) for id, points in cursor.fetchall()]


def holders(
    economy: str, *, at_least: int, limit: int = PAGE, using: str = DEFAULT_DB_ALIAS
) -> Iterator[list[Standing]]:
    """Yield, in pages, the members who hold so many points, in the order of their ids.

    Reads every account once.
    """
    after = ""
    while True:
        with connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT account, points FROM ledger_account "
                "WHERE economy = %s AND account > %s AND NOT merchant AND points >= %s "
                "ORDER BY account LIMIT %s",
                [economy, after, at_least, limit],
            )
            rows = cursor.fetchall()
        yield [Standing(store.from_column(id), points) for id, points in rows]
        if len(rows) < limit:
            return
        after = rows[-1][0]


def nearing(
    economy: str, part_micro: int, *, limit: int = PAGE, using: str = DEFAULT_DB_ALIAS
) -> Iterator[list[tuple[AccountView, Fraction]]]:
    """Yield, in pages, the accounts whose worth and dividends reach a part of their quota.

    Each with that quotient, at which compulsory redemption would be 1. Only the front of the line
    of ceilings is read. Raises UnknownEconomyError.
    """
    after: tuple[bytes, str] | None = None
    while True:
        rows, state = _line(economy, part_micro, after, limit, using)
        page = []
        for row in rows:
            account = store.account_of(row)
            level = level_of(state, account)
            if level is not None and level * MICRO >= part_micro:
                page.append((view_of(state, account), level))
        if page:
            yield page
        if len(rows) < limit:
            return
        after = bytes(rows[-1][-1]), rows[-1][0]


def level_of(state: State, account: Account) -> Fraction | None:
    """Return how much of its quota an account's points and dividends are worth: 1 is due.

    None for an account without points or without quota.
    """
    if not account.points or not account.quota:
        return None
    price, per = state.price
    owed = account.owed + account.points * (state.index - account.at)
    return (Fraction(account.points * price, per) + Fraction(owed, INDEX_SCALE)) / account.quota


def _line(
    economy: str, part_micro: int, after: tuple[bytes, str] | None, limit: int, using: str
) -> tuple[list[Row], State]:
    """Read the next accounts in line that may have come so far, and the state they stand in.

    With p the part, T = price × 10²⁴ + index and an account's `at` ≥ 0, owed < 10²⁴ and points
    worth a minor unit at least: points × (T − at) + owed ≥ p × quota × 10²⁴ asks of its ceiling
    that p × ceiling ≤ T + (1 − p) × price × 10²⁴. The key in line is at most the ceiling.
    """
    behind = "" if after is None else "AND (a.queued, a.account) > (%s, %s) "
    with connections[using].cursor() as cursor:
        head = store.read_head(cursor, economy)
        if head is None:
            raise UnknownEconomyError(economy)
        state = head.state
        price, per = state.price
        worth = -(-((price * INDEX_SCALE) << CEILING_BITS) // per)
        reach = worth + (state.index << CEILING_BITS)
        most = -(-(reach * MICRO + (MICRO - part_micro) * worth) // part_micro)
        cursor.execute(
            f"SELECT {_ACCOUNT} FROM ledger_account a "  # noqa: S608  (the names are ours)
            f"WHERE a.economy = %s AND a.queued <= %s {behind}"
            "ORDER BY a.queued, a.account LIMIT %s",
            [economy, store.key_column(most), *(after or ()), limit],
        )
        return cursor.fetchall(), state


def earned_by_all(
    economy: str, days: Sequence[Day], *, limit: int = PAGE, using: str = DEFAULT_DB_ALIAS
) -> Iterator[list[tuple[str, Fraction]]]:
    """Yield, in pages of accounts, what each earned on some closed days together, exactly.

    The days are consecutive and in their order. Who earned nothing is left out. Whoever did not
    move since the first of them costs no read of its own.
    """
    first, step = days[0].seq, sum(day.step for day in days)
    after = ""
    while True:
        with connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT account, points, last_seq FROM ledger_account "
                "WHERE economy = %s AND account > %s ORDER BY account LIMIT %s",
                [economy, after, limit],
            )
            rows = cursor.fetchall()
        page = []
        for id, points, last_seq in rows:
            account = store.from_column(id)
            if last_seq < first:
                sum_earned = Fraction(points * step, INDEX_SCALE)
            else:
                sum_earned = _earned_on(economy, account, days, using)
            if sum_earned:
                page.append((account, sum_earned))
        if page:
            yield page
        if len(rows) < limit:
            return
        after = rows[-1][0]


def _earned_on(economy: str, account: str, days: Sequence[Day], using: str) -> Fraction:
    """Add up what an account earned on some closed days, going back to the first of them."""
    total = Fraction(0)
    before: Earned | None = None
    while page := earned(economy, account, before=before, using=using):
        total += sum(one.dividend for one in page if days[0].seq <= one.day.seq <= days[-1].seq)
        before = page[-1]
        if before.day.seq <= days[0].seq:
            break
    return total
