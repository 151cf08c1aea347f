"""What is told of an economy is what the rules would do."""

from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, strategies

from patronage import ledger
from patronage.ledger import UnknownAccountError, UnknownEconomyError, open_economy
from tests.integration.play import fresh, settle_all
from tests.integration.test_canonical import CHARTER
from tests.integration.test_verify import EVENTS


@pytest.fixture
def economy(using: str) -> str:
    economy = fresh("reads")
    charter = {**CHARTER, "dividend": {"rate": "0.5"}}
    open_economy(economy, charter, using=using)
    ledger.submit_many(economy, EVENTS[:-1], using=using)
    close = {"id": "9", "type": "day.closed", "date": "2026-01-01", "profit": 1000}
    ledger.submit(economy, close, using=using)
    settle_all(using, economy)
    return economy


def test_the_summary(using: str, economy: str) -> None:
    ledger.submit(economy, {**EVENTS[-1], "id": "10", "date": "2026-01-02"}, using=using)
    told = ledger.summary(economy, using=using)
    assert (told.charter.name, told.charter.currency, told.records) == ("n", "CNY", 10)
    assert (told.members, told.merchants, told.unsettled) == (2, 1, 1)
    assert told.last_closed == "2026-01-01"
    assert told.price == Fraction(told.figures["reserve"], told.figures["circulating"])
    assert told.figures["dividends_unpaid"] == 500
    assert economy in ledger.economies(using=using)


def test_a_state_is_a_copy_to_try_events_on(using: str, economy: str) -> None:
    state = ledger.state(economy, using=using)
    told = ledger.summary(economy, using=using)
    assert {name: getattr(state, name) for name in told.figures} == told.figures
    assert (state.charter, state.last_closed) == (told.charter, told.last_closed)
    state.reserve = 0
    assert ledger.summary(economy, using=using) == told


def test_when_an_economy_was_opened(using: str) -> None:
    economy, opened = fresh("opened"), datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    open_economy(economy, CHARTER, using=using, clock=lambda: opened)
    assert ledger.opened_at(economy, using=using) == opened
    for read in (ledger.opened_at, ledger.state):
        with pytest.raises(UnknownEconomyError):
            read("nowhere", using=using)


def test_an_account_tells_what_redeeming_brings(using: str, economy: str) -> None:
    told = ledger.account(economy, "n", using=using)
    assert told.kind == "member"
    assert told.dividend > 0
    event = {"id": "11", "type": "points.redeemed", "account": "n", "points": told.points}
    receipt = ledger.submit(economy, event, using=using)
    facts = ledger.settle_through(economy, receipt, using=using).facts
    assert (facts["pay"], facts["fee"]) == (told.redeemable, told.fee)
    after = ledger.account(economy, "n", using=using)
    assert after.cash == told.cash + told.dividend + told.redeemable - told.fee
    assert (after.points, after.redeemable, after.fee, after.dividend) == (0, 0, 0, 0)


def test_a_statement_in_pages_is_the_whole(using: str, economy: str) -> None:
    whole = ledger.statement(economy, "m", using=using)
    assert [line.cause for line in whole] == ["payment", "conversion", "order"]
    assert [line.event_id for line in whole] == ["5", "4", "1"]
    pages, before = [], None
    while page := ledger.statement(economy, "m", before=before, limit=2, using=using):
        pages += page
        before = page[-1].place
    assert pages == whole
    held = ledger.account(economy, "m", using=using)
    newest = whole[0]
    assert (newest.points_after, newest.coins_after) == (held.points, held.coins)
    assert sum(line.points for line in whole) == held.points
    assert ledger.statement(economy, "nobody", using=using) == []


def test_the_days(using: str, economy: str) -> None:
    (day,) = ledger.days(economy, using=using)
    told = ledger.summary(economy, using=using)
    assert (day.date, day.dividend) == ("2026-01-01", 500)
    assert (day.reserve, day.price) == (told.figures["reserve"], told.price)
    held = ledger.account(economy, "n", using=using)
    assert held.points * day.step // 10**24 == held.dividend
    assert ledger.days(economy, after=day.seq, using=using) == []


def test_a_long_statement_in_pages_is_the_whole(using: str) -> None:
    economy = fresh("long")
    open_economy(economy, {**CHARTER, "referral": {"rate": "0.1"}}, using=using)
    orders = [
        {"id": f"{n}", "type": "order.completed", "order": f"{n}", "member": "mn"[n % 2],
         "amount": 100 + n, "referrer": "m"}
        for n in range(700)
    ]  # fmt: skip
    ledger.submit_many(economy, orders, using=using)
    settle_all(using, economy)
    whole = ledger.statement(economy, "m", limit=10_000, using=using)
    assert [line.place for line in whole] == sorted((line.place for line in whole), reverse=True)
    assert len(whole) == len({line.place for line in whole}) == 700
    read, before = 0, None
    while page := ledger.statement(economy, "m", before=before, limit=7, using=using):
        assert page == whole[read : read + 7]
        read, before = read + len(page), page[-1].place
    assert read == len(whole)
    for newer, older in pairwise(whole):
        assert newer.points_after - newer.points == older.points_after


@given(data=strategies.data())
def test_what_an_account_earned_is_what_it_is_paid_and_still_owed(using: str, data) -> None:
    economy = fresh("earned")
    charter = {**CHARTER, "dividend": {"rate": "0.5"}}
    open_economy(economy, charter, using=using)
    kinds = data.draw(strategies.lists(strategies.sampled_from("mnrd"), min_size=1, max_size=30))
    events, closes = [], 0
    for at, kind in enumerate(kinds):
        event = {"id": f"{at}", "type": "order.completed", "order": f"{at}", "member": kind,
                 "amount": 10**6 + at, "profit": 333}  # fmt: skip
        if kind == "r":
            event = {"id": f"{at}", "type": "points.redeemed", "account": "m", "points": 10**8}
        if kind == "d":
            closes += 1
            date = f"2026-01-{closes:02}"
            event = {"id": f"{at}", "type": "day.closed", "date": date, "profit": 1000}
        events.append(event)
    ledger.submit_many(economy, events, using=using)
    settle_all(using, economy)
    paid = sum(line.dividend for line in ledger.statement(economy, "m", limit=99, using=using))
    days = ledger.earned(economy, "m", using=using)
    assert [one.day for one in reversed(days)] == ledger.days(economy, using=using)
    in_pages, before = [], None
    while page := ledger.earned(economy, "m", before=before, limit=2, using=using):
        in_pages += page
        before = page[-1]
    assert in_pages == days
    total = sum(one.dividend for one in days)
    if any(kind == "m" for kind in kinds):
        due = ledger.account(economy, "m", using=using).dividend
        # No quota is reached here, so all but the part of a minor unit is paid or payable.
        assert 0 <= total - paid - due < 1
    else:
        assert total == 0


def test_what_an_account_earned_before_it_was_bought_out_stays_told(using: str) -> None:
    economy = fresh("out")
    charter = {**CHARTER, "dividend": {"rate": "1"}, "quota": {"multiple": "1"}}
    open_economy(economy, charter, using=using)
    order = {"type": "order.completed", "order": "1", "member": "m", "amount": 1000}
    ledger.submit(economy, {"id": "1", **order}, using=using)
    for day, profit in ((1, 100), (2, 5000), (3, 70)):
        close = {"type": "day.closed", "date": f"2026-01-0{day}", "profit": profit}
        ledger.submit(economy, {"id": f"d{day}", **close}, using=using)
    settle_all(using, economy)
    assert ledger.account(economy, "m", using=using).points == 0  # by the second day
    held = ledger.statement(economy, "m", using=using)[-1].points_after
    third, second, first = ledger.earned(economy, "m", using=using)
    assert (first.points, second.points, third.points) == (held, held, 0)
    assert (round(first.dividend), round(second.dividend), third.dividend) == (100, 5000, 0)


def test_who_is_unknown(using: str, economy: str) -> None:
    with pytest.raises(UnknownAccountError):
        ledger.account(economy, "nobody", using=using)
    for read in (ledger.summary, lambda id, using: ledger.account(id, "m", using=using)):
        with pytest.raises(UnknownEconomyError):
            read("nowhere", using=using)
