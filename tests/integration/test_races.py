"""Many work on one economy at once; and what would come of it without each guard."""

import threading
from unittest import mock

import pytest
from django.db import IntegrityError, connections, transaction

from patronage import ledger
from patronage.ledger import (
    open_economy,
    settle,
    settle_through,
    settling,
    store,
    submit,
    submit_many,
    verify,
)
from patronage.ledger.batch import Loaded
from tests.integration.databases import URLS, database_of_our_own, known
from tests.integration.play import fresh, journal, rows
from tests.integration.racing import (
    ORDERS,
    SECONDS,
    Workers,
    knock_and_settle,
    settle_once,
    submit_and_settle,
    unguarded,
)
from tests.integration.test_canonical import CHARTER


@pytest.fixture
def economy(using: str) -> str:
    return opened(using)


@pytest.fixture(params=["threads", "processes"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def opened(using: str) -> str:
    economy = fresh("race")
    open_economy(economy, CHARTER, using=using)
    return economy


def seqs(using: str, economy: str) -> list[int]:
    return [record["seq"] for record in journal(using, economy)]


def test_all_submit_and_settle_the_same(using: str, economy: str, kind: str) -> None:
    workers = Workers(kind, using)
    for step in (1, -1, 7):
        workers.start(submit_and_settle, economy, step)

    seventh, *others = sorted(workers.finish(), key=len)

    assert others[0] == others[1], "each was told the same"
    assert set(seventh) <= set(others[0])
    assert sorted(seq for _, seq, _ in others[0]) == seqs(using, economy)[1:]
    assert {refusal for _, _, refusal in others[0]} == {None}
    assert verify(economy, using=using) == (len(ORDERS) + 1, None)


def raced(using: str, economy: str, kind: str, *guards_off: str) -> list:
    """Let one settler judge all, then another settle all, then the first go on."""
    submit_many(economy, ORDERS, using=using)
    workers = Workers(kind, using, *guards_off)
    gate = workers.gate()
    with unguarded(*guards_off):
        workers.start(settle_once, economy, gate=gate)
        assert gate.reached.wait(SECONDS)
        if guards_off:
            workers.start(settle_once, economy).join(SECONDS)
        else:
            knocked = workers.event()
            workers.start(knock_and_settle, economy, knocked)
            assert knocked.wait(SECONDS)
        gate.opened.set()
        return workers.finish()


def test_two_settlers(using: str, economy: str, kind: str) -> None:
    """The second waits for the first, who settles for both."""
    assert raced(using, economy, kind) == [0, len(ORDERS)]
    assert verify(economy, using=using) == (len(ORDERS) + 1, None)


def test_two_settlers_without_the_lock(using: str, economy: str, kind: str) -> None:
    """The first is stale. Nothing of its batch is kept, and the second's is whole."""
    settled, first = raced(using, economy, kind, "lock")
    assert settled == len(ORDERS)
    # SQLite lets nobody write who read what is no longer so.
    stale = {"sqlite": "OperationalError: database is locked", "postgresql": "StaleSettlerError: "}
    assert first.startswith(stale[using])
    assert seqs(using, economy) == list(range(1, len(ORDERS) + 2))
    assert verify(economy, using=using) == (len(ORDERS) + 1, None)


def test_two_settlers_without_lock_and_comparison(postgresql_alias: str) -> None:
    """The journal's key refuses a second record of the same number."""
    economy = opened(postgresql_alias)
    settled, first = raced(postgresql_alias, economy, "threads", "lock", "comparison")
    assert settled == len(ORDERS)
    assert first.startswith("IntegrityError: duplicate key")
    assert verify(economy, using=postgresql_alias) == (len(ORDERS) + 1, None)


def test_two_settlers_without_lock_comparison_and_keys(postgresql_alias: str) -> None:
    """Every order is paid for twice in the journal, and `verify` says so."""
    with (
        database_of_our_own(URLS[postgresql_alias]) as url,
        known("keyless", url) as using,
    ):
        economy = opened(using)
        with connections[using].cursor() as cursor:
            cursor.execute("ALTER TABLE ledger_journal DROP CONSTRAINT ledger_journal_pkey")
            cursor.execute("DROP INDEX ledger_journal_once")
            cursor.execute("ALTER TABLE ledger_movement DROP CONSTRAINT ledger_movement_pkey")
            cursor.execute("ALTER TABLE ledger_order DROP CONSTRAINT ledger_order_pkey")
        settled = raced(using, economy, "threads", "lock", "comparison")
        assert settled == [len(ORDERS)] * 2
        twice = [1, *(seq for seq in range(2, len(ORDERS) + 2) for _ in range(2))]
        assert seqs(using, economy) == twice
        assert verify(economy, using=using).difference == ("record 3", "is missing")


def submitted_twice(using: str, economy: str) -> None:
    """Submit the same order in two transactions that do not see each other."""
    inside, both = threading.Barrier(2), []

    def work() -> None:
        try:
            with transaction.atomic(using):
                both.append(submit(economy, ORDERS[0], using=using))
                if connections[using].vendor == "postgresql":  # on SQLite one is after the other
                    inside.wait(SECONDS)
        finally:
            connections[using].close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert [receipt.outcome for receipt in both] == [None, None]
    assert len(rows(using, store.INBOX, economy)) == 2


def test_the_same_is_submitted_twice_at_once(using: str, economy: str) -> None:
    submitted_twice(using, economy)
    assert [settle(economy, 1, using=using) for _ in range(3)] == [1, 1, 0]
    assert verify(economy, using=using) == (2, None)


def test_the_same_twice_without_looking_under_the_lock(using: str, economy: str) -> None:
    """The journal's index refuses a second judgement of an id."""
    submitted_twice(using, economy)
    assert settle(economy, 1, using=using) == 1
    load = settling.load

    def forgetful(*arguments) -> Loaded:
        loaded = load(*arguments)
        loaded.known.contents.clear()
        return loaded

    with mock.patch.object(settling, "load", forgetful), pytest.raises(IntegrityError):
        settle(economy, 1, using=using)
    assert verify(economy, using=using) == (2, None)


def test_whoever_holds_the_lock_settles_for_all(using: str, economy: str) -> None:
    """All have submitted before the first may settle: one batch does, the others find it done."""
    count = 8
    submitted, asking = threading.Barrier(count), threading.Barrier(count)
    settled, seqs_told, holder = [], [], []
    first, read, plain = threading.Lock(), store.read_head, settling.settle

    def settle_counted(*arguments, **options) -> int:
        if first.acquire(blocking=False):
            holder.append(threading.get_ident())
        else:
            asking.wait(SECONDS)
        settled.append(plain(*arguments, **options))
        return settled[-1]

    def read_when_all_ask(*arguments):
        if threading.get_ident() in holder:  # who has the lock now
            asking.wait(SECONDS)
        return read(*arguments)

    def work(number: int) -> None:
        try:
            receipt = submit(economy, ORDERS[number], using=using)
            submitted.wait(SECONDS)
            seqs_told.append(settle_through(economy, receipt, using=using).seq)
        finally:
            connections[using].close()

    with (
        mock.patch.object(settling, "settle", settle_counted),
        mock.patch.object(store, "read_head", read_when_all_ask),
    ):
        threads = [threading.Thread(target=work, args=(number,)) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(SECONDS)
    assert sorted(settled) == [0] * (count - 1) + [count]
    assert sorted(seqs_told) == list(range(2, count + 2))
    assert ledger.verify(economy, using=using) == (count + 1, None)
