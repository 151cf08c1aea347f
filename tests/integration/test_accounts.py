"""What moved an account, page by page, as the command shows it."""

import json

import pytest

from patronage import ledger
from tests.integration.running import Run
from tests.integration.test_verify import EVENTS


def test_a_statement_leads_to_its_next_page(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.submit_many("wine", EVENTS)
    run("settle")
    page = run("statement", "wine", "m", "--limit", 2).stdout
    assert "coins spent" in page
    assert "points converted" in page
    assert "order completed" not in page
    older = page.rpartition("Older: patronage ")[2].split()
    assert older[:3] == ["statement", "wine", "m"]
    last = run(*older).stdout
    assert "order completed" in last
    assert "Older" not in last
    told = json.loads(run("statement", "wine", "m", "--limit", 2, "--json").stdout)
    assert [line["cause"] for line in told["lines"]] == ["payment", "conversion"]
    assert (told["older"], told["lines"][-1]["place"]) == (older[4], older[4])
    assert json.loads(run(*older, "--json").stdout)["older"] is None
    assert "there is no account" in run("statement", "wine", "nobody", code=2).stderr
    assert "is no place" in run("statement", "wine", "m", "--before", "today", code=2).stderr
    monkeypatch.setenv("PATRONAGE_LANG", "zh")
    assert "订单完成" in run(*older).stdout


def test_dividends_and_fees_are_told_with_the_movement(run: Run) -> None:
    order = {"type": "order.completed", "member": "m", "amount": 90_000, "profit": 9000}
    ledger.submit("wine", {"id": "1", "order": "1", **order})
    ledger.submit("wine", {"id": "2", "type": "day.closed", "date": "2026-01-01"})
    ledger.submit("wine", {"id": "3", "type": "points.redeemed", "account": "m", "points": 10**10})
    run("settle")
    page = run("statement", "wine", "m").stdout
    assert "points redeemed, dividend 26.99 paid, fee " in page
