"""Commerce's calls to the ledger, for the economy of this installation.

An event's content is made of committed figures alone, never of the time: handed in again after a
crash it is the same event.
"""

from copy import copy
from typing import Any, Final

from django.conf import settings

from patronage import ledger
from patronage.commerce import alarms
from patronage.economy import Applied, Charter, MemoryBook, Order, Refused, State, apply
from patronage.economy.governance import DayClose
from patronage.members.posting import holdings, outcome_of, settle, submit

__all__ = [
    "charter",
    "holdings",
    "outcome_of",
    "require_applied",
    "settle",
    "settle_all",
    "state",
    "submit",
    "try_close",
    "try_order",
]

_LAST_DAY: Final = "9999-12-31"


def settle_all() -> int:
    """Settle everything that waits; return how many events there were. Not in a transaction."""
    settled = 0
    while taken := ledger.settle(settings.ECONOMY):
        settled += taken
    return settled


def require_applied(id: str, settled: ledger.Settled) -> bool:
    """Tell whether an event of ours was applied, and sound an alarm if it was refused."""
    if settled.refusal is None:
        return True
    alarms.sound("event_refused", id, f"refused as {settled.refusal}")
    return False


def state() -> State:
    """Return the economy's state, a copy."""
    return ledger.state(settings.ECONOMY)


def charter() -> Charter:
    """Return the charter in force."""
    return state().charter


def currency_wanted() -> str | None:
    """Return the charter's currency where the settings name another, None where they agree."""
    currency = charter().currency
    return None if currency == settings.CURRENCY else currency


def try_event(state: State, event: dict[str, Any]) -> str | None:
    """Return what an event would be refused as, by the rule itself, None if it would be applied.

    For an event that reads no account. The state stays as it is.
    """
    outcome = apply(copy(state), MemoryBook(), event)
    return outcome.refusal.value if isinstance(outcome, Refused) else None


def try_close(state: State) -> DayClose:
    """Return what closing the day now would pay, by the rule itself. The state stays as it is."""
    outcome = apply(copy(state), MemoryBook(), {"id": "t", "type": "day.closed", "date": _LAST_DAY})
    if not isinstance(outcome, Applied) or not isinstance(outcome.facts, DayClose):
        raise TypeError(f"no day can be closed: {outcome}")
    return outcome.facts


def try_order(state: State, amounts: dict[str, int], *, referrer: bool = False) -> Order:
    """Return what `order.completed` with these amounts would record, by the rule itself.

    The state stays as it is. No one's account is read: an order grants the same to everyone. With a
    referrer, if asked for: some member, who is not the buyer.
    """
    event = {"id": "t", "type": "order.completed", "order": "t", "member": "t", **amounts}
    if referrer:
        event["referrer"] = "r"
    outcome = apply(copy(state), MemoryBook(), event)
    if not isinstance(outcome, Applied) or not isinstance(outcome.facts, Order):
        raise TypeError(f"{amounts} make no order: {outcome}")
    return outcome.facts
