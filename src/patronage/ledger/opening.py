"""Opening an economy: its charter is its journal's first record."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, IntegrityError, connections

from patronage.economy import Charter, State, parse_charter
from patronage.ledger import store
from patronage.ledger.canonical import encode, encode_charter
from patronage.ledger.database import writing
from patronage.ledger.record import APPLIED, START, record_hash, record_text, state_text
from patronage.ledger.settling import Clock, system_clock, timestamp
from patronage.ledger.store import Head, database_of
from patronage.ledger.table import Row

FOUNDING_NANO_MIN: Final = 10**9
"""With fewer founding points its first holders could make supply so thin that orders round to
nothing (rule book, Charter)."""
OPENED: Final = "economy.opened"
_ID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class FoundingRequiredError(ValueError):
    """The founding gives too few points for a real economy; `needed` minor units would do."""

    code = "founding_required"

    def __init__(self, needed: int) -> None:
        self.needed = needed
        super().__init__(f"the founding must be at least {needed} minor units")


class EconomyIdError(ValueError):
    """The id is none: 1 to 63 of a-z, 0-9, ., _ and -, the first a letter or a digit."""


class EconomyExistsError(ValueError):
    """The id is taken by an economy with another charter."""


def founding_needed(charter: Charter) -> int:
    """Return the smallest founding, in minor units, that gives enough founding points."""
    minor, nano = charter.issue_price
    return -(-FOUNDING_NANO_MIN * minor // nano)


def open_economy(
    economy: str,
    charter: Mapping[str, Any],
    *,
    using: str = DEFAULT_DB_ALIAS,
    clock: Clock = system_clock,
) -> None:
    """Open an economy under a charter, given as its tables; again the same is nothing new.

    Raises CharterError, FoundingRequiredError, EconomyIdError, and EconomyExistsError where the id
    is taken.
    """
    parsed = parse_charter(dict(charter))
    if parsed.founding_nano < FOUNDING_NANO_MIN:
        raise FoundingRequiredError(founding_needed(parsed))
    open_unchecked(economy, charter, using=using, clock=clock)


def open_unchecked(
    economy: str,
    charter: Mapping[str, Any],
    *,
    using: str = DEFAULT_DB_ALIAS,
    clock: Clock = system_clock,
) -> None:
    """Open an economy whatever its founding gives: for studying a charter, not for people."""
    if not _ID.fullmatch(economy):
        raise EconomyIdError(economy)
    record, head = opening(economy, dict(charter), timestamp(clock()))
    database = database_of(using)
    try:
        with writing(using) as cursor:
            database.insert(cursor, store.ECONOMIES, [store.head_row(economy, head)])
            database.insert(cursor, store.JOURNAL, [record])
    except IntegrityError:
        with connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT content FROM ledger_journal WHERE economy = %s AND seq = 1", [economy]
            )
            row = cursor.fetchone()
        if row is None or row[0] != record[5]:
            raise EconomyExistsError(economy) from None


def opening(economy: str, charter: dict[str, Any], at: str) -> tuple[Row, Head]:
    """Return the first record's row, and the head after it."""
    state = State(parse_charter(charter))
    text = encode_charter(charter)
    event = f'{{"charter":{text},"economy":{encode(economy)},"type":"{OPENED}"}}'
    content = sha256(event.encode()).digest()
    record = record_text(
        at,
        "{}",
        APPLIED,
        content,
        event,
        "null",
        None,
        START.hex(),
        1,
        state_text(state, state.figures()),
    )
    head = record_hash(record)
    row = (economy, 1, None, OPENED, APPLIED, content, record, None)
    return row, Head(state, text, 1, head, at)
