"""The ports of paying out: who checks a payee, and who sends the money. Providers stand in here.

The settings name their classes (`PATRONAGE_KYC`, `PATRONAGE_PAYOUT_PROVIDER`); without one the
embedded doubles stand in, in a demonstration alone.
"""

from enum import StrEnum
from typing import NamedTuple, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from patronage.members.models import Withdrawal


class ProviderAwayError(Exception):
    """The provider gave no answer, or none is set up. What it did is not known; ask again later."""


class Standing(StrEnum):
    """How a payout stands at its provider."""

    WAITING = "waiting"
    PAID = "paid"
    FAILED = "failed"


class Answer(NamedTuple):
    """What a provider says of a payout; `reason` where it failed."""

    standing: Standing
    reason: str = ""


class KycProvider(Protocol):
    """Checks that an account belongs to a name."""

    def belongs(self, *, name: str, bank: str, account: str) -> bool:
        """Tell whether the account is this person's. Raises ProviderAwayError."""


class PayoutProvider(Protocol):
    """Sends money. Asked again with the same withdrawal it does the same thing once."""

    def send(self, withdrawal: Withdrawal) -> None:
        """Ask for `net_minor` to be sent to the payee, by its number. Raises ProviderAwayError."""

    def query(self, withdrawal: Withdrawal) -> Answer:
        """Ask how it stands. Raises ProviderAwayError."""


def kyc() -> KycProvider:
    """Return who checks payees."""
    chosen: KycProvider = import_string(settings.KYC_PROVIDER)()
    return chosen


def provider() -> PayoutProvider:
    """Return who sends the money."""
    chosen: PayoutProvider = import_string(settings.PAYOUT_PROVIDER)()
    return chosen
