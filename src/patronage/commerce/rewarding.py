"""What an order brings whoever sold it: made with its split, paid at once or after a review."""

from django.db.models import F

from patronage.commerce import debts
from patronage.commerce.models import (
    AfterSale,
    Bearer,
    Order,
    Party,
    Reward,
    RewardKind,
    RewardState,
)
from patronage.members.models import Person


def earner_of(order: Order) -> Person | None:
    """Return who earns by selling an order: its distributor, or whose link led to it."""
    return order.promoter if order.distributor is None else order.distributor.person


def seller_of(order: Order) -> Party:
    """Return as what party the seller of an order earns."""
    return Party.PROMOTER if order.distributor_id is None else Party.DISTRIBUTOR


def make(order: Order, amount_minor: int) -> None:
    """Note what an order brings its seller, in the transaction that stores its split."""
    person = earner_of(order)
    if person is not None and amount_minor > 0:
        Reward.objects.create(
            order=order, kind=RewardKind.SALE, person=person, amount_minor=amount_minor
        )


def bearer_of(order: Order) -> Bearer:
    """Return who bears what a refund takes of margin and commission: whoever had it."""
    cancelled = order.rewards.filter(kind=RewardKind.SALE, state=RewardState.CANCELLED)
    return Bearer.MERCHANT if cancelled.exists() else Bearer(seller_of(order))


def take_back(order: Order, amount_minor: int, case: AfterSale) -> None:
    """Take a refund's share back from an order's seller, in the caller's transaction.

    From what still waits for a review, which is paid less then; what was paid is owed.
    """
    waiting = Reward.objects.filter(order=order, kind=RewardKind.SALE, state=RewardState.WAITING)
    if waiting.update(taken_minor=F("taken_minor") + amount_minor):
        return
    person = earner_of(order)
    assert person is not None  # noqa: S101  (its part was recorded)
    debts.owe(person, amount_minor, order=order, aftersale=case)
