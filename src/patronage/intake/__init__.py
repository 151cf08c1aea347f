"""Turns other shops' exports into events."""

from patronage.intake.accounts import account_id, read_or_create_key
from patronage.intake.columns import Columns, guess_columns
from patronage.intake.days import day_closed, days
from patronage.intake.errors import ErrorCode, ExportError
from patronage.intake.export import Export, Recorded, read_export
from patronage.intake.records import Day, Reason, Return, Sale, Unusable
from patronage.intake.table import Table, read_table

__all__ = [
    "Columns",
    "Day",
    "ErrorCode",
    "Export",
    "ExportError",
    "Reason",
    "Recorded",
    "Return",
    "Sale",
    "Table",
    "Unusable",
    "account_id",
    "day_closed",
    "days",
    "guess_columns",
    "read_export",
    "read_or_create_key",
    "read_table",
]
