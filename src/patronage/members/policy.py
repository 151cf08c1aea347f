"""What this mall's cash may do: chosen once, when its economy is opened."""

from django.conf import settings

from patronage.members.models import Payout, PayoutChoice


def choose_payout(payout: Payout) -> None:
    """Choose what cash may do, in the transaction that opens the economy."""
    PayoutChoice.objects.create(economy=settings.ECONOMY, payout=payout)


def payout() -> Payout:
    """Return what was chosen; what the settings say for an economy opened by the command."""
    chosen = PayoutChoice.objects.filter(economy=settings.ECONOMY)
    return Payout(chosen.values_list("payout", flat=True).first() or settings.PAYOUT)


def is_mall_only() -> bool:
    """Tell whether cash cannot be withdrawn."""
    return payout() == Payout.MALL_ONLY
