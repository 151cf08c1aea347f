"""What an event about one account would do now: the rule itself, applied to copies."""

from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS

from patronage.economy import Event, MemoryBook, Refusal, Refused, apply
from patronage.ledger.reads import AccountView, read_account, view_of


class Preview(NamedTuple):
    """An event's outcome: the refusal or None, the facts of its rule, and the account after it."""

    refusal: Refusal | None
    facts: tuple[Any, ...] | None
    after: AccountView


def preview(economy: str, id: str, event: Event, *, using: str = DEFAULT_DB_ALIAS) -> Preview:
    """Return what an event that names this account alone would come to. Nothing changes.

    What waits in the inbox may come before it, and then it comes to something else. Raises
    UnknownEconomyError and UnknownAccountError.
    """
    state, account = read_account(economy, id, using=using)
    book = MemoryBook()
    book.accounts[id] = account
    book.place(account)
    outcome = apply(state, book, event)
    if isinstance(outcome, Refused):
        return Preview(outcome.refusal, None, view_of(state, account))
    return Preview(None, outcome.facts, view_of(state, account))
