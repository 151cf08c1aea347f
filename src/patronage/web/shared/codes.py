"""Codes to be read by cameras, as the path of an inline drawing: few bytes, sharp at any size."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

import segno
from barcode.codex import Code128


class Drawing(NamedTuple):
    """The dark runs of a code as an SVG path, and the width and height it fills."""

    path: str
    width: int
    height: int


def qr(text: str) -> Drawing:
    """Draw a QR code of a text, without its quiet zone."""
    code = segno.make_qr(text, error="m")  # phones read no Micro QR codes
    side = len(code.matrix)
    return Drawing("".join(_runs(y, row) for y, row in enumerate(code.matrix)), side, side)


def bars(digits: str) -> Drawing:
    """Draw the Code 128 of an even number of digits, without its quiet zone."""
    (modules,) = Code128(digits).build()
    return Drawing(_runs(0, map(int, modules)), len(modules), 1)


def _runs(y: int, row: Iterable[int]) -> str:
    """Return the dark runs of a row as rectangles one high."""
    path, x = "", 0
    for is_dark, run in groupby(row):
        length = len(list(run))
        if is_dark:
            path += f"M{x} {y}h{length}v1h-{length}z"
        x += length
    return path
