"""What the journal has already of events and orders that someone is about to hand in."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from patronage.economy import Event, Order, Refusal
from patronage.ledger import store
from patronage.ledger.canonical import content_of
from patronage.ledger.record import APPLIED, order_of
from patronage.ledger.store import column, database_of, from_column


class Recorded(NamedTuple):
    """An id's record: whether its content is the same, and what it was refused for."""

    is_same: bool
    refusal: Refusal | None


def recorded(
    economy: str, events: Sequence[Event], *, using: str = DEFAULT_DB_ALIAS
) -> list[Recorded | None]:
    """Return what the journal has under each event's id, None for an id it does not know."""
    contents = [content_of(event) for event in events]
    wanted = [column(content.id) for content in contents if content.id is not None]
    with connections[using].cursor() as cursor:
        rows = database_of(using).select_in(
            cursor,
            "SELECT event_id, content, code FROM ledger_journal",
            economy,
            store.FIRST_ID,
            wanted,
        )
    known = {from_column(stored): (content, code) for stored, content, code in rows}
    answers: list[Recorded | None] = []
    for content in contents:
        if content.id is None or content.id not in known:
            answers.append(None)
            continue
        first, code = known[content.id]
        answers.append(Recorded(first == content.hash, None if code == APPLIED else Refusal(code)))
    return answers


def recorded_orders(
    economy: str, ids: Iterable[str], *, using: str = DEFAULT_DB_ALIAS
) -> dict[str, Order]:
    """Return the completed orders that have one of the ids."""
    with connections[using].cursor() as cursor:
        rows = database_of(using).select_in(
            cursor, store.TOLD_ORDERS, economy, "order_id", [column(id) for id in ids]
        )
    return {from_column(id): order_of(record, refunded) for id, _, refunded, record in rows}
