"""What a member holds, as the ledger tells it."""

from django.conf import settings

from patronage import ledger
from patronage.members.models import Person


def holding_of(person: Person) -> ledger.AccountView | None:
    """Return a member's account; None if no event has touched it, or no economy is open yet."""
    try:
        return ledger.account(settings.ECONOMY, person.account)
    except (ledger.UnknownAccountError, ledger.UnknownEconomyError):
        return None
