"""A report's tables as files for other programs: exact where a figure is exact.

Money is in minor units and points in nano-points, integers; prices are in minor units a whole
point, shares from 0 to 1, durations in days. What is not there is empty.
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from patronage.lab.report.document import Column, Table

_UNITS = {"money": "_minor", "whole": "_minor", "points": "_nano", "price": "_minor"}


class ParquetMissingError(Exception):
    """pyarrow, which writes Parquet, is not installed."""


def write_csv(folder: Path, tables: Iterable[Table]) -> list[Path]:
    """Write each table as a CSV file of its name; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in tables:
        path = folder / f"{table.name}.csv"
        # With the mark at its beginning, spreadsheets read the Chinese in it.
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            rows.writerow([_heading(column) for column in table.columns])
            rows.writerows(table.rows)
        written.append(path)
    return written


def write_parquet(folder: Path, tables: Iterable[Table]) -> list[Path]:
    """Write each table as a Parquet file of its name; return the files.

    Raises ParquetMissingError if pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: ICN001, PLC0415  (an extra)
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError:
        raise ParquetMissingError from None
    types = {
        "text": pyarrow.string(),
        "price": pyarrow.float64(),
        "share": pyarrow.float64(),
        "of_100": pyarrow.float64(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for table in tables:
        fields = [
            pyarrow.field(_heading(column), types.get(column.kind, pyarrow.int64()))
            for column in table.columns
        ]
        columns: list[list[Any]] = [list(values) for values in zip(*table.rows, strict=True)]
        path = folder / f"{table.name}.parquet"
        parquet.write_table(
            pyarrow.Table.from_arrays(
                [
                    pyarrow.array(values, type=field.type)
                    for values, field in zip(columns or [[] for _ in fields], fields, strict=True)
                ],
                schema=pyarrow.schema(fields),
            ),
            path,
        )
        written.append(path)
    return written


def _heading(column: Column) -> str:
    unit = _UNITS.get(column.kind, "")
    return column.name if column.name.endswith(unit) else column.name + unit
