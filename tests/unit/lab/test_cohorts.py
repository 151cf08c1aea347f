"""Who pays whom, against a slow model that looks at every member after every event."""

from collections import defaultdict
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest

from patronage.economy import Applied, Order, Replay
from patronage.economy.state import payable
from patronage.economy.value import Conversion
from patronage.intake import Day
from patronage.lab.backtest import backtest
from patronage.lab.behaviour import MERCHANT, Behaviour
from patronage.lab.cohorts import Cohorts, spread
from patronage.lab.concentration import concentration
from patronage.lab.record import Record
from patronage.lab.simulation import LEVELS, Concentration, Spread
from tests.unit.lab.studies import charter, recorded
from tests.unit.lab.test_backtest import EVERYTHING, order, refund, year

NAMES = ["redwine", "mall"]


class Slow:
    """Looks at everybody after every event: cash never leaves here, so it is what was got."""

    def __init__(self, name: str) -> None:
        self.economy = Replay(charter(name))
        self.spent: dict[str, int] = defaultdict(int)
        self.coins: dict[str, int] = defaultdict(int)
        self.joined: dict[str, str] = {}
        self.days: dict[str, list[int]] = defaultdict(list)

    def see(self, event: dict) -> None:
        outcome = self.economy.submit(event)
        assert isinstance(outcome, Applied)
        match outcome.facts:
            case Order():
                self.spent[event["member"]] += event["amount"]
            case Conversion() if event["type"] == "points.converted":
                self.coins[event["account"]] += outcome.facts.coins
            case _ if event["type"] == "order.refunded":
                member = self.economy.book.orders[event["order"]].member
                self.spent[member] -= event["amount"]
        today = event["date"] if event["type"] == "day.closed" else self.today
        for id in self.economy.book.accounts:
            self.joined.setdefault(id, today)
            for level in LEVELS[len(self.days[id]) :]:
                if self.spent[id] <= 0 or self.got(id) < Fraction(level) * self.spent[id]:
                    break
                waited = date.fromisoformat(today) - date.fromisoformat(self.joined[id])
                self.days[id].append(waited.days)

    def got(self, id: str) -> int:
        account = self.economy.book.accounts[id]
        return account.cash + payable(self.economy.state, account)[2] + self.coins[id]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("behaviour", [Behaviour(), EVERYTHING], ids=["none", "everything"])
def test_what_members_got_and_when_is_what_looking_at_all_of_them_finds(name, behaviour):
    slow, cohorts = Slow(name), Cohorts()
    economy = Replay(charter(name))
    events: list[dict] = []
    backtest(charter(name), year(), behaviour, events.append)
    days = sorted({event["date"] for event in events if event["type"] == "day.closed"})
    at = iter(days)
    slow.today = next(at)
    cohorts.begin(slow.today)
    for event in events:
        slow.see(event)
        cohorts.note(event, economy.submit(event), economy)
        if event["type"] == "day.closed":
            cohorts.close(economy.state)
            slow.today = next(at, "")
            if slow.today:
                cohorts.begin(slow.today)
    ids = [id for id in slow.joined if id != MERCHANT]
    found = dict(zip(ids, cohorts.standings(economy.state), strict=True))
    for id, one in found.items():
        assert one.spent == slow.spent[id]
        assert one.got == slow.got(id)
        assert list(one.days) == slow.days[id], id
        assert one.month == slow.joined[id][:7]
    assert any(one.days for one in found.values())


@pytest.mark.parametrize("name", NAMES)
def test_the_cohorts_add_up_to_the_backtests_own_figures(name):
    result, run = recorded(name)
    cohorts = run.cohorts
    months = [one.month for one in cohorts]
    assert months == sorted(set(months))
    assert sum(one.members for one in cohorts) == run.members == result.members
    assert run.spent == sum(one.spent for one in cohorts) == result.sales - result.refunded
    assert sum(one.bought_out for one in cohorts) <= result.compulsory.net
    assert sum(one.coins for one in cohorts) == result.converted_coins
    # The merchant is no member: its dividends and redemptions are in no cohort.
    assert 0 < sum(one.dividends for one in cohorts) <= result.dividends_paid
    assert sum(one.redeemed for one in cohorts) <= result.redemptions.net
    assert run.stop.worth <= result.reserve
    operator = run.operator
    assert operator.contributions == sum(one.contributions for one in cohorts)
    taken = operator.contributions + operator.dividend_contributions
    assert taken == result.contributions + result.dividend_contributions - result.returned
    assert operator.margin == operator.profit - taken
    assert run.periods[-1].reserve == result.reserve
    assert sum(one.dividends for one in run.periods) == result.dividends_distributed
    assert sum(one.exits for one in run.periods) == result.compulsory.number
    assert sum(one.redeemed for one in run.periods) == result.redemptions.net
    assert [one.price for one in run.periods] == sorted(one.price for one in run.periods)


def test_distributions_are_those_of_the_members():
    _, run = recorded("redwine")
    for one in run.cohorts:
        for spread_ in (one.back, one.back_held, *one.days_to):
            values = [value for value in spread_ if value is not None]
            assert values == sorted(values)
            assert all(value is None for value in spread_[len(values) :])
        for share, following in pairwise(one.reached):
            assert 1 >= share >= following >= 0
        for share, waited in zip(one.reached, one.days_to, strict=True):
            assert (waited.q50 is not None) == (share >= 0.5)
        for got, having in zip(one.back, one.back_held, strict=True):
            assert got <= having


def test_a_return_takes_its_profit_and_what_it_brought_with_it():
    days = [
        Day("2025-01-01", [order(1, "m1", 10_000, profit=4_000), order(2, "m2", 10_000, profit=1)]),
        Day("2025-01-02", [refund(1, 2_500), {**refund(1, 7_500), "id": "rest"}]),
    ]
    record = Record()
    result = backtest(charter("redwine"), days, record=record)
    run = record.simulation()
    assert (run.operator.sales, run.operator.profit, run.spent) == (10_000, 1, 10_000)
    assert run.operator.contributions == 6_000 - result.returned
    assert run.cohorts[0].contributions == run.operator.contributions
    assert run.cohorts[0].members == 2
    # Who returned everything has no share of a spend, and reaches nothing.
    assert run.back.q10 == run.back.q90
    assert run.cohorts[0].reached == (0.0,) * len(LEVELS)


def test_profit_is_known_only_if_every_order_tells_it():
    days = [Day("2025-01-01", [order(1, "m1", profit=5), order(2, "m1")])]
    record = Record()
    backtest(charter("redwine"), days, record=record)
    assert not record.knows_profit


def test_a_record_without_a_day_says_nothing():
    with pytest.raises(ValueError, match="no day"):
        Record().simulation()


def test_a_spread_counts_those_without_a_value_as_the_last():
    assert spread([], 0) == Spread(None, None, None, None, None)
    assert spread([7], 1) == Spread(7, 7, 7, 7, 7)
    assert spread(list(range(1, 11)), 10) == Spread(1, 3, 5, 8, 9)
    assert spread([1, 2, 3], 10) == Spread(1, 3, None, None, None)


def test_concentration():
    assert concentration([]) == Concentration(0, 0, 0)
    assert concentration([0, 0]) == Concentration(0, 0, 0)
    assert concentration([5, 5, 5, 5]) == Concentration(0.25, 0.25, 0)
    assert concentration([0, 0, 0, 8]) == Concentration(1, 1, 0.75)
    assert concentration(range(1, 101)).top_10 == sum(range(91, 101)) / 5050
