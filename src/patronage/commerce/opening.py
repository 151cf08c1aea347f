"""Opening this installation's economy from the console, with what can be chosen only then."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage import ledger
from patronage.members import auditing, clock, policy, profiles
from patronage.members.models import AuditVerb, Payout, Person
from patronage.members.refusals import Refusal


class OpeningRefusal(Refusal):
    """Why the economy is not opened."""

    FOUNDING = "founding", _("The founding money must be behind at least one founding point.")
    CURRENCY = "currency", _("The charter counts in another currency than this mall's settings.")
    OPEN = "open", _("The economy is open already.")
    ISSUER = (
        "issuer",
        _(
            "The issuer must be named with its registered number: set PATRONAGE_COMPANY and "
            "PATRONAGE_LICENCE."
        ),
    )


def is_open() -> bool:
    """Tell whether this installation's economy was opened."""
    return settings.ECONOMY in ledger.economies()


def open_economy(
    *, charter: Mapping[str, Any], payout: Payout, by: Person
) -> OpeningRefusal | None:
    """Open the economy under a charter, given as its tables; None when it is open.

    Charter and payout, what its cash may do, are chosen at once. Raises CharterError.
    """
    if profiles.issuer() is None and not settings.DEMO:
        return OpeningRefusal.ISSUER
    if charter["economy"]["currency"] != settings.CURRENCY:
        return OpeningRefusal.CURRENCY
    with transaction.atomic():
        if is_open():
            return OpeningRefusal.OPEN
        try:
            ledger.open_economy(settings.ECONOMY, charter, clock=clock.now)
        except ledger.FoundingRequiredError:
            return OpeningRefusal.FOUNDING
        except ledger.EconomyExistsError:  # another opened it meanwhile
            return OpeningRefusal.OPEN
        policy.choose_payout(payout)
        facts = {"economy": settings.ECONOMY, "charter": charter, "payout": str(payout)}
        auditing.record(actor=by, verb=AuditVerb.OPENED, facts=facts)
    return None
