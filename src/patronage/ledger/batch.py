"""One batch: load what its events name, judge them in order, collect what is to be written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from django.db.backends.utils import CursorWrapper

from patronage.economy import (
    Account,
    Book,
    Event,
    Movement,
    Order,
    Payment,
    PreloadedBook,
    State,
    Withdrawal,
    accounts_of,
    names,
)
from patronage.ledger import store
from patronage.ledger.canonical import encode_charter
from patronage.ledger.judgement import Judge
from patronage.ledger.record import APPLIED, order_of, record_hash, record_text
from patronage.ledger.store import Database, Head, Place
from patronage.ledger.table import Row, Table

_PAGE = 100
_NOWHERE: Place = (0, 0)

Record = TypeVar("Record", Order, Payment, Withdrawal)


class Arrival(NamedTuple):
    """One submission: its content's parts (see `canonical.Content`) and when it was received.

    `event` is the well-formed event that `text` tells, None where there is none.
    """

    id: str | None
    event: Event | None
    text: str | None
    raw: bytes | None
    hash: bytes
    received: str


class Known(NamedTuple):
    """What is known of the past beside the book: all of it, or what concerns a batch.

    The content hashes of the ids judged, the place of each account's last movement, the number of
    each completed order's record.
    """

    contents: dict[str, bytes]
    lasts: dict[str, Place]
    orders: dict[str, int]


class Batch:
    """Judges arrivals one after the other and holds what the journal is to be told."""

    def __init__(self, economy: str, head: Head, book: Book, known: Known) -> None:
        """Begin after the journal's head, with what is known, which is kept up."""
        self.economy = economy
        self.book = book
        self.known = known
        self.state: State = head.state
        self._judge = Judge(self.state, book)
        self.charter = head.charter
        self.seq = head.seq
        self.hash = head.hash
        self.clock = head.clock
        self.records: list[Row] = []
        self.movements: list[Row] = []

    def judge(self, arrival: Arrival) -> None:
        """Judge one arrival; a repetition of one judged before leaves no record."""
        id, event, text, raw, content, received = arrival
        first = None if id is None else self.known.contents.get(id)
        if first == content:
            return
        self.seq += 1
        kind = None if event is None else event["type"]
        code, facts, changes, state, movements = self._judge.judge(event, first is not None)
        if event is not None and code == APPLIED:
            self._note(movements)
            if kind == "order.completed":
                self.known.orders[event["order"]] = self.seq
            elif kind == "charter.amended":
                self.charter = encode_charter(event["charter"])
        if id is not None and first is None:
            self.known.contents[id] = content
        at = None
        if event is None or "at" not in event:
            at = self.clock = max(self.clock, received)
        record = record_text(
            at,
            changes,
            code,
            content,
            text or "null",
            facts,
            id,
            self.hash.hex(),
            self.seq,
            state,
        )
        self.hash = record_hash(record)
        stored = None if id is None else store.column(id)
        self.records.append((self.economy, self.seq, stored, kind, code, content, record, raw))

    def _note(self, movements: Sequence[Movement]) -> None:
        """Note movements, each with the place of its account's one before."""
        economy, seq, lasts = self.economy, self.seq, self.known.lasts
        for position, movement in enumerate(movements):
            id = movement[0].id
            told, last = movement[1:], lasts.get(id, _NOWHERE)
            self.movements.append((economy, seq, position, store.column(id), *told, *last))
            lasts[id] = (seq, position)

    def head(self) -> Head:
        """Return the economy's row after what was judged so far."""
        return Head(self.state, self.charter, self.seq, self.hash, self.clock)


class Loaded(NamedTuple):
    """A book of what a batch names, and what the store had, to tell what changed.

    `keys` are the keys in line of the accounts read so far.
    """

    book: PreloadedBook
    orders: dict[str, Order | None]
    payments: dict[str, Payment | None]
    withdrawals: dict[str, Withdrawal | None]
    keys: dict[str, int | None]
    known: Known


def load(
    database: Database, cursor: CursorWrapper, economy: str, arrivals: Sequence[Arrival]
) -> Loaded:
    """Load all that arrivals name, each kind of record in one statement."""
    events = [arrival.event for arrival in arrivals if arrival.event is not None]
    accounts, order_ids, payment_ids, withdrawal_ids = names(events)

    def rows(select: str, key: str, ids: Iterable[str]) -> list[Row]:
        wanted = [store.column(id) for id in ids]
        return database.select_in(cursor, select, economy, key, wanted) if wanted else []

    known = Known(contents={}, lasts={}, orders={})
    ids = {arrival.id for arrival in arrivals if arrival.id is not None}
    for stored, content in rows(store.CONTENTS, store.FIRST_ID, ids):
        known.contents[store.from_column(stored)] = content
    orders: dict[str, Order | None] = dict.fromkeys(order_ids)
    for stored, seq, refunded, record in rows(store.TOLD_ORDERS, "order_id", order_ids):
        id = store.from_column(stored)
        known.orders[id] = seq
        orders[id] = order_of(record, refunded)
    payments: dict[str, Payment | None] = dict.fromkeys(payment_ids)
    for row in rows(store.PAYMENTS.records, "payment", payment_ids):
        payments[store.from_column(row[0])] = store.payment_of(row)
    withdrawals: dict[str, Withdrawal | None] = dict.fromkeys(withdrawal_ids)
    for row in rows(store.WITHDRAWALS.records, "withdrawal", withdrawal_ids):
        withdrawals[store.from_column(row[0])] = store.withdrawal_of(row)
    for kind in (orders, payments, withdrawals):
        for record in kind.values():
            if record is not None:
                accounts.update(accounts_of(record))
    keys: dict[str, int | None] = {}

    def account_of(row: Row) -> Account:
        account = store.account_of(row)
        keys[account.id] = account.queued
        # The line is read while events are judged: what the batch did meanwhile is newer.
        known.lasts.setdefault(account.id, store.last_of(row))
        return account

    def page(after: tuple[int, str] | None) -> list[Account]:
        return [account_of(row) for row in read_page(cursor, economy, after)]

    loaded: dict[str, Account | None] = dict.fromkeys(accounts)
    for row in rows(store.ACCOUNTS.records, "account", accounts):
        account = account_of(row)
        loaded[account.id] = account
    book = PreloadedBook(loaded, orders, payments, withdrawals, page)
    return Loaded(book, orders, payments, withdrawals, keys, known)


def read_page(cursor: CursorWrapper, economy: str, after: tuple[int, str] | None) -> list[Row]:
    """Read the next accounts in line, in the order of (key, id)."""
    behind = ""
    place: tuple[Any, ...] = ()
    if after is not None:
        behind = "AND (queued, account) > (%s, %s) "
        place = (store.key_column(after[0]), store.column(after[1]))
    cursor.execute(
        f"{store.ACCOUNTS.records} WHERE economy = %s AND queued IS NOT NULL {behind}"
        f"ORDER BY queued, account LIMIT {_PAGE}",
        [economy, *place],
    )
    rows: list[Row] = cursor.fetchall()
    return rows


def write(database: Database, cursor: CursorWrapper, batch: Batch, loaded: Loaded) -> None:
    """Write all that a batch changed but the economy's own row."""
    before = batch.seq - len(batch.records)
    book, lasts = loaded.book, loaded.known.lasts
    database.insert(cursor, store.JOURNAL, batch.records)
    database.insert(cursor, store.MOVEMENTS, batch.movements)
    moved, kept = [], []
    for id, account in book.accounts.items():
        if account.queued != loaded.keys.get(id):
            moved.append(store.account_row(batch.economy, account, lasts[id]))
        elif lasts[id][0] > before:
            kept.append(store.holdings_row(batch.economy, account, lasts[id]))
    # In the order of keys, so that neighbours are written together.
    database.upsert(cursor, store.ACCOUNTS, sorted(moved))
    database.upsert(cursor, store.HOLDINGS, sorted(kept))

    def write_records(
        table: Table,
        row_of: Callable[[str, str, Record], Row],
        before: Mapping[str, Record | None],
        after: Mapping[str, Record],
    ) -> None:
        made, replaced = [], []
        for id, record in after.items():
            first = before.get(id)
            if first is None:
                made.append(row_of(batch.economy, id, record))
            elif first is not record:
                replaced.append(row_of(batch.economy, id, record))
        database.insert(cursor, table, made)
        database.upsert(cursor, table, replaced)

    def order_row(economy: str, id: str, order: Order) -> Row:
        return store.order_row(economy, id, loaded.known.orders[id], order)

    write_records(store.ORDERS, order_row, loaded.orders, book.orders)
    write_records(store.PAYMENTS, store.payment_row, loaded.payments, book.payments)
    write_records(store.WITHDRAWALS, store.withdrawal_row, loaded.withdrawals, book.withdrawals)
