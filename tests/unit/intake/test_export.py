"""Rows become orders, returns, or a line in the report; none disappears."""

import pytest

from patronage.intake import Columns, ErrorCode, Export, ExportError, Return, Sale, read_export

HEADER = "order,customer,date,amount,status,profit,referrer,returned_order"


def read(*rows: str, header: str = HEADER, exponent: int = 2) -> Export:
    return read_export("\n".join([header, *rows]).encode(), exponent=exponent)


def reasons(export: Export) -> list[tuple[int, str]]:
    return [(row.line, row.reason.value) for row in export.unusable]


def test_a_sale() -> None:
    export = read("o1,c1,2024-03-05,12.50,done,-3.00,c9,")
    assert export.sales == [Sale("o1", "c1", "2024-03-05", 1250, -300, "c9")]
    assert export.returns == export.unusable == []
    assert export.columns == Columns(*HEADER.split(","))
    assert (export.encoding, export.delimiter, export.date_format, export.rows) == (
        "utf-8", ",", "YYYY-MM-DD", 1,
    )  # fmt: skip


def test_only_the_required_columns() -> None:
    export = read("o1,c1,2024-03-05,12.50", header="order,customer,date,amount")
    assert export.sales == [Sale("o1", "c1", "2024-03-05", 1250)]


def test_lines_are_summed_to_orders_in_the_order_of_their_first_lines() -> None:
    export = read(
        "o1,c1,2024-03-06,10.00,,1.00,,",
        "o2,c1,2024-03-05,7.00,,,,",
        "o1,c1,2024-03-05,0.00,,,c8,",
        "o1,c1,2024-03-07,2.50,,-0.50,c9,",
    )
    assert export.sales == [
        Sale("o1", "c1", "2024-03-05", 1250, 50, "c8"),
        Sale("o2", "c1", "2024-03-05", 700),
    ]


def test_an_order_has_one_customer() -> None:
    export = read("o1,c1,2024-03-05,10,,,,", "o1,c2,2024-03-05,20,,,,", "o1,c1,2024-03-05,30,,,,")
    assert export.sales == [Sale("o1", "c1", "2024-03-05", 4000)]
    assert reasons(export) == [(3, "two_customers")]


def test_one_customer_however_the_letters_are_composed() -> None:
    export = read("o1,é,2024-03-05,10,,,,", "o1,e\u0301,2024-03-05,20,,,,")
    assert export.sales == [Sale("o1", "é", "2024-03-05", 3000)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",c1,2024-03-05,1,,,,", "missing_field"),
        ("o1,,2024-03-05,1,,,,", "missing_field"),
        ("o1,c1,,1,,,,", "missing_field"),
        ("o1,c1,2024-03-05,,,,,", "missing_field"),
        ("o1,,2024-03-05,-1,,,,", "missing_field"),
        ("o1,c1,,-1,,,,", "missing_field"),
        ("o1,c1,2024-02-30,1,,,,", "bad_date"),
        ("o1,c1,0204-03-05,1,,,,", "bad_date"),
        ("o1,c1,2024-03-05,1.001,,,,", "bad_amount"),
        ("o1,c1,2024-03-05,free,,,,", "bad_amount"),
        ("o1,c1,2024-03-05,1,,much,,", "bad_amount"),
        ("o1,c1,2024-03-05,1,,1.01,,", "bad_amount"),
        ("o1,c1,2024-03-05,0.00,,,,", "zero_amount"),
        ("o1,c1,2024-03-05,-0,,,,", "zero_amount"),
        ("o1,c1,2024-03-05,10000000000.01,,,,", "amount_too_large"),
        ("o1,c1,2024-03-05,-10000000000.01,,,,", "amount_too_large"),
        ("o" * 152 + ",c1,2024-03-05,1,,,,", "text_too_long"),
        ("惠" * 59 + ",c1,2024-03-05,1,,,,", "text_too_long"),
        ("o1,c1,2024-03-05,1", "wrong_number_of_fields"),
        ("o1,c1,2024-03-05,1,,,,,more", "wrong_number_of_fields"),
        ("o1,c1,2024-03-05,1,Cancelled,,,", "cancelled"),
        ("o1,c1,2024-03-05,0,交易关闭,,,", "cancelled"),
        ("o1,c1,,,交易关闭（超时）,,,", "cancelled"),
        ("o1,c1,,1,退款,,,", "cancelled"),
        (",c1,,1,退款,,,", "missing_field"),
    ],
)
def test_rows_that_cannot_be_used(row: str, reason: str) -> None:
    export = read("o9,c9,2024-03-05,5,,,,", row)
    assert reasons(export) == [(3, reason)]
    assert [sale.order for sale in export.sales] == ["o9"]
    assert export.returns == []
    assert export.rows == 2


def test_the_report_says_what_the_row_says() -> None:
    export = read("o1,c1,2024-02-30,1,,,,", "o2,c1,2024-02-30,1,," + "x" * 300 + ",,")
    assert export.unusable[0].text == "o1,c1,2024-02-30,1,,,,"
    assert len(export.unusable[1].text) == 201


def test_the_longest_texts_and_greatest_amounts() -> None:
    export = read(
        "惠" * 50 + "a,c1,2024-03-05,10000000000,,,,", "o2," + "c" * 999 + ",2024-03-05,1,,,,"
    )
    assert [sale.amount for sale in export.sales] == [10**12, 100]


def test_an_order_whose_sum_cannot_be_used_is_reported_line_by_line() -> None:
    export = read(
        "o1,c1,2024-03-05,10000000000,,,,",
        "o2,c1,2024-03-05,0,,,,",
        "o1,c1,2024-03-05,0.01,,,,",
        "o2,c1,2024-03-05,0,,,,",
        "o3,c1,2024-03-05,5,,6,,",
        "o3,c1,2024-03-05,5,,5,,",
        "o4,c1,2024-03-05,5,,6,,",
        "o4,c1,2024-03-05,5,,-1,,",
    )
    assert reasons(export) == [
        (2, "amount_too_large"), (3, "zero_amount"), (4, "amount_too_large"), (5, "zero_amount"),
        (6, "bad_amount"), (7, "bad_amount"),
    ]  # fmt: skip
    assert export.sales == [Sale("o4", "c1", "2024-03-05", 1000, 500)]


def test_returns_name_an_order_their_own_or_none() -> None:
    export = read(
        "o1,c1,2024-03-05,10,done,,,",
        "o1,c1,2024-03-06,-1,done,,,",
        "o1,c1,2024-03-07,2,Refunded,nonsense,,",
        "r1,c1,2024-03-07,-3,,,,o1",
        "r2,c1,2024-03-07,4,退款成功,,,o1",
        "r3,c1,2024-03-07,-5,,,,",
        ",c1,2024-03-07,6,退货,,,",
        ",c1,2024-03-07,-7,退货,,,",
        "r4,c1,2024-03-07,-8,,,,unheard-of",
        "o1,c1,2024-03-07,-9,,,,o1",
    )
    assert export.returns == [
        Return("o1", "c1", "2024-03-06", 100, 3),
        Return("o1", "c1", "2024-03-07", 200, 4),
        Return("o1", "c1", "2024-03-07", 300, 5),
        Return("o1", "c1", "2024-03-07", 400, 6),
        Return(None, "c1", "2024-03-07", 500, 7),
        Return(None, "c1", "2024-03-07", 600, 8),
        Return(None, "c1", "2024-03-07", 700, 9),
        Return("unheard-of", "c1", "2024-03-07", 800, 10),
        Return("o1", "c1", "2024-03-07", 900, 11),
    ]
    assert export.unusable == []


def test_a_return_may_stand_before_its_order() -> None:
    export = read("o1,c1,2024-03-06,-1,,,,", "o1,c1,2024-03-05,10,,,,")
    assert export.returns == [Return("o1", "c1", "2024-03-06", 100, 2)]


def test_a_return_of_another_customers_order() -> None:
    export = read("o1,c1,2024-03-05,10,,,,", "r1,c2,2024-03-06,-1,,,,o1", "o1,c2,2024-03-06,-1,,,,")
    assert reasons(export) == [(3, "two_customers"), (4, "two_customers")]


def test_a_cancelled_line_without_a_date_beside_a_sale() -> None:
    assert reasons(read("o1,c1,2024-03-05,10,,,,", "o1,c1,,5,refund,,,")) == [(3, "missing_field")]


@pytest.mark.parametrize(
    "status", ["partially_refunded", "部分退款", "退款中", "没有申请退款", "ok"]
)
def test_orders_that_stand(status: str) -> None:
    assert len(read(f"o1,c1,2024-03-05,10,{status},,,").sales) == 1


def test_the_currency_decides_about_decimals() -> None:
    assert read("o1,c1,2024-03-05,10,,,,", exponent=0).sales[0].amount == 10
    assert reasons(read("o1,c1,2024-03-05,10.5,,,,", exponent=0)) == [(2, "bad_amount")]


def test_day_first_and_columns_and_encoding_can_be_given() -> None:
    source = "a,b,c,d\no1,é,03/05/2024,1\n".encode("latin-1")
    export = read_export(
        source, exponent=2, columns=Columns("A", "B", "C", "D"), encoding="latin-1", day_first=True
    )
    assert export.sales == [Sale("o1", "é", "2024-05-03", 100)]
    assert export.columns == Columns("a", "b", "c", "d")
    with pytest.raises(ExportError) as caught:
        read_export(source, exponent=2, columns=Columns("A", "B", "C", "E"), encoding="latin-1")
    assert caught.value.code is ErrorCode.UNKNOWN_COLUMN


def test_blank_rows_count_for_nothing() -> None:
    export = read("", ",,,,,,,", " , ,", "o1,c1,2024-03-05,10,,,,", "")
    assert (export.rows, len(export.sales), export.unusable) == (1, 1, [])


def test_orders_of_elsewhere_bear_what_goes_back_of_them() -> None:
    rows = (
        "o1,c1,2024-03-05,12.50,cancelled,,,",
        "o2,c1,2024-03-06,-2.00,,,,",
        "r3,c2,2024-03-07,-3.00,,,,o3",
        "o4,c1,2024-03-05,,cancelled,,,",
        "o5,c1,2024-03-05,1.00,,,,",
        "o6,c1,2024-03-05,1.00,cancelled,,,",
        "o" * 152 + ",c1,2024-03-05,-1.00,,,,",
    )
    asked: list[set[str]] = []

    def recorded(orders: set[str]) -> set[str]:
        asked.append(orders)
        return orders & {"o1", "o2", "o3", "o4"}

    source = "\n".join([HEADER, *rows]).encode()
    export = read_export(source, exponent=2, recorded=recorded)
    assert asked == [{"o1", "o2", "r3", "o3", "o4", "o6"}]
    assert export.recorded == {"o1", "o2", "o3", "o4"}
    assert export.returns == [
        Return("o1", "c1", "2024-03-05", 1250, 2),
        Return("o2", "c1", "2024-03-06", 200, 3),
        Return("o3", "c2", "2024-03-07", 300, 4),
    ]
    assert reasons(export) == [(5, "cancelled_later"), (7, "cancelled"), (8, "text_too_long")]
    alone = read_export(source, exponent=2)
    assert alone.recorded == set()
    assert [item.order for item in alone.returns] == [None, "o3"]
    assert (2, "cancelled") in reasons(alone)


def test_what_is_dated_after_a_day_is_unusable() -> None:
    rows = [f"o{day},c1,2024-03-0{day},1.00,,,," for day in (4, 5, 6)]
    source = "\n".join([HEADER, *rows]).encode()
    export = read_export(source, exponent=2, until="2024-03-05")
    assert [sale.order for sale in export.sales] == ["o4", "o5"]
    assert reasons(export) == [(4, "future_date")]
