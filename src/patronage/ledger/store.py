"""How the ledger's tables are read and written: rows to records and back, many at a time.

The SQL that is the same on every database stands here and in `batch`; what is not, in `sqlite`
and `postgresql`, two modules with the same functions.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple, Protocol

from django.db import connections
from django.db.backends.utils import CursorWrapper

from patronage.economy import Account, Order, Payment, State, Withdrawal, parse_charter
from patronage.economy.state import FIGURES
from patronage.ledger import postgresql, sqlite
from patronage.ledger.canonical import decode_charter
from patronage.ledger.table import Row, Table

Place = tuple[int, int]
"""Where a movement stands: the record's number, and which of its movements it is."""

KEY_BYTES: Final = 35
"""Quota and dividends are below 2⁶³ minor units, 10²⁴ is below 2⁸⁰, the scale is 2¹²⁸: a ceiling,
the sum of two such products, lies within ±2²⁷². Moved up by 2²⁷⁹ it fills 35 bytes, unsigned."""
_KEY_ZERO: Final = 1 << (8 * KEY_BYTES - 1)

_HOLDINGS = (
    *("merchant", "points", "quota", "cash", "coins", "owed", "at_index"),
    *("last_seq", "last_position"),
)
ACCOUNTS: Final = Table(
    "ledger_account",
    "account",
    ("economy", "account"),
    (*_HOLDINGS, "queued"),
)
HOLDINGS: Final = Table("ledger_account", "account", ("economy", "account"), _HOLDINGS)
"""Accounts without their keys in line: what most events change."""
ORDERS: Final = Table("ledger_order", "order", ("economy", "order_id"), ("seq", "refunded"))
TOLD_ORDERS: Final = (
    "SELECT order_id, seq, refunded, record FROM ledger_order JOIN ledger_journal "
    "USING (economy, seq)"
)
"""Orders with the records that tell of them."""
PAYMENTS: Final = Table("ledger_payment", "payment", ("economy", "payment"), Payment._fields)
WITHDRAWALS: Final = Table(
    "ledger_withdrawal", "withdrawal", ("economy", "withdrawal"), Withdrawal._fields
)
JOURNAL: Final = Table(
    "ledger_journal",
    "record",
    ("economy", "seq"),
    ("event_id", "type", "code", "content", "record", "raw"),
)
MOVEMENTS: Final = Table(
    "ledger_movement",
    "movement",
    ("economy", "seq", "position"),
    (
        *("account", "cause", "points", "quota", "cash", "coins"),
        *("points_after", "quota_after", "cash_after", "coins_after", "dividend", "fee"),
        *("previous_seq", "previous_position"),
    ),
)
CONTENTS: Final = "SELECT event_id, content FROM ledger_journal"
FIRST_ID: Final = "NOT (code = 'conflict') AND event_id"  # as the index has it
"""The id of an event's first record; any others are conflicts."""
INBOX: Final = Table(
    "ledger_inbox", "arrival", ("economy",), ("event_id", "content", "raw", "hash", "received")
)
ECONOMIES: Final = Table(
    "ledger_economy",
    "economy",
    ("economy",),
    (
        *("charter", "seq", "head", "clock"),
        *("dividend_index" if name == "index" else name for name in FIGURES),
        *("founding", "compulsory_redemptions", "days_closed", "last_closed"),
    ),
)

TABLES: Final = (JOURNAL, MOVEMENTS, ACCOUNTS, ORDERS, PAYMENTS, WITHDRAWALS, INBOX, ECONOMIES)
"""All of them."""


class Database(Protocol):
    """What differs between databases."""

    @property
    def SNAPSHOT(self) -> str:  # noqa: N802  (a module's constant)
        """The statement that begins a transaction which sees one state."""

    def lock(self, cursor: CursorWrapper, economy: str) -> None:
        """Wait for and take the economy's row, until the transaction ends."""

    def select_in(
        self, cursor: CursorWrapper, select: str, economy: str, column: str, ids: Iterable[str]
    ) -> list[Row]:
        """Return a select's rows whose column, unique within an economy, has one of the ids."""

    def delete_in(
        self, cursor: CursorWrapper, table: Table, economy: str, column: str, values: Iterable[Any]
    ) -> None:
        """Delete the rows whose column has one of the values."""

    def insert(self, cursor: CursorWrapper, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows."""

    def upsert(self, cursor: CursorWrapper, table: Table, rows: Sequence[Row]) -> None:
        """Insert rows, or replace those with the same key."""


def database_of(using: str) -> Database:
    """Return what is particular to the database behind a Django alias."""
    vendor = connections[using].vendor
    if vendor == "sqlite":
        return sqlite
    if vendor == "postgresql":
        return postgresql
    raise ValueError(f"the ledger runs on SQLite and PostgreSQL, not on {vendor}")


@contextmanager
def snapshot(using: str) -> Iterator[CursorWrapper]:
    """Give a cursor that sees one state of the database and keeps no writer waiting.

    Raises RuntimeError inside a transaction.
    """
    connection = connections[using]
    if connection.in_atomic_block:
        raise RuntimeError("one state of the database cannot be had inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute(database_of(using).SNAPSHOT)
        try:
            yield cursor
        finally:
            cursor.execute("ROLLBACK")


def column(id: str) -> str:
    """Return an id as it is stored.

    PostgreSQL's texts hold no NUL, but the rule book's do. U+0000 is stored as U+0001 U+0001, and
    U+0001 as U+0001 U+0002, which keeps the order of bytes.
    """
    if "\x00" in id or "\x01" in id:
        return id.replace("\x01", "\x01\x02").replace("\x00", "\x01\x01")
    return id


def from_column(stored: str) -> str:
    """Return the id that is stored so."""
    if "\x01" in stored:
        return stored.replace("\x01\x01", "\x00").replace("\x01\x02", "\x01")
    return stored


def key_column(queued: int | None) -> bytes | None:
    """Return a key in line, a ceiling, as bytes in the order of the integers; None for none."""
    return None if queued is None else (queued + _KEY_ZERO).to_bytes(KEY_BYTES, "big")


def from_key_column(key: bytes | None) -> int | None:
    """Return the key that is stored so."""
    return None if key is None else int.from_bytes(key, "big") - _KEY_ZERO


def holdings_row(economy: str, account: Account, last: Place) -> Row:
    """Return an account's row without its key, with the place of its last movement."""
    return (
        economy,
        column(account.id),
        account.merchant,
        account.points,
        account.quota,
        account.cash,
        account.coins,
        str(account.owed),
        str(account.at),
        *last,
    )


def account_row(economy: str, account: Account, last: Place) -> Row:
    """Return an account's row."""
    return (*holdings_row(economy, account, last), key_column(account.queued))


def last_of(row: Row) -> Place:
    """Return the place of the last movement in an account's row that begins with its id."""
    return row[8], row[9]


def account_of(row: Row) -> Account:
    """Return the account in a row that begins with its id."""
    account = Account(from_column(row[0]), merchant=bool(row[1]), at=int(row[7]))
    account.points, account.quota, account.cash, account.coins = row[2:6]
    account.owed = int(row[6])
    account.queued = from_key_column(row[10])
    return account


def order_row(economy: str, id: str, seq: int, order: Order) -> Row:
    """Return the row of an order that a record tells of."""
    return (economy, column(id), seq, order.refunded)


def payment_row(economy: str, id: str, payment: Payment) -> Row:
    """Return a payment's row."""
    return (economy, column(id), column(payment.member), column(payment.merchant), *payment[2:])


def payment_of(row: Row) -> Payment:
    """Return the payment in a row that begins with its id."""
    return Payment(from_column(row[1]), from_column(row[2]), *row[3:])


def withdrawal_row(economy: str, id: str, withdrawal: Withdrawal) -> Row:
    """Return a withdrawal's row."""
    return (economy, column(id), column(withdrawal.account), *withdrawal[1:])


def withdrawal_of(row: Row) -> Withdrawal:
    """Return the withdrawal in a row that begins with its id."""
    return Withdrawal(from_column(row[1]), *row[2:])


class Head(NamedTuple):
    """An economy's row: its state, and the end of its journal."""

    state: State
    charter: str
    seq: int
    hash: bytes
    clock: str


def head_row(economy: str, head: Head) -> Row:
    """Return an economy's row."""
    state = head.state
    *figures, index = state.figures()
    counts = (state.founding, state.compulsory_redemptions, state.days_closed, state.last_closed)
    return (economy, head.charter, head.seq, head.hash, head.clock, *figures, str(index), *counts)


def head_of(row: Row) -> Head:
    """Return what an economy's row says."""
    _, charter, seq, head, clock, *values = row
    state = State(parse_charter(decode_charter(charter)))
    for name, value in zip(FIGURES, values, strict=False):
        setattr(state, name, int(value))
    rest = values[len(FIGURES) :]
    state.founding, state.compulsory_redemptions, state.days_closed, state.last_closed = rest
    return Head(state, charter, seq, head, clock)


def read_head(cursor: CursorWrapper, economy: str) -> Head | None:
    """Read an economy's row, None if there is none."""
    cursor.execute(f"{ECONOMIES.select} WHERE economy = %s", [economy])
    row = cursor.fetchone()
    return None if row is None else head_of(row)
