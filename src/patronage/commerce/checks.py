"""What Django's own check says of an installation."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db import DatabaseError

from patronage import ledger
from patronage.commerce import posting


@checks.register(checks.Tags.database)
def check_currency(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[checks.CheckMessage]:
    """Find a currency in the settings that is not the charter's: every amount would be wrong."""
    del app_configs
    if not databases:
        return []
    try:
        if settings.ECONOMY not in ledger.economies():
            return []
        wanted = posting.currency_wanted()
    except DatabaseError:  # before the first migration there are no tables to look into
        return []
    if wanted is None:
        return []
    return [
        checks.Error(
            f"CURRENCY is {settings.CURRENCY}, but the charter of economy {settings.ECONOMY} "
            f"counts in {wanted}.",
            hint=f"Set PATRONAGE_CURRENCY={wanted}.",
            id="commerce.E001",
        )
    ]
