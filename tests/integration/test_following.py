"""What jobs read misses no movement and no holder, in pages of any size."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage import ledger
from patronage.economy.charter import MICRO
from patronage.economy.state import INDEX_SCALE
from patronage.ledger import store
from patronage.ledger.opening import open_unchecked
from tests.integration.play import START, fresh, rows, settle_all
from tests.properties.strategies import Stream, streams

PARTS = (1, 500_000, 800_000, 950_000, MICRO)


def settled(using: str, stream: Stream) -> str:
    economy = fresh("following")
    open_unchecked(economy, stream.charter, using=using, clock=lambda: START)
    ledger.submit_many(economy, stream.events, using=using)
    settle_all(using, economy)
    return economy


def holders(using: str, economy: str) -> list[store.Account]:
    return [store.account_of(row) for row in rows(using, store.ACCOUNTS, economy)]


@given(stream=streams(), limit=st.integers(1, 7))
def test_every_movement_is_told_once(using: str, stream: Stream, limit: int) -> None:
    economy = settled(using, stream)
    told, after = [], 0
    while True:
        page, through = ledger.moved(economy, after=after, limit=limit, using=using)
        told += page
        if through == after:
            break
        after = through
    assert after == ledger.summary(economy, using=using).records
    assert [one.place for one in told] == sorted({one.place for one in told})
    for account in holders(using, economy):
        lines = ledger.statement(economy, account.id, limit=10_000, using=using)
        mine = [one for one in reversed(told) if one.account == account.id]
        assert [(one.place, one.cause, one.points, one.cash) for one in mine] == [
            (line.place, line.cause, line.points, line.cash) for line in lines
        ]
        assert [one.event.get("id") for one in mine] == [line.event_id for line in lines]


@given(stream=streams(), limit=st.integers(1, 4))
def test_who_holds_the_most(using: str, stream: Stream, limit: int) -> None:
    economy = settled(using, stream)
    members = [one for one in holders(using, economy) if one.points and not one.merchant]
    members.sort(key=lambda one: (-one.points, one.id.encode()))
    assert [tuple(one) for one in ledger.highest(economy, limit=limit, using=using)] == [
        (one.id, one.points) for one in members[:limit]
    ]


@given(stream=streams(), limit=st.integers(1, 4))
def test_who_nears_the_quota(using: str, stream: Stream, limit: int) -> None:
    """The front of the line holds everyone who has come so far."""
    economy = settled(using, stream)
    state = ledger.state(economy, using=using)
    price, per = state.price
    for part in PARTS:
        expected = {}
        for one in holders(using, economy):
            worth = Fraction(one.points * price, per)
            owed = Fraction(one.owed + one.points * (state.index - one.at), INDEX_SCALE)
            if worth >= 1 and (worth + owed) * MICRO >= part * one.quota:
                expected[one.id] = (worth + owed) / one.quota
        found: dict[str, Fraction] = {}
        for page in ledger.nearing(economy, part, limit=limit, using=using):
            for view, level in page:
                assert view.id not in found
                assert view == ledger.account(economy, view.id, using=using)
                assert level * MICRO >= part
                found[view.id] = level
        assert expected.items() <= found.items()
        assert all(ledger.account(economy, id, using=using).worth < 1
                   for id in found.keys() - expected.keys())  # fmt: skip


@given(stream=streams(), limit=st.integers(1, 4), data=st.data())
def test_what_all_earned_is_what_each_did(
    using: str, stream: Stream, limit: int, data: st.DataObject
) -> None:
    economy = settled(using, stream)
    closed = ledger.days(economy, limit=1000, using=using)
    if not closed:
        return
    first = data.draw(st.integers(0, len(closed) - 1))
    last = data.draw(st.integers(first, len(closed) - 1))
    days = closed[first : last + 1]
    told = [
        one
        for page in ledger.earned_by_all(economy, days, limit=limit, using=using)
        for one in page
    ]
    assert len({id for id, _ in told}) == len(told)
    expected = {}
    for account in holders(using, economy):
        earned = ledger.earned(economy, account.id, limit=1000, using=using)
        if total := sum(one.dividend for one in earned if one.day in days):
            expected[account.id] = total
    assert dict(told) == expected


def test_an_unknown_economy_is_told(using: str) -> None:
    with pytest.raises(ledger.UnknownEconomyError):
        ledger.moved("nowhere", after=0, using=using)
    with pytest.raises(ledger.UnknownEconomyError):
        list(ledger.nearing("nowhere", 1, using=using))


@given(stream=streams(), limit=st.integers(1, 4), at_least=st.integers(1, 10**12))
def test_who_holds_so_much(using: str, stream: Stream, limit: int, at_least: int) -> None:
    economy = settled(using, stream)
    pages = ledger.holders(economy, at_least=at_least, limit=limit, using=using)
    told = sorted(tuple(one) for page in pages for one in page)
    members = [one for one in holders(using, economy) if not one.merchant]
    assert told == sorted((one.id, one.points) for one in members if one.points >= at_least)
