"""Rebuilding an economy from its journal, and comparing everything that is stored with that."""

import json
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.backends.utils import CursorWrapper

from patronage.economy import BrokenInvariantError, MemoryBook, check_identities
from patronage.economy.state import ceiling_of
from patronage.ledger import store
from patronage.ledger.batch import Arrival, Batch, Known
from patronage.ledger.canonical import (
    content_hash,
    decode_charter,
    decode_event,
    encode,
    encode_event,
    opaque_content,
)
from patronage.ledger.collector import at_rest
from patronage.ledger.opening import opening
from patronage.ledger.settling import UnknownEconomyError
from patronage.ledger.store import from_column
from patronage.ledger.table import Row, Table

_AT_ONCE = 2000
_SEQ_MAX: Final = 2**63 - 1
_RECORD: Final = store.JOURNAL.columns.index("record")


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
    with at_rest(), store.snapshot(using) as cursor:
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
    rows = _journal(cursor, economy, range(1, 2))
    if not rows or rows[0][1] != 1:
        raise _DifferentError("record 1", "is missing")
    try:
        told = json.loads(rows[0][_RECORD])
        expected, head = opening(
            economy, decode_charter(encode(told["event"]["charter"])), told["at"]
        )
    except (ValueError, KeyError, TypeError):
        raise _DifferentError("record 1", "does not open an economy") from None
    _compare_records(rows, [expected], 1)
    return Batch(economy, head, MemoryBook(), Known({}, {}, {}))


def _replay(cursor: CursorWrapper, batch: Batch) -> None:
    """Judge every record's event again and compare records and movements, some at a time."""
    while True:
        after = batch.seq
        rows = _journal(cursor, batch.economy, range(after + 1, after + 1 + _AT_ONCE))
        if not rows:  # the end, or a long gap
            rows = _journal(cursor, batch.economy, range(after + 1, _SEQ_MAX))
        problem = None
        try:
            for row in rows:
                batch.judge(_arrival(row))
        except (BrokenInvariantError, _NoRecordError) as error:
            problem = str(error)
        # Whatever went wrong, what differs before that comes first.
        judged = rows if problem is None else rows[: len(batch.records)]
        _compare_records(judged, batch.records, after + 1)
        if problem is not None:
            raise _DifferentError(f"record {after + len(judged) + 1}", problem)
        _compare_movements(
            cursor, batch, range(after + 1 if after > 1 else 0, batch.seq + 1 if rows else _SEQ_MAX)
        )
        batch.records.clear()
        batch.movements.clear()
        if not rows:
            return


class _NoRecordError(Exception):
    """What stands for a record tells of no event."""


def _arrival(row: Row) -> Arrival:
    """Return what a record says was submitted.

    The event's text is cut out of the record's: no quoted text can hold these bounds. Whether all
    around it is as it should be, comparing the whole record will show.
    """
    _, _, stored, _, _, content, record, raw = row
    start = record.find(',"event":') + 9
    text = record[start : record.find(',"facts":', start)]
    # An event with its own `at` does not move the clock; any other was given the clock's time.
    received = record[7 : record.find('"', 7)] if record.startswith('{"at":"') else ""
    if text == "null":
        content = content if raw is None else opaque_content(raw).hash
        id = None if stored is None else from_column(stored)
        return Arrival(id, None, None, raw, content, received)
    try:
        event = decode_event(text)
        if encode_event(event) == text:
            return Arrival(event["id"], event, text, None, content_hash(text), received)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        pass
    raise _NoRecordError("is no record")


def _compare_records(stored: Sequence[Row], replayed: Sequence[Row], first: int) -> None:
    """Compare records, of which the first should have this number."""
    if stored == replayed:
        return
    for seq, (one, other) in enumerate(zip_longest(stored, replayed), start=first):
        if one == other:
            continue
        if one is None or one[1] != seq:
            raise _DifferentError(f"record {seq}", "is missing")
        if other is None or other[1] != seq:
            raise _DifferentError(f"record {seq}", "repeats an earlier one")
        names = [
            name
            for name, mine, its in zip(store.JOURNAL.columns, one, other, strict=True)
            if mine != its
        ]
        raise _DifferentError(f"record {seq}", f"{', '.join(names)} not as replayed")


def _compare_movements(cursor: CursorWrapper, batch: Batch, seqs: range) -> None:
    """Compare the movements of some records."""
    cursor.execute(
        f"{store.MOVEMENTS.select} WHERE economy = %s AND seq >= %s AND seq < %s "
        "ORDER BY seq, position",
        [batch.economy, seqs.start, seqs.stop],
    )
    rows: list[Row] = cursor.fetchall()
    if rows == batch.movements:
        return
    for stored, expected in zip_longest(rows, batch.movements):
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
    for name, one, other in zip(store.ECONOMIES.columns, head, expected, strict=True):
        if one != other:
            raise _DifferentError(f"the economy's {name}", "not as replayed")
    try:
        check_identities(batch.state, book.accounts.values())
    except BrokenInvariantError as error:
        raise _DifferentError("the replayed state", str(error)) from None
    accounts = [
        store.holdings_row(economy, account, batch.known.lasts[id])
        for id, account in book.accounts.items()
    ]
    _compare_table(cursor, economy, store.HOLDINGS, accounts)
    _check_keys(cursor, batch)
    seqs = batch.known.orders
    orders = [store.order_row(economy, id, seqs[id], one) for id, one in book.orders.items()]
    _compare_table(cursor, economy, store.ORDERS, orders)
    payments = [store.payment_row(economy, *item) for item in book.payments.items()]
    _compare_table(cursor, economy, store.PAYMENTS, payments)
    withdrawals = [store.withdrawal_row(economy, *item) for item in book.withdrawals.items()]
    _compare_table(cursor, economy, store.WITHDRAWALS, withdrawals)


def _compare_table(cursor: CursorWrapper, economy: str, table: Table, replayed: list[Row]) -> None:
    """Compare a table's rows, in the order of ids, with the replayed records."""
    replayed.sort()  # ids differ, and code points are in the order of their bytes
    key = table.columns[1]
    cursor.execute(f"{table.select} WHERE economy = %s ORDER BY {key}", [economy])
    for one, other in zip_longest(_rows(cursor), replayed):
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


def _journal(cursor: CursorWrapper, economy: str, seqs: range) -> list[Row]:
    # With both bounds, whatever the planner believes of the table, it sorts no more than these.
    cursor.execute(
        f"{store.JOURNAL.select} WHERE economy = %s AND seq >= %s AND seq < %s ORDER BY seq",
        [economy, seqs.start, seqs.stop],
    )
    rows: list[Row] = cursor.fetchall()
    return rows


def _rows(cursor: CursorWrapper) -> Iterator[Row]:
    """Yield a select's rows, some at a time."""
    while rows := cursor.fetchmany(_AT_ONCE):
        yield from rows
