"""Codes are drawn as others' programs define them, and of kinds that every phone reads."""

import re

import segno
from barcode.codex import Code128

from patronage.web.shared import codes

DIGITS = "123456789012345678"


def drawn(drawing: codes.Drawing) -> list[list[int]]:
    """Return the modules that a path fills."""
    rows = [[0] * drawing.width for _ in range(drawing.height)]
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", drawing.path)
    assert "".join(f"M{x} {y}h{n}v1h-{n}z" for x, y, n in runs) == drawing.path
    for x, y, length in runs:
        for column in range(int(x), int(x) + int(length)):
            assert rows[int(y)][column] == 0, "drawn twice"
            rows[int(y)][column] = 1
    return rows


def test_a_qr_code_is_segnos_and_no_micro_one() -> None:
    for text in (DIGITS, "http://127.0.0.1/wallet/pay/1/"):
        drawing = codes.qr(text)
        matrix = segno.make_qr(text, error="m").matrix
        assert drawn(drawing) == [list(row) for row in matrix]
        assert drawing.width == drawing.height >= 21


def test_bars_are_code_128_with_two_digits_a_sign() -> None:
    drawing = codes.bars(DIGITS)
    (modules,) = Code128(DIGITS).build()
    assert drawn(drawing) == [[int(module) for module in modules]]
    # Start C, nine pairs, the check sign: eleven modules each; and the stop of thirteen.
    assert drawing.width == 11 * 11 + 13
    assert modules.startswith("11010011100")
