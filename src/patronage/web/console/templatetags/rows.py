"""Cells of a table as people read them, and what a script draws."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from django import template

from patronage.web.shared.exports import Cell
from patronage.web.shared.templatetags.amounts import day, moment

register = template.Library()


@register.filter
def shown(cell: Cell) -> str:
    """Return a cell in the reader's language: moments, days, numbers with their thousands."""
    if cell is None:
        return "–"
    if isinstance(cell, datetime):
        return moment(cell)
    if isinstance(cell, date):
        return day(cell)
    if isinstance(cell, Decimal):
        return f"{cell:,f}".replace("-", "−")  # else a zero of nine decimals would be 0E-9
    return cell if isinstance(cell, str) else f"{cell:,}".replace("-", "−")


@register.filter
def is_number(cell: Cell) -> bool:
    """Tell whether a cell is set to the right."""
    return isinstance(cell, int | Decimal)


@register.filter
def at(cells: Sequence[Cell], place: int) -> Cell:
    """Return the cell at a place."""
    return cells[place]


@register.filter
def as_json(value: object) -> str:
    """Return what a script reads from an attribute."""
    return json.dumps(value, ensure_ascii=False)
