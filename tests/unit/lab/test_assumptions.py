import re
from dataclasses import replace
from datetime import date

from patronage.lab.report import Language
from patronage.lab.report.assumptions import assumptions
from patronage.lab.scenario import Shock, WindDown
from tests.unit.lab.years import REDWINE, scenario

EVERYTHING = replace(
    scenario(REDWINE),
    name="全部",
    shocks=(
        Shock(name="坏月", first=date(2026, 3, 1), days=30, orders=0.5, basket=0.85, redeem=0.1),
    ),
    wind_down=WindDown(first=date(2026, 6, 1), days=60),
)


def test_a_scenario_is_told_in_sentences():
    told = assumptions(EVERYTHING, Language.ENGLISH)
    assert told[0] == (
        "The scenario “全部”: 4 members join a day at the start, growing by "
        "50\N{NO-BREAK SPACE}% a "
        "year; 50\N{NO-BREAK SPACE}% of them are referred by a member."
    )
    assert "“regulars”, 40\N{NO-BREAK SPACE}% of those who join: orders of 150 CNY" in told[1]
    assert "convert all points, and do from 1.3 times the price" in told[1]
    assert "for 150 days in the mean" in told[1]
    assert "orders × 0.5, baskets × 0.85, 10\N{NO-BREAK SPACE}% of the members redeem" in told[3]
    assert told[4].startswith("From 2026-06-01 on nobody orders")


def test_and_in_chinese_ones():
    for text in assumptions(EVERYTHING, Language.CHINESE):
        assert set(re.findall(r"[A-Za-z]{2,}", text)) <= {"CNY", "regulars", "others"}
        assert text.endswith("。")
