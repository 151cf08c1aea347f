"""Whatever is changed behind the ledger's back is found, and the first of it is named."""

import pytest
from django.core.management import call_command
from django.db import connections

from patronage.ledger import open_economy, submit_many, verify
from patronage.ledger.store import JOURNAL
from tests.integration.play import fresh, settle_all
from tests.integration.test_canonical import CHARTER

EVENTS = [
    {"id": "1", "type": "order.completed", "order": "o", "member": "m", "amount": 4000},
    {"id": "2", "type": "order.completed", "order": "p", "member": "n", "amount": 9000},
    {"id": "3", "type": "merchant.opened", "merchant": "s"},
    {"id": "4", "type": "points.converted", "account": "m", "points": 3 * 10**9},
    {"id": "5", "type": "coins.spent", "account": "m", "merchant": "s", "amount": 5},
    {"id": "6", "type": "cash.credited", "account": "n", "amount": 70, "reason": "r"},
    {"id": "7", "type": "cash.withdrawn", "account": "n", "amount": 50},
    {"id": "8", "type": "nothing"},
    {"id": "9", "type": "day.closed", "date": "2026-01-01"},
]

_FAR_BEYOND = (
    f"INSERT INTO ledger_journal ({', '.join(JOURNAL.columns)}) "  # noqa: S608  (the names are ours)
    f"SELECT economy, 99999, 'x', {', '.join(JOURNAL.columns[3:])} "
    "FROM ledger_journal WHERE {e} AND seq = 10"
)
CHANGES = {
    "a balance": ("UPDATE ledger_account SET cash = cash + 1 WHERE {e} AND account = 'n'",
                  "account 'n'"),
    "a key less": ("UPDATE ledger_account SET queued = NULL WHERE {e} AND account = 'm'",
                   "account 'm'"),
    "a key too high": ("UPDATE ledger_account SET queued = {high} WHERE {e} AND account = 'm'",
                       "account 'm'"),
    "a last place": ("UPDATE ledger_account SET last_seq = 4 WHERE {e} AND account = 'm'",
                     "account 'm'"),
    "a previous place": ("UPDATE ledger_movement SET previous_position = 1 WHERE {e} AND seq = 7",
                         "movement 0 of record 7"),
    "an account less": ("DELETE FROM ledger_account WHERE {e} AND account = 'm'", "account 'm'"),
    "an account more": ("UPDATE ledger_account SET account = 'mm' WHERE {e} AND account = 'm'",
                        "account 'm'"),
    "an order": ("UPDATE ledger_order SET refunded = 1 WHERE {e} AND order_id = 'p'", "order 'p'"),
    "a payment": ("DELETE FROM ledger_payment WHERE {e}", "payment '5'"),
    "a withdrawal": ("UPDATE ledger_withdrawal SET amount = 51 WHERE {e}", "withdrawal '7'"),
    "a movement": ("UPDATE ledger_movement SET cash_after = 0 WHERE {e} AND seq = 7",
                   "movement 0 of record 7"),
    "a movement less": ("DELETE FROM ledger_movement WHERE {e} AND seq = 6 AND position = 0",
                        "movement 0 of record 6"),
    "a movement more": ("UPDATE ledger_movement SET seq = 99 WHERE {e} AND seq = 8",
                        "movement 0 of record 8"),
    "a movement of the opening": ("UPDATE ledger_movement SET seq = 1 WHERE {e} AND seq = 8",
                                  "movement 0 of record 1"),
    "a record less": ("DELETE FROM ledger_journal WHERE {e} AND seq = 4", "record 4"),
    "the last record": ("DELETE FROM ledger_journal WHERE {e} AND seq = 10", "record 10"),
    "the first record": ("DELETE FROM ledger_journal WHERE {e} AND seq = 1", "record 1"),
    "a byte": ("UPDATE ledger_journal SET record = replace(record, ':9000', ':9001') WHERE {e}",
               "record 3"),
    "a charter": ("UPDATE ledger_journal SET record = replace(record, '0.70', '0.71') WHERE {e}",
                  "record 1"),
    "a code": ("UPDATE ledger_journal SET code = 'applied' WHERE {e} AND seq = 9", "record 9"),
    "a content": ("UPDATE ledger_journal SET content = {high} WHERE {e} AND seq = 5", "record 5"),
    "the last hash": ("UPDATE ledger_economy SET head = {high} WHERE {e}", "the economy's head"),
    "what was malformed": ("UPDATE ledger_journal SET raw = content WHERE {e} AND seq = 9",
                           "record 9"),
    "a gap": ("UPDATE ledger_journal SET seq = 106 WHERE {e} AND seq = 5", "record 5"),
    "a record far beyond": (_FAR_BEYOND, "record 11"),
    "the reserve": ("UPDATE ledger_economy SET reserve = reserve + 1 WHERE {e}",
                    "the economy's reserve"),
    "the head": ("UPDATE ledger_economy SET seq = seq - 1 WHERE {e}", "the economy's seq"),
    "the charter": ("UPDATE ledger_economy SET charter = replace(charter, '0.70', '0.7') WHERE {e}",
                    "the economy's charter"),
}  # fmt: skip


@pytest.fixture
def economy(using: str) -> str:
    economy = fresh("verify")
    open_economy(economy, CHARTER, using=using)
    submit_many(economy, EVENTS, using=using)
    settle_all(using, economy)
    assert verify(economy, using=using) == (10, None)
    return economy


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found_and_named(using: str, economy: str, change: str) -> None:
    statement, where = CHANGES[change]
    with connections[using].cursor() as cursor:
        high = "x'ff'" if connections[using].vendor == "sqlite" else r"'\xff'::bytea"
        cursor.execute(statement.format(e="economy = %s", high=high), [economy])
        assert cursor.rowcount
    found = verify(economy, using=using).difference
    assert found is not None
    assert found.where == where


def test_what_was_malformed_may_be_erased(using: str, economy: str) -> None:
    with connections[using].cursor() as cursor:
        cursor.execute("UPDATE ledger_journal SET raw = NULL WHERE economy = %s", [economy])
    assert verify(economy, using=using) == (10, None)


def test_the_migrations_are_the_models(sqlite_alias: str) -> None:
    call_command("makemigrations", "ledger", check=True, dry_run=True, verbosity=0)
    assert sqlite_alias
