"""Reads dates as shops write them. The date is the local calendar date as written."""

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from patronage.intake.table import HALF_WIDTH

YEARS = range(1970, 2101)
_LENGTH_MAX = 64

_CLOCK = (
    r"(?:[上下]午\s?)?[0-2]?[0-9]:[0-5][0-9](?::[0-6][0-9](?:[.,][0-9]+)?)?"
    r"(?:\s?[AaPp][Mm])?(?:\s?(?:Z|UTC|GMT))?(?:\s?[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_TIME = rf"(?:(?:T|\s+){_CLOCK})?"
_YEAR_FIRST = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}){_TIME}")
_COMPACT = re.compile(rf"([0-9]{{4}})([0-9]{{2}})([0-9]{{2}})(?:[0-9]{{6}}|{_TIME})")
_CHINESE = re.compile(
    r"([0-9]{4})年\s?([0-9]{1,2})月\s?([0-9]{1,2})[日号]"
    rf"(?:\s?{_CLOCK}|\s?[0-9]{{1,2}}[时点](?:[0-9]{{1,2}}分)?(?:[0-9]{{1,2}}秒)?)?"
)


def is_date(text: str) -> bool:
    """Tell whether a text is a date in one of the formats, the day or the month first."""
    split = _split(text)
    if split is None:
        return False
    pattern, year, second, third = split
    return bool(_iso(year, second, third) or (pattern[0] == "?" and _iso(year, third, second)))


def read_dates(texts: Sequence[str], *, day_first: bool = False) -> tuple[list[str | None], str]:
    """Read a column as dates YYYY-MM-DD, None for what is none, and say in which formats it was.

    Formats: 2024-03-05, 2024/3/5, 2024.3.5, 20240305 and 2024年3月5日; 5.3.2024 is the day first.
    03/05/2024 and 03-05-2024 are the month first, or the day first if `day_first` says so, or if
    more values of the column can only be read so than only the other way. A time of day and an
    offset may follow and count for nothing. Years are 1970 to 2100.
    """
    splits = [_split(text) for text in texts]
    day_first = day_first or _is_day_first(splits)
    dates: list[str | None] = []
    patterns: dict[str, None] = {}
    for split in splits:
        if split is None:
            dates.append(None)
            continue
        pattern, year, month, day = split
        if pattern[0] == "?":
            first, second = ("DD", "MM") if day_first else ("MM", "DD")
            pattern = pattern.replace("??", first, 1).replace("??", second)
            if day_first:
                month, day = day, month
        dates.append(_iso(year, month, day))
        if dates[-1]:
            patterns[pattern] = None
    return dates, ", ".join(patterns)


def _is_day_first(splits: Sequence[tuple[str, int, int, int] | None]) -> bool:
    """Weigh the values that can be read one way only."""
    balance = 0
    for split in splits:
        if split is not None and split[0][0] == "?":
            _, year, first, second = split
            balance += bool(_iso(year, second, first)) - bool(_iso(year, first, second))
    return balance > 0


def _split(text: str) -> tuple[str, int, int, int] | None:
    """Split a text into its pattern, year, month and day; "?" where day and month may be either."""
    if len(text) > _LENGTH_MAX:
        return None
    if not text.isascii():
        text = text.translate(HALF_WIDTH)
    match = _YEAR_FIRST.fullmatch(text)
    if match:
        year, mark, month, day = match.groups()
        return f"YYYY{mark}MM{mark}DD", int(year), int(month), int(day)
    match = _YEAR_LAST.fullmatch(text)
    if match:
        first, mark, second, year = match.groups()
        if mark == ".":
            return "DD.MM.YYYY", int(year), int(second), int(first)
        return f"??{mark}??{mark}YYYY", int(year), int(first), int(second)
    match = _COMPACT.fullmatch(text)
    pattern = "YYYYMMDD"
    if not match:
        match = _CHINESE.fullmatch(text)
        pattern = "YYYY年MM月DD日"
    if not match:
        return None
    year, month, day = match.groups()
    return pattern, int(year), int(month), int(day)


@lru_cache(maxsize=4096)
def _iso(year: int, month: int, day: int) -> str | None:
    if year not in YEARS:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
