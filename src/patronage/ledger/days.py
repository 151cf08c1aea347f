"""Reading the closed days: price, reserve and dividend of each, and any account's part in it.

Money is in minor units, points in nano-points, prices minor units per nano-point as exact
fractions. What is past does not change, so pages read one after the other fit together.
"""

import json
from fractions import Fraction
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.utils import CursorWrapper

from patronage.economy.state import INDEX_SCALE
from patronage.ledger.store import Place, column

PAGE = 50
"""So many days at once unless told otherwise."""

CLOSED = "FROM ledger_journal WHERE economy = %s AND type = 'day.closed' AND code = 'applied' "


class Day(NamedTuple):
    """A closed day: reserve and price after its close, and the dividend it paid to all points.

    The price is None where nothing circulated.

    `step` is what one nano-point earned, in 10⁻²⁴ minor units: a holder's share is points × step.
    """

    seq: int
    date: str
    reserve: int
    price: Fraction | None
    dividend: int
    step: int


class Earned(NamedTuple):
    """What an account earned on a closed day: points held at the close × the day's step.

    `dividend` is exact, in minor units; settling pays the whole minor units of the sum of days, as
    far as the quota allows. `place` is the movement that brought the account to these points, None
    where it had none yet.
    """

    day: Day
    points: int
    dividend: Fraction
    place: Place | None


def days(
    economy: str, *, after: int = 0, limit: int = PAGE, using: str = DEFAULT_DB_ALIAS
) -> list[Day]:
    """Return the closed days in their order, those after a record's number if one is given."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT seq, record {CLOSED} AND seq > %s ORDER BY seq LIMIT %s",
            [economy, after, limit],
        )
        rows = cursor.fetchall()
    return [day_of(seq, json.loads(record)) for seq, record in rows]


def earned(
    economy: str,
    id: str,
    *,
    before: Earned | None = None,
    limit: int = PAGE,
    using: str = DEFAULT_DB_ALIAS,
) -> list[Earned]:
    """Return what an account earned on each closed day, the newest first.

    Ask for the next page with the last of a page. Days before the account's first points are among
    them, with 0.
    """
    older = "" if before is None else "AND seq < %s "
    place = () if before is None else (before.day.seq,)
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT seq, record {CLOSED} {older}ORDER BY seq DESC LIMIT %s",
            [economy, *place, limit],
        )
        closed = [day_of(seq, json.loads(record)) for seq, record in cursor.fetchall()]
        if not closed:
            return []
        start = _last(cursor, economy, id) if before is None else before.place
        movements = iter(_back(cursor, economy, start, closed[-1].seq))
    found = []
    seq, position, points = next(movements, (0, 0, 0))
    for day in closed:
        while seq >= day.seq:  # later than the close, or of it: whoever is bought out by it earned
            seq, position, points = next(movements, (0, 0, 0))
        share = Fraction(points * day.step, INDEX_SCALE)
        found.append(Earned(day, points, share, (seq, position) if seq else None))
    return found


def _last(cursor: CursorWrapper, economy: str, id: str) -> Place | None:
    """Return the place of an account's last movement."""
    cursor.execute(
        "SELECT last_seq, last_position FROM ledger_account WHERE economy = %s AND account = %s",
        [economy, column(id)],
    )
    row: Place | None = cursor.fetchone()
    return row


def _back(
    cursor: CursorWrapper, economy: str, start: Place | None, oldest: int
) -> list[tuple[int, int, int]]:
    """Return places and points after of the movements from one back to the last before a record.

    Each movement names the one before it.
    """
    if start is None:
        return []
    columns = "m.seq, m.position, m.points_after, m.previous_seq, m.previous_position"
    cursor.execute(
        "WITH RECURSIVE line(seq, position, points, previous_seq, previous_position) AS ("  # noqa: S608
        f"SELECT {columns} FROM ledger_movement m "
        "WHERE m.economy = %s AND m.seq = %s AND m.position = %s "
        f"UNION ALL SELECT {columns} FROM line JOIN ledger_movement m "
        "ON m.economy = %s AND m.seq = line.previous_seq AND m.position = line.previous_position "
        "WHERE line.seq >= %s) "
        "SELECT seq, position, points FROM line ORDER BY seq DESC, position DESC",
        [economy, *start, economy, oldest],
    )
    rows: list[tuple[int, int, int]] = cursor.fetchall()
    return rows


def day_of(seq: int, told: dict[str, Any]) -> Day:
    """Return the closed day that a record tells of."""
    state, facts = told["state"], told["facts"]
    return Day(
        seq,
        told["event"]["date"],
        int(state["reserve"]),
        price_of(state),
        int(facts["dividend"]),
        int(facts["step"]),
    )


def price_of(state: dict[str, Any]) -> Fraction | None:
    """Return the price in the figures that a record tells, None where nothing circulates."""
    circulating = int(state["issued"]) - int(state["burned"])
    return Fraction(int(state["reserve"]), circulating) if circulating else None
