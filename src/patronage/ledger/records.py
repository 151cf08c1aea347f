"""Reading the journal itself: its records, its charters, and what its dividends came to."""

import json
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from patronage.economy import Charter, State
from patronage.economy.charter import parse_charter
from patronage.ledger import store
from patronage.ledger.days import CLOSED
from patronage.ledger.export import event_line
from patronage.ledger.reads import PAGE, at_of
from patronage.ledger.record import record_hash
from patronage.ledger.settling import UnknownEconomyError


class Tip(NamedTuple):
    """An economy as its last record leaves it: that record's number and hash, and the state."""

    seq: int
    hash: str
    state: State


class Record(NamedTuple):
    """A record of the journal; `told` is its canonical `text`, parsed, `hash` that text's.

    `at` is the event's own time or else the ledger's.
    """

    seq: int
    at: str
    told: dict[str, Any]
    text: str
    hash: str


class InForce(NamedTuple):
    """A charter that a record put in force, from the record after it on; `document` as written."""

    seq: int
    at: str
    charter: Charter
    document: dict[str, Any]


class Movement(NamedTuple):
    """What a record did to one account for one cause: changes, and the balances after.

    `dividend` is what settling paid before, a part of the changes in cash and quota.
    """

    position: int
    account: str
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


def tip(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> Tip:
    """Return the end of an economy's journal. Raises UnknownEconomyError."""
    with connections[using].cursor() as cursor:
        head = store.read_head(cursor, economy)
    if head is None:
        raise UnknownEconomyError(economy)
    return Tip(head.seq, head.hash.hex(), head.state)


def records(
    economy: str,
    *,
    before: int | None = None,
    limit: int = PAGE,
    using: str = DEFAULT_DB_ALIAS,
) -> list[Record]:
    """Return the newest records, the newest first; those before a record's number if one is given.

    Ask for the next page with the number of the last of a page.
    """
    older = "" if before is None else "AND seq < %s "
    place = () if before is None else (before,)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT seq, record FROM ledger_journal WHERE economy = %s {older}"  # noqa: S608
            "ORDER BY seq DESC LIMIT %s",
            [economy, *place, limit],
        )
        return [_record(*row) for row in cursor.fetchall()]


def record_at(economy: str, seq: int, *, using: str = DEFAULT_DB_ALIAS) -> Record | None:
    """Return the record with a number, None if there is none yet."""
    found = records(economy, before=seq + 1, limit=1, using=using)
    return found[0] if found and found[0].seq == seq else None


def record_of(economy: str, id: str, *, using: str = DEFAULT_DB_ALIAS) -> Record | None:
    """Return the record that judged the event with an id, None while there is none."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT seq, record FROM ledger_journal "  # noqa: S608  (the text is ours)
            f"WHERE economy = %s AND {store.FIRST_ID} = %s",
            [economy, store.column(id)],
        )
        row = cursor.fetchone()
    return None if row is None else _record(*row)


def closes(
    economy: str,
    *,
    before: int | None = None,
    limit: int = PAGE,
    using: str = DEFAULT_DB_ALIAS,
) -> list[Record]:
    """Return the records of the closed days, the newest first, in pages as `records` does."""
    older = "" if before is None else "AND seq < %s "
    place = () if before is None else (before,)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT seq, record {CLOSED} {older}ORDER BY seq DESC LIMIT %s",
            [economy, *place, limit],
        )
        return [_record(*row) for row in cursor.fetchall()]


def movements_of(
    economy: str,
    seq: int,
    *,
    after: int = -1,
    limit: int = PAGE,
    using: str = DEFAULT_DB_ALIAS,
) -> list[Movement]:
    """Return what a record moved, in its order; what comes after a position if one is given.

    A day's close may have bought out thousands.
    """
    columns = ", ".join(Movement._fields)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM ledger_movement "  # noqa: S608  (the names are ours)
            "WHERE economy = %s AND seq = %s AND position > %s ORDER BY position LIMIT %s",
            [economy, seq, after, limit],
        )
        rows = cursor.fetchall()
    return [
        Movement(position, store.from_column(account), *rest) for position, account, *rest in rows
    ]


def record_texts(
    economy: str, *, after: int, limit: int, using: str = DEFAULT_DB_ALIAS
) -> list[str]:
    """Return the canonical texts of the records after a number, in their order."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT record FROM ledger_journal WHERE economy = %s AND seq > %s "
            "ORDER BY seq LIMIT %s",
            [economy, after, limit],
        )
        return [row[0] for row in cursor.fetchall()]


def event_texts(
    economy: str, *, after: int, limit: int, using: str = DEFAULT_DB_ALIAS
) -> list[str]:
    """Return the events of the same records as `replay` takes them; the opening has none."""
    texts = record_texts(economy, after=after, limit=limit, using=using)
    return [event_line(text) for text in (texts if after else texts[1:])]


def charters(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> list[InForce]:
    """Return the charter an economy was opened with and every amendment, in their order."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT seq, record FROM ledger_journal WHERE economy = %s AND seq = 1 "
            "UNION ALL SELECT seq, record FROM ledger_journal "
            "WHERE economy = %s AND type = 'charter.amended' AND code = 'applied' ORDER BY seq",
            [economy, economy],
        )
        found = [_record(*row) for row in cursor.fetchall()]
    return [
        InForce(one.seq, one.at, parse_charter(document), document)
        for one in found
        for document in [one.told["event"]["charter"]]
    ]


def dividends_in_all(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Return what all closed days together divided among the holders, in minor units."""
    connection = connections[using]
    dividend = (
        "(record::jsonb #>> '{facts,dividend}')::numeric"
        if connection.vendor == "postgresql"
        else "CAST(json_extract(record, '$.facts.dividend') AS INTEGER)"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(sum({dividend}), 0) {CLOSED}", [economy])
        return int(cursor.fetchone()[0])


def _record(seq: int, text: str) -> Record:
    told = json.loads(text)
    return Record(seq, at_of(told), told, text, record_hash(text).hex())
