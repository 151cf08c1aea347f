"""What a report consists of, before it is a page or files of data."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from patronage.lab.report.charts import Drawing
from patronage.lab.report.language import Language, decimal, money, percent, price, whole

Kind = Literal["text", "count", "money", "whole", "points", "price", "share", "of_100", "days"]
"""What a column holds: money in minor units, points in nano-points, prices in minor units a point,
shares from 0 to 1. "whole" is money shown without decimals, "of_100" a share shown as a part of
100.00."""

_NANO = 10**9


class Column(NamedTuple):
    """A column: its name in files of data, its heading, and what it holds."""

    name: str
    heading: str
    kind: Kind


class Table(NamedTuple):
    """Rows of figures; None is shown as a dash. `is_shown` is False for what only data needs."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    is_shown: bool = True
    has_total: bool = False


class Chart(NamedTuple):
    """A chart: its title, what its axis counts, the drawing, and a note on how to read it."""

    title: str
    unit: str
    drawing: Drawing
    note: str = ""
    height: int = 300


class Figure(NamedTuple):
    """One number to be seen first."""

    label: str
    value: str
    note: str = ""


Part = str | Table | Chart | list[Figure]
"""A paragraph, a table, a chart, or a few numbers to be seen first."""


class Section(NamedTuple):
    """A heading and what stands below it, in order."""

    name: str
    title: str
    parts: Sequence[Part]


class Document(NamedTuple):
    """A whole report in one language. `lead` stands under the title, `foot` at the end."""

    language: Language
    title: str
    lead: Sequence[str]
    sections: Sequence[Section]
    foot: str
    exponent: int

    def tables(self) -> list[Table]:
        """Return all its tables, in order."""
        return [
            part for section in self.sections for part in section.parts if isinstance(part, Table)
        ]


def written(value: Any, kind: Kind, exponent: int) -> str:
    """Write a figure as people read it."""
    if value is None:
        return "–"
    match kind:
        case "text":
            return str(value)
        case "count" | "days":
            return decimal(value, 0)
        case "money":
            return money(value, exponent)
        case "whole":
            return whole(value, exponent)
        case "points":
            return decimal(value / _NANO, 2)
        case "price":
            return price(value, exponent)
        case "share":
            return percent(value)
        case "of_100":
            return decimal(value * 100, 2)
