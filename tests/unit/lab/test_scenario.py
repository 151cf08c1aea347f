import re
import tomllib
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from patronage.lab.form import ScenarioError
from patronage.lab.scenario import (
    Arrivals,
    Merchants,
    Segment,
    Shock,
    WindDown,
    load_scenarios,
    load_sensitivities,
)

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted((ROOT / "examples" / "scenarios").glob("*.toml"))

PLAIN = """
[scenario]
name = "Plain"
charter = "redwine.toml"
start = "2026-01-01"
days = 30

[arrivals]
a_day = 2

[[segment]]
name = "all"
share = 1
basket = 100
orders_a_year = 12
"""


def read(name: str) -> bytes:
    return (ROOT / "examples" / name).read_bytes()


def load(text: str):
    return load_scenarios(text.encode(), read)


def refusal(text: str) -> ScenarioError:
    with pytest.raises(ScenarioError) as caught:
        load(text)
    return caught.value


def test_what_is_not_said_has_plain_values():
    (scenario,) = load(PLAIN)
    assert (scenario.seeds, scenario.gear, scenario.period) == ((0,), "fast", "month")
    assert scenario.months == (1.0,) * 12
    assert scenario.weekdays == (1.0,) * 7
    assert scenario.segments[0].lifetime_days == 0
    assert scenario.shocks == ()
    assert scenario.wind_down is None
    assert scenario.settings == ()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_are_read(path):
    scenarios = load_scenarios(path.read_bytes(), lambda name: (path.parent / name).read_bytes())
    assert scenarios
    assert all(scenario.name for scenario in scenarios)


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("days = 30", "", "scenario.days", "missing"),
        ("days = 30", "days = 30.5", "scenario.days", "whole number"),
        ("days = 30", "days = true", "scenario.days", "whole number"),
        ("days = 30", "days = 0", "scenario.days", "between 1 and 36525, not 0"),
        ("days = 30", "days = 30\nseed = 1", "scenario.seed", "unknown key"),
        ("days = 30", "days = 30\nseeds = []", "scenario.seeds", "list of 1 to"),
        ("days = 30", "days = 30\nseeds = [1, 1]", "scenario.seeds", "twice"),
        ("days = 30", 'days = 30\ngear = "slow"', "scenario.gear", '"fast" or "exact"'),
        ('start = "2026-01-01"', 'start = "2026-02-30"', "scenario.start", "must be a day"),
        ('start = "2026-01-01"', "start = 2026-01-01T00:00:00", "scenario.start", "must be a day"),
        ('start = "2026-01-01"', 'start = "9999-01-01"', "scenario.start", "must be a day"),
        ('name = "Plain"', 'name = ""', "scenario.name", "text in quotes"),
        ('charter = "redwine.toml"', "", "scenario.charter", "text in quotes"),
        ("a_day = 2", 'a_day = "2"', "arrivals.a_day", "without quotes"),
        ("a_day = 2", "a_day = nan", "arrivals.a_day", "between 0 and"),
        ("a_day = 2", "a_day = 1e7", "arrivals.a_day", "3e+08 members; at most 100,000,000"),
        ("a_day = 2", "a_day = -1", "arrivals.a_day", "between 0 and"),
        ("a_day = 2", "a_day = 2\neven = 1", "arrivals.even", "true or false"),
        ("share = 1", "share = 0.5", "segment", "add up to 1, not 0.5"),
        ("basket = 100", "", "segment[1].basket", "missing"),
        ("[arrivals]", "[arrival]\n[arrivals]", "arrival", "unknown section"),
        ("[arrivals]", "[seasons]\nmonths = [1]\n[arrivals]", "seasons.months", "list of 12"),
        ("[[segment]]", "[segment]", "segment", "[[segment]]"),
        ("[arrivals]", "arrivals = 3\n[more]", "arrivals", "unknown"),
        ("[arrivals]", "[wind_down]\nfrom = 2027-01-01\ndays = 3\n[arrivals]", "wind_down.from",
         "not one of"),
        ("[arrivals]", "[grid]\n'arrivals.a_day' = 3\n[arrivals]", "grid.arrivals.a_day", "a list"),
        ("[arrivals]", "[grid]\n'nothing.a_day' = [3]\n[arrivals]", "grid.nothing.a_day",
         "no such"),
        ("[arrivals]", "[grid]\n'segment.x.share' = [3]\n[arrivals]", "grid.segment.x.share",
         "no such"),
        ("[arrivals]", "[grid]\n'charter.quota.multiple' = ['0.1']\n[arrivals]",
         "grid.charter.quota.multiple", "quota.multiple: must be above"),
        ("[arrivals]", "[grid]\n'arrivals.a' = [1]\n[arrivals]", "grid.arrivals.a", "unknown key"),
    ],
)  # fmt: skip
def test_a_bad_scenario_names_the_key_and_the_reason(old, new, key, reason):
    assert old in PLAIN
    error = refusal(PLAIN.replace(old, new, 1))
    if "arrivals = 3" in new:  # not a table, inside another
        assert "arrivals" in error.key
        return
    assert error.key == key
    assert reason in error.reason


def test_what_is_no_toml_or_no_text_is_refused():
    assert "not valid TOML" in refusal("[scenario").reason
    with pytest.raises(ScenarioError, match="not UTF-8"):
        load_scenarios(b"\xff", read)
    with pytest.raises(ScenarioError, match=r"scenario\.charter: the charter is refused: economy"):
        load_scenarios(PLAIN.encode(), lambda _: b"")


def test_two_segments_of_one_name_are_refused():
    half = PLAIN[PLAIN.index("[[segment]]") :].replace("share = 1", "share = 0.5")
    text = PLAIN[: PLAIN.index("[[segment]]")] + half + half
    assert refusal(text).key == "segment[2].name"


def test_a_grid_gives_every_combination_with_what_it_set():
    text = PLAIN + (
        '[grid]\n"charter.quota.multiple" = ["2", "3"]\n"segment.all.orders_a_year" = [1, 2, 3]\n'
        '"arrivals.growth" = [0.5]\n'
    )
    scenarios = load(text)
    assert len(scenarios) == 6
    assert [s.charter.multiple_micro for s in scenarios] == [2 * 10**6] * 3 + [3 * 10**6] * 3
    assert [s.segments[0].orders_a_year for s in scenarios] == [1, 2, 3, 1, 2, 3]
    assert all(s.arrivals.growth == 0.5 for s in scenarios)
    assert scenarios[0].settings == (
        ("charter.quota.multiple", "2"),
        ("segment.all.orders_a_year", "1"),
        ("arrivals.growth", "0.5"),
    )
    many = PLAIN + f'[grid]\n"arrivals.a_day" = {list(range(1, 1000))}\n'
    many = many.replace("days = 30", f"days = 30\nseeds = {list(range(200))}")
    assert "199800 runs" in refusal(many).reason


def test_a_shock_lasts_from_its_first_day_for_so_many_days():
    text = PLAIN + '[[shock]]\nname = "stop"\nfrom = 2026-01-10\ndays = 2\norders = 0\n'
    (shock,) = load(text)[0].shocks
    days = [date(2026, 1, day) for day in range(9, 13)]
    assert [shock.holds(day) for day in days] == [False, True, True, False]


def test_a_sensitivity_varies_one_figure_of_the_charter_at_a_time():
    first, *varied = load_sensitivities(PLAIN.encode(), read, Decimal("0.1"))
    assert first.settings == ()
    settings = [scenario.settings for scenario in varied]
    assert all(len(setting) == 1 for setting in settings)
    told = {(key, Decimal(value)) for ((key, value),) in settings}
    assert ("charter.reserve.rate", Decimal("0.27")) in told
    assert ("charter.quota.multiple", Decimal("2.2")) in told
    assert not any(key == "charter.founding.amount" for key, _ in told)  # it is 0 there
    by_key = {scenario.settings[0]: scenario.charter for scenario in varied}
    charter = tomllib.loads(read("redwine.toml").decode())
    assert charter["redemption"]["fee"] == "0.10"
    assert by_key["charter.redemption.fee", "0.11"].fee_micro == 110_000


def test_a_change_the_charter_refuses_is_left_out_of_a_sensitivity():
    varied = load_sensitivities(PLAIN.encode(), read, Decimal("0.5"))
    keys = [scenario.settings[0] for scenario in varied[1:]]
    assert ("charter.grant.rate", "0.35") in keys
    assert not any(key == "charter.grant.rate" and value > "1" for key, value in keys)


def test_the_page_on_simulating_names_every_key():
    page = (ROOT / "docs" / "simulate.md").read_text(encoding="utf-8")
    for kind in (Arrivals, Segment, Merchants, Shock, WindDown):
        for field in fields(kind):
            assert re.search(rf"[`.]{'from' if field.name == 'first' else field.name}`", page), (
                field
            )
