"""What a member's orders under way would bring them, and when."""

from typing import NamedTuple

from django.db.models import Count, Min, Prefetch

from patronage.commerce import posting
from patronage.commerce.completion import Pending, pending_in
from patronage.commerce.models import Order, PaymentState, State, Tender
from patronage.members.models import Person

_UNDER_WAY = (State.PAID, State.SHIPPED, State.RECEIVED)


class PendingOrder(NamedTuple):
    """An order and what it would grant at today's price."""

    order: Order
    pending: Pending


def pending_orders(person: Person) -> list[PendingOrder]:
    """Return a member's orders that are paid and not completed, the first to complete first.

    Those whose day is not known yet, as they were not received, come last.
    """
    succeeded = Tender.objects.filter(payment__state=PaymentState.SUCCEEDED)
    found = list(
        Order.objects.filter(person=person, state__in=_UNDER_WAY)
        .select_related("merchant")
        .prefetch_related("lines", Prefetch("tenders", succeeded.prefetch_related("refunds")))
        .order_by("completes_at", "id")
    )
    if not found:
        return []
    state = posting.state()
    told = [PendingOrder(order, pending_in(state, order, order.tenders.all())) for order in found]
    return sorted(told, key=lambda one: one.order.completes_at is None)


def count_pending(person: Person) -> tuple[int, object]:
    """Return how many such orders there are, and when the first is completed if that is known."""
    found = Order.objects.filter(person=person, state__in=_UNDER_WAY)
    told = found.aggregate(count=Count("id"), first=Min("completes_at"))
    return told["count"], told["first"]
