"""Whole exports: the samples in tests/data, and a real one where it is."""

from collections import Counter
from pathlib import Path

import pytest

from patronage.intake import Columns, Export, Return, Sale, days, read_export

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "tests" / "data"
CDNOW = ROOT.parent / "shared" / "data" / "cdnow" / "orders.csv"
KEY = bytes(32)


def read(name: str) -> Export:
    return read_export((DATA / name).read_bytes(), exponent=2)


def reasons(export: Export) -> dict[int, str]:
    return {row.line: row.reason.value for row in export.unusable}


def test_a_chinese_export_in_gb18030() -> None:
    export = read("taobao.gb18030.csv")
    assert export.columns == Columns(
        "订单号", "会员手机号", "付款时间", "实付金额（元）", "订单状态", None, "推荐人手机号"
    )
    assert (export.encoding, export.delimiter, export.rows) == ("gb18030", ",", 9)
    assert export.sales == [
        Sale("20240001", "13800000001", "2024-03-05", 123450),
        Sale("20240002", "13800000002", "2024-03-05", 9900, None, "13800000001"),
        Sale("20240005", "13800000001", "2024-03-07", 1250),
        Sale("20240006", "13800000004", "2024-03-07", 20000, None, "13800000002"),
    ]
    assert export.returns == [
        Return("20240002", "13800000002", "2024-03-08", 9900, 6),
        Return(None, "13800000001", "2024-03-09", 1250, 10),
    ]
    assert reasons(export) == {4: "cancelled", 5: "cancelled", 11: "missing_field"}
    laid, unusable = days(export.sales, export.returns, key=KEY)
    assert [len(day.events) for day in laid] == [2, 0, 2, 1, 1]
    assert [event["order"] for event in laid[-1].events] == ["20240005"]
    assert unusable == []


def test_an_export_with_semicolons_and_decimal_commas() -> None:
    export = read("decimal_comma.csv")
    assert (export.encoding, export.delimiter) == ("utf-8", ";")
    assert export.date_format == "DD.MM.YYYY"
    assert export.sales == [
        Sale("A-1", "k1", "2024-03-05", 123450, 40000),
        Sale("A-2", "k2", "2024-03-06", 1250, -150),
        Sale("A-3", "k1", "2024-03-07", 100000),
    ]
    assert export.returns == [Return("A-3", "k1", "2024-03-08", 100000, 5)]
    assert reasons(export) == {6: "bad_date"}


def test_an_export_of_line_items_with_tabs_and_a_byte_order_mark() -> None:
    export = read("line_items.tsv")
    assert export.columns == Columns(
        "Order No", "Member ID", "Completed At", "Line Total", returned_order="Returned Order"
    )
    assert (export.encoding, export.delimiter) == ("utf-8-sig", "\t")
    assert export.date_format == "YYYY-MM-DD, YYYYMMDD"
    assert export.sales == [
        Sale("1001", "m1", "2024-02-29", 4250),
        Sale("1002", "m2", "2024-03-01", 700),
    ]
    assert reasons(export) == {6: "two_customers", 10: "missing_field"}
    laid, unusable = days(export.sales, export.returns, key=KEY)
    assert [[event["id"] for event in day.events] for day in laid if day.events] == [
        ["order:1001:completed", "order:1001:refunded:2024-02-29:1250"],
        ["order:1002:completed"],
        ["member:a70eca530cef6d32da36fa840480430f7:returned:2024-03-05:700"],
    ]
    assert [row.line for row in unusable] == [9]


@pytest.mark.skipif(not CDNOW.is_file(), reason="the shared data are not here")
def test_a_real_export() -> None:
    export = read_export(CDNOW.read_bytes(), exponent=2)
    assert export.columns == Columns("order_id", "customer_id", "date", "amount")
    assert (export.rows, len(export.sales), export.returns) == (69_659, 69_579, [])
    assert Counter(row.reason.value for row in export.unusable) == {"zero_amount": 80}
    assert sum(sale.amount for sale in export.sales) == 250_031_563
    laid, unusable = days(export.sales, export.returns, key=KEY)
    assert (laid[0].date, laid[-1].date, len(laid)) == ("1997-01-01", "1998-06-30", 546)
    assert sum(len(day.events) for day in laid) == 69_579
    assert unusable == []
