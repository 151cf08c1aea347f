"""What came of a member's invitations: whom they brought, masked, and what that granted."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from django.db.models import Count, Prefetch, QuerySet, Sum

from patronage.commerce import posting
from patronage.commerce.completion import amounts
from patronage.commerce.models import Line, Order, PaymentState, State, Tender
from patronage.commerce.remains import money_of
from patronage.economy import State as EconomyState
from patronage.members.models import Person

PAGE: Final = 20
_ON_THE_WAY: Final = (State.PAID, State.SHIPPED, State.RECEIVED)


class Brought(NamedTuple):
    """Someone a member brought, as that member may see them, and what came of it for the member.

    `granted_nano` of orders that are completed; `pending_nano` is what those on the way would grant
    at today's price.
    """

    id: int
    masked_phone: str
    joined_at: datetime
    completed: int
    granted_nano: int
    on_the_way: int
    pending_nano: int


class Sums(NamedTuple):
    """Of all whom a member brought: how many there are, and the points granted for their orders."""

    people: int
    granted_nano: int


def sums_of(person: Person) -> Sums:
    """Add up what came of a member's invitations so far."""
    granted = _rewarding(person).filter(person__referrer=person)
    total = granted.aggregate(sum=Sum("referrer_points_nano"))["sum"]
    return Sums(person.referred.count(), total or 0)


def brought_by(person: Person, *, before: int | None = None, limit: int = PAGE) -> list[Brought]:
    """Return whom a member brought, the latest first; those before one's id if it is given."""
    found = person.referred.order_by("-id")
    if before is not None:
        found = found.filter(id__lt=before)
    people = list(found[:limit])
    done = dict[int, tuple[int, int]]()
    completed = _rewarding(person).filter(person__in=people, state=State.COMPLETED)
    for id, count, granted in completed.values_list("person").annotate(
        Count("id"), Sum("referrer_points_nano")
    ):
        done[id] = count, granted or 0
    waiting = _pending(person, people)
    return [
        Brought(
            one.id,
            one.masked_phone,
            one.joined_at,
            *done.get(one.id, (0, 0)),
            len(waiting[one.id]),
            sum(waiting[one.id]),
        )
        for one in people
    ]


def _rewarding(person: Person) -> QuerySet[Order]:
    """Return the orders for which a member is the referrer."""
    return Order.objects.filter(referrer_account=person.account)


def _pending(person: Person, people: Sequence[Person]) -> defaultdict[int, list[int]]:
    """Return what each order on the way of some people would grant a member, by the rule itself."""
    paid = Tender.objects.filter(payment__state=PaymentState.SUCCEEDED).order_by("id")
    orders = (
        _rewarding(person)
        .filter(person__in=people, state__in=_ON_THE_WAY)
        .select_related("merchant")
        .prefetch_related(
            Prefetch("lines", Line.objects.order_by("id")),
            Prefetch("tenders", paid.prefetch_related("refunds")),
        )
    )
    waiting: defaultdict[int, list[int]] = defaultdict(list)
    state: EconomyState | None = None
    for order in orders:
        state = state or posting.state()
        waiting[order.person_id].append(_points(order, state))
    return waiting


def _points(order: Order, state: EconomyState) -> int:
    money = money_of(order, list(order.tenders.all()))
    if not money.money_minor:
        return 0
    figures = amounts(order, state.charter, money)
    return posting.try_order(state, figures, referrer=True).referrer_points
