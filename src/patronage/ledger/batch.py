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
    Refusal,
    Refused,
    State,
    Withdrawal,
    accounts_of,
    apply,
    names,
)
from patronage.ledger import store
from patronage.ledger.canonical import encode_charter
from patronage.ledger.record import (
    APPLIED,
    changes_text,
    facts_text,
    record_hash,
    record_text,
    state_text,
)
from patronage.ledger.store import Database, Head, Place
from patronage.ledger.table import Row, Table

_PAGE = 100
_NOWHERE: Place = (0, 0)

Record = TypeVar("Record", Order, Payment, Withdrawal)


class Arrival(NamedTuple):
    """One submission: its content's parts (see `canonical.Content`) and when it was received.

    `event` is the event that `text` tells, None where there is none.
    """

    id: str | None
    event: Event | None
    text: str | None
    raw: bytes | None
    hash: bytes
    received: str


class Batch:
    """Judges arrivals one after the other and holds what the journal is to be told."""

    def __init__(
        self,
        economy: str,
        head: Head,
        book: Book,
        seen: dict[str, bytes],
        lasts: dict[str, Place],
    ) -> None:
        """Begin after the journal's head.

        `seen` has the content hashes of ids judged before, `lasts` the places of the accounts' last
        movements; both are kept up.
        """
        self.economy = economy
        self.book = book
        self.state: State = head.state
        self.charter = head.charter
        self.seq = head.seq
        self.hash = head.hash
        self.clock = head.clock
        self.seen = seen
        self.lasts = lasts
        self.records: list[Row] = []
        self.movements: list[Row] = []
        self.touched: set[str] = set()

    def judge(self, arrival: Arrival) -> None:
        """Judge one arrival; a repetition of one judged before leaves no record."""
        id, event, text, raw, content, received = arrival
        code, facts, changes = APPLIED, "null", "{}"
        first = None if id is None else self.seen.get(id)
        if first == content:
            return
        figures = None
        if first is not None:
            code = Refusal.CONFLICT.value
        elif event is None:
            code = Refusal.MALFORMED.value
        else:
            outcome = apply(self.state, self.book, event)
            if isinstance(outcome, Refused):
                code = outcome.refusal.value
            else:
                figures = outcome.after
                facts, changes = facts_text(outcome.facts), changes_text(outcome)
                self._note(outcome.movements)
                if event["type"] == "charter.amended":
                    self.charter = encode_charter(event["charter"])
        if id is not None and first is None:
            self.seen[id] = content
        at = None
        if event is None or "at" not in event:
            at = self.clock = max(self.clock, received)
        self._record(
            id,
            None if event is None else event["type"],
            code,
            content,
            raw,
            record_text(
                at=at,
                changes=changes,
                code=code,
                content=content,
                event=text or "null",
                facts=facts,
                id=id,
                previous=self.hash,
                seq=self.seq + 1,
                state=state_text(self.state, figures or self.state.figures()),
            ),
        )

    def _record(
        self,
        id: str | None,
        kind: str | None,
        code: str,
        content: bytes,
        raw: bytes | None,
        text: str,
    ) -> None:
        self.seq += 1
        self.hash = record_hash(text)
        stored = None if id is None else store.column(id)
        self.records.append((self.economy, self.seq, stored, kind, code, content, text, raw))

    def _note(self, movements: Sequence[Movement]) -> None:
        """Note movements with the balances after each and the place of the one before."""
        seq = self.seq + 1
        lasts = self.lasts
        after = _balances(movements)
        for position, movement in enumerate(movements):
            account, cause, points, quota, cash, coins, dividend, fee = movement
            id = account.id
            self.touched.add(id)
            self.movements.append(
                (
                    self.economy,
                    seq,
                    position,
                    store.column(id),
                    cause,
                    points,
                    quota,
                    cash,
                    coins,
                    *after[position],
                    dividend,
                    fee,
                    *lasts.get(id, _NOWHERE),
                )
            )
            lasts[id] = (seq, position)

    def head(self) -> Head:
        """Return the economy's row after what was judged so far."""
        return Head(self.state, self.charter, self.seq, self.hash, self.clock)


def _balances(movements: Sequence[Movement]) -> list[tuple[int, int, int, int]]:
    """Return the balances after each movement: the account's own, unless later ones changed it."""
    later: dict[str, tuple[int, int, int, int]] = {}
    balances = []
    for account, _, points, quota, cash, coins, _, _ in reversed(movements):
        after = (account.points, account.quota, account.cash, account.coins)
        if len(movements) > 1:
            after = later.get(account.id, after)
            later[account.id] = (
                after[0] - points,
                after[1] - quota,
                after[2] - cash,
                after[3] - coins,
            )
        balances.append(after)
    balances.reverse()
    return balances


class Loaded(NamedTuple):
    """A book of what a batch names, and what the store had, to tell what changed.

    `keys` and `lasts` are the keys in line and the places of the last movements of the accounts
    read so far.
    """

    book: PreloadedBook
    orders: dict[str, Order | None]
    payments: dict[str, Payment | None]
    withdrawals: dict[str, Withdrawal | None]
    keys: dict[str, int | None]
    lasts: dict[str, Place]


def load(
    database: Database, cursor: CursorWrapper, economy: str, events: Iterable[Event]
) -> Loaded:
    """Load all that well-formed events name, each kind of record in one statement."""
    accounts, order_ids, payment_ids, withdrawal_ids = names(events)

    def rows(table: Table, key: str, ids: Iterable[str]) -> list[Row]:
        wanted = [store.column(id) for id in ids]
        if not wanted:
            return []
        return database.select_in(cursor, table.records, economy, key, wanted)

    orders: dict[str, Order | None] = dict.fromkeys(order_ids)
    for row in rows(store.ORDERS, "order_id", order_ids):
        orders[store.from_column(row[0])] = store.order_of(row)
    payments: dict[str, Payment | None] = dict.fromkeys(payment_ids)
    for row in rows(store.PAYMENTS, "payment", payment_ids):
        payments[store.from_column(row[0])] = store.payment_of(row)
    withdrawals: dict[str, Withdrawal | None] = dict.fromkeys(withdrawal_ids)
    for row in rows(store.WITHDRAWALS, "withdrawal", withdrawal_ids):
        withdrawals[store.from_column(row[0])] = store.withdrawal_of(row)
    for kind in (orders, payments, withdrawals):
        for record in kind.values():
            if record is not None:
                accounts.update(accounts_of(record))
    keys: dict[str, int | None] = {}
    lasts: dict[str, Place] = {}

    def account_of(row: Row) -> Account:
        account = store.account_of(row)
        keys[account.id] = account.queued
        lasts[account.id] = store.last_of(row)
        return account

    def page(after: tuple[int, str] | None) -> list[Account]:
        return [account_of(row) for row in read_page(cursor, economy, after)]

    loaded: dict[str, Account | None] = dict.fromkeys(accounts)
    for row in rows(store.ACCOUNTS, "account", accounts):
        account = account_of(row)
        loaded[account.id] = account
    book = PreloadedBook(loaded, orders, payments, withdrawals, page)
    return Loaded(book, orders, payments, withdrawals, keys, lasts)


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
    book = loaded.book
    database.insert(cursor, store.JOURNAL, batch.records)
    database.insert(cursor, store.MOVEMENTS, batch.movements)
    moved, kept = [], []
    for id, account in book.accounts.items():
        if account.queued != loaded.keys.get(id):
            moved.append(store.account_row(batch.economy, account, batch.lasts[id]))
        elif id in batch.touched:
            kept.append(store.holdings_row(batch.economy, account, batch.lasts[id]))
    database.upsert(cursor, store.ACCOUNTS, moved)
    database.upsert(cursor, store.HOLDINGS, kept)

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

    write_records(store.ORDERS, store.order_row, loaded.orders, book.orders)
    write_records(store.PAYMENTS, store.payment_row, loaded.payments, book.payments)
    write_records(store.WITHDRAWALS, store.withdrawal_row, loaded.withdrawals, book.withdrawals)
