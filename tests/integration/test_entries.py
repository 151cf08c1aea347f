"""A statement with its records, and the quota granted and used, as the journal tells them."""

import json
from fractions import Fraction

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from patronage import ledger
from patronage.ledger.opening import open_unchecked
from tests.integration.commerce.play import REDWINE
from tests.integration.play import fresh, journal

NANO = 10**9


def lived(using: str, *events: dict) -> str:
    economy = fresh("entries")
    open_unchecked(economy, REDWINE, using=using)
    given = [{"id": f"{n}", **event} for n, event in enumerate(events)]
    ledger.submit_many(economy, given, using=using)
    while ledger.settle(economy, using=using):
        pass
    return economy


def order(member: str, n: int, amount: int = 100_00) -> dict:
    return {"type": "order.completed", "order": f"o{n}", "member": member, "amount": amount}


REDEEMED = {"type": "points.redeemed", "account": "m", "points": 7 * NANO}


def test_entries_are_the_statement_with_its_records(using: str) -> None:
    economy = lived(using, order("m", 1), order("n", 2), REDEEMED)
    told = ledger.entries(economy, "m", using=using)
    assert [entry.line for entry in told] == ledger.statement(economy, "m", using=using)
    assert [entry.event["type"] for entry in told] == ["points.redeemed", "order.completed"]
    assert told[1].price == Fraction(30_00, 21 * NANO)
    records = journal(using, economy)
    for entry in told:
        seq = entry.line.place[0]
        assert json.loads(entry.record)["seq"] == seq
        assert entry.previous == records[seq - 1]["previous"]
        if seq < len(records):
            assert records[seq]["previous"] == entry.hash
    assert ledger.summary(economy, using=using).head == told[0].hash
    page = ledger.entries(economy, "m", before=told[0].line.place, using=using)
    assert page == told[1:]


def test_an_entry_is_its_accounts_alone(using: str) -> None:
    economy = lived(using, order("m", 1), order("n", 2))
    (mine,) = ledger.entries(economy, "m", using=using)
    assert ledger.entry_at(economy, "m", mine.line.place, using=using) == mine
    assert ledger.entry_at(economy, "n", mine.line.place, using=using) is None
    assert ledger.entry_at(economy, "m", (99, 0), using=using) is None
    assert ledger.entry_at("none", "m", mine.line.place, using=using) is None


def left(using: str, economy: str, id: str = "m") -> int:
    return ledger.account(economy, id, using=using).quota


def test_quota_is_what_was_granted_less_what_was_used(using: str) -> None:
    economy = lived(
        using,
        order("m", 1),
        order("m", 2),
        {"type": "order.refunded", "order": "o2", "amount": 50_00},
        {"type": "day.closed", "date": "2026-01-01"},
        {"type": "points.converted", "account": "m", "points": 7 * NANO},
        {**REDEEMED, "points": NANO},
    )
    run = ledger.quota_run(economy, "m", using=using)
    assert run.granted == 300_00
    assert run.used > 0
    assert run.granted - run.used == left(using, economy)
    assert ledger.quota_run(economy, "nobody", using=using) == (0, 0)


@pytest.mark.parametrize("again", [False, True])
def test_a_compulsory_redemption_ends_a_run(using: str, again: bool) -> None:
    orders = [order("m" if n == 0 else f"m{n}", n) for n in range(900)]
    more = [order("m", 1000)] if again else []
    economy = lived(using, *orders, *more)
    causes = [line.cause for line in ledger.statement(economy, "m", using=using)]
    assert "compulsory_redemption" in causes
    run = ledger.quota_run(economy, "m", using=using)
    assert run == ((200_00, 0) if again else (0, 0))
    assert run.granted - run.used == left(using, economy)


def test_a_page_is_found_by_its_places_and_not_among_all_movements(using: str) -> None:
    """SQLite else begins with every movement of the economy: a page took 40 ms of 100,000."""
    economy = lived(using, order("m", 1))
    connection = connections[using]
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL plans by its statistics")
    for read in (ledger.statement, ledger.quota_run):
        with CaptureQueriesContext(connection) as queries:
            read(economy, "m", using=using)
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {queries[0]['sql']}")
            steps = [row[3] for row in cursor.fetchall()]
        looked_up = [step for step in steps if step.startswith("SEARCH m ")]
        assert looked_up
        assert all("seq=? AND position=?" in step for step in looked_up), steps
