"""What is particular to PostgreSQL: row locks, arrays as parameters, COPY."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from patronage.ledger.table import Row, Table

_FEW: Final = 8
"""Up to so many rows, plain statements are quicker than COPY and a table to copy into."""

SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def lock(cursor: CursorWrapper, economy: str) -> None:
    """Wait for and take the economy's row, until the transaction ends.

    The inbox is read in the order of its index, whatever the planner believes of a table that is
    sometimes full and mostly empty.
    """
    cursor.execute(
        "SELECT set_config('enable_sort', 'off', true), "
        "set_config('enable_bitmapscan', 'off', true), "
        "set_config('enable_seqscan', 'off', true) "
        "FROM ledger_economy WHERE economy = %s FOR UPDATE",
        [economy],
    )


def select_in(
    cursor: CursorWrapper, select: str, economy: str, column: str, ids: Iterable[str]
) -> list[Row]:
    """Return a select's rows whose column, unique within an economy, has one of the ids.

    One look into the index for each, whatever the planner believes of the table.
    """
    cursor.execute(
        "SELECT found.* FROM unnest(%s::text[]) AS wanted(id) CROSS JOIN LATERAL "  # noqa: S608
        f"({select} WHERE economy = %s AND {column} = wanted.id LIMIT 1) found",
        [_array(ids), economy],
    )
    rows: list[Row] = cursor.fetchall()
    return rows


def _array(ids: Iterable[str]) -> str:
    """Write ids, as they are stored, as an array: in one go, for there may be thousands."""
    listed = "\0".join(sorted(ids)).replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + listed.replace("\0", '","') + '"}'


def delete_in(
    cursor: CursorWrapper, table: Table, economy: str, column: str, values: Iterable[Any]
) -> None:
    """Delete the rows whose column has one of the values."""
    cursor.execute(
        f"DELETE FROM {table.name} WHERE economy = %s AND {column} = ANY(%s)",  # noqa: S608
        [economy, sorted(values)],
    )


def insert(cursor: CursorWrapper, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows."""
    if len(rows) <= _FEW:
        if rows:
            cursor.executemany(table.insert, rows)
        return
    _copy(cursor, table.name, table, rows)


def upsert(cursor: CursorWrapper, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or replace those with the same key."""
    if len(rows) <= _FEW:
        if rows:
            cursor.executemany(f"{table.insert} {table.on_conflict}", rows)
        return
    stage = f"{table.name}_{len(table.columns)}"
    listed = ", ".join(table.columns)
    # Once for a session; making it for each batch would litter the catalogue.
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ON COMMIT DELETE ROWS AS "  # noqa: S608
        f"SELECT {listed} FROM {table.name} WITH NO DATA"
    )
    _copy(cursor, stage, table, rows)
    cursor.execute(f"{table.into} SELECT {listed} FROM {stage} {table.on_conflict}")  # noqa: S608


def _copy(cursor: CursorWrapper, name: str, table: Table, rows: Sequence[Row]) -> None:
    """Copy rows into the table of a name that has another's columns.

    In binary, which both sides are done with sooner; it needs the columns' own types, for the
    driver would choose an integer's by its size.
    """
    listed = ", ".join(table.columns)
    cursor.execute(f"SELECT {listed} FROM {name} LIMIT 0")  # noqa: S608  (the names are ours)
    types = [column.type_code for column in cursor.description]
    statement = f"COPY {name} ({listed}) FROM STDIN (FORMAT BINARY)"
    # Django names the driver's errors only where it runs the statement itself.
    with cursor.db.wrap_database_errors, cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
