"""Calls to the ledger, for the economy of this installation.

An event's content is made of committed figures alone, never of the time: handed in again after a
crash it is the same event.
"""

from typing import Any

from django.conf import settings

from patronage import ledger
from patronage.members import clock, profiles


def submit(event: dict[str, Any]) -> ledger.Receipt:
    """Hand in an event of ours, in the caller's transaction. Raises ForbiddenEventError."""
    profiles.require_allowed(event)
    return ledger.submit(settings.ECONOMY, event, clock=clock.now)


def settle(submitted: ledger.Receipt | str) -> ledger.Settled:
    """Settle up to what was handed in, a receipt or an id of ours. Not inside a transaction."""
    return ledger.settle_through(settings.ECONOMY, submitted)


def outcome_of(id: str) -> ledger.Settled | None:
    """Return the outcome of the event with an id, None while there is none."""
    return ledger.outcome_of(settings.ECONOMY, id)


def holdings(account: str) -> ledger.AccountView | None:
    """Return what an account holds, None for one the ledger has not seen."""
    try:
        return ledger.account(settings.ECONOMY, account)
    except ledger.UnknownAccountError:
        return None
