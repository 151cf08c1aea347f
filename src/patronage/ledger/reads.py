"""Reading an economy: its summary, an account, an account's statement.

Nothing here changes anything. Each read is one statement, so that it tells of one state.
Money and coins are in minor units, points in nano-points, prices minor units per nano-point as
exact fractions.
"""

import json
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from patronage.economy import Account, Charter, State
from patronage.economy.charter import MICRO
from patronage.economy.state import FIGURES, payable
from patronage.ledger import store
from patronage.ledger.settling import UnknownEconomyError
from patronage.ledger.store import column
from patronage.ledger.table import Row

PAGE = 50
"""So many lines at once unless told otherwise."""

_ECONOMY = ", ".join(f"e.{name}" for name in store.ECONOMIES.columns)
_WIDTH = len(store.ECONOMIES.columns)


class UnknownAccountError(LookupError):
    """No account has this id in the economy."""


class Summary(NamedTuple):
    """An economy at the end of its journal.

    `figures` are the economy's own by name, circulating, founding, days_closed and
    compulsory_redemptions among them; `unsettled` counts what waits in the inbox.
    """

    economy: str
    charter: Charter
    records: int
    head: str
    price: Fraction
    figures: dict[str, int]
    last_closed: str
    members: int
    merchants: int
    unsettled: int


class AccountView(NamedTuple):
    """An account as stored, and what it would come to.

    `dividend` is what settling would pay now. `redeemable` is what redeeming all points would
    bring after that, within the quota left and before the fee; `fee` is kept back of it.
    """

    id: str
    kind: str
    points: int
    quota: int
    cash: int
    coins: int
    dividend: int
    worth: Fraction
    redeemable: int
    fee: int

    @property
    def net(self) -> int:
        """What redeeming all points would bring after the fee."""
        return self.redeemable - self.fee


class Line(NamedTuple):
    """One movement of a statement: changes, balances after, and the event behind it.

    `place` is (record, position); the next page begins after the last line's. `at` is the event's
    own, or else the ledger's time of it. `dividend`, paid by settling before, is a part of the
    changes in cash and quota; `fee` was kept back from a redemption.
    """

    place: tuple[int, int]
    at: str
    event_id: str | None
    cause: str
    points: int
    quota: int
    cash: int
    coins: int
    points_after: int
    quota_after: int
    cash_after: int
    coins_after: int
    dividend: int
    fee: int


def summary(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> Summary:
    """Return an economy's summary. Raises UnknownEconomyError."""
    counts = ", ".join(
        f"(SELECT count(*) FROM {table} t WHERE t.economy = e.economy{kind})"  # noqa: S608
        for table, kind in (
            ("ledger_account", " AND NOT t.merchant"),
            ("ledger_account", " AND t.merchant"),
            ("ledger_inbox", ""),
        )
    )
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT {_ECONOMY}, {counts} "  # noqa: S608  (the names are ours)
            "FROM ledger_economy e WHERE e.economy = %s",
            [economy],
        )
        row = cursor.fetchone()
    if row is None:
        raise UnknownEconomyError(economy)
    members, merchants, unsettled = row[_WIDTH:]
    head = store.head_of(row[:_WIDTH])
    state = head.state
    names = (*FIGURES, "circulating", "founding", "days_closed", "compulsory_redemptions")
    return Summary(
        economy,
        state.charter,
        head.seq,
        head.hash.hex(),
        Fraction(*state.price),
        {name: getattr(state, name) for name in names},
        state.last_closed,
        members,
        merchants,
        unsettled,
    )


def state(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> State:
    """Return an economy's state, a copy to try events on. Raises UnknownEconomyError."""
    with connections[using].cursor() as cursor:
        head = store.read_head(cursor, economy)
    if head is None:
        raise UnknownEconomyError(economy)
    return head.state


def unsettled(economy: str, *, most: int, using: str = DEFAULT_DB_ALIAS) -> int:
    """Return how many events wait to be settled, counted up to so many."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM "
            "(SELECT 1 FROM ledger_inbox WHERE economy = %s ORDER BY number LIMIT %s) waiting",
            [economy, most],
        )
        count: int = cursor.fetchone()[0]
    return count


def opened_at(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> datetime:
    """Return when an economy was opened. Raises UnknownEconomyError."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT record FROM ledger_journal WHERE economy = %s AND seq = 1", [economy]
        )
        row = cursor.fetchone()
    if row is None:
        raise UnknownEconomyError(economy)
    return datetime.fromisoformat(json.loads(row[0])["at"])


def economies(*, using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Return the ids of all economies, in their order."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT economy FROM ledger_economy ORDER BY economy")
        return [row[0] for row in cursor.fetchall()]


def account(economy: str, id: str, *, using: str = DEFAULT_DB_ALIAS) -> AccountView:
    """Return an account. Raises UnknownEconomyError and UnknownAccountError."""
    return view_of(*read_account(economy, id, using=using))


def read_account(economy: str, id: str, *, using: str = DEFAULT_DB_ALIAS) -> tuple[State, Account]:
    """Return an economy's state with one of its accounts, copies of what is stored.

    Raises UnknownEconomyError and UnknownAccountError.
    """
    columns = ", ".join(f"a.{name}" for name in store.ACCOUNTS.columns[1:])
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT {_ECONOMY}, {columns} FROM ledger_economy e "  # noqa: S608
            "LEFT JOIN ledger_account a ON a.economy = e.economy AND a.account = %s "
            "WHERE e.economy = %s",
            [column(id), economy],
        )
        row = cursor.fetchone()
    if row is None:
        raise UnknownEconomyError(economy)
    if row[_WIDTH] is None:
        raise UnknownAccountError(id)
    return store.head_of(row[:_WIDTH]).state, store.account_of(row[_WIDTH:])


def view_of(state: State, account: Account) -> AccountView:
    """Return what an account comes to in a state."""
    _, _, paid = payable(state, account)
    price, per = state.price
    charter = state.charter
    fee_micro = charter.merchant_fee_micro if account.merchant else charter.fee_micro
    pay = min(account.points * price // per, account.quota - paid)
    fee = -(-pay * fee_micro // MICRO)  # as in redeem: rounds up
    return AccountView(
        account.id,
        "merchant" if account.merchant else "member",
        account.points,
        account.quota,
        account.cash,
        account.coins,
        paid,
        Fraction(account.points * price, per),
        pay,
        fee,
    )


def statement(
    economy: str,
    id: str,
    *,
    before: tuple[int, int] | None = None,
    limit: int = PAGE,
    using: str = DEFAULT_DB_ALIAS,
) -> list[Line]:
    """Return an account's movements, the newest first; those before a line's place if one is given.

    Ask for the next page with the last line's place. An unknown account has none.
    """
    return [line_of(row) for row in statement_rows(economy, id, before, limit, using)]


def statement_rows(
    economy: str, id: str, before: tuple[int, int] | None, limit: int, using: str
) -> list[Row]:
    """Return the rows behind a statement's lines: the record, and what `line_of` reads."""
    # Each movement names the one before it: from the last, or from the place given, back.
    first = "ledger_account WHERE economy = %s AND account = %s"
    names = "last_seq, last_position"
    place: tuple[int, ...] = ()
    if before is not None:
        first = "ledger_movement WHERE economy = %s AND account = %s AND seq = %s AND position = %s"
        names = "previous_seq, previous_position"
        place = before
    with connections[using].cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE line(step, seq, position) AS ("  # noqa: S608  (the names are ours)
            f"SELECT 1, {names} FROM {first} "
            "UNION ALL SELECT line.step + 1, m.previous_seq, m.previous_position "
            "FROM line JOIN ledger_movement m "
            "ON m.economy = %s AND m.seq = line.seq AND m.position = line.position "
            "WHERE line.step < %s) "
            # CROSS tells SQLite to begin with the few lines: it would walk all movements else.
            f"{line_select()} FROM line CROSS JOIN ledger_movement m "
            "JOIN ledger_journal j ON j.economy = m.economy AND j.seq = m.seq "
            "WHERE m.economy = %s AND m.seq = line.seq AND m.position = line.position "
            "ORDER BY line.step",
            [economy, column(id), *place, economy, limit, economy],
        )
        rows: list[Row] = cursor.fetchall()
    return rows


def line_select() -> str:
    """Return the SELECT of what `line_of` reads, of a movement m and its record j."""
    columns = ", ".join(f"m.{name}" for name in Line._fields[3:])
    return f"SELECT j.record, m.seq, m.position, j.event_id, {columns}"


def line_of(row: Row) -> Line:
    """Return the line of a statement in a row."""
    record, seq, position, event_id, *rest = row
    return Line((seq, position), at_of(json.loads(record)), store.from_column(event_id), *rest)


def at_of(told: dict[str, Any]) -> str:
    """Return when a record's event was: its own time, or else the ledger's."""
    at: str = told["event"]["at"] if told["at"] is None else told["at"]
    return at
