"""Submitting events and settling them: each exactly once, in the order of their arrival."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper

from patronage.economy import Refusal, parse_event
from patronage.ledger import store
from patronage.ledger.batch import Arrival, Batch, load, write
from patronage.ledger.canonical import Content, content_of, decode_event, opaque_content
from patronage.ledger.collector import at_rest
from patronage.ledger.database import writing
from patronage.ledger.record import APPLIED
from patronage.ledger.store import Database, Head, column, database_of, from_column

Clock = Callable[[], datetime]
"""Tells the time; what it tells has a time zone."""

BATCH = 1000
"""So many events a batch unless told otherwise: most of the speed, and little to wait for."""

_RECORDED = "SELECT event_id, content, seq, record FROM ledger_journal"


class UnknownEconomyError(LookupError):
    """No economy has this id here."""


class UnknownEventError(LookupError):
    """Neither the journal nor the inbox knows the event."""


class StaleSettlerError(RuntimeError):
    """The economy's journal grew under a batch that held its lock: nothing of it was kept."""


class Settled(NamedTuple):
    """An event's recorded outcome: the record's number, the refusal or None, the facts told."""

    seq: int
    refusal: Refusal | None
    facts: dict[str, Any] | None


class Receipt(NamedTuple):
    """A submission: the event's id, its content's hash, and the outcome if there is one already.

    `refusal` tells beforehand what it is bound to be refused for, where that is known already.
    """

    id: str | None
    content: bytes
    outcome: Settled | None
    refusal: Refusal | None


def system_clock() -> datetime:
    """Tell the time of this machine."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> str:
    """Write a moment as RFC 3339 in UTC, to the millisecond: texts in the order of time."""
    told = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return told.removesuffix("+00:00") + "Z"


def submit(
    economy: str,
    event: object,
    *,
    using: str = DEFAULT_DB_ALIAS,
    clock: Clock = system_clock,
) -> Receipt:
    """Hand in one event, a parsed JSON value, in the caller's database transaction.

    The same id and content again hands in nothing and returns the recorded outcome. Raises
    UnknownEconomyError and DiskFullError.
    """
    return _submit(economy, [content_of(event)], using, clock)[0]


def submit_many(
    economy: str,
    events: Iterable[object],
    *,
    using: str = DEFAULT_DB_ALIAS,
    clock: Clock = system_clock,
) -> list[Receipt]:
    """Hand in events in their order, as `submit` does one."""
    return _submit(economy, [content_of(event) for event in events], using, clock)


def submit_lines(
    economy: str,
    lines: Iterable[bytes],
    *,
    using: str = DEFAULT_DB_ALIAS,
    clock: Clock = system_clock,
) -> list[Receipt]:
    """Hand in the lines of a file of events, skipping blank ones; no JSON is `malformed`."""
    contents = []
    for line in lines:
        if line.strip(b" \t\r\n"):
            try:
                contents.append(content_of(parse_event(line)))
            except ValueError:
                contents.append(opaque_content(line))
    return _submit(economy, contents, using, clock)


def _submit(economy: str, contents: list[Content], using: str, clock: Clock) -> list[Receipt]:
    received = timestamp(clock())
    database = database_of(using)
    with at_rest(), writing(using) as cursor:
        cursor.execute("SELECT 1 FROM ledger_economy WHERE economy = %s", [economy])
        if cursor.fetchone() is None:
            raise UnknownEconomyError(economy)
        ids = {content.id for content in contents if content.id is not None}
        first = _recorded(database, cursor, economy, ids)
        receipts = []
        rows = []
        for id, text, raw, digest in contents:
            known = None if id is None else first.get(id)
            if known is not None and known[0] == digest:
                receipts.append(Receipt(id, digest, known[1], known[1].refusal))
                continue
            # Whether an id is new is decided when it is settled, under the lock.
            rows.append((economy, None if id is None else column(id), text, raw, digest, received))
            refusal = Refusal.MALFORMED if text is None else None
            receipts.append(Receipt(id, digest, None, Refusal.CONFLICT if known else refusal))
        database.insert(cursor, store.INBOX, rows)
    return receipts


def _recorded(
    database: Database, cursor: CursorWrapper, economy: str, ids: Iterable[str]
) -> dict[str, tuple[bytes, Settled]]:
    """Return content hash and outcome of the ids that were judged."""
    wanted = [column(id) for id in ids]
    if not wanted:
        return {}
    rows = database.select_in(cursor, _RECORDED, economy, store.FIRST_ID, wanted)
    return {
        from_column(stored): (content, _settled(seq, record))
        for stored, content, seq, record in rows
    }


def _settled(seq: int, record: str) -> Settled:
    told = json.loads(record)
    code = told["code"]
    return Settled(seq, None if code == APPLIED else Refusal(code), told["facts"])


def outcome_of(economy: str, id: str, *, using: str = DEFAULT_DB_ALIAS) -> Settled | None:
    """Return the recorded outcome of the event with an id, None while there is none."""
    with connections[using].cursor() as cursor:
        found = _recorded(database_of(using), cursor, economy, [id])
    return found[id][1] if id in found else None


def settle(economy: str, limit: int = BATCH, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Settle the next events of an economy, at most `limit`, in one database transaction.

    Returns how many submissions were taken from the inbox. Waits for whoever settles the economy
    just now. Raises UnknownEconomyError and DiskFullError; RuntimeError inside a transaction.
    """
    database = database_of(using)
    with at_rest(), writing(using, durable=True) as cursor:
        database.lock(cursor, economy)
        head = store.read_head(cursor, economy)
        if head is None:
            raise UnknownEconomyError(economy)
        numbers, arrivals = _arrivals(cursor, economy, limit)
        if not arrivals:
            return 0
        loaded = load(database, cursor, economy, arrivals)
        batch = Batch(economy, head, loaded.book, loaded.known)
        for arrival in arrivals:
            batch.judge(arrival)
        _move_head(cursor, economy, head, batch.head())
        write(database, cursor, batch, loaded)
        database.delete_in(cursor, store.INBOX, economy, "number", numbers)
    return len(arrivals)


def _arrivals(cursor: CursorWrapper, economy: str, limit: int) -> tuple[list[int], list[Arrival]]:
    cursor.execute(
        "SELECT number, event_id, content, raw, hash, received FROM ledger_inbox "
        "WHERE economy = %s ORDER BY number LIMIT %s",
        [economy, limit],
    )
    numbers, arrivals = [], []
    for number, stored, text, raw, digest, received in cursor.fetchall():
        numbers.append(number)
        arrivals.append(
            Arrival(
                None if stored is None else from_column(stored),
                None if text is None else decode_event(text),
                text,
                raw,
                digest,
                received,
            )
        )
    return numbers, arrivals


def _move_head(cursor: CursorWrapper, economy: str, before: Head, after: Head) -> None:
    """Write the economy's row, unless another moved it: then nothing of the batch may stay."""
    columns = store.ECONOMIES.columns[1:]
    changes = ", ".join(f"{name} = %s" for name in columns)
    cursor.execute(
        f"UPDATE ledger_economy SET {changes} "  # noqa: S608  (the names are ours)
        "WHERE economy = %s AND seq = %s AND head = %s",
        [*store.head_row(economy, after)[1:], economy, before.seq, before.hash],
    )
    if cursor.rowcount != 1:
        raise StaleSettlerError(f"{economy} was settled by another after record {before.seq}")


def settle_through(
    economy: str, submitted: str | Receipt, *, limit: int = BATCH, using: str = DEFAULT_DB_ALIAS
) -> Settled:
    """Settle until an event is settled, and return its outcome.

    For the committed submission behind a receipt; an id alone asks for the first event under it.
    Raises UnknownEventError if that was never submitted; RuntimeError inside a transaction, where
    the submission would not be committed yet.
    """
    if connections[using].in_atomic_block:
        raise RuntimeError("settle_through needs the submission committed: call it afterwards")
    while True:
        outcome = _outcome(economy, submitted, using)
        if outcome is not None:
            return outcome
        if settle(economy, limit, using=using) == 0:
            outcome = _outcome(economy, submitted, using)  # another may just have settled it
            if outcome is not None:
                return outcome
            raise UnknownEventError(f"{economy}: {submitted!r} was never submitted")


def _outcome(economy: str, submitted: str | Receipt, using: str) -> Settled | None:
    """Return the recorded outcome of what was submitted, None while there is none."""
    if isinstance(submitted, str):
        return outcome_of(economy, submitted, using=using)
    if submitted.outcome is not None:
        return submitted.outcome
    # The first under its id, or else a conflict: those are recorded each time, alike.
    named = [] if submitted.id is None else [column(submitted.id)]
    first, conflicts = store.FIRST_ID, "code = 'conflict' AND event_id"
    with connections[using].cursor() as cursor:
        for id in (f"{first} = %s", f"{conflicts} = %s") if named else (f"{first} IS NULL",):
            cursor.execute(
                "SELECT seq, record FROM ledger_journal "  # noqa: S608  (the texts are ours)
                f"WHERE economy = %s AND {id} AND content = %s LIMIT 1",
                [economy, *named, submitted.content],
            )
            row = cursor.fetchone()
            if row is not None:
                return _settled(*row)
    return None
