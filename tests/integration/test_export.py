"""What is exported says the same as what is stored, to programs that are not ours."""

import json
import subprocess
import sys
import tomllib
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data, realization
from django.db import connections

from patronage import ledger
from patronage.economy import Replay, parse_charter
from patronage.economy.events import FORMS
from patronage.economy.state import FIGURES
from patronage.ledger import UnknownEconomyError, store
from patronage.ledger.export import COINS, MONEY, POINTS
from patronage.ledger.opening import open_unchecked
from tests.integration.play import final_state, fresh, rows, settle_all
from tests.integration.running import Run
from tests.integration.test_canonical import CHARTER
from tests.unit.economy.test_vectors import OURS, charter_of

RICH = {
    **CHARTER,
    "referral": {"rate": "0.1"},
    "dividend": {"rate": "0.5"},
    "redemption": {"fee": "0.1"},
}
PLAIN = {"account": "m", "amount": 700}
STREAM = [
    {"type": "order.completed", "order": "o", "member": "m", "amount": 90_000, "profit": 900},
    {
        "type": "order.completed",
        "order": "p",
        "member": "n n/惠",
        "amount": 40_001,
        "referrer": "m",
    },
    {"type": "merchant.opened", "merchant": "s"},
    {"type": "points.redeemed", "account": "m", "points": 3 * 10**9 + 1},
    {"type": "points.converted", "account": "m", "points": 20 * 10**9},
    {"type": "coins.spent", "account": "m", "merchant": "s", "amount": 900},
    {"type": "coins.refunded", "payment": "6", "amount": 100},
    {"type": "coins.redeemed", "merchant": "s", "amount": 700},
    {"type": "cash.credited", "reason": "r", **PLAIN},
    {"type": "cash.withdrawn", **PLAIN},
    {"type": "cash.restored", "withdrawal": "10", "amount": 300},
    {"type": "cash.charged", "reason": "r", **PLAIN, "amount": 50},
    {"type": "reserve.funded", "amount": 5},
    {"type": "treasury.burned", "points": 1000},
    {"type": "day.closed", "date": "2026-01-31", "profit": 90_000},
    {"type": "order.refunded", "order": "p", "amount": 7001},
    {"type": "charter.amended", "charter": {**RICH, "quota": {"multiple": "3"}}},
    {"type": "order.completed", "order": "q", "member": "m", "amount": 0},
    {"type": "day.closed", "date": "2026-02-01"},
    {"type": "points.redeemed", "account": "n n/惠", "points": 10**9},
]


@pytest.fixture
def economy(using: str) -> str:
    """An economy in which every type of event was applied."""
    economy = fresh("export")
    ledger.open_economy(economy, RICH, using=using)
    for number, event in enumerate(STREAM, 1):
        ledger.submit(economy, {"id": str(number), **event}, using=using)
    ledger.submit(economy, {"id": "1", "type": "nothing"}, using=using)
    ledger.submit_lines(economy, [b"nothing", b'{"id": "x", "type": 1.5}', b"[]"], using=using)
    ledger.submit(economy, {"id": "x", "type": 1.25}, using=using)
    settle_all(using, economy)
    journal = rows(using, store.JOURNAL, economy)
    assert {row[2] for row in journal if row[3] == "applied"} == {*FORMS, "economy.opened"}
    return economy


def book(economy: str, using: str) -> tuple[list, list, dict]:
    return loader.load_string("\n".join(ledger.beancount_lines(economy, using=using)))


def test_the_beancount_ledger_balances_and_ends_in_what_is_stored(using: str, economy: str) -> None:
    entries, errors, _ = book(economy, using)
    assert errors == []
    held = realization.realize(entries)

    def balance(account: str, unit: str) -> Decimal:
        return realization.get(held, account).balance.get_currency_units(unit).number

    told = ledger.summary(economy, using=using).figures
    for figures, unit, places in ((MONEY, "CNY", 2), (POINTS, "POINTS", 9), (COINS, "COINS", 2)):
        for name, (account, sign) in figures.items():
            assert balance(account, unit) == Decimal(sign * told[name]).scaleb(-places), name
    names = {"m": "Members:Id-m", "n n/惠": "Members:Id-n-20n-2f-e6-83-a0", "s": "Merchants:Id-s"}
    for id, name in names.items():
        view = ledger.account(economy, id, using=using)
        assert balance(f"Liabilities:{name}", "CNY") == Decimal(-view.cash).scaleb(-2)
        assert balance(f"Liabilities:{name}", "COINS") == Decimal(-view.coins).scaleb(-2)
        assert balance(f"Liabilities:{name}", "POINTS") == Decimal(-view.points).scaleb(-9)
    asserted = [entry for entry in entries if isinstance(entry, data.Balance)]
    assert len(asserted) == len({*MONEY, *POINTS, *COINS}) + 3 * len(names)


def test_every_figure_but_the_index_has_one_account() -> None:
    assert {*MONEY, *POINTS, *COINS} == {*FIGURES, "founding"} - {"index"}
    accounts = [account for figures in (MONEY, POINTS, COINS) for account, _ in figures.values()]
    assert len(accounts) == len(set(accounts))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_account SET cash = cash + 1 WHERE account = 's' AND ",
        "UPDATE ledger_account SET points = points + 1 WHERE account = 'm' AND ",
        "UPDATE ledger_economy SET fees = fees + 1 WHERE ",
        "UPDATE ledger_movement SET coins = coins - 1 WHERE seq = 7 AND position = 0 AND ",
    ],
)
def test_a_last_digit_changed_by_hand_is_noticed(using: str, economy: str, change: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute(f"{change} economy = %s", [economy])
        assert cursor.rowcount == 1
    assert book(economy, using)[1]


@pytest.mark.parametrize("name", ["texts.half", "yen.yen", "dinar.dinar", "cascade.thin"])
def test_odd_names_and_other_currencies(using: str, name: str) -> None:
    economy = fresh("vector")
    events = OURS / f"{name}.events.jsonl"
    charter = (events.parent / f"{name.split('.')[1]}.toml").read_text(encoding="utf-8")
    open_unchecked(economy, tomllib.loads(charter), using=using)
    ledger.submit_lines(economy, events.read_bytes().splitlines(), using=using)
    settle_all(using, economy)
    assert book(economy, using)[1] == []
    replay = Replay(charter_of(events))
    for line in ledger.event_lines(economy, using=using):
        replay.submit_line(line.encode())
    assert replay.final_state() == final_state(using, economy)


def test_the_events_replay_to_what_is_stored(using: str, economy: str) -> None:
    replay = Replay(parse_charter(RICH))
    for line in ledger.event_lines(economy, using=using):
        assert replay.submit_line(line.encode()) is not None  # none repeats another
    assert replay.final_state() == final_state(using, economy)
    assert [code for _, code in replay.rejected] == [
        "invalid_amount",
        "conflict",
        "malformed",
        "malformed",
        "malformed",
        "conflict",
    ]


def test_the_records_are_a_chain_that_ends_in_the_head(using: str, economy: str) -> None:
    previous = bytes(32).hex()
    for seq, line in enumerate(ledger.journal_lines(economy, using=using), 1):
        told = json.loads(line)
        assert (told["seq"], told["previous"]) == (seq, previous)
        previous = sha256(line.encode()).hexdigest()
    assert previous == ledger.summary(economy, using=using).head


def test_dates_that_are_none_take_the_one_before(using: str) -> None:
    economy = fresh("dates")
    ledger.open_economy(economy, RICH, using=using)
    for number, at in enumerate(
        ("2031-05-06T07:00", "soon", "0999-01-01", "2030-02-30", "2029-01-01")
    ):
        event = {"id": str(number), "type": "cash.credited", "reason": "r", **PLAIN, "at": at}
        ledger.submit(economy, event, using=using)
    settle_all(using, economy)
    entries, errors, _ = book(economy, using)
    assert errors == []
    dates = {e.narration: str(e.date) for e in entries if isinstance(e, data.Transaction)}
    assert [dates[str(number)] for number in range(5)] == ["2031-05-06"] * 4 + ["2029-01-01"]
    assert {str(e.date) for e in entries if isinstance(e, data.Balance)} == {"2031-05-07"}


def test_more_records_and_accounts_than_are_read_at_once(
    using: str, monkeypatch: pytest.MonkeyPatch, economy: str
) -> None:
    whole = list(ledger.beancount_lines(economy, using=using))
    monkeypatch.setattr("patronage.ledger.export._AT_ONCE", 2)
    assert list(ledger.beancount_lines(economy, using=using)) == whole


def test_an_unknown_economy(using: str) -> None:
    for lines in (ledger.beancount_lines, ledger.event_lines, ledger.journal_lines):
        with pytest.raises(UnknownEconomyError):
            next(lines("nowhere", using=using))


def test_the_command_writes_what_others_read(run: Run) -> None:
    ledger.submit_many("wine", [{"id": str(n), **event} for n, event in enumerate(STREAM, 1)])
    run("settle")
    assert run("export", "wine", "--output", "wine.beancount").stdout == ""
    check = Path(sys.executable).with_name("bean-check")
    checked = subprocess.run([check, "wine.beancount"], capture_output=True)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
    assert run("export", "wine").stdout_bytes == Path("wine.beancount").read_bytes()
    run("export", "wine", "--format", "events", "--output", "events.jsonl")
    final = json.loads(run("replay", "charter.toml", "events.jsonl").stdout)
    assert final == json.loads(json.dumps(final_state("default", "wine")))
    records = run("export", "wine", "--format", "jsonl").stdout_bytes.splitlines()
    assert len(records) == ledger.summary("wine").records
    unknown = run("export", "beer", "--output", "beer.beancount", code=2)
    assert "there is no economy" in unknown.stderr
    assert not Path("beer.beancount").exists()
    assert "cannot write" in run("export", "wine", "--output", "no/where", code=2).stderr
