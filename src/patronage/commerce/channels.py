"""Which providers there are."""

from django.conf import settings

from patronage.commerce.models import Channel
from patronage.commerce.port import PaymentChannel
from patronage.commerce.testpay import TestChannel


def available() -> dict[str, PaymentChannel]:
    """Return the providers by name. The test provider is there in demonstrations alone."""
    return {Channel.TEST: TestChannel()} if settings.DEMO else {}


def of(name: str) -> PaymentChannel:
    """Return a provider. Raises LookupError where there is none of this name."""
    return available()[name]
