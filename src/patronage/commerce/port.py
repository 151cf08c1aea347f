"""The payment port: what a provider must do for us, and what it tells us."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

from django.utils.translation import gettext_lazy as _

from patronage.commerce.models import Payment, Refund
from patronage.members.refusals import Refusal


class Standing(StrEnum):
    """How a payment stands at its provider."""

    WAITING = "waiting"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CLOSED = "closed"


class NotificationRefusal(Refusal):
    """Why a provider's message is not believed."""

    NO_CHANNEL = "no_channel", _("There is no such channel.")
    BAD_SIGNATURE = "bad_signature", _("The signature is not the provider's.")
    STALE = "stale", _("The message is too old or from the future.")
    MALFORMED = "malformed", _("The message cannot be read.")
    UNKNOWN_REFERENCE = "unknown_reference", _("The reference is not known.")
    AMOUNT_DIFFERS = "amount_differs", _("The amount is not what was asked for.")


class Message(NamedTuple):
    """What a provider said, its signature checked.

    `event_id` is the same however often it is said. `payer` is the account that paid, as the
    provider calls it; empty where it does not say.
    """

    event_id: str
    reference: str
    standing: Standing
    amount_minor: int
    payer: str = ""


class ProviderUnreachableError(Exception):
    """The provider gave no answer; what it did is not known. Ask again later."""


class PaymentChannel(Protocol):
    """A provider. All but `receive` may raise ProviderUnreachableError.

    Asked again with the same payment or refund it does the same thing once.
    """

    def open(self, payment: Payment) -> str:
        """Ask for a payment; return the address to which to send the shopper."""

    def receive(self, headers: Mapping[str, str], body: bytes) -> Message | NotificationRefusal:
        """Check a message that came in, and read it."""

    def query(self, payment: Payment) -> Standing:
        """Ask how a payment stands."""

    def close(self, payment: Payment) -> Standing:
        """Give a payment up, and say how it stands now: SUCCEEDED if the money came first."""

    def refund(self, refund: Refund) -> bool:
        """Send money back; False if the provider will never do it."""
