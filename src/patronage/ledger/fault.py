"""The event that breaks an invariant: finding it, and taking it out of the way of the others.

Such an event shows a fault of the program, not of whoever submitted it. A batch that contains it is
not kept, so it and all that came after it wait in the inbox and nothing is lost.
"""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from patronage.economy import BrokenInvariantError, UndeclaredReadError
from patronage.ledger import store
from patronage.ledger.canonical import decode_event
from patronage.ledger.settling import settle
from patronage.ledger.store import database_of, from_column


class Fault(NamedTuple):
    """A submission that breaks an invariant: its place in the inbox, the event, and what broke."""

    number: int
    event_id: str | None
    reason: str


def find_fault(economy: str, *, using: str = DEFAULT_DB_ALIAS) -> tuple[int, Fault | None]:
    """Settle one by one until a submission breaks an invariant; None if all can be settled.

    Returns also how many were settled. Raises UnknownEconomyError; RuntimeError inside a
    transaction.
    """
    settled = 0
    while True:
        first = _first(economy, using)
        try:
            if settle(economy, 1, using=using) == 0:
                return settled, None
            settled += 1
        except (BrokenInvariantError, UndeclaredReadError) as error:
            # One that another handed in meanwhile may have come before it.
            if first is not None and first == _first(economy, using):
                number, id = first[:2]
                return settled, Fault(number, None if id is None else from_column(id), str(error))


def set_aside(
    economy: str,
    fault: Fault,
    keep: Callable[[str], None],
    *,
    using: str = DEFAULT_DB_ALIAS,
) -> bool:
    """Take a fault's event out of the inbox after `keep` has put it, one line of JSON, elsewhere.

    False, and nothing is done, where it is not the first in the inbox. Submitting the line later is
    submitting the same event.
    """
    database = database_of(using)
    with transaction.atomic(using, durable=True), connections[using].cursor() as cursor:
        database.lock(cursor, economy)
        first = _first(economy, using)
        if first is None or first[0] != fault.number:
            return False
        keep(json.dumps(decode_event(first[2]), ensure_ascii=False, separators=(",", ":")))
        database.delete_in(cursor, store.INBOX, economy, "number", [fault.number])
    return True


def _first(economy: str, using: str) -> tuple[Any, ...] | None:
    """Return number, id and canonical text of the first in the inbox."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT number, event_id, content FROM ledger_inbox "
            "WHERE economy = %s ORDER BY number LIMIT 1",
            [economy],
        )
        row: tuple[Any, ...] | None = cursor.fetchone()
    return row
