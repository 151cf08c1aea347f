"""The Django application."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Tables and migrations of the ledger."""

    name = "patronage.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
