"""The usual way to settle orders, to compare with: a transaction each, its rows locked and written.

Prepared statements, two connections, the rules and the rows those of the ledger.
"""

import time
from multiprocessing import get_context
from typing import Any

import psycopg

from patronage.economy import Event, MemoryBook, State
from patronage.ledger import store
from patronage.ledger.batch import Arrival, Batch, Known
from patronage.ledger.canonical import content_of
from patronage.ledger.store import Head, column
from patronage.ledger.table import Row, Table

CONNECTIONS = 2


def rate(url: str, economy: str, events: list[Event]) -> float:
    """Settle orders one by one over two connections; return how many a second."""
    shares = [events[number::CONNECTIONS] for number in range(CONNECTIONS)]
    context = get_context("fork")
    barrier = context.Barrier(CONNECTIONS + 1)
    processes = [
        context.Process(target=_work, args=(url, economy, share, barrier)) for share in shares
    ]
    for process in processes:
        process.start()
    barrier.wait()
    started = time.perf_counter()
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError("the usual way failed")
    return len(events) / (time.perf_counter() - started)


def _work(url: str, economy: str, events: list[Event], barrier: Any) -> None:
    with psycopg.connect(url, prepare_threshold=0) as connection:
        connection.autocommit = True
        barrier.wait()
        for event in events:
            with connection.transaction(), connection.cursor() as cursor:
                _settle(cursor, economy, event)


def _settle(cursor: psycopg.Cursor, economy: str, event: Event) -> None:
    """Read what an order names, locked; judge it; write it."""
    head = _head(_one(cursor, f"{store.ECONOMIES.select} WHERE economy = %s FOR UPDATE", economy))
    content = content_of(event)
    known = Known({}, {}, {})
    first = "NOT (code = 'conflict') AND event_id"
    if _one(cursor, f"SELECT seq FROM ledger_journal WHERE economy = %s AND {first} = %s",
            economy, event["id"]) is not None:  # fmt: skip
        return
    orders = f"{store.ORDERS.select} WHERE economy = %s AND order_id = %s FOR UPDATE"
    if _one(cursor, orders, economy, column(event["order"])) is not None:
        raise ValueError("the bench completes an order once")
    book, keys = MemoryBook(), {}
    for id in sorted({event["member"], event.get("referrer", event["member"])}):
        accounts = f"{store.ACCOUNTS.records} WHERE economy = %s AND account = %s FOR UPDATE"
        row = _one(cursor, accounts, economy, column(id))
        if row is not None:
            account = book.accounts[id] = store.account_of(row)
            keys[id] = account.queued
            known.lasts[id] = store.last_of(row)
    batch = Batch(economy, head, book, known)
    batch.judge(Arrival(content.id, event, content.text, None, content.hash, head.clock))
    _insert(cursor, store.JOURNAL, batch.records)
    _insert(cursor, store.MOVEMENTS, batch.movements)
    for id, account in book.accounts.items():
        row = store.account_row(economy, account, known.lasts[id])
        _insert(cursor, store.ACCOUNTS, [row], store.ACCOUNTS.on_conflict)
    for id, order in book.orders.items():
        _insert(cursor, store.ORDERS, [store.order_row(economy, id, known.orders[id], order)])
    row = store.head_row(economy, batch.head())
    _insert(cursor, store.ECONOMIES, [row], store.ECONOMIES.on_conflict)


_charters: dict[str, Any] = {}


def _head(row: Row) -> Head:
    """Return the economy's row, its charter parsed once."""
    charter = _charters.get(row[1])
    if charter is None:
        charter = _charters[row[1]] = store.head_of(row).state.charter
    state = State(charter)
    *figures, founding, compulsory, days, last = row[5:]
    for name, value in zip(store.FIGURES, figures, strict=True):
        setattr(state, name, int(value))
    state.founding, state.compulsory_redemptions = founding, compulsory
    state.days_closed, state.last_closed = days, last
    return Head(state, *row[1:5])


def _one(cursor: psycopg.Cursor, statement: str, *values: object) -> Any:
    cursor.execute(statement, values, prepare=True)
    return cursor.fetchone()


def _insert(cursor: psycopg.Cursor, table: Table, rows: list[Row], on_conflict: str = "") -> None:
    for row in rows:
        cursor.execute(f"{table.insert} {on_conflict}", row, prepare=True)
