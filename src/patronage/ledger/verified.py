"""Remembering when an economy was last verified, and how that ended."""

from datetime import datetime
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from patronage.ledger.database import writing
from patronage.ledger.settling import Clock, system_clock, timestamp
from patronage.ledger.verify import Verified


class LastVerified(NamedTuple):
    """When it was, how many records were replayed, and the first difference, "" for none."""

    at: datetime
    records: int
    difference: str


def note_verified(
    economy: str,
    found: Verified,
    *,
    clock: Clock = system_clock,
    using: str = DEFAULT_DB_ALIAS,
) -> None:
    """Note what verifying found, in place of what was found before."""
    told = "" if found.difference is None else ": ".join(found.difference)
    with writing(using) as cursor:
        cursor.execute(
            "INSERT INTO ledger_verification (economy, at, records, difference) "
            "VALUES (%s, %s, %s, %s) ON CONFLICT (economy) DO UPDATE SET at = excluded.at, "
            "records = excluded.records, difference = excluded.difference",
            [economy, timestamp(clock()), found.records, told],
        )


def last_verified(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> LastVerified | None:
    """Return how verifying an economy last ended, None if nobody did."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT at, records, difference FROM ledger_verification WHERE economy = %s", [economy]
        )
        row = cursor.fetchone()
    return None if row is None else LastVerified(datetime.fromisoformat(row[0]), *row[1:])
