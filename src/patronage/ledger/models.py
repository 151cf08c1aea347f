"""The ledger's tables. Every key begins with the economy; no table refers to another.

Money and coins are in minor units, points in nano-points. What can pass 64 bits is decimal text.
`settle` reads and writes them in bulk by hand (store.py); the models are for migrations and for
looking. Ids are stored as `store.column` makes them.
"""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


class IdField(models.TextField):  # type: ignore[type-arg]
    """A text in the order of its bytes, on every database."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> Any:
        """Return the column's type; PostgreSQL would order it by language otherwise."""
        collation = "C" if connection.vendor == "postgresql" else None
        return {**super().db_parameters(connection), "collation": collation}


class Economy(models.Model):
    """One economy: its state, its charter, and the end of its journal.

    `seq` and `head` are the number and the hash of the journal's last record, `clock` the latest
    time the ledger gave an event.
    """

    economy = IdField(primary_key=True)
    charter = models.TextField()
    seq = models.BigIntegerField()
    head = models.BinaryField()
    clock = models.TextField()
    reserve = models.BigIntegerField()
    issued = models.BigIntegerField()
    burned = models.BigIntegerField()
    treasury = models.BigIntegerField()
    coins = models.BigIntegerField()
    dividend_pool = models.BigIntegerField()
    dividends_unpaid = models.BigIntegerField()
    fees = models.BigIntegerField()
    surplus = models.BigIntegerField()
    returned = models.BigIntegerField()
    paid_in = models.BigIntegerField()
    paid_out = models.BigIntegerField()
    index = models.TextField(db_column="dividend_index")
    founding = models.BigIntegerField()
    compulsory_redemptions = models.BigIntegerField()
    days_closed = models.BigIntegerField()
    last_closed = models.TextField()


class Account(models.Model):
    """A holder's balances, the place of its last movement, and its key in line.

    `queued` is at most the ceiling, None where nothing is in line (see `store.key_column`): most
    ceilings rise, and their key, which an index holds, is left until it comes up.
    """

    pk = models.CompositePrimaryKey("economy", "account")
    economy = IdField()
    account = IdField()
    merchant = models.BooleanField()
    points = models.BigIntegerField()
    quota = models.BigIntegerField()
    cash = models.BigIntegerField()
    coins = models.BigIntegerField()
    owed = models.TextField()
    at = models.TextField(db_column="at_index")
    last_seq = models.BigIntegerField()
    last_position = models.IntegerField()
    queued = models.BinaryField(null=True)

    class Meta:
        """The line of those to be bought out."""

        indexes = (
            models.Index(
                fields=("economy", "queued", "account"),
                name="ledger_account_line",
                condition=models.Q(queued__isnull=False),
            ),
        )


class Order(models.Model):
    """A completed order, for its refunds: which record tells of it, and what came back since."""

    pk = models.CompositePrimaryKey("economy", "order_id")
    economy = IdField()
    order_id = IdField()
    seq = models.BigIntegerField()
    refunded = models.BigIntegerField()


class Payment(models.Model):
    """Coins paid to a merchant, for their refunds."""

    pk = models.CompositePrimaryKey("economy", "payment")
    economy = IdField()
    payment = IdField()
    member = IdField()
    merchant = IdField()
    amount = models.BigIntegerField()
    refunded = models.BigIntegerField()


class Withdrawal(models.Model):
    """Cash withdrawn, for its restoration."""

    pk = models.CompositePrimaryKey("economy", "withdrawal")
    economy = IdField()
    withdrawal = IdField()
    account = IdField()
    amount = models.BigIntegerField()
    restored = models.BigIntegerField()


class Inbox(models.Model):
    """What was submitted and is not settled yet: settling takes it out.

    The database's `number` orders only what is here, so a late commit is settled late and never
    skipped, and gaps mean nothing.
    """

    number = models.BigAutoField(primary_key=True)
    economy = IdField()
    event_id = IdField(null=True)
    content = models.TextField(null=True)
    raw = models.BinaryField(null=True)
    hash = models.BinaryField()
    received = models.TextField()

    class Meta:
        """The order of settling."""

        indexes = (models.Index(fields=("economy", "number"), name="ledger_inbox_order"),)


class Journal(models.Model):
    """The records: `record` is the canonical text, `content` the hash of the event's.

    `raw` keeps, unpublished, what was submitted and has no canonical form.
    """

    pk = models.CompositePrimaryKey("economy", "seq")
    economy = IdField()
    seq = models.BigIntegerField()
    event_id = IdField(null=True)
    type = models.TextField(null=True)
    code = models.TextField()
    content = models.BinaryField()
    record = models.TextField()
    raw = models.BinaryField(null=True)

    class Meta:
        """An id is judged once; only conflicts with it may follow."""

        constraints = (
            models.UniqueConstraint(
                fields=("economy", "event_id"),
                condition=~models.Q(code="conflict"),
                name="ledger_journal_once",
            ),
        )
        indexes = (
            models.Index(
                fields=("economy", "event_id"),
                condition=models.Q(code="conflict"),
                name="ledger_journal_conflicts",
            ),
            models.Index(
                fields=("economy", "seq"),
                condition=models.Q(type="day.closed"),
                name="ledger_journal_days",
            ),
            models.Index(
                fields=("economy", "seq"),
                condition=models.Q(type="charter.amended"),
                name="ledger_journal_charters",
            ),
        )


class Movement(models.Model):
    """What one record did to one account for one cause, and the balances after it.

    `previous_seq` and `previous_position` are the place of the account's movement before, 0 for
    none: a statement follows them from the account's last, and no index grows with the history.
    """

    pk = models.CompositePrimaryKey("economy", "seq", "position")
    economy = IdField()
    seq = models.BigIntegerField()
    position = models.IntegerField()
    account = IdField()
    cause = models.TextField()
    points = models.BigIntegerField()
    quota = models.BigIntegerField()
    cash = models.BigIntegerField()
    coins = models.BigIntegerField()
    points_after = models.BigIntegerField()
    quota_after = models.BigIntegerField()
    cash_after = models.BigIntegerField()
    coins_after = models.BigIntegerField()
    dividend = models.BigIntegerField()
    fee = models.BigIntegerField()
    previous_seq = models.BigIntegerField()
    previous_position = models.IntegerField()


class Verification(models.Model):
    """How an economy's last `verify` from the command ended; `difference` is empty if well."""

    economy = IdField(primary_key=True)
    at = models.TextField()
    records = models.BigIntegerField()
    difference = models.TextField()
