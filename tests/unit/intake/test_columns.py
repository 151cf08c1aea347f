"""Columns are guessed by name, then by what stands in them."""

import pytest

from patronage.intake import Columns, ErrorCode, ExportError, guess_columns
from patronage.intake.columns import find_column, match_columns
from patronage.intake.vocabulary import COLUMN_NAMES, simplify


@pytest.mark.parametrize(
    "header",
    [
        ["order_id", "customer_id", "date", "amount"],
        ["Order ID", "Customer-Id", "ORDER DATE", "Total"],
        ["订单号", "会员手机号", "付款时间", "实付金额（元）"],
        ["订单编号", "买家", "下单时间", "金额"],
        ["订单号", "用户ID", "完成时间", "总金额"],
        ["订单号", "手机号", "日期", "实付金额"],
    ],
)
def test_names_in_english_and_chinese(header: list[str]) -> None:
    assert guess_columns(header, []) == Columns(*header)


def test_optional_columns() -> None:
    header = ["order", "customer", "date", "amount", "Status", "profit", "Referred By", "原订单号"]
    assert guess_columns(header, []) == Columns(*header)


def test_a_column_that_is_nearly_empty_gives_way_to_the_next() -> None:
    header = ["订单号", "会员", "完成时间", "付款时间", "应付金额", "实付金额"]
    full = ["1", "m", "2024-03-06", "2024-03-05", "10", "9"]
    unfinished = ["2", "m", "", "2024-03-05", "10", "9"]
    assert guess_columns(header, [full, unfinished]).date == "完成时间"
    assert guess_columns(header, [full, unfinished, unfinished]).date == "付款时间"
    assert guess_columns(header, [full]).amount == "实付金额"


def test_what_stands_in_a_column_breaks_a_tie() -> None:
    header = ["order", "customer", "completed", "date", "total", "value"]
    rows = [["1", "m", "yes", "2024-03-05", "n/a", "9"]]
    guessed = guess_columns(header, rows)
    assert (guessed.date, guessed.amount) == ("date", "value")
    assert guess_columns(header, []).date == "completed"


def test_other_columns_are_left_alone() -> None:
    header = [
        "order_id",
        "customer_id",
        "date",
        "amount",
        "discount amount",
        "退款金额",
        "order total?",
    ]
    assert guess_columns(header, []) == Columns("order_id", "customer_id", "date", "amount")


def test_what_is_missing_is_named_with_the_columns_there_are() -> None:
    with pytest.raises(ExportError) as caught:
        guess_columns(["order", "shoe size"], [])
    error = caught.value
    assert (error.code, error.detail) == (ErrorCode.MISSING_COLUMN, "customer, date, amount")
    assert error.columns == ("order", "shoe size")
    assert str(error) == (
        "no column was found for: customer, date, amount; the columns are: order, shoe size"
    )


def test_given_columns_are_taken_and_the_rest_guessed() -> None:
    header = ["order", "customer", "date", "amount", "shoe size"]
    columns = guess_columns(header, [], {"amount": "Shoe-Size"})
    assert columns == Columns("order", "customer", "date", "shoe size")
    with pytest.raises(ExportError) as caught:
        guess_columns(header, [], {"amount": "hat size"})
    assert (caught.value.code, caught.value.detail) == (ErrorCode.UNKNOWN_COLUMN, "hat size")


def test_a_column_is_used_once() -> None:
    with pytest.raises(ExportError, match="amount"):
        guess_columns(["order", "customer", "date", "total"], [], {"profit": "total"})


def test_columns_are_found_exactly_or_by_one_likeness() -> None:
    assert find_column(["a b", "A_B"], "A_B") == "A_B"
    for name in ("ab", "", "?"):
        with pytest.raises(ExportError):
            find_column(["a b", "A_B", "?!"], name)
    header = ["Order", "Customer", "Date", "Amount", "P"]
    given = Columns("order", "customer", "date", "amount", profit="p")
    assert match_columns(header, given) == Columns(*header[:4], profit="P")
    with pytest.raises(ExportError):
        match_columns(header, Columns("order", "customer", "date", "amount", status="state"))


def test_the_vocabulary_is_written_as_it_is_looked_up() -> None:
    for names in COLUMN_NAMES.values():
        assert [simplify(name) for name in names] == list(names)
        assert len(set(names)) == len(names)


def test_a_very_long_text_is_simplified_at_once() -> None:
    assert simplify("(" * 1_000_000) == ""
