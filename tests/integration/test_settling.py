"""Each event exactly once, its outcome for good, the clock never back."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction

from patronage.economy import CharterError, Refusal
from patronage.ledger import (
    EconomyExistsError,
    EconomyIdError,
    FoundingRequiredError,
    StaleSettlerError,
    UnknownEconomyError,
    UnknownEventError,
    batch,
    open_economy,
    outcome_of,
    settle,
    settle_through,
    settling,
    store,
    submit,
    submit_lines,
    submit_many,
    verify,
)
from tests.integration.play import START, fresh, journal, rows, settle_all
from tests.integration.test_canonical import CHARTER

ORDER = {"id": "1", "type": "order.completed", "order": "o", "member": "m", "amount": 4000}


@pytest.fixture
def economy(using: str) -> str:
    economy = fresh()
    open_economy(economy, CHARTER, using=using)
    return economy


def test_the_charter_is_the_first_record(using: str, economy: str) -> None:
    (first,) = journal(using, economy)
    assert first["seq"] == 1
    assert first["previous"] == "00" * 32
    assert first["event"] == {"type": "economy.opened", "economy": economy, "charter": CHARTER}
    assert first["state"]["reserve"] == 1000
    assert first["state"]["issued"] == str(10 * 10**9)


def test_opening_again_is_nothing_new_and_otherwise_refused(using: str, economy: str) -> None:
    open_economy(economy, CHARTER, using=using)
    with pytest.raises(EconomyExistsError):
        open_economy(economy, {**CHARTER, "quota": {"multiple": "3"}}, using=using)
    assert len(journal(using, economy)) == 1


@pytest.mark.parametrize(
    ("amount", "price", "needed"),
    [("0.00", "1.00", 100), ("0.99", "1.00", 100), ("0.01", "0.015", 2), ("53.99", "54", 5400)],
)
def test_a_founding_is_required(using: str, amount: str, price: str, needed: int) -> None:
    points = {"authorised": "1000", "issue_price": price}
    charter = {**CHARTER, "founding": {"amount": amount}, "points": points}
    with pytest.raises(FoundingRequiredError) as refused:
        open_economy(fresh(), charter, using=using)
    assert refused.value.needed == needed
    assert refused.value.code == "founding_required"
    enough = {"amount": f"{needed // 100}.{needed % 100:02}"}
    open_economy(fresh(), {**charter, "founding": enough}, using=using)


def test_an_unsound_charter_or_id_opens_nothing(using: str) -> None:
    with pytest.raises(CharterError):
        open_economy(fresh(), {}, using=using)
    for id in ("", "A", "a b", "a" * 64, "-a"):
        with pytest.raises(EconomyIdError):
            open_economy(id, CHARTER, using=using)


def test_an_unknown_economy_or_event_raises(using: str, economy: str) -> None:
    with pytest.raises(UnknownEconomyError):
        submit("nowhere", ORDER, using=using)
    with pytest.raises(UnknownEconomyError):
        settle("nowhere", using=using)
    with pytest.raises(UnknownEconomyError):
        verify("nowhere", using=using)
    with pytest.raises(UnknownEventError):
        settle_through(economy, "1", using=using)


def test_the_same_again_returns_the_recorded_outcome(using: str, economy: str) -> None:
    receipt = submit(economy, ORDER, using=using)
    assert receipt.outcome is None
    assert outcome_of(economy, "1", using=using) is None
    settled = settle_through(economy, receipt, using=using)
    assert settled.seq == 2
    assert settled.refusal is None
    assert settled.facts["contribution"] == 1200
    again = submit(economy, dict(reversed(ORDER.items())), using=using)
    assert again.outcome == settled == settle_through(economy, again, using=using)
    assert settle(economy, using=using) == 0
    assert len(journal(using, economy)) == 2


def test_a_refusal_stays_refused(using: str, economy: str) -> None:
    redeem = {"id": "2", "type": "points.redeemed", "account": "m", "points": 10**9}
    refused = settle_through(economy, submit(economy, redeem, using=using), using=using)
    assert refused.refusal is Refusal.UNKNOWN_ACCOUNT
    settle_through(economy, submit(economy, ORDER, using=using), using=using)
    again = submit(economy, redeem, using=using)
    assert again.outcome == refused
    fresh_id = submit(economy, {**redeem, "id": "3"}, using=using)
    assert settle_through(economy, fresh_id, using=using).refusal is None


@pytest.mark.parametrize("settle_between", [True, False])
def test_other_content_is_a_conflict_each_time(
    using: str, economy: str, settle_between: bool
) -> None:
    receipts = []
    for amount in (4000, 5000, 5000, 4000):
        receipts.append(submit(economy, {**ORDER, "amount": amount}, using=using))
        if settle_between:
            settle_all(using, economy)
    outcomes = [settle_through(economy, receipt, using=using) for receipt in receipts]
    assert [outcome.refusal for outcome in outcomes] == [None, *[Refusal.CONFLICT] * 2, None]
    assert [record["code"] for record in journal(using, economy)[1:]] == [
        "applied",
        "conflict",
        "conflict",
    ]
    assert outcome_of(economy, "1", using=using) == outcomes[0]
    assert verify(economy, using=using).difference is None


def test_what_is_malformed_tells_only_its_hash(using: str, economy: str) -> None:
    lines = [b"{", b"", b'{"id":"1","type":"x","secret":1e999}', b'[{"secret":-0.0}]']
    receipts = submit_lines(economy, lines, using=using)
    assert [receipt.refusal for receipt in receipts] == [Refusal.MALFORMED] * 3
    for receipt in receipts:
        assert settle_through(economy, receipt, using=using).refusal is Refusal.MALFORMED
    told = journal(using, economy)[1:]
    assert [(one["id"], one["event"]) for one in told] == [(None, None), ("1", None), (None, None)]
    assert "secret" not in json.dumps(told)
    raw = [row[6] for row in rows(using, store.JOURNAL, economy)]
    assert raw[1] == b"{"
    assert b"secret" in raw[2]
    conflict = submit(economy, ORDER, using=using)
    assert conflict.refusal is Refusal.CONFLICT


def test_submitting_belongs_to_the_callers_transaction(using: str, economy: str) -> None:
    with transaction.atomic(using):
        submit(economy, ORDER, using=using)
        transaction.set_rollback(True, using=using)
    assert settle(economy, using=using) == 0


def test_settling_through_inside_a_transaction_raises(using: str, economy: str) -> None:
    with transaction.atomic(using):
        receipt = submit(economy, ORDER, using=using)
        with pytest.raises(RuntimeError, match="committed"):
            settle_through(economy, receipt, using=using)
        with pytest.raises(RuntimeError):
            settle(economy, using=using)
    assert settle_through(economy, receipt, using=using).refusal is None


def test_the_clock_is_given_and_never_goes_back(using: str, economy: str) -> None:
    times = [START + timedelta(hours=24 * 365 * 50 + hour) for hour in (1, 5, 3, 6)]
    for number, moment in enumerate(times):
        event = {**ORDER, "id": str(number), "order": str(number)}
        if number == 1:
            event["at"] = "whenever"
        submit(economy, event, using=using, clock=lambda moment=moment: moment)
    settle_all(using, economy)
    told = [record["at"] for record in journal(using, economy)[1:]]
    first, _, third, fourth = (settling.timestamp(moment) for moment in times)
    assert told == [first, None, third, fourth]
    submit(economy, {**ORDER, "id": "x"}, using=using, clock=lambda: times[0])
    settle_all(using, economy)
    assert journal(using, economy)[-1]["at"] == fourth


def test_ids_may_hold_anything_the_rules_allow(using: str, economy: str) -> None:
    for id in ("\x00", "\x01", "\x00\x01\x02", "红", "𐀀", "'\"%s", "é"):
        event = {**ORDER, "id": id, "order": id, "member": id, "referrer": id + "r"}
        receipt = submit(economy, event, using=using)
        assert settle_through(economy, receipt, using=using).facts["member"] == id
        assert outcome_of(economy, id, using=using).facts["referrer"] is None
    assert verify(economy, using=using).difference is None


def test_a_stale_settler_keeps_nothing(using: str, economy: str, monkeypatch) -> None:
    submit(economy, ORDER, using=using)
    read = store.read_head
    monkeypatch.setattr(store, "read_head", lambda *args: read(*args)._replace(hash=b"\1" * 32))
    with pytest.raises(StaleSettlerError):
        settle(economy, using=using)
    monkeypatch.undo()
    assert len(journal(using, economy)) == 1
    assert settle(economy, using=using) == 1
    assert verify(economy, using=using).difference is None


def test_a_late_commit_is_settled_late(postgresql_alias: str) -> None:
    using, economy = postgresql_alias, fresh()
    open_economy(economy, CHARTER, using=using)
    inserted, settled = threading.Event(), threading.Event()

    def late() -> None:
        try:
            with transaction.atomic(using):
                submit(economy, ORDER, using=using)
                inserted.set()
                settled.wait(20)
        finally:
            connections[using].close()

    thread = threading.Thread(target=late)
    thread.start()
    assert inserted.wait(20)
    other = submit(economy, {**ORDER, "id": "2", "order": "p"}, using=using)
    assert settle_through(economy, other, using=using).seq == 2
    settled.set()
    thread.join()
    assert settle_through(economy, "1", using=using).seq == 3


def test_threads_submit_and_settle_at_once(using: str, economy: str) -> None:
    """Two threads send the same orders, each in its own way, and settle as they please."""
    problems: list[Exception] = []

    def work(step: int) -> None:
        try:
            for number in list(range(40))[::step]:
                event = {**ORDER, "id": str(number), "order": str(number)}
                receipt = submit(economy, event, using=using)
                assert settle_through(economy, receipt, limit=3, using=using).refusal is None
        except Exception as error:  # shown below
            problems.append(error)
        finally:
            connections[using].close()

    threads = [threading.Thread(target=work, args=(step,)) for step in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    told = journal(using, economy)[1:]
    assert sorted(int(record["id"]) for record in told) == list(range(40))
    assert {record["code"] for record in told} == {"applied"}
    assert verify(economy, using=using) == (41, None)


def test_many_are_submitted_like_one(using: str, economy: str) -> None:
    events = [{**ORDER, "id": str(number), "order": str(number)} for number in range(30)]
    receipts = submit_many(economy, [*events, events[0]], using=using)
    assert len(receipts) == 31
    settle_all(using, economy)
    assert [record["seq"] for record in journal(using, economy)] == list(range(1, 32))
    assert rows(using, store.INBOX, economy) == []


@pytest.mark.parametrize(("lifted", "bought_out"), [(20000, 0), (40000, 1), (80000, 4)])
def test_an_account_met_again_in_line_keeps_what_the_batch_did(
    using: str, economy: str, lifted: int, bought_out: int, monkeypatch
) -> None:
    """The line is read page by page while events are judged: what it tells is older."""
    monkeypatch.setattr(batch, "_PAGE", 1)
    spent = {"a": 4000, "b": 5000, "c": 6000, "d": 7000}
    bought = {"type": "order.completed"}
    credited = {"type": "cash.credited", "amount": 7, "reason": "r"}
    lift = {"id": "lift", "type": "reserve.funded", "amount": lifted}
    orders = [
        {"id": f"order {id}", **bought, "order": id, "member": id, "amount": amount}
        for id, amount in spent.items()
    ]
    submit_many(economy, orders, using=using)
    settle_all(using, economy)
    credited_all = [{"id": f"credit {id}", **credited, "account": id} for id in spent]
    submit_many(economy, [*credited_all, lift], using=using)
    settle_all(using, economy)
    assert verify(economy, using=using).difference is None
    assert journal(using, economy)[-1]["state"]["compulsory_redemptions"] == bought_out
