"""What is particular to SQLite: one writer at a time, prepared statements run row by row."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from patronage.ledger.table import Row, Table

SNAPSHOT: Final = "BEGIN DEFERRED"
"""With WAL a reader keeps what it saw first, and no writer waits for it."""


def lock(cursor: CursorWrapper, economy: str) -> None:
    """Take the database's write lock, however the transaction began."""
    cursor.execute("UPDATE ledger_economy SET seq = seq WHERE economy = %s", [economy])


def select_in(
    cursor: CursorWrapper, select: str, economy: str, column: str, ids: Iterable[str]
) -> list[Row]:
    """Return a select's rows whose column, unique within an economy, has one of the ids."""
    wanted = json.dumps(sorted(ids))
    one_of = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608  (the names are ours)
    cursor.execute(f"{select} WHERE economy = %s AND {one_of}", [economy, wanted])
    rows: list[Row] = cursor.fetchall()
    return rows


def delete_in(
    cursor: CursorWrapper, table: Table, economy: str, column: str, values: Iterable[Any]
) -> None:
    """Delete the rows whose column has one of the values."""
    wanted = json.dumps(sorted(values))
    cursor.execute(
        f"DELETE FROM {table.name} WHERE economy = %s "  # noqa: S608  (the names are ours)
        f"AND {column} IN (SELECT value FROM json_each(%s))",
        [economy, wanted],
    )


def insert(cursor: CursorWrapper, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows."""
    if rows:
        cursor.executemany(table.insert, rows)


def upsert(cursor: CursorWrapper, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or replace those with the same key."""
    if rows:
        cursor.executemany(f"{table.insert} {table.on_conflict}", rows)
