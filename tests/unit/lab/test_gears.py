"""The two gears of a simulation against the rule book and against each other."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from patronage.economy import check_identities
from patronage.lab.course import simulate
from patronage.lab.exact import Exact
from patronage.lab.fast import Fast
from patronage.lab.gear import Gear
from patronage.lab.scenario import Arrivals, Scenario, Shock, WindDown
from patronage.lab.stream import Stream
from tests.unit.lab.years import (
    MALL,
    OF_PROFIT,
    REDWINE,
    ROOT,
    SMALL,
    charter_of,
    days_of,
    one_by_one,
    scenario,
    streams,
)

GEARS = [Exact, Fast]
TOLERANCE = 1e-6
OUT_OF_REACH = replace(REDWINE, multiple_micro=10**12)

STOP = Shock(name="stop", first=date(2026, 4, 1), days=30, arrivals=0, orders=0)
RUN = Shock(name="run", first=date(2026, 5, 1), days=3, redeem=0.2)
VIRAL = Shock(name="viral", first=date(2026, 3, 1), days=20, arrivals=5)
WAR = Shock(name="price war", first=date(2026, 6, 1), days=30, basket=0.8, margin=0.2)
SCENARIOS = {
    "redwine": scenario(REDWINE),
    "mall": scenario(MALL),
    "of profit": scenario(OF_PROFIT),
    "all issued": scenario(SMALL, days=60),
    "many a day": scenario(replace(REDWINE, founding_minor=10_000_000), days=40, a_day=400),
    "units and many a day": scenario(MALL, days=60, a_day=300),
    "soon out": scenario(
        replace(REDWINE, multiple_micro=400_000, founding_minor=100_000), days=100
    ),
    "shocks": scenario(REDWINE, shocks=(STOP, RUN, VIRAL, WAR)),
    "wind-down": scenario(REDWINE, days=120, wind_down=WindDown(first=date(2026, 4, 15), days=20)),
    "without founding, all leave": scenario(
        REDWINE, days=60, shocks=(replace(RUN, first=date(2026, 2, 1), days=9, redeem=1.0),)
    ),
}


def run(kind: type[Exact] | type[Fast], scenario: Scenario, seed: int = 1) -> Gear:
    stream = Stream(scenario, seed)
    gear = kind(scenario.charter, stream.merchants, stream.expected_members())
    for day in stream.days():
        gear.run(day)
    return gear


def assert_near(one: Gear, other: Gear) -> None:
    """Compare all totals, and each account's figures on the scale of the largest."""
    for name, value, near in zip(one.totals()._fields, one.totals(), other.totals(), strict=True):
        assert near == pytest.approx(value, rel=TOLERANCE, abs=2), name
    for name, values, nears in zip(
        one.holdings()._fields, one.holdings(), other.holdings(), strict=True
    ):
        assert len(values) == len(nears)
        scale = max(np.max(values, initial=0) * TOLERANCE, 2)
        np.testing.assert_allclose(nears, values, rtol=TOLERANCE, atol=scale, err_msg=name)


@pytest.mark.parametrize("gear", GEARS)
def test_the_rule_books_table(gear):
    result = simulate(
        replace(
            one_by_one(REDWINE, 1, 100),
            period="day",
            gear="exact" if gear is Exact else "fast",
        ),
        seed=1,
    )
    prices = [round(period.price / 100, 4) for period in result.periods]
    assert prices[:4] == [1.4286, 1.6807, 1.8674, 2.0188]
    assert prices[99] == 5.1731
    points = [21, 14.7, 12.495]
    supply = 0
    for period, granted in zip(result.periods, points, strict=False):
        supply += round(granted * 10**9)
        assert period.supply == supply
    economy = run(gear, one_by_one(REDWINE, 1, 100))
    worth = economy.holdings().points[0] * economy.totals().price / 100
    # The rule book's 108.6351 is 21 times the rounded price.
    assert round(worth, 4) == 108.6346
    assert round(round(economy.totals().price * 1e7, 4) * 21, 4) == 108.6351


@pytest.mark.parametrize(
    ("gear", "a_day", "days"), [(Exact, 100, 100), (Fast, 100, 100), (Fast, 10_000, 100)]
)
def test_the_closed_form(gear, a_day, days):
    """circulating(n) = 21 · Γ(n + 0.7) / (Γ(1.7) · Γ(n)), quotas out of reach."""
    totals = run(gear, one_by_one(OUT_OF_REACH, a_day, days)).totals()
    count = a_day * days
    logarithm = math.lgamma(count + 0.7) - math.lgamma(1.7) - math.lgamma(count)
    assert totals.exits == 0
    assert totals.reserve == 3_000 * count
    assert totals.circulating / 1e9 == pytest.approx(21 * math.exp(logarithm), rel=TOLERANCE)
    if count == 10**6:
        assert round(totals.price * 1e7, 2) == 81.90


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_gears_agree(name):
    exact, fast = run(Exact, SCENARIOS[name]), run(Fast, SCENARIOS[name])
    assert isinstance(exact, Exact)
    check_identities(exact.state, exact.book.accounts.values())
    assert_near(exact, fast)


def test_the_scenarios_have_in_them_what_they_are_for():
    totals = {name: run(Fast, scenario).totals() for name, scenario in SCENARIOS.items()}
    assert totals["soon out"].exits > 100
    assert totals["redwine"].exits > 0
    assert totals["redwine"].spent_coins > 0
    assert totals["redwine"].dividends > 0
    assert totals["all issued"].issued == SMALL.authorised_nano
    assert totals["wind-down"].circulating - totals["wind-down"].treasury < 1e6
    assert totals["without founding, all leave"].redeemed > 0


@pytest.mark.parametrize("path", streams(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_gears_agree_on_the_rules_own_streams(path):
    charter = charter_of(path)
    merchants, days = days_of(path)
    exact, fast = Exact(charter, merchants, 10), Fast(charter, merchants, 10)
    for day in days:
        exact.run(day)
        fast.run(day)
    assert_near(exact, fast)


def test_a_hundred_orders_end_in_the_vectors_state():
    path = next((path for path in streams() if path.name.startswith("hundred.")), None)
    if path is None:
        pytest.skip("the vectors of the rule book are not here")
    state = json.loads(path.with_name(path.name.replace("events.jsonl", "state.json")).read_bytes())
    _, days = days_of(path)
    for kind in GEARS:
        gear = kind(charter_of(path), 0, 100)
        for day in days:
            gear.run(day)
        totals = gear.totals()
        assert totals.reserve == state["reserve"]
        assert totals.circulating == pytest.approx(state["circulating"], rel=TOLERANCE)
        assert totals.price == pytest.approx(state["price"][0] / state["price"][1], rel=TOLERANCE)
        points = sorted(account["points"] for account in state["accounts"].values())
        np.testing.assert_allclose(np.sort(gear.holdings().points), points, rtol=TOLERANCE)


def test_orders_at_once_and_one_by_one_agree():
    one_by_one_only = scenario(REDWINE, days=90, a_day=60)

    class Slow(Fast):
        def _at_once(self, *_arguments):
            return False

    assert_near(run(Fast, one_by_one_only), run(Slow, one_by_one_only))


def test_without_a_compiler_the_numbers_are_the_same():
    told = (
        "import sys, json; sys.modules['numba'] = None\n"
        "from tests.unit.lab.test_gears import SCENARIOS\n"
        "from patronage.lab import kernel\n"
        "from patronage.lab.course import simulate\n"
        "assert kernel.njit is None\n"
        "print(json.dumps(simulate(SCENARIOS['soon out'], 1).as_json()))\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", told], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    plain, compiled = json.loads(shown), simulate(SCENARIOS["soon out"], 1).as_json()
    assert plain["periods"] == json.loads(json.dumps(compiled))["periods"]
    assert plain["stop"] == json.loads(json.dumps(compiled))["stop"]


def test_the_same_seed_gives_the_same_numbers_and_another_gives_others():
    one, again, other = (simulate(SCENARIOS["redwine"], seed) for seed in (1, 1, 2))
    assert one == again
    assert one.periods != other.periods


def test_arrivals_beyond_what_was_expected_find_room():
    few = scenario(REDWINE, days=30, arrivals=Arrivals(a_day=200))
    stream = Stream(few, 1)
    gears = [kind(REDWINE, stream.merchants, 1) for kind in GEARS]
    for day in stream.days():
        for gear in gears:
            gear.run(day)
    assert_near(*gears)
