"""`patronage backtest --report`, `--data` and `--sheet`: what is written, and what is refused."""

import csv
import json
import re
import sys
from pathlib import Path

import pytest

from tests.unit.cli.test_backtest import (
    BEHAVIOUR,
    MALL,
    REDWINE,
    ROWS,
    backtest,
    figures,
    here,
    refused,
    write,
)

__all__ = ["here"]


@pytest.fixture
def few() -> None:
    """Have few orders, so that all variants are tried in no time."""
    write("few.csv", ROWS[:30])


@pytest.mark.usefixtures("few")
def test_a_report_its_data_and_the_sheets_are_written():
    result = backtest(
        REDWINE, "few.csv", *BEHAVIOUR, "--report", "r.html", "--data", "d", "--sheet", "s"
    )
    assert result.exit_code == 0, result.stderr
    told = re.sub(r"\s+", " ", result.stdout)
    assert "Written: r.html, d, s/disclosure.en.html, s/disclosure.zh-Hans.html" in told
    assert "charters around this one: 16 of 16" in result.stderr
    report = Path("r.html").read_text("utf-8")
    assert '<html lang="en">' in report
    assert "echarts.init" in report
    assert "Stated behaviour: 30 % of the members redeem" in report
    assert "Red Wine Club" in report
    with Path("d/sensitivity.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + 1 + 16
    chinese = Path("s/disclosure.zh-Hans.html").read_text("utf-8")
    assert "设定的行为：30 % 的会员" in chinese
    assert "Stated behaviour" in Path("s/disclosure.en.html").read_text("utf-8")


@pytest.mark.usefixtures("few")
def test_a_report_in_another_language_than_the_terminals():
    result = backtest(REDWINE, "few.csv", "--report", "r.html", "--language", "zh-Hans")
    assert "Written: r.html" in result.stdout
    report = Path("r.html").read_text("utf-8")
    assert '<html lang="zh-Hans">' in report
    assert "未设定行为" in report


@pytest.mark.usefixtures("few")
def test_json_tells_where_the_files_are_and_the_report_tells_the_same_figures():
    found = figures(REDWINE, "few.csv", "--data", "d", "--parquet")
    assert found["written"] == ["d"]
    assert Path("d/cohorts.parquet").exists()
    assert not Path("d/cohorts.csv").exists()
    again = figures(REDWINE, "few.csv")
    assert json.dumps(again["results"]) == json.dumps(found["results"])


def test_where_no_order_is_left_there_is_nothing_to_write():
    write("none.csv", [ROWS[0], ("A1", "c1", "2025-01-01", "5000000000000.00", "", "", "")])
    result = backtest(REDWINE, "none.csv", "--sheet", "s")
    assert result.exit_code == 2
    assert not Path("s").exists()


def test_what_cannot_be_written_is_said_before_anything_is_computed():
    assert "--report" in refused(REDWINE, "orders.csv", "--report", "no/such/r.html")
    assert "--charter" in refused(REDWINE, "orders.csv", "--sheet", "s", "--charter", MALL)
    assert "--data" in refused(REDWINE, "orders.csv", "--parquet")
    assert "--report" in refused(REDWINE, "orders.csv", "--language", "en")
    assert not Path("orders.unusable.csv").exists()


@pytest.mark.usefixtures("few")
def test_a_folder_that_is_a_file_is_one_sentence():
    Path("d").write_text("", encoding="ascii")
    result = backtest(REDWINE, "few.csv", "--sheet", "d")
    assert result.exit_code == 2
    assert "cannot write d" in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.usefixtures("few")
def test_parquet_without_its_library_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = backtest(REDWINE, "few.csv", "--data", "d", "--parquet")
    assert result.exit_code == 2
    assert "pip install 'patronage[parquet]'" in result.stderr
