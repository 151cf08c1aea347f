from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from patronage.lab.scenario import Arrivals, Merchants, Segment, Shock, WindDown
from patronage.lab.stream import NOBODY, Stream
from tests.unit.lab.years import NEWCOMERS, OTHERS, REDWINE, REGULARS, scenario

EVEN = Arrivals(a_day=100, even=True)


def days(**more):
    more = {"days": 60, "arrivals": EVEN, "segments": (OTHERS,), **more}
    return list(Stream(scenario(REDWINE, **more), 1).days())


def newcomers(made) -> list[int]:
    return [day.newcomers for day in made]


def test_even_arrivals_are_exactly_so_many_and_others_so_many_in_the_mean():
    assert newcomers(days()) == [100] * 60
    half = newcomers(days(arrivals=replace(EVEN, a_day=0.5)))
    assert set(half) == {0, 1}
    chance = newcomers(days(arrivals=Arrivals(a_day=100), days=400))
    assert len(set(chance)) > 20
    assert np.mean(chance) == pytest.approx(100, rel=0.02)


def test_growth_is_of_a_year():
    made = newcomers(days(arrivals=replace(EVEN, growth=1), days=366, segments=(NEWCOMERS,)))
    assert made[0] == 100
    assert made[-1] == 200


def test_seasons_are_factors_of_months_and_weekdays():
    months = (1, 2, *[1] * 10)
    weekdays = (1, 1, 1, 1, 1, 3, 1)
    made = days(months=months, weekdays=weekdays, days=28)
    for day in made:
        factor = months[day.date.month - 1] * (3 if day.date.weekday() == 5 else 1)
        assert day.newcomers == 100 * factor


def test_a_first_order_is_on_the_day_of_joining_and_those_after_come_as_often_as_stated():
    busy = Segment(name="busy", share=1, basket=100, orders_a_year=36.5)
    made = days(segments=(busy,), days=30)
    joined = 0
    for day in made:
        assert set(range(joined, joined + 100)) <= set(day.orders.member.tolist())
        # A tenth of those who joined before order again, in whole numbers.
        assert len(day.orders.member) == pytest.approx(100 + joined * 0.1, abs=1)
        assert day.orders.member.max() == joined + 99
        joined += 100


def test_who_has_stopped_ordering_orders_no_more():
    short = Segment(name="short", share=1, basket=100, orders_a_year=365, lifetime_days=1)
    made = days(segments=(short,), days=10)
    assert [len(day.orders.member) for day in made] == [100, *[200] * 9]


def test_baskets_have_the_mean_and_the_deviation_stated():
    spread = replace(NEWCOMERS, basket=80, spread=0.5, margin=0.25)
    made = days(segments=(spread,), arrivals=replace(EVEN, a_day=5000), days=10)
    amounts = np.concatenate([day.orders.amount for day in made])
    assert amounts.mean() == pytest.approx(8_000, rel=0.02)
    assert amounts.std() == pytest.approx(4_000, rel=0.05)
    profits = np.concatenate([day.orders.profit for day in made])
    assert np.abs(profits - amounts / 4).max() <= 0.5
    same = days(segments=(NEWCOMERS,), days=1)[0]
    assert set(same.orders.amount.tolist()) == {10_000}


def test_segments_have_their_shares():
    made = days(segments=(replace(REGULARS, basket=1, spread=0), replace(OTHERS, spread=0)))
    first = np.concatenate([day.orders.amount[day.orders.amount == 100] for day in made[:1]])
    assert len(first) / 100 == pytest.approx(0.4, abs=0.15)


def test_a_referrer_joined_before_and_stays_the_same():
    made = days(arrivals=replace(EVEN, referred=0.5))
    referrers: dict[int, int] = {}
    joined = 0
    for day in made:
        pairs = zip(day.orders.member.tolist(), day.orders.referrer.tolist(), strict=True)
        for member, referrer in pairs:
            assert referrers.setdefault(member, referrer) == referrer
            if joined <= member:
                assert referrer < joined or referrer == NOBODY
        joined += day.newcomers
    named = sum(referrer != NOBODY for referrer in referrers.values()) / len(referrers)
    assert named == pytest.approx(0.5, abs=0.05)


def test_popular_referrers_bring_more_than_even_ones():
    def most(referrers: str) -> int:
        made = days(arrivals=replace(EVEN, referred=1, referrers=referrers), segments=(NEWCOMERS,))
        brought = np.concatenate([day.orders.referrer for day in made])
        return int(np.bincount(brought[brought >= 0]).max())

    assert most("popular") > 2 * most("even")


def test_shocks_are_factors_on_their_days_and_together():
    first = date(2026, 2, 1)
    shocks = (
        Shock(name="viral", first=first, days=10, arrivals=5),
        Shock(name="price war", first=first, days=5, basket=0.5, margin=2),
        Shock(name="sales stop", first=date(2026, 2, 15), days=5, arrivals=0, orders=0),
        Shock(name="run", first=date(2026, 2, 20), days=1, redeem=0.5),
    )
    plain = replace(NEWCOMERS, margin=0.2, orders_a_year=10)
    made = {day.date: day for day in days(shocks=shocks, segments=(plain,))}
    assert made[first].newcomers == 500
    assert set(made[first].orders.amount.tolist()) == {5_000}
    assert set(made[first].orders.profit.tolist()) == {2_000}
    assert made[date(2026, 2, 6)].newcomers == 500
    assert set(made[date(2026, 2, 6)].orders.amount.tolist()) == {10_000}
    assert len(made[date(2026, 2, 15)].orders.member) == 0
    assert made[date(2026, 2, 20)].newcomers == 100
    everyone = sum(day.newcomers for day in made.values() if day.date <= date(2026, 2, 20))
    assert len(made[date(2026, 2, 20)].redeem.accounts) == pytest.approx(everyone / 2, rel=0.1)


def test_wishes_come_as_often_as_stated_and_carry_their_multiple():
    some = replace(OTHERS, share=1, redeem_a_year=36.5, convert_a_year=73, from_multiple=3)
    made = days(segments=(some,), days=30)
    last = made[-1]
    assert len(last.redeem.accounts) == pytest.approx(300, rel=0.3)
    assert len(last.convert.accounts) == pytest.approx(600, rel=0.3)
    assert set(last.redeem.multiples.tolist()) == {3.0}
    assert len(set(last.redeem.accounts.tolist())) == len(last.redeem.accounts)


def test_coins_are_spent_at_merchants_who_redeem_every_so_many_days():
    spender = replace(OTHERS, share=1, convert_a_year=10, spend_a_year=100)
    made = days(segments=(spender,), merchants=Merchants(count=3, redeem_days=7), days=21)
    assert [number for number, day in enumerate(made) if day.merchants_redeem] == [6, 13, 20]
    assert set(np.concatenate([day.shops for day in made]).tolist()) == {0, 1, 2}
    assert min(day.orders.member.min() for day in made) == 3  # members come after merchants
    assert all(day.spenders.min() >= 3 for day in made[5:])


def test_nobody_needs_merchants_where_nobody_spends():
    stream = Stream(scenario(REDWINE, segments=(replace(OTHERS, share=1),)), 1)
    assert stream.merchants == 0


def test_in_a_wind_down_everyone_redeems_once_and_nobody_orders():
    made = days(wind_down=WindDown(first=date(2026, 2, 1), days=20))
    before = [day for day in made if day.date < date(2026, 2, 1)]
    after = [day for day in made if day.date >= date(2026, 2, 1)]
    everyone = sum(day.newcomers for day in before)
    assert all(len(day.orders.member) == 0 and day.newcomers == 0 for day in after)
    leaving = np.concatenate([day.redeem.accounts for day in after])
    assert sorted(leaving.tolist()) == list(range(everyone))
    assert all(len(day.redeem.accounts) == 0 for day in after[20:])


def test_both_gears_and_another_charter_meet_the_same_people():
    one, other = (
        list(Stream(scenario(charter, days=30), 5).days())
        for charter in (REDWINE, replace(REDWINE, reserve_micro=100_000))
    )
    for day, same in zip(one, other, strict=True):
        for mine, theirs in zip(day.orders, same.orders, strict=True):
            np.testing.assert_array_equal(mine, theirs)
        np.testing.assert_array_equal(day.redeem.accounts, same.redeem.accounts)
