"""Reading a statement with the records behind it: the event, the price after it, the hash."""

import json
from fractions import Fraction
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from patronage.ledger.days import price_of
from patronage.ledger.reads import PAGE, Line, line_of, line_select, statement_rows
from patronage.ledger.record import record_hash
from patronage.ledger.store import Place, column
from patronage.ledger.table import Row


class Entry(NamedTuple):
    """A line of a statement and the journal's record that it comes from.

    `record` is the canonical text, `hash` that text's hash as hexadecimal, which the next record
    names as `previous`. `price` is the one after the event, None where nothing circulates then.
    """

    line: Line
    event: dict[str, Any]
    price: Fraction | None
    record: str
    hash: str
    previous: str


class QuotaRun(NamedTuple):
    """The quota granted to an account and used up by payouts, since it was last bought out.

    What was taken back with refunded orders counts as never granted: granted − used = left.
    """

    granted: int
    used: int


def entries(
    economy: str,
    id: str,
    *,
    before: Place | None = None,
    limit: int = PAGE,
    using: str = DEFAULT_DB_ALIAS,
) -> list[Entry]:
    """Return an account's statement with the records, in pages as `statement` does."""
    return [_entry(row) for row in statement_rows(economy, id, before, limit, using)]


def entry_at(economy: str, id: str, place: Place, *, using: str = DEFAULT_DB_ALIAS) -> Entry | None:
    """Return the line of an account's statement at a place; None where it has none there."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"{line_select()} FROM ledger_movement m "
            "JOIN ledger_journal j ON j.economy = m.economy AND j.seq = m.seq "
            "WHERE m.economy = %s AND m.account = %s AND m.seq = %s AND m.position = %s",
            [economy, column(id), *place],
        )
        row = cursor.fetchone()
    return None if row is None else _entry(row)


def quota_run(economy: str, id: str, *, using: str = DEFAULT_DB_ALIAS) -> QuotaRun:
    """Return how much quota an account was granted and has used since it was last bought out.

    Follows its movements back to there: a millisecond for a hundred of them.
    """
    # A change of quota is what was granted or paid out, less the dividends paid beside it.
    paid = "m.cause IN ('redemption', 'conversion')"
    with connections[using].cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE line(seq, position) AS ("  # noqa: S608  (the texts are ours)
            "SELECT last_seq, last_position FROM ledger_account "
            "WHERE economy = %s AND account = %s "
            "UNION ALL SELECT m.previous_seq, m.previous_position "
            "FROM line JOIN ledger_movement m "
            "ON m.economy = %s AND m.seq = line.seq AND m.position = line.position "
            "WHERE m.cause <> 'compulsory_redemption') "
            f"SELECT coalesce(sum(CASE WHEN {paid} THEN 0 ELSE m.quota + m.dividend END), 0), "
            f"coalesce(sum(CASE WHEN {paid} THEN -m.quota ELSE m.dividend END), 0) "
            "FROM line CROSS JOIN ledger_movement m "  # CROSS as in `statement_rows`
            "WHERE m.economy = %s AND m.seq = line.seq AND m.position = line.position "
            "AND m.cause <> 'compulsory_redemption'",
            [economy, column(id), economy, economy],
        )
        granted, used = cursor.fetchone()
    return QuotaRun(int(granted), int(used))


def _entry(row: Row) -> Entry:
    record = row[0]
    told = json.loads(record)
    return Entry(
        line_of(row),
        told["event"],
        price_of(told["state"]),
        record,
        record_hash(record).hex(),
        told["previous"],
    )
