"""Whatever an insider does to the database, one of three catches it; this says which.

`verify` compares the database with its own journal, the publisher the journal with what was
published, and an audit what was published with the rules.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connections

from patronage.ledger import verify
from patronage.ledger.log.audit import audit
from patronage.ledger.log.publisher import Fork, ForkError
from patronage.tlog import Trust
from tests.integration.databases import known
from tests.integration.log.play import Public, order
from tests.integration.play import fresh
from tests.integration.test_verify import EVENTS

VERIFY, PUBLISHER, AUDIT = "verify", "the publisher", "an audit"
SWAP = """UPDATE ledger_journal SET seq = CASE seq WHEN {a} THEN -1 ELSE seq END WHERE {e};
UPDATE ledger_journal SET seq = {a} WHERE seq = {b} AND {e};
UPDATE ledger_journal SET seq = {b} WHERE seq = -1 AND {e}"""
INSERT = """INSERT INTO ledger_journal (economy, seq, event_id, type, code, content, record, raw)
SELECT economy, 15, 'again', type, code, content, record, raw FROM ledger_journal
WHERE seq = 3 AND {e}"""
INSERT_AND_MOVE = f"{INSERT}; UPDATE ledger_economy SET seq = seq + 1 WHERE {{e}}"  # noqa: S608
MORE_POINTS = """UPDATE ledger_account SET points = points + 1 WHERE account = 'n' AND {e};
UPDATE ledger_economy SET last_closed = '2026-01-02' WHERE {e}"""
OTHERS_CASH = """UPDATE ledger_account
SET cash = cash + CASE account WHEN 'n' THEN -20 ELSE 20 END WHERE account IN ('m', 'n') AND {e};
UPDATE ledger_economy SET last_closed = '2026-01-02' WHERE {e}"""

# What is done to a record that is published (3 to 5), or to one that is not yet (12 to 14), and who
# catches it. Who could not is told, too: a published row is safe in the log whatever becomes of it.
CHANGES: dict[str, tuple[str, set[str]]] = {
    "edit a published row": (
        "UPDATE ledger_journal SET record = replace(record, '9000', '9001') WHERE seq = 3 AND {e}",
        {VERIFY},
    ),
    "delete a published row": ("DELETE FROM ledger_journal WHERE seq = 4 AND {e}", {VERIFY}),
    "swap two published rows": (SWAP.format(a=4, b=5, e="{e}"), {VERIFY}),
    "edit the last published row": (
        "UPDATE ledger_journal SET record = replace(record, '2026', '2027') WHERE seq = 10 AND {e}",
        {VERIFY, PUBLISHER},
    ),
    "edit a new row": (
        "UPDATE ledger_journal SET record = replace(record, '4000', '4001') WHERE seq = 12 AND {e}",
        {VERIFY, PUBLISHER},
    ),
    "delete a new row": ("DELETE FROM ledger_journal WHERE seq = 12 AND {e}", {VERIFY, PUBLISHER}),
    "swap two new rows": (SWAP.format(a=12, b=13, e="{e}"), {VERIFY, PUBLISHER}),
    "insert a row": (INSERT, {VERIFY, PUBLISHER}),
    "insert a row and move the head": (INSERT_AND_MOVE, {VERIFY, PUBLISHER}),
    "change a balance": (
        "UPDATE ledger_account SET cash = cash + 1 WHERE account = 'n' AND {e}",
        {VERIFY},
    ),
    "change a balance before a day's record": (MORE_POINTS, {VERIFY, PUBLISHER}),
    "move cash to another before a day's record": (OTHERS_CASH, {VERIFY, AUDIT}),
}  # fmt: skip


def caught_by(public: Public) -> set[str]:
    """Return who finds something wrong."""
    found = set()
    if verify(public.economy, using=public.using).difference is not None:
        found.add(VERIFY)
    before = public.files.get("checkpoint")
    try:
        public.publish()
    except ForkError:
        found.add(PUBLISHER)
        assert public.files.get("checkpoint") == before, "nothing was signed"
    if audit(public.files.get, Trust(public.key)).fault is not None:
        found.add(AUDIT)
    return found


@pytest.fixture
def lived(public: Public) -> Public:
    """Ten records are published, four are not yet."""
    public.settle(*EVENTS)
    public.publish()
    public.settle(*(order(number) for number in range(4)))
    return public


def test_without_tampering_nobody_finds_anything(lived: Public) -> None:
    assert caught_by(lived) == set()


@pytest.mark.parametrize("change", CHANGES)
def test_who_catches_it(lived: Public, change: str) -> None:
    statements, by = CHANGES[change]
    with connections[lived.using].cursor() as cursor:
        for statement in statements.format(e="economy = %s").split(";"):
            cursor.execute(statement, [lived.economy])
            assert cursor.rowcount
    assert caught_by(lived) == by


def test_an_old_backup_is_caught_by_the_publisher_alone(tmp_path: Path, folder: Path) -> None:
    """The database is as it was, and right in itself; only who remembers can tell."""
    alias = fresh("backup").replace("-", "_")
    file = folder / f"{alias}.sqlite3"

    def with_file(action: Callable[[Public | None], Public], public: Public | None) -> Public:
        with known(alias, f"sqlite:///{file}"):
            return action(public)

    def live(_: Public | None) -> Public:
        public = Public(alias, tmp_path)
        public.settle(*EVENTS[:4])
        public.publish()
        return public

    def live_on(public: Public) -> Public:
        public.settle(*EVENTS[4:])
        public.publish()
        return public

    def restored(public: Public) -> Public:
        assert caught_by(public) == {PUBLISHER}
        with pytest.raises(ForkError) as raised:
            public.publish()
        assert raised.value.fork == Fork.OLD_DATABASE
        # And when it has grown past what was published:
        public.settle(*(order(number) for number in range(20)))
        assert caught_by(public) == {PUBLISHER}
        return public

    public = with_file(live, None)
    shutil.copy(file, tmp_path / "backup")
    with_file(live_on, public)
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()
    shutil.copy(tmp_path / "backup", file)
    with_file(restored, public)


def test_a_history_made_anew_is_caught_by_who_saw_the_old_one(here: Public) -> None:
    """Database, folder and memory are all replaced: only a stranger's own memory tells."""
    here.live()
    seen = here.checkpoint()
    other = Public(here.using, here.root / "other")
    shutil.copy(here.key_file, other.key_file)
    other.settle(*(order(number) for number in range(20)))
    other.publish()
    assert verify(other.economy, using=other.using).difference is None
    assert audit(other.files.get, Trust(here.key)).fault is None
    assert audit(other.files.get, Trust(here.key), seen).fault is not None
