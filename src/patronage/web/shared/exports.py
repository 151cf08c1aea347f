"""Files for spreadsheets: a table's rows as CSV or XLSX, exact, and never taken for formulas."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from itertools import chain, islice
from tempfile import TemporaryFile
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import get_language, override
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from patronage.economy.currencies import MINOR_UNIT_EXPONENTS
from patronage.members import auditing, clock
from patronage.members.amounts import NANO
from patronage.members.models import AuditVerb, Person

FORMS: Final = ("csv", "xlsx")
Cell = str | int | Decimal | datetime | date | None

_SHEET_ROWS: Final = 1_048_575
"""So many rows has a sheet below its header."""
_DIGITS: Final = 15
"""So many digits of a number a spreadsheet keeps."""
_SHOWN: Final = 11
"""So many digits of a number from CSV a spreadsheet shows as they are."""
_NANO_DIGITS: Final = len(str(NANO)) - 1


class Table(NamedTuple):
    """What a file holds.

    `name` is the file's, without date and ending, ASCII, at most 20 characters. `rows` is
    read once, while the file is made: give an iterator where there are many.
    """

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def amount(minor: int | None) -> Decimal | None:
    """Return minor units as a cell in major ones: 123400 → 1234.00."""
    if minor is None:
        return None
    return Decimal(minor).scaleb(-MINOR_UNIT_EXPONENTS[settings.CURRENCY])


def points(nano: int | None) -> Decimal | None:
    """Return nano-points as a cell in points, to the last of its nine decimals."""
    return None if nano is None else Decimal(nano).scaleb(-_NANO_DIGITS)


def send(request: HttpRequest, table: Table, form: str) -> HttpResponseBase:
    """Send a table as a file; `form` is one of FORMS, anything else is taken for the first.

    Who may have it is asked before. The audit log tells which files staff took.
    """
    if isinstance(request.user, Person) and request.user.is_staff:
        facts = {"file": table.name, "form": form}
        auditing.record(actor=request.user, verb=AuditVerb.EXPORTED, facts=facts)
    return _sent_xlsx(table) if form == "xlsx" else _sent_csv(table)


def _file_name(table: Table, ending: str) -> str:
    return f"{table.name}-{timezone.localtime(clock.now()):%Y%m%d}.{ending}"


class _Echo:
    """A file that gives each line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def _sent_csv(table: Table) -> HttpResponseBase:
    lines = _in_language(_csv_lines(table), get_language() or settings.LANGUAGE_CODE)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_file_name(table, "csv")}"'
    return response


def _in_language(lines: Iterator[str], language: str) -> Iterator[str]:
    """Yield lines as they are made in the language of a request that has ended by then."""
    while True:
        with override(language):
            line = next(lines, None)
        if line is None:
            return
        yield line


def _csv_lines(table: Table) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(table.header)  # spreadsheets take it for UTF-8 by this
    for row in table.rows:
        yield writer.writerow([_as_text(cell) for cell in row])


def _as_text(cell: Cell) -> str:
    """Return a cell's text so that no spreadsheet takes it for a formula or shortens it."""
    if isinstance(cell, datetime):
        return timezone.localtime(cell).isoformat(timespec="seconds")
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if not isinstance(cell, str):
        return "" if cell is None else str(cell)
    if cell.isdecimal() and len(cell) > _SHOWN:
        return f"\t{cell}"
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _sent_xlsx(table: Table) -> HttpResponseBase:
    file = TemporaryFile()  # noqa: SIM115  (the answer closes it)
    try:
        _write_xlsx(file, table)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=_file_name(table, "xlsx"))


def _write_xlsx(file: object, table: Table) -> None:
    """Write a workbook row by row, a further sheet where one is full."""
    # Rows leave the memory as they come; nothing written is taken for a formula, address or number.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(file, options) as book:
        heading = book.add_format({"bold": True, "bottom": 1})
        put = _writer(book)
        rows = iter(table.rows)
        number = 1
        first = next(rows, None)
        while number == 1 or first is not None:
            sheet = book.add_worksheet(f"{table.name} {number}")
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(0, len(table.header) - 1), 18)
            sheet.write_row(0, 0, table.header, heading)
            here = () if first is None else chain([first], islice(rows, _SHEET_ROWS - 1))
            for place, row in enumerate(here, 1):
                for column, cell in enumerate(row):
                    put(sheet, place, column, cell)
            number, first = number + 1, next(rows, None)


def _writer(book: Workbook) -> Callable[[Worksheet, int, int, Cell], None]:
    """Return what writes a cell by its kind; a number of too many digits is written as a text."""
    moments = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    days = book.add_format({"num_format": "yyyy-mm-dd"})

    @cache
    def decimal(places: int) -> Any:
        form = f"#,##0.{'0' * places}" if places else "0"
        return book.add_format({"num_format": form})

    def put(sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, datetime):
            at = timezone.localtime(cell).replace(tzinfo=None)
            sheet.write_datetime(row, column, at, moments)
        elif isinstance(cell, date):
            sheet.write_datetime(row, column, cell, days)
        elif isinstance(cell, str):
            sheet.write_string(row, column, cell)
        elif cell is not None:
            _put_number(sheet, row, column, Decimal(cell))

    def _put_number(sheet: Worksheet, row: int, column: int, number: Decimal) -> None:
        if len(number.as_tuple().digits) > _DIGITS:
            sheet.write_string(row, column, f"{number:f}")
            return
        exponent = number.as_tuple().exponent
        places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        sheet.write_number(row, column, number, decimal(places))

    return put
