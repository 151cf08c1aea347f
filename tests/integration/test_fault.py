"""An event that breaks an invariant: nothing is lost, it is named, and the others can pass."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

from patronage import ledger
from patronage.economy import BrokenInvariantError
from patronage.ledger import Fault, find_fault, judgement, set_aside, settle
from tests.integration.play import fresh, settle_all
from tests.integration.running import Run
from tests.integration.test_canonical import CHARTER
from tests.integration.test_verify import EVENTS

ORDERS = [
    {"id": f"{n}", "type": "order.completed", "order": f"{n}", "member": "m", "amount": 10**4}
    for n in range(5)
]


@pytest.fixture
def economy(using: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An economy with five orders of which the third breaks an invariant."""
    economy = fresh("fault")
    ledger.open_economy(economy, CHARTER, using=using)
    ledger.submit_many(economy, ORDERS, using=using)
    apply = judgement.apply_formed

    def broken(state, book, event):
        if event["id"] == "2":
            raise BrokenInvariantError("the price fell")
        return apply(state, book, event)

    monkeypatch.setattr(judgement, "apply_formed", broken)
    return economy


def test_a_broken_batch_keeps_nothing_and_loses_nothing(using: str, economy: str) -> None:
    with pytest.raises(BrokenInvariantError):
        settle(economy, using=using)
    told = ledger.summary(economy, using=using)
    assert (told.records, told.unsettled) == (1, 5)


def test_the_event_is_found_and_those_before_it_are_settled(using: str, economy: str) -> None:
    settled, fault = find_fault(economy, using=using)
    assert settled == 2
    assert fault is not None
    assert (fault.event_id, fault.reason) == ("2", "the price fell")
    assert ledger.summary(economy, using=using).unsettled == 3


def test_set_aside_it_lets_the_others_pass_and_comes_back_as_it_was(
    using: str, economy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, fault = find_fault(economy, using=using)
    kept: list[str] = []
    assert set_aside(economy, fault, kept.append, using=using)
    assert not set_aside(economy, fault, kept.append, using=using)
    assert [json.loads(line) for line in kept] == [ORDERS[2]]
    assert find_fault(economy, using=using) == (2, None)
    monkeypatch.undo()
    ledger.submit_lines(economy, [line.encode() for line in kept], using=using)
    ledger.submit(economy, ORDERS[2], using=using)
    settle_all(using, economy)
    assert ledger.summary(economy, using=using).records == 6
    assert ledger.verify(economy, using=using).difference is None


def test_what_cannot_be_kept_stays_in_the_inbox(using: str, economy: str) -> None:
    _, fault = find_fault(economy, using=using)

    def full(_: str) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        set_aside(economy, fault, full, using=using)
    assert ledger.summary(economy, using=using).unsettled == 3
    assert not set_aside(economy, Fault(-1, "2", ""), full, using=using)


@pytest.fixture
def broken(run: Run) -> Run:
    """Commands on two economies, in one of which someone changed a balance by hand."""
    run("open", "beer", "charter.toml")
    for economy in ("beer", "wine"):
        ledger.submit_many(economy, EVENTS)
    run("settle")
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE ledger_account SET coins = -1000 WHERE account = 's' AND economy = 'beer'"
        )
    payment = {"type": "coins.spent", "account": "m", "merchant": "s", "amount": 1}
    late = [{**ORDERS[0], "id": "late-0"}, {**payment, "id": "late-1"}, {**payment, "id": "late-2"}]
    for economy in ("beer", "wine"):
        ledger.submit_many(economy, late)
    return run


def test_the_command_names_it_and_goes_on_with_the_other_economies(
    broken: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = broken("settle", code=3)
    assert result.stdout == "4 settled.\n"
    assert result.stderr.startswith("patronage: the event late-1 of beer breaks an invariant")
    assert result.stderr.count("\n") == 1
    monkeypatch.setenv("PATRONAGE_LANG", "zh")
    result = broken("settle", "beer", code=3)
    assert result.stdout == "已入账 0 个事件。\n"
    assert "late-1" in result.stderr
    monkeypatch.setenv("PATRONAGE_LANG", "en")
    assert "is in aside.jsonl" in broken("set-aside", "beer", "aside.jsonl").stdout
    assert json.loads(Path("aside.jsonl").read_text(encoding="utf-8"))["id"] == "late-1"
    broken("settle", code=3)  # the next one is the same merchant's
    assert "cannot write" in broken("set-aside", "beer", "aside.jsonl", code=2).stderr
    assert "No event of wine" in broken("set-aside", "wine", "other.jsonl").stdout
    assert not Path("other.jsonl").exists()


def test_what_needs_all_settled_stops_there(broken: Run) -> None:
    assert "late-1 of beer" in broken("close-day", "beer", "2026-03-01", code=3).stderr
    assert ledger.summary("beer").last_closed == "2026-01-01"


@pytest.mark.usefixtures("broken")
def test_following_names_it_once_and_goes_on_until_interrupted() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "patronage", "settle", "--follow"],
        env={**os.environ, "DATABASE_URL": "sqlite:///ledger.sqlite3"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert "late-1 of beer" in process.stderr.readline()
        while ledger.summary("wine").unsettled:
            pass
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate()
    assert (process.returncode, said, errors) == (3, "4 settled.\n", "")
