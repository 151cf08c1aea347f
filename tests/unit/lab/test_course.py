from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from patronage.lab.course import _concentration, _spread, simulate
from patronage.lab.exact import Exact
from patronage.lab.fast import Fast
from patronage.lab.scenario import Arrivals, Shock
from patronage.lab.simulation import LEVELS, Spread
from patronage.lab.stream import Stream
from tests.unit.lab.years import MALL, OF_PROFIT, REDWINE, REGULARS, scenario

STOP = Shock(name="stop", first=date(2026, 4, 1), days=40, arrivals=0, orders=0)
EVERYTHING = scenario(REDWINE, days=170, a_day=3)
QUIET = scenario(MALL, days=150, shocks=(STOP,))


@pytest.fixture(scope="module", params=[EVERYTHING, QUIET, replace(EVERYTHING, charter=OF_PROFIT)])
def found(request):
    return simulate(request.param, 3)


def test_periods_end_with_months_and_with_the_last_day(found):
    ends = [date.fromisoformat(period.last_day) for period in found.periods]
    assert all((end + timedelta(days=1)).day == 1 for end in ends[:-1])
    assert len({end.isoformat()[:7] for end in ends}) == len(ends)
    assert [cohort.month for cohort in found.cohorts] == [end.isoformat()[:7] for end in ends]


def test_joining_months_add_up_to_the_whole(found):
    for name, whole in (
        ("members", found.members),
        ("spent", found.operator.sales),
        ("contributions", found.operator.contributions),
    ):
        assert sum(getattr(cohort, name) for cohort in found.cohorts) == pytest.approx(
            whole, abs=len(found.cohorts)
        ), name
    assert found.spent == found.operator.sales


def test_periods_add_up_to_the_whole(found):
    assert sum(period.newcomers for period in found.periods) == found.members
    assert sum(period.sales for period in found.periods) == found.operator.sales
    assert sum(period.profit for period in found.periods) == found.operator.profit
    assert sum(p.exits for p in found.periods) == sum(c.exits for c in found.cohorts)
    assert sum(p.bought_out for p in found.periods) == sum(c.bought_out for c in found.cohorts)


def test_the_operator_keeps_what_the_charter_leaves(found):
    operator = found.operator
    assert operator.margin == (
        operator.profit - operator.contributions - operator.dividend_contributions
    )


def test_if_all_redeem_they_get_no_more_than_their_points_are_worth(found):
    stop = found.stop
    assert 0 < stop.paid + stop.fees <= stop.worth
    assert stop.worth <= found.periods[-1].reserve
    assert sum(cohort.held for cohort in found.cohorts) == pytest.approx(stop.paid, abs=10)


def test_shares_fall_with_the_level_and_times_rise(found):
    for cohort in found.cohorts:
        assert list(cohort.reached) == sorted(cohort.reached, reverse=True)
        if cohort.members:
            times = [spread.q10 or float("inf") for spread in cohort.days_to]
            assert times == sorted(times)


@pytest.mark.parametrize("kind", ["exact", "fast"])
def test_times_are_those_of_a_look_at_each_member_each_day(kind):
    """Days from joining until got ÷ spent first reached a level, seen member by member."""
    some = replace(
        scenario(replace(REDWINE, multiple_micro=600_000), days=60, a_day=2),
        period="day",
        gear=kind,
        segments=(replace(REGULARS, share=1),),
        arrivals=Arrivals(a_day=2, even=True),
    )
    stream = Stream(some, 3)
    gear = (Exact if kind == "exact" else Fast)(some.charter, stream.merchants, 200)
    reached: list[dict[int, int]] = [{} for _ in LEVELS]
    joined: list[int] = []
    for number, day in enumerate(stream.days()):
        gear.run(day)
        joined += [number] * day.newcomers
        holdings = gear.holdings()
        got = holdings.dividends + holdings.redeemed + holdings.bought_out + holdings.coins_got
        for member, (back, spent) in enumerate(
            zip(got[stream.merchants :], holdings.spent[stream.merchants :], strict=True)
        ):
            for level, days in zip(LEVELS, reached, strict=True):
                if back >= level * spent:
                    days.setdefault(member, number + 1 - joined[member])
    found = simulate(some, 3)
    first = 0
    for cohort in found.cohorts:
        members = range(first, first + cohort.members)
        first += cohort.members
        for days, share, spread in zip(reached, cohort.reached, cohort.days_to, strict=True):
            times = [days.get(member, np.inf) for member in members]
            assert share == np.isfinite(times).mean()
            assert spread == _spread(np.array(times))
    assert any(cohort.reached[1] for cohort in found.cohorts)


def test_a_spread_is_of_all_and_none_where_it_is_not_reached():
    assert _spread(np.arange(1.0, 11.0)) == Spread(1, 3, 5, 8, 9)
    assert _spread(np.array([1.0, 2.0, np.inf, np.inf])) == Spread(1, 1, 2, None, None)
    assert _spread(np.empty(0)) == Spread(None, None, None, None, None)


@pytest.mark.parametrize(
    ("values", "top_1", "top_10", "gini"),
    [
        ([1.0] * 100, 0.01, 0.1, 0),
        ([0.0] * 99 + [1.0], 1, 1, 0.99),
        ([1.0, 3.0], 0.75, 0.75, 0.25),
        ([0.0, 0.0], 0, 0, 0),
        ([], 0, 0, 0),
    ],
)
def test_concentration(values, top_1, top_10, gini):
    assert tuple(_concentration(np.array(values))) == pytest.approx((top_1, top_10, gini))


def test_a_scenario_without_anyone_ends_too():
    nobody = scenario(REDWINE, days=40, arrivals=Arrivals(a_day=0))
    for gear in ("fast", "exact"):
        found = simulate(replace(nobody, gear=gear), 1)
        assert found.members == found.spent == 0
        assert found.back == Spread(None, None, None, None, None)
        assert found.stop.whole == 0


def test_watching_sees_each_day_and_can_end_a_run():
    seen: list[tuple[int, int]] = []
    simulate(replace(EVERYTHING, days=5), 1, lambda done, of: seen.append((done, of)))
    assert seen == [(day, 5) for day in range(1, 6)]

    def stop(done: int, _of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(EVERYTHING, 1, stop)
