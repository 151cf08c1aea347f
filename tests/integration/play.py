"""Streams through the ledger, and what they come to."""

import itertools
import json
import uuid
from datetime import UTC, datetime

from django.db import connections

from patronage.economy import MemoryBook, Replay
from patronage.ledger import settle, store
from patronage.ledger.batch import Arrival, Batch, Known
from patronage.ledger.canonical import content_of, decode_event, opaque_content
from patronage.ledger.opening import opening
from patronage.ledger.settling import timestamp

START = datetime(2026, 1, 1, tzinfo=UTC)


def fresh(name: str = "e") -> str:
    """Return an id no other test uses."""
    return f"{name}-{uuid.uuid4().hex}"


def rows(using: str, table: store.Table, economy: str) -> list[tuple]:
    """Return a table's rows without the economy, bytes as bytes."""
    with connections[using].cursor() as cursor:
        order = ", ".join(table.columns[1:3])
        cursor.execute(f"{table.records} WHERE economy = %s ORDER BY {order}", [economy])
        return [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for row in cursor.fetchall()
        ]


def journal(using: str, economy: str) -> list[dict]:
    """Return what the journal's records tell."""
    place = store.JOURNAL.columns[1:].index("record")
    return [json.loads(row[place]) for row in rows(using, store.JOURNAL, economy)]


def final_state(using: str, economy: str) -> dict:
    """Return the rule book's final state of what is stored."""
    with connections[using].cursor() as cursor:
        head = store.read_head(cursor, economy)
    replay = Replay(head.state.charter)
    replay.state = head.state
    for row in rows(using, store.ACCOUNTS, economy):
        account = store.account_of(row)
        replay.book.accounts[account.id] = account
    state = replay.final_state()
    state["rejected"] = [
        [None if row[1] is None else store.from_column(row[1]), row[3]]
        for row in rows(using, store.JOURNAL, economy)
        if row[3] != "applied"
    ]
    return state


def settle_all(using: str, economy: str, cuts=None) -> None:
    for limit in cuts or itertools.repeat(1000):
        if settle(economy, limit, using=using) == 0:
            return


def in_memory(charter: dict, economy: str, events: list, clock) -> Batch:
    """Judge events, or lines that tell none, one after the other without a database."""
    row, head = opening(economy, charter, timestamp(clock()))
    batch = Batch(economy, head, MemoryBook(), Known({}, {}, {}))
    batch.records.append(row)
    for event in events:
        content = opaque_content(event) if isinstance(event, bytes) else content_of(event)
        parsed = None if content.text is None else decode_event(content.text)
        batch.judge(
            Arrival(content.id, parsed, content.text, content.raw, content.hash, timestamp(clock()))
        )
    return batch
