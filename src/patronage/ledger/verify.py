"""Rebuilding an economy from its journal, and comparing everything that is stored with that."""

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.utils import CursorWrapper

from patronage.economy import BrokenInvariantError, MemoryBook, check_identities
from patronage.economy.state import ceiling_of
from patronage.ledger import store
from patronage.ledger.batch import Arrival, Batch
from patronage.ledger.canonical import (
    content_hash,
    decode_charter,
    encode,
    opaque_content,
    restore_event,
)
from patronage.ledger.opening import opening
from patronage.ledger.settling import UnknownEconomyError
from patronage.ledger.store import from_column
from patronage.ledger.table import Row, Table

_AT_ONCE = 2000


class Difference(NamedTuple):
    """The first place where what is stored is not what the journal makes of it."""

    where: str
    what: str


class _DifferentError(Exception):
    def __init__(self, where: str, what: str) -> None:
        self.difference = Difference(where, what)
        super().__init__(where, what)


class Verified(NamedTuple):
    """How many records were replayed, and the first difference, None if there is none."""

    records: int
    difference: Difference | None


def verify(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> Verified:
    """Replay an economy's journal through the rules and compare every table with the result.

    Compares the chain of hashes, every record byte for byte, movements, accounts, orders, payments,
    withdrawals and the economy's own row; checks the identities. Reads one state of the database.
    Holds all accounts in memory. Raises UnknownEconomyError.
    """
    batch: Batch | None = None
    with store.snapshot(using) as cursor:
        cursor.execute(f"{store.ECONOMIES.select} WHERE economy = %s", [economy])
        head = cursor.fetchone()
        if head is None:
            raise UnknownEconomyError(economy)
        try:
            batch = _opened(cursor, economy)
            _replay(cursor, batch)
            _compare_projections(cursor, batch, head)
        except _DifferentError as error:
            return Verified(0 if batch is None else batch.seq, error.difference)
    return Verified(batch.seq, None)


def _opened(cursor: CursorWrapper, economy: str) -> Batch:
    """Return a batch in memory that begins after the first record."""
    row = next(iter(_journal(cursor, economy, 0)), None)
    if row is None or row[1] != 1:
        raise _DifferentError("record 1", "is missing")
    try:
        told = json.loads(row[6])
        expected, head = opening(
            economy, decode_charter(encode(told["event"]["charter"])), told["at"]
        )
    except (ValueError, KeyError, TypeError):
        raise _DifferentError("record 1", "does not open an economy") from None
    _compare_record(1, row, expected)
    return Batch(economy, head, MemoryBook(), {}, {})


def _replay(cursor: CursorWrapper, batch: Batch) -> None:
    """Judge every record's event again and compare records and movements, some at a time."""
    economy = batch.economy
    while True:
        rows = _journal(cursor, economy, batch.seq, _AT_ONCE)
        first = batch.seq + 1 if batch.seq > 1 else 0
        for row in rows:
            seq = batch.seq + 1
            if row[1] != seq:
                raise _DifferentError(f"record {seq}", "is missing")
            arrival = _arrival(seq, row)
            try:
                batch.judge(arrival)
            except BrokenInvariantError as error:
                raise _DifferentError(f"record {seq}", str(error)) from None
            if not batch.records:
                raise _DifferentError(f"record {seq}", "repeats an earlier one")
            _compare_record(seq, row, batch.records.pop())
        _compare_movements(cursor, batch, first, batch.seq if rows else None)
        batch.movements.clear()
        batch.touched.clear()
        if not rows:
            return


def _arrival(seq: int, row: Row) -> Arrival:
    """Return what a record says was submitted."""
    try:
        told = json.loads(row[6])
        text = None if told["event"] is None else encode(told["event"])
        event = None if text is None else restore_event(told["event"])
        # An event with its own `at` does not move the clock; any other was given the clock's time.
        received = told["at"] or ""
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _DifferentError(f"record {seq}", "is no record") from None
    raw = row[7]
    if text is None:
        content = bytes(row[5]) if raw is None else opaque_content(raw).hash
        id = None if row[2] is None else from_column(row[2])
        return Arrival(id, None, None, raw, content, received)
    content = content_hash(text)
    return Arrival(told["id"], event, text, None, content, received)


def _compare_record(seq: int, stored: Row, expected: Row) -> None:
    if stored != expected:
        names = [
            name
            for name, one, other in zip(store.JOURNAL.columns, stored, expected, strict=True)
            if one != other
        ]
        raise _DifferentError(f"record {seq}", f"{', '.join(names)} not as replayed")


def _compare_movements(cursor: CursorWrapper, batch: Batch, first: int, last: int | None) -> None:
    """Compare the movements of some records, or for None that there are none from the first on."""
    upper = "" if last is None else "AND seq <= %s "
    cursor.execute(
        f"{store.MOVEMENTS.select} WHERE economy = %s AND seq >= %s {upper}ORDER BY seq, position",
        [batch.economy, first, *([] if last is None else [last])],
    )
    for stored, expected in zip_longest(cursor.fetchall(), batch.movements):
        if stored != expected:
            place = min(row[1:3] for row in (stored, expected) if row is not None)
            here = (row if row and row[1:3] == place else None for row in (stored, expected))
            raise _DifferentError(f"movement {place[1]} of record {place[0]}", _how(*here))


def _how(stored: Row | None, expected: Row | None) -> str:
    if stored is None:
        return "is missing"
    return "should not be there" if expected is None else "not as replayed"


def _compare_projections(cursor: CursorWrapper, batch: Batch, head: Row) -> None:
    economy, book = batch.economy, batch.book
    expected = store.head_row(economy, batch.head())
    if head[2] > batch.seq:
        raise _DifferentError(f"record {batch.seq + 1}", "is missing")
    for name, one, other in zip(store.ECONOMIES.columns, _plain(head), expected, strict=True):
        if one != other:
            raise _DifferentError(f"the economy's {name}", "not as replayed")
    try:
        check_identities(batch.state, book.accounts.values())
    except BrokenInvariantError as error:
        raise _DifferentError("the replayed state", str(error)) from None
    accounts = [
        store.holdings_row(economy, account, batch.lasts[id])
        for id, account in book.accounts.items()
    ]
    _compare_table(cursor, economy, store.HOLDINGS, accounts)
    _check_keys(cursor, batch)
    orders = [store.order_row(economy, *item) for item in book.orders.items()]
    _compare_table(cursor, economy, store.ORDERS, orders)
    payments = [store.payment_row(economy, *item) for item in book.payments.items()]
    _compare_table(cursor, economy, store.PAYMENTS, payments)
    withdrawals = [store.withdrawal_row(economy, *item) for item in book.withdrawals.items()]
    _compare_table(cursor, economy, store.WITHDRAWALS, withdrawals)


def _compare_table(cursor: CursorWrapper, economy: str, table: Table, replayed: list[Row]) -> None:
    """Compare a table's rows, in the order of ids, with the replayed records."""
    key = table.columns[1]
    cursor.execute(f"{table.select} WHERE economy = %s ORDER BY {key}", [economy])
    for one, other in zip_longest(_rows(cursor), sorted(replayed, key=_key)):
        if one != other:
            id = min(row[1] for row in (one, other) if row is not None)  # one may have a gap
            here = (row if row and row[1] == id else None for row in (one, other))
            raise _DifferentError(f"{table.what} {from_column(id)!r}", _how(*here))


def _check_keys(cursor: CursorWrapper, batch: Batch) -> None:
    """Find each account with points in line under a key that is at most its ceiling."""
    cursor.execute(
        "SELECT account, queued FROM ledger_account WHERE economy = %s ORDER BY account",
        [batch.economy],
    )
    for stored, key in _rows(cursor):
        ceiling = store.key_column(ceiling_of(batch.book.accounts[from_column(stored)]))
        if ceiling is not None and (key is None or key > ceiling):
            raise _DifferentError(f"account {from_column(stored)!r}", "is not in line where due")


def _key(row: Row) -> bytes:
    id: str = row[1]
    return id.encode()


def _journal(cursor: CursorWrapper, economy: str, after: int, limit: int = 1) -> list[Row]:
    cursor.execute(
        f"{store.JOURNAL.select} WHERE economy = %s AND seq > %s ORDER BY seq LIMIT {limit}",
        [economy, after],
    )
    return list(map(_plain, cursor.fetchall()))


def _rows(cursor: CursorWrapper) -> Iterator[Row]:
    """Yield a select's rows, some at a time."""
    while rows := cursor.fetchmany(_AT_ONCE):
        yield from map(_plain, rows)


def _plain(row: Row) -> Row:
    """Return a row with bytes as bytes, whatever the database's driver makes of them."""
    if memoryview not in map(type, row):
        return row
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
