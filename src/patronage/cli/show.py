"""How figures look in the terminal: money, points, prices, tables, a chart."""

import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from patronage.economy import Charter

# Without markup and emoji, brackets and colons in the names of others are what they are.
console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)

_NANO = 10**9
_LEVELS = " ▁▂▃▄▅▆▇█"
_CHART_WIDTH_MAX = 100
_LABEL_WIDTH_MAX = 40
_WIDE = "\u2e80-\u9fff\uff00-\uffef"
_CLOSING = "，。；：！？）》、"
# What stays together on a line: a wide character or a word, with the signs and blanks after it.
_PIECES = re.compile(rf"(?:（?[{_WIDE}]|[^ {_WIDE}]+(?: %)?)[{_CLOSING}]* *")


def money(minor: int, charter: Charter) -> str:
    """Format minor units in the charter's currency, like 1,234.50."""
    return decimal(Fraction(minor, 10**charter.minor_unit_exponent), charter.minor_unit_exponent)


def points(nano: int, places: int = 2) -> str:
    """Format nano-points as points, rounded down."""
    return decimal(Fraction(nano, _NANO), places)


def price(ratio: tuple[int, int] | Fraction, charter: Charter, places: int = 4) -> str:
    """Format a price in minor units per nano-point as money a point, rounded down."""
    value = ratio if isinstance(ratio, Fraction) else Fraction(*ratio)
    return decimal(value * _NANO / 10**charter.minor_unit_exponent, places)


def decimal(value: Fraction, places: int) -> str:
    """Format an exact number with so many decimals, rounded towards zero, thousands grouped."""
    scaled = abs(value) * 10**places
    whole, fraction = divmod(scaled.numerator // scaled.denominator, 10**places)
    sign = "-" if value < 0 and (whole or fraction) else ""
    return f"{sign}{whole:,}" + (f".{fraction:0{places}}" if places else "")


def json_line(value: object) -> None:
    """Print a value as one line of JSON."""
    json.dump(value, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")


def percent(part: int, whole: int, places: int = 1) -> str:
    """Format a share in per cent; a dash where there is no whole."""
    return decimal(Fraction(part * 100, whole), places) + " %" if whole else "–"


def paragraph(text: str, *, indent: str = "", style: str = "") -> None:
    """Print a text in lines that fit the terminal."""
    for line in wrapped(text, min(console.width, _CHART_WIDTH_MAX) - len(indent)):
        console.print(indent + line, style=style)


def wrapped(text: str, width: int) -> Iterator[str]:
    """Cut a text into lines of so many cells at most: Chinese may break after any character."""
    line = ""
    for piece in _PIECES.findall(text):
        if line and cell_len(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece
    yield line.rstrip()


def table(
    title: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    total: bool = False,
    justify: Literal["left", "right"] = "right",
) -> None:
    """Print a table: the first column to the left, the others, figures mostly, as `justify` says.

    A row of one cell is a heading for those below it; with `total` the last row is set apart. A
    header without names is left out.
    """
    grid = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_header=any(header),
    )
    # Where columns are many, their names fold before the rows' do.
    labels = max((cell_len(row[0]) for row in rows), default=0)
    for position, name in enumerate(header):
        grid.add_column(
            name,
            justify=justify if position else "left",
            overflow="fold",
            no_wrap=position == 0 and labels <= _LABEL_WIDTH_MAX,
        )
    indent = ""
    for position, row in enumerate(rows):
        if total and position == len(rows) - 1:
            grid.add_section()
        if len(row) == 1 < len(header):
            if position:
                grid.add_row()
            grid.add_row(Text(row[0], style="bold"))
            indent = "  "
        else:
            grid.add_row(indent + row[0], *row[1:])
    console.print(grid)


def chart(
    values: Sequence[Fraction],
    labels: tuple[str, str],
    height: int = 8,
    *,
    title: str = "",
    scale: Callable[[Fraction], str] | None = None,
) -> None:
    """Print a series as columns of blocks, from 0 to its largest value.

    `labels` stand under the first and the last column, `scale` writes the values beside the chart.
    """
    if not values:
        return
    top = max(values)
    if top <= 0:
        return
    marks = [""] * height
    if scale is not None:
        marks[0], marks[height // 2] = scale(top), scale(top / 2)
    margin = max(map(cell_len, marks))
    width = min(max(console.width - margin - 4, 20), _CHART_WIDTH_MAX)
    columns = [values[i * (len(values) - 1) // max(width - 1, 1)] for i in range(width)]
    eighths = [int(value * height * 8 / top) for value in columns]
    if title:
        console.print(title, style="bold")
    for mark, row in zip(marks, reversed(range(height)), strict=True):
        line = "".join(_LEVELS[min(max(level - row * 8, 0), 8)] for level in eighths)
        console.print(f"  {mark:>{margin}} {line.rstrip()}")
    gap = max(width - cell_len(labels[0]) - cell_len(labels[1]), 1)
    console.print(" " * (margin + 3) + labels[0] + " " * gap + labels[1], style="dim")
