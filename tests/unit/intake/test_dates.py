"""Dates are read as written, in one order of day and month for a whole file."""

import pytest

from patronage.intake.dates import is_date, read_dates


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("2024-03-05", "YYYY-MM-DD"),
        ("2024/3/5", "YYYY/MM/DD"),
        ("2024.3.5", "YYYY.MM.DD"),
        ("20240305", "YYYYMMDD"),
        ("20240305140322", "YYYYMMDD"),
        ("20240305 14:03", "YYYYMMDD"),
        ("2024-03-05 14:03:22", "YYYY-MM-DD"),
        ("2024-03-05 14:03:22.123", "YYYY-MM-DD"),
        ("2024-03-05T23:59:59.999+08:00", "YYYY-MM-DD"),
        ("2024-03-05T00:00:00Z", "YYYY-MM-DD"),
        ("2024-03-05 14:03:22 +0800", "YYYY-MM-DD"),
        ("2024-03-05 14:03:22 UTC", "YYYY-MM-DD"),
        ("2024/3/5 9:05", "YYYY/MM/DD"),
        ("2024/3/5 下午 2:05", "YYYY/MM/DD"),
        ("2024年3月5日", "YYYY年MM月DD日"),
        ("2024年03月05日 14:03:22", "YYYY年MM月DD日"),
        ("2024年3月5日14时03分", "YYYY年MM月DD日"),
        ("２０２４－０３－０５", "YYYY-MM-DD"),
        ("5.3.2024", "DD.MM.YYYY"),
        ("05.03.2024 14:03", "DD.MM.YYYY"),
        ("03/05/2024", "MM/DD/YYYY"),
        ("3/5/2024 2:03 PM", "MM/DD/YYYY"),
        ("03-05-2024", "MM-DD-YYYY"),
    ],
)
def test_formats(text: str, pattern: str) -> None:
    assert read_dates([text]) == (["2024-03-05"], pattern)
    assert is_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "5", "yesterday", "2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "2024-3",
        "24-03-05", "0204-03-05", "1969-12-31", "2101-01-01", "2024-03/05", "13.13.2024",
        "13/13/2024", "31/02/2024", "2024-03-05 x", "2024-03-05 99:99", "2024-03-05x", "45356",
        "1709600000", "5 Mar 2024", "٢٠٢٤-٠٣-٠٥", "2024-03-05" + " " * 1000, "2" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert read_dates([text]) == ([None], "")
    assert not is_date(text)


def test_the_years_at_the_edge() -> None:
    assert read_dates(["1970-01-01", "2100-12-31"])[0] == ["1970-01-01", "2100-12-31"]


def test_one_value_that_is_only_day_first_decides_for_all() -> None:
    assert read_dates(["03/05/2024", "13/05/2024"]) == (["2024-05-03", "2024-05-13"], "DD/MM/YYYY")


def test_the_month_is_first_otherwise_or_by_majority() -> None:
    assert read_dates(["03/05/2024"])[0] == ["2024-03-05"]
    assert read_dates(["03/05/2024", "05/13/2024"])[0] == ["2024-03-05", "2024-05-13"]
    # One slip among month-first dates is a bad date, not a reason to turn the others round.
    assert read_dates(["13/05/2024", "05/13/2024", "05/14/2024", "01/02/2024"])[0] == [
        None, "2024-05-13", "2024-05-14", "2024-01-02",
    ]  # fmt: skip


def test_day_first_can_be_asked_for() -> None:
    assert read_dates(["03/05/2024", "05/13/2024"], day_first=True)[0] == ["2024-05-03", None]


def test_the_order_of_day_and_month_concerns_no_other_format() -> None:
    dates, patterns = read_dates(["13/05/2024", "2024-03-05", "5.3.2024"])
    assert dates == ["2024-05-13", "2024-03-05", "2024-03-05"]
    assert patterns == "DD/MM/YYYY, YYYY-MM-DD, DD.MM.YYYY"
