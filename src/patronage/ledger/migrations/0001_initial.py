# The tables of the first release.

import patronage.ledger.models
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def leave_room(apps: object, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Let PostgreSQL change an account within its page, so that no index is told."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE ledger_account SET (fillfactor = 70)")


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Economy",
            fields=[
                ("economy", patronage.ledger.models.IdField(primary_key=True, serialize=False)),
                ("charter", models.TextField()),
                ("seq", models.BigIntegerField()),
                ("head", models.BinaryField()),
                ("clock", models.TextField()),
                ("reserve", models.BigIntegerField()),
                ("issued", models.BigIntegerField()),
                ("burned", models.BigIntegerField()),
                ("treasury", models.BigIntegerField()),
                ("coins", models.BigIntegerField()),
                ("dividend_pool", models.BigIntegerField()),
                ("dividends_unpaid", models.BigIntegerField()),
                ("fees", models.BigIntegerField()),
                ("surplus", models.BigIntegerField()),
                ("returned", models.BigIntegerField()),
                ("paid_in", models.BigIntegerField()),
                ("paid_out", models.BigIntegerField()),
                ("index", models.TextField(db_column="dividend_index")),
                ("founding", models.BigIntegerField()),
                ("compulsory_redemptions", models.BigIntegerField()),
                ("days_closed", models.BigIntegerField()),
                ("last_closed", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "economy",
                        "order_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("economy", patronage.ledger.models.IdField()),
                ("order_id", patronage.ledger.models.IdField()),
                ("seq", models.BigIntegerField()),
                ("refunded", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "economy",
                        "payment",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("economy", patronage.ledger.models.IdField()),
                ("payment", patronage.ledger.models.IdField()),
                ("member", patronage.ledger.models.IdField()),
                ("merchant", patronage.ledger.models.IdField()),
                ("amount", models.BigIntegerField()),
                ("refunded", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "economy",
                        "withdrawal",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("economy", patronage.ledger.models.IdField()),
                ("withdrawal", patronage.ledger.models.IdField()),
                ("account", patronage.ledger.models.IdField()),
                ("amount", models.BigIntegerField()),
                ("restored", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "economy",
                        "account",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("economy", patronage.ledger.models.IdField()),
                ("account", patronage.ledger.models.IdField()),
                ("merchant", models.BooleanField()),
                ("points", models.BigIntegerField()),
                ("quota", models.BigIntegerField()),
                ("cash", models.BigIntegerField()),
                ("coins", models.BigIntegerField()),
                ("owed", models.TextField()),
                ("at", models.TextField(db_column="at_index")),
                ("last_seq", models.BigIntegerField()),
                ("last_position", models.IntegerField()),
                ("queued", models.BinaryField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("queued__isnull", False)),
                        fields=["economy", "queued", "account"],
                        name="ledger_account_line",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Inbox",
            fields=[
                ("number", models.BigAutoField(primary_key=True, serialize=False)),
                ("economy", patronage.ledger.models.IdField()),
                ("event_id", patronage.ledger.models.IdField(null=True)),
                ("content", models.TextField(null=True)),
                ("raw", models.BinaryField(null=True)),
                ("hash", models.BinaryField()),
                ("received", models.TextField()),
            ],
            options={
                "indexes": [models.Index(fields=["economy", "number"], name="ledger_inbox_order")],
            },
        ),
        migrations.CreateModel(
            name="Journal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "economy",
                        "seq",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("economy", patronage.ledger.models.IdField()),
                ("seq", models.BigIntegerField()),
                ("event_id", patronage.ledger.models.IdField(null=True)),
                ("type", models.TextField(null=True)),
                ("code", models.TextField()),
                ("content", models.BinaryField()),
                ("record", models.TextField()),
                ("raw", models.BinaryField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("code", "conflict")),
                        fields=["economy", "event_id"],
                        name="ledger_journal_conflicts",
                    ),
                    models.Index(
                        condition=models.Q(("type", "day.closed")),
                        fields=["economy", "seq"],
                        name="ledger_journal_days",
                    ),
                    models.Index(
                        condition=models.Q(("type", "charter.amended")),
                        fields=["economy", "seq"],
                        name="ledger_journal_charters",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("code", "conflict"), _negated=True),
                        fields=("economy", "event_id"),
                        name="ledger_journal_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "economy",
                        "seq",
                        "position",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("economy", patronage.ledger.models.IdField()),
                ("seq", models.BigIntegerField()),
                ("position", models.IntegerField()),
                ("account", patronage.ledger.models.IdField()),
                ("cause", models.TextField()),
                ("points", models.BigIntegerField()),
                ("quota", models.BigIntegerField()),
                ("cash", models.BigIntegerField()),
                ("coins", models.BigIntegerField()),
                ("points_after", models.BigIntegerField()),
                ("quota_after", models.BigIntegerField()),
                ("cash_after", models.BigIntegerField()),
                ("coins_after", models.BigIntegerField()),
                ("dividend", models.BigIntegerField()),
                ("fee", models.BigIntegerField()),
                ("previous_seq", models.BigIntegerField()),
                ("previous_position", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("economy", patronage.ledger.models.IdField(primary_key=True, serialize=False)),
                ("at", models.TextField()),
                ("records", models.BigIntegerField()),
                ("difference", models.TextField()),
            ],
        ),
        migrations.RunPython(leave_room, migrations.RunPython.noop),
    ]
