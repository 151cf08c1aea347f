"""What a member holds, as the ledger tells it."""

from patronage import ledger
from patronage.members import posting
from patronage.members.models import Person


def holding_of(person: Person) -> ledger.AccountView | None:
    """Return a member's account; None if no event has touched it, or no economy is open yet."""
    try:
        return posting.holdings(person.account)
    except ledger.UnknownEconomyError:
        return None
