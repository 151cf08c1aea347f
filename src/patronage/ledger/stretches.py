"""Reading what a stretch of the journal came to: sums by kind, and the movements behind them.

A stretch is the records after one number and through another, as between two closes. Its sums read
all of it: they are for jobs, which keep them. Money is in minor units, points in nano-points.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from patronage.ledger import store
from patronage.ledger.reads import PAGE, at_of
from patronage.ledger.store import Place

SEARCHED: Final = 20_000
"""So many movements are looked at for a page at most."""

_RECORDS: Final = 10_000
_SUMMED: Final = {
    "order.completed": ("contribution", "dividend"),
    "order.refunded": ("back", "dividend_back"),
}


class Flow(NamedTuple):
    """The movements of one cause together: how many times, and their changes without dividends."""

    times: int = 0
    points: int = 0
    cash: int = 0
    coins: int = 0
    fee: int = 0


class Flows(NamedTuple):
    """What a stretch came to: orders completed and what they paid in, and flows by their cause.

    `given_back` went back to the operator by refunds of completed orders.
    """

    orders: int
    contributed: int
    dividend_contributed: int
    given_back: int
    causes: dict[str, Flow]

    def of(self, *causes: str) -> Flow:
        """Return the flows of some causes together."""
        found = [self.causes[one] for one in causes if one in self.causes]
        return Flow(*map(sum, zip(*found, strict=True))) if found else Flow()


class Moving(NamedTuple):
    """One movement of a stretch: whose, why, its changes without dividends, and its event."""

    place: Place
    at: str
    event_id: str | None
    account: str
    cause: str
    points: int
    cash: int
    coins: int
    fee: int


def flows(economy: str, *, after: int, through: int, using: str = DEFAULT_DB_ALIAS) -> Flows:
    """Return what the records after one number and through another came to."""
    sums: Counter[str] = Counter()
    # By pages, as a day may hold millions; the rules read the facts, no database's own JSON does:
    # PostgreSQL's refuses texts that the rule book allows.
    for start in range(after, through, _RECORDS):
        for told in _orders(economy, start, min(start + _RECORDS, through), using):
            kind, facts = told["event"]["type"], told["facts"]
            sums[kind] += 1
            for name in _SUMMED[kind]:
                sums[f"{kind}:{name}"] += int(facts[name])
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT cause, count(*), sum(points), sum(cash - dividend), sum(coins), sum(fee) "
            "FROM ledger_movement WHERE economy = %s AND seq > %s AND seq <= %s "
            "GROUP BY cause ORDER BY cause",
            [economy, after, through],
        )
        causes = {cause: Flow(*map(int, row)) for cause, *row in cursor.fetchall()}
    return Flows(
        sums["order.completed"],
        sums["order.completed:contribution"],
        sums["order.completed:dividend"],
        sums["order.refunded:back"] + sums["order.refunded:dividend_back"],
        causes,
    )


def _orders(economy: str, after: int, through: int, using: str) -> Iterator[dict[str, Any]]:
    """Yield the records of orders completed and refunded, parsed."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT record FROM ledger_journal WHERE economy = %s AND seq > %s AND seq <= %s "
            "AND type IN ('order.completed', 'order.refunded') AND code = 'applied'",
            [economy, after, through],
        )
        for (record,) in cursor.fetchall():
            yield json.loads(record)


def movements(
    economy: str,
    causes: Collection[str],
    *,
    after: int,
    through: int,
    before: Place | None = None,
    limit: int = PAGE,
    using: str = DEFAULT_DB_ALIAS,
) -> tuple[list[Moving], Place | None]:
    """Return a stretch's movements of some causes, the newest first, and where to go on.

    Ask for the next page with that place: None where there is none. No more than SEARCHED movements
    are looked at, so a page may hold few, or none, and yet be followed by another.
    """
    place = before or (through + 1, 0)
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT seq, position, account, cause, points, cash - dividend, coins, fee "
            "FROM ledger_movement WHERE economy = %s AND (seq, position) < (%s, %s) AND seq > %s "
            "ORDER BY seq DESC, position DESC LIMIT %s",
            [economy, *place, after, SEARCHED],
        )
        looked = cursor.fetchall()
        wanted = [row for row in looked if row[3] in causes][:limit]
        is_whole = len(wanted) < limit and len(looked) < SEARCHED
        records = {}
        if wanted:
            places = ", ".join(["%s"] * len({row[0] for row in wanted}))
            cursor.execute(
                "SELECT seq, event_id, record FROM ledger_journal "  # noqa: S608  (places alone)
                f"WHERE economy = %s AND seq IN ({places})",
                [economy, *{row[0] for row in wanted}],
            )
            records = {seq: (id, at_of(json.loads(text))) for seq, id, text in cursor.fetchall()}
    found = []
    for seq, position, account, cause, *changes in wanted:
        event_id, at = records[seq]
        id = store.from_column(event_id)
        found.append(Moving((seq, position), at, id, store.from_column(account), cause, *changes))
    last = wanted[-1] if len(wanted) == limit else looked[-1] if looked else None
    return found, None if is_whole or last is None else (last[0], last[1])
