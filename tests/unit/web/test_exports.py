"""Files for spreadsheets: exact, in order, and nothing in them is taken for a formula."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory
from django.utils.translation import gettext_lazy, override
from openpyxl import Workbook, load_workbook

from patronage.members import clock
from patronage.web.shared import exports
from patronage.web.shared.exports import Table, amount, points, send

NOON = datetime(2026, 7, 31, 4, tzinfo=UTC)
ROW = ("=1+1", "202611250123456789", 7, amount(123_400), points(1), NOON, date(2026, 8, 1), None)
TABLE = Table("orders", tuple("abcdefgh"), [ROW])


def request() -> HttpRequest:
    made = RequestFactory().get("/")
    made.user = AnonymousUser()
    return made


def sent(form: str, table: Table = TABLE) -> bytes:
    with clock.at(NOON):
        response = send(request(), table, form)
    assert response["Content-Disposition"] == f'attachment; filename="{table.name}-20260731.{form}"'
    try:
        return b"".join(response)  # type: ignore[arg-type]
    finally:
        response.close()


def opened(table: Table = TABLE) -> Workbook:
    return load_workbook(BytesIO(sent("xlsx", table)))


def test_a_csv_file_is_exact_text_that_no_spreadsheet_rounds_or_computes() -> None:
    header, row = csv.reader(StringIO(sent("csv").decode("utf-8-sig")))
    assert header == list("abcdefgh")
    assert row == [
        *("'=1+1", "\t202611250123456789", "7", "1234.00", "0.000000001"),
        *("2026-07-31T12:00:00+08:00", "2026-08-01", ""),
    ]


def test_a_workbook_holds_numbers_days_and_texts() -> None:
    header, row = opened().active.iter_rows()
    assert [cell.value for cell in header] == list("abcdefgh")
    assert [cell.value for cell in row] == [
        *("=1+1", "202611250123456789", 7, 1234, 0.000000001),
        *(datetime(2026, 7, 31, 12), datetime(2026, 8, 1), None),  # noqa: DTZ001  (sheets have none)
    ]
    assert [cell.data_type for cell in row] == list("ssnnnddn")
    assert row[3].number_format == "#,##0.00"


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (amount(9_999_999_999_999_99), 9_999_999_999_999.99),
        (amount(10_000_000_000_000_01), "10000000000000.01"),
        (amount(-5), -0.05),
        (points(123_456_789_000_000_001), "123456789.000000001"),
        (10**15 - 1, 10**15 - 1),
        (10**15 + 1, "1000000000000001"),
    ],
)
def test_a_number_that_a_spreadsheet_would_round_is_a_text(
    number: Decimal | int, kept: Any
) -> None:
    sheet = opened(Table("t", ("a",), [(number,)])).active
    assert sheet["A2"].value == kept


def test_a_further_sheet_takes_what_one_cannot_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_SHEET_ROWS", 2)
    book = opened(Table("t", ("a",), ((n,) for n in range(5))))
    values = [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in book]
    assert values == [["a", 0, 1], ["a", 2, 3], ["a", 4]]
    assert len(opened(Table("t", ("a",), [])).worksheets) == 1


def test_a_file_is_in_the_language_of_the_request_though_it_is_made_later() -> None:
    rows = ((str(gettext_lazy("completed")),) for _ in range(1))
    with override("zh-hans"):
        response = send(request(), Table("t", ("a",), rows), "csv")
    with override("en"):
        assert "已完成" in b"".join(response).decode()  # type: ignore[arg-type]
