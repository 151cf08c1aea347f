"""How figures look in the terminal: money, points, prices, tables, a chart."""

from collections.abc import Sequence
from fractions import Fraction

from rich import box
from rich.console import Console
from rich.table import Table

from patronage.economy import Charter

console = Console(highlight=False, soft_wrap=True)

_NANO = 10**9
_LEVELS = " ▁▂▃▄▅▆▇█"


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


def percent(part: int, whole: int, places: int = 1) -> str:
    """Format a share in per cent; a dash where there is no whole."""
    return decimal(Fraction(part * 100, whole), places) + " %" if whole else "–"


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table: the first column to the left, figures to the right."""
    grid = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for position, name in enumerate(header):
        grid.add_column(name, justify="left" if position == 0 else "right", overflow="fold")
    for row in rows:
        grid.add_row(*row)
    console.print(grid)


def chart(values: Sequence[Fraction], labels: tuple[str, str], height: int = 8) -> None:
    """Print a series as columns of blocks, from 0 to its largest value, with that value's label.

    `labels` stand under the first and the last column.
    """
    width = min(max(console.width - 4, 20), 72)
    if not values:
        return
    columns = [values[i * (len(values) - 1) // max(width - 1, 1)] for i in range(width)]
    top = max(columns)
    if top <= 0:
        return
    eighths = [int(value * height * 8 / top) for value in columns]
    for row in reversed(range(height)):
        line = "".join(_LEVELS[min(max(level - row * 8, 0), 8)] for level in eighths)
        console.print("  " + line)
    gap = max(width - len(labels[0]) - len(labels[1]), 1)
    console.print("  " + labels[0] + " " * gap + labels[1], style="dim")
