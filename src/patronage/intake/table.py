"""Reads bytes as a table: encoding, delimiter, header and rows, with their lines in the file."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from patronage.intake.errors import ErrorCode, ExportError
from patronage.intake.records import Reason, Unusable

# A record of more lines than this is a stray quotation mark, not a long note.
_LINES_MAX = 50
_TEXT_MAX = 200
_DELIMITERS = ",;\t"
_ARCHIVES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods; .xls

# For str.translate: full-width letters, digits and signs to plain ones.
HALF_WIDTH = {0xFF01 + at: 0x21 + at for at in range(94)} | str.maketrans("　￥￡￦", " ¥£₩")
_FORMULA = re.compile(r'="(.*)"', re.DOTALL)


@dataclass(frozen=True)
class Table:
    """A header, and under it the rows that have a cell for each of its names.

    `rows` are (line, cells), cells as they stand: see `clean`. `lines` are the file's, for reports;
    `unusable` are the rows that are no rows.
    """

    encoding: str
    delimiter: str
    header: list[str]
    rows: list[tuple[int, list[str]]]
    unusable: list[Unusable]
    lines: list[str]

    def report(self, line: int, reason: Reason) -> Unusable:
        """Say that the row at a line cannot be used, with what it says, shortened."""
        text = self.lines[line - 1][: _TEXT_MAX + 1].strip()
        return Unusable(line, reason, text if len(text) <= _TEXT_MAX else text[:_TEXT_MAX] + "…")


def read_table(source: bytes, encoding: str | None = None) -> Table:
    """Read a text file of comma-, semicolon- or tab-separated values.

    Raises ExportError if it is empty, no text, or has no header or no rows.
    """
    text, encoding = _decode(source, encoding)
    lines = list(io.StringIO(text, newline=""))
    first = next((at for at, line in enumerate(lines) if line.strip()), None)
    if first is None:
        raise ExportError(ErrorCode.EMPTY)
    delimiter, header, start = _header(lines, first)
    rows: list[tuple[int, list[str]]] = []
    unusable: list[Unusable] = []
    table = Table(encoding, delimiter, header, rows, unusable, lines)
    for at, cells in _records(lines, start, delimiter, len(header)):
        if isinstance(cells, Reason):
            unusable.append(table.report(at + 1, cells))
        elif cells:
            rows.append((at + 1, cells))
    if not rows and not unusable:
        raise ExportError(ErrorCode.NO_ROWS, columns=header)
    return table


def clean(cell: str) -> str:
    """Strip a cell of blanks and of what spreadsheets put around digits to keep them text."""
    text = cell.strip()
    if text[:1] in ("=", "'", "`"):
        formula = _FORMULA.fullmatch(text)
        text = (formula[1] if formula else text.lstrip("'`")).strip()
    return text


def _decode(source: bytes, encoding: str | None) -> tuple[str, str]:
    """Decode as asked, or by byte order mark, or as strict UTF-8, or else as GB18030."""
    if not source:
        raise ExportError(ErrorCode.EMPTY)
    if source.startswith(_ARCHIVES):
        raise ExportError(ErrorCode.SPREADSHEET)
    if encoding is not None:
        tried = [encoding]
    elif source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tried = ["utf-16"]
    elif source.startswith(codecs.BOM_UTF8):
        tried = ["utf-8-sig"]
    else:
        tried = ["utf-8", "gb18030"]
    for name in tried:
        try:
            text = source.decode(name)
            text.encode()  # some codecs yield lone surrogates
        except (LookupError, ValueError):
            continue
        if "\0" in text:
            break
        return text.removeprefix("\ufeff"), name
    if encoding is not None:
        raise ExportError(ErrorCode.BAD_ENCODING, encoding)
    raise ExportError(ErrorCode.NOT_TEXT)


def _header(lines: list[str], first: int) -> tuple[str, list[str], int]:
    """Return the delimiter that yields the most names, the names, and where the rows start."""
    best: tuple[str, list[str], int] | None = None
    for delimiter in _DELIMITERS:
        reader = csv.reader(lines[first : first + _LINES_MAX], delimiter=delimiter, strict=True)
        try:
            names = [clean(name) for name in next(reader)]
        except csv.Error:
            continue
        while names and not names[-1]:
            names.pop()
        is_named = any(map(str.isalnum, "".join(names)))
        if is_named and (best is None or len(names) > len(best[1])):
            best = delimiter, names, first + reader.line_num
    if best is None:
        raise ExportError(ErrorCode.BAD_HEADER)
    return best


def _records(
    lines: list[str], start: int, delimiter: str, width: int
) -> Iterator[tuple[int, list[str] | Reason]]:
    """Yield each record's first line (from 0) and its cells, or why it is none.

    A stray quotation mark costs its own line only: the record is given up and reading goes on at
    the line after, so that the rows it would have swallowed are read. `_LINES_MAX` bounds the
    lines that can be read twice.
    """
    at = start

    def pull() -> Iterator[str]:
        nonlocal at
        while at < len(lines):
            if at - start >= _LINES_MAX:
                raise csv.Error("too many lines")
            at += 1
            yield lines[at - 1]

    reader = csv.reader(pull(), delimiter=delimiter, strict=True)
    while start < len(lines):
        cells: list[str] | Reason
        try:
            cells = _fit(next(reader), width)
        except csv.Error:
            cells = Reason.WRONG_NUMBER_OF_FIELDS
            reader = csv.reader(pull(), delimiter=delimiter, strict=True)
        if isinstance(cells, Reason):
            at = start + 1
            cells = _read_alone(lines[start], delimiter, width)
        yield start, cells
        start = at


def _read_alone(line: str, delimiter: str, width: int) -> list[str] | Reason:
    """Read one line leniently: a quotation mark that closes nothing is a character."""
    try:
        return _fit(next(csv.reader([line], delimiter=delimiter)), width)
    except csv.Error:
        return Reason.TEXT_TOO_LONG


def _fit(cells: list[str], width: int) -> list[str] | Reason:
    """Bring cells to the header's width: empty ones after it are no cells. Blank rows have none."""
    if not any(map(str.strip, cells)):
        return []
    if len(cells) > width and not any(map(str.strip, cells[width:])):
        del cells[width:]
    return cells if len(cells) == width else Reason.WRONG_NUMBER_OF_FIELDS
