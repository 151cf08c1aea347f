"""The doubles of the payout ports, embedded: they do what staff say. In demonstrations alone."""

import re

from django.conf import settings

from patronage.members.models import TestPayout, Withdrawal
from patronage.members.payout_port import Answer, ProviderAwayError, Standing


class TestKyc:
    """Believes every account number, but those that end in 0000: those are somebody else's."""

    __test__ = False  # no test class, whatever its name says

    def belongs(self, *, name: str, bank: str, account: str) -> bool:
        """Tell whether the account is this person's."""
        _require_demo()
        return bool(name and bank) and re.search(r"0000$", account) is None


class TestPayoutProvider:
    """Keeps what it was asked for until staff say that it is paid, or has failed."""

    __test__ = False

    def send(self, withdrawal: Withdrawal) -> None:
        """Take note of a payout, once."""
        _require_demo()
        TestPayout.objects.get_or_create(
            reference=withdrawal.number, defaults={"amount_minor": withdrawal.net_minor}
        )

    def query(self, withdrawal: Withdrawal) -> Answer:
        """Say how a payout stands; one never asked for waits."""
        _require_demo()
        known = TestPayout.objects.filter(reference=withdrawal.number).first()
        if known is None:
            return Answer(Standing.WAITING)
        return Answer(Standing(known.state), known.reason)


def answer(*, reference: str, standing: Standing, reason: str = "") -> bool:
    """Let the provider's payout end; False if it has ended or there is none."""
    waiting = TestPayout.objects.filter(reference=reference, state=Standing.WAITING)
    return waiting.update(state=standing, reason=reason) == 1


def _require_demo() -> None:
    if not settings.DEMO:
        raise ProviderAwayError("no provider is set up: PATRONAGE_KYC, PATRONAGE_PAYOUT_PROVIDER")
