"""Amounts are read exactly or not at all."""

import pytest

from patronage.intake.amounts import is_amount, read_amounts


def read(*texts: str, exponent: int = 2) -> list[int | None]:
    return read_amounts([texts], exponent=exponent)[0]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234.5", 123450),
        ("1234", 123400),
        ("0", 0),
        ("0.00", 0),
        (".5", 50),
        ("1,234.50", 123450),
        ("1,234,567", 123456700),
        ("1,234", 123400),
        ("1.234,50", 123450),
        ("1.234.567", 123456700),
        ("1 234,50", 123450),
        ("1\u202f234\u202f567,5", 123456750),
        ("1'234.50", 123450),
        ("1’234.50", 123450),
        ("12,50", 1250),
        ("12,5", 1250),
        ("1234,567000", None),
        ("0,500", 50),
        ("0.500", 50),
        ("12.5000", 1250),
        ("12.345", None),
        ("12.340", 1234),
        ("¥1,234.50", 123450),
        ("￥1,234.50", 123450),
        ("¥ 12", 1200),
        ("CNY 12", 1200),
        ("cny12", 1200),
        ("12 RMB", 1200),
        ("12元", 1200),
        ("US$12.00", 1200),
        ("12,00 €", 1200),
        ("-12.00", -1200),
        ("−12.00", -1200),
        ("-¥12.00", -1200),
        ("¥-12.00", -1200),
        ("12.00-", -1200),
        ("(12.00)", -1200),
        ("($12.00)", -1200),
        ("+12.00", 1200),
        ("１２．５０", 1250),
        ("（１，２３４．５０）", -123450),
        ("9" * 30, int("9" * 30 + "00")),
    ],
)
def test_amounts_alone_in_a_file(text: str, minor: int | None) -> None:
    assert read(text) == [minor]


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "abc", "12 KG", "12 Mio", "1.2万", "12%", "1e3", "0x10", "NaN", "inf",
        "½", "1²", "①", "٣", "12.", "12,", "1,23,456", "1,2345.00", "12,34.50", "1.234,5.6",
        "1,234.50.1", "1..2", "--12", "-(12)", "(12", "12)", "-12-", "+-1", "¥12元", "¢12",
        "1 2", "1\n2", "9" * 65, "9" * 100_000, "=1+2", "12 345 6", "1,234'567",
    ],
)  # fmt: skip
def test_what_is_no_amount(text: str) -> None:
    assert read(text) == [None]


def test_the_decimal_mark_is_decided_for_the_file() -> None:
    assert read("12,50", "1.234", "1.234.567,00") == [1250, 123400, 123456700]
    assert read("12.50", "1,234", "1,234,567.00") == [1250, 123400, 123456700]
    assert read("1,234") == [123400]
    assert read("1.234") == [None]
    assert read("12,50", "1,234") == [1250, None]  # a third decimal


def test_all_columns_of_a_file_share_the_decimal_mark() -> None:
    assert read_amounts([["1.234"], ["0,5"]], exponent=2) == [[123400], [50]]


def test_when_values_disagree_only_those_that_show_their_mark_are_read() -> None:
    assert read("12.50", "12,50", "1,234", "1.234", "7", "1,234.00") == [
        1250, 1250, None, None, 700, 123400,
    ]  # fmt: skip


def test_currencies_without_decimals_and_with_three() -> None:
    assert read("1,234", "5", "5.00", "5.5", exponent=0) == [1234, 5, 5, None]
    assert read("12.500", "1", exponent=3) == [12500, 1000]
    assert read("12,500", "1", exponent=3) == [12500, 1000]
    assert read("12,500", "1.500", "2.1", exponent=3) == [12500000, 1500, 2100]
    assert read("12,500", "1.500", "2", exponent=3) == [None, None, 2000]
    assert read("0.0001", exponent=4) == [1]


def test_a_text_that_looks_like_an_amount() -> None:
    assert is_amount("1,23")
    assert not is_amount("C0001")
