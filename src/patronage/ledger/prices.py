"""Reading how the price went: at the close of each day, and within the last of them.

Prices are minor units per nano-point as exact fractions. A long history is told by days spread
evenly over it, the first and the last among them, so that a page costs the same after ten years.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from patronage.ledger.days import CLOSED, Day, day_of, price_of

MOST = 400
"""So many points of a line at most unless told otherwise."""


class Moment(NamedTuple):
    """The price after a record, at the ledger's time of it; None where nothing circulated."""

    seq: int
    at: datetime
    price: Fraction | None


def latest_days(
    economy: str, *, last: int | None = None, most: int = MOST, using: str = DEFAULT_DB_ALIAS
) -> list[Day]:
    """Return the last so many closed days, or all, in their order; of more than `most` a spread."""
    limit = "" if last is None else "LIMIT %s"
    bound = () if last is None else (last,)
    # Of few days the records are read at once, of many those that are told of.
    are_few = last is not None and last <= MOST
    columns = "seq, record" if are_few else "seq"
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} {CLOSED} ORDER BY seq DESC {limit}",
            [economy, *bound],
        )
        rows = cursor.fetchall()[::-1]
    seqs = spread([row[0] for row in rows], most)
    if are_few:
        records = dict(rows)
        return [day_of(seq, json.loads(records[seq])) for seq in seqs]
    return [day_of(seq, told) for seq, told in _records(economy, seqs, using)]


def latest_moments(
    economy: str, *, most: int = MOST, using: str = DEFAULT_DB_ALIAS
) -> list[Moment]:
    """Return a spread of the prices since the day before the last was closed, up to now.

    A record whose event brings its own time has no ledger's time and is left out.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT seq {CLOSED} ORDER BY seq DESC LIMIT 2",
            [economy],
        )
        first = min((row[0] for row in cursor.fetchall()), default=1)
        cursor.execute("SELECT seq FROM ledger_economy WHERE economy = %s", [economy])
        row = cursor.fetchone()
    seqs = spread(range(first, row[0] + 1), most) if row else []
    return [
        Moment(seq, datetime.fromisoformat(told["at"]), price_of(told["state"]))
        for seq, told in _records(economy, seqs, using)
        if told["at"] is not None
    ]


def spread(of: Sequence[int], most: int) -> list[int]:
    """Return at most so many of a sequence, evenly spread, the first and the last among them."""
    if len(of) <= most:
        return list(of)
    return [of[n * (len(of) - 1) // (most - 1)] for n in range(most)]


def _records(economy: str, seqs: list[int], using: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the records with these numbers, parsed, in their order."""
    if not seqs:
        return []
    places = ", ".join(["%s"] * len(seqs))
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT seq, record FROM ledger_journal "  # noqa: S608  (only places are put in)
            f"WHERE economy = %s AND seq IN ({places}) ORDER BY seq",
            [economy, *seqs],
        )
        return [(seq, json.loads(record)) for seq, record in cursor.fetchall()]
