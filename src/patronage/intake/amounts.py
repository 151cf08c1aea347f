"""Reads amounts of money as shops write them, exactly, in minor units."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from patronage.economy.currencies import MINOR_UNIT_EXPONENTS
from patronage.intake.table import HALF_WIDTH

_LENGTH_MAX = 64
_SIGN = r"[$£¥€₩₽₹₫₺₱฿₴₦₪]"
_UNIT = rf"[A-Za-z]{{0,3}}{_SIGN}|[A-Za-z]{{3}}|人民币|元|圆|円"
_AMOUNT = re.compile(
    rf"(\()?\s?([-+])?\s?({_UNIT})?\s?([-+])?\s?"
    rf"([.,]?[0-9](?:[0-9., ']*[0-9])?)\s?({_UNIT})?(-)?\s?(\))?"
)
_PLAIN_AMOUNT = re.compile(r"-?[0-9]+(?:\.[0-9]{1,2})?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([., '])[0-9]{3})(?:\1[0-9]{3})*")
# Other minus signs, apostrophes and the blanks that group digits.
_TABLE = HALF_WIDTH | str.maketrans("−–﹣’\xa0\u202f\u2009", "---'   ")


class _Number(NamedTuple):
    """An amount without its decoration, and the decimal mark that it shows, if it shows one."""

    negative: bool
    digits: str
    mark: str | None


def is_amount(text: str) -> bool:
    """Tell whether a text looks like an amount of money."""
    return _number(text) is not None


def read_amounts(columns: Sequence[Sequence[str]], *, exponent: int) -> list[list[int | None]]:
    """Read columns of one file as minor units, None for what is no amount.

    A currency's sign or code, full-width digits, brackets or a minus for negative ones are
    understood. Which of point and comma is the decimal mark is decided for the file, by the values
    that show it: the later of the two where both stand; a mark that stands once, but not with one
    to three digits before it and exactly three after; and of a mark that stands more than once, the
    other one. If all that show it agree, everything is read so. If none shows it, the decimal mark
    is the point (for a currency with three decimals: that which stands once, if it is always the
    same). If they disagree, the values that show none are no amounts. More decimals than the
    currency has are none either, unless they are zeros.
    """
    numbers = [[_number(text) for text in column] for column in columns]
    mark = _mark([number for column in numbers for number in column if number], exponent)
    return [
        [None if number is None else _minor(number, mark, exponent) for number in column]
        for column in numbers
    ]


def _number(text: str) -> _Number | None:
    if len(text) > _LENGTH_MAX:
        return None
    if _PLAIN_AMOUNT.fullmatch(text):
        negative = text[0] == "-"
        return _Number(negative, text[1:] if negative else text, "." if "." in text else None)
    match = _AMOUNT.fullmatch(text if text.isascii() else text.translate(_TABLE))
    if match is None:
        return None
    opening, before, prefix, inner, digits, suffix, after, closing = match.groups()
    signs = [sign for sign in (before, inner, after, opening) if sign]
    if bool(opening) != bool(closing) or len(signs) > 1 or (prefix and suffix):
        return None
    unit = prefix or suffix
    if unit and unit.isascii() and unit.isalpha() and unit.upper() not in _CODES:
        return None
    return _Number(bool(signs) and signs[0] != "+", digits, _shown_mark(digits))


_CODES = MINOR_UNIT_EXPONENTS.keys() | {"RMB"}


def _shown_mark(digits: str) -> str | None:
    """Tell which decimal mark a number shows, None if it can be read both ways or has none."""
    points, commas = digits.count("."), digits.count(",")
    if points and commas:
        return max(".", ",", key=digits.rfind)
    mark, other = (".", ",") if points else (",", ".")
    if points + commas > 1:
        return other
    whole, _, decimals = digits.partition(mark)
    if points + commas == 0 or (
        len(decimals) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    ):
        return None
    return mark


def _mark(numbers: Iterable[_Number], exponent: int) -> str | None:
    """Decide the decimal mark of a file; None if its values disagree."""
    shown: set[str] = set()
    possible: set[str] = set()
    for number in numbers:
        if number.mark:
            shown.add(number.mark)
        else:
            possible.update(mark for mark in ".," if mark in number.digits)
    if not shown and exponent == 3:
        shown = possible
    if not shown:
        return "."
    return shown.pop() if len(shown) == 1 else None


def _minor(number: _Number, mark: str | None, exponent: int) -> int | None:
    digits = number.digits
    mark = mark or number.mark
    if mark is None:
        if not digits.isdigit():
            return None
        mark = "."
    whole, found, decimals = digits.partition(mark)
    if found and not decimals.isdigit():
        return None
    if not (whole.isdigit() or _GROUPED.fullmatch(whole) or (found and not whole)):
        return None
    decimals = decimals.rstrip("0")
    if len(decimals) > exponent:
        return None
    whole = "".join(filter(str.isdigit, whole))
    minor = int(whole + decimals.ljust(exponent, "0") or "0")
    return -minor if number.negative else minor
