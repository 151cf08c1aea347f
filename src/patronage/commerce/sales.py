"""What distributors and promoters see of what they sold: orders, and what these earn them.

Of the buyer they see nothing but a phone with its middle hidden.
"""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Prefetch, Q, QuerySet

from patronage.commerce.models import (
    Distributor,
    Line,
    Order,
    PurchaseOrder,
    PurchaseState,
    Reward,
    RewardKind,
    RewardState,
    Split,
    SplitKind,
    State,
)
from patronage.commerce.remains import kept_of
from patronage.commerce.sharing import commission_of
from patronage.commerce.storefronts import Earning
from patronage.members.models import Person

_RUNNING = (State.PAID, State.SHIPPED, State.RECEIVED, State.COMPLETED)


class Sale(NamedTuple):
    """An order as its distributor or promoter sees it, amounts in minor units.

    `goods_minor` is what the buyer paid for goods that are not given back, `purchase_minor` what
    the purchase order pays for them, None of a merchant's own sale. `reward` is there once the
    order's money is divided; until then what it earns is an estimate. It may be only for referring.
    """

    order: Order
    goods_minor: int
    purchase_minor: int | None
    earning: Earning
    reward: Reward | None

    @property
    def is_pending(self) -> bool:
        """Whether what it earns waits for the order's completion."""
        return self.reward is None and self.order.state in _RUNNING


class Sums(NamedTuple):
    """What someone earned on others' orders, in minor units, by where it stands.

    `pending_minor` is an estimate: it waits for completions. `waiting_minor` waits for a review.
    """

    pending_minor: int
    waiting_minor: int
    paid_minor: int


def orders_of(distributor: Distributor) -> QuerySet[Order]:
    """Return the orders that a storefront sold and that were paid, the newest first."""
    return _read(Order.objects.filter(distributor=distributor, paid_at__isnull=False))


def order_of(distributor: Distributor, number: str) -> Order | None:
    """Return one of them by its number, with its moves."""
    found = orders_of(distributor).filter(number=number)
    return found.prefetch_related("transitions").first()


def earning_orders(person: Person) -> QuerySet[Order]:
    """Return the paid orders on which someone earns, as distributor, promoter or referrer."""
    # A union of three indexes, which an OR over three tables would not be.
    sold = Order.objects.filter(distributor__person=person)
    promoted = Order.objects.filter(promoter=person)
    referred = Reward.objects.filter(person=person, kind=RewardKind.REFERRAL)
    ids = sold.values("id").union(promoted.values("id"), referred.values("order_id"), all=True)
    return _read(Order.objects.filter(id__in=ids, paid_at__isnull=False))


def purchases_of(distributor: Distributor, *states: PurchaseState) -> QuerySet[PurchaseOrder]:
    """Return a distributor's purchase orders, the newest first, of some states or all."""
    found = PurchaseOrder.objects.filter(order__distributor=distributor)
    if states:
        found = found.filter(state__in=states)
    return found.select_related("order__merchant").prefetch_related("order__lines").order_by("-id")


def _read(found: QuerySet[Order]) -> QuerySet[Order]:
    return (
        found.select_related("person", "merchant", "distributor", "purchase")
        .prefetch_related("lines", "rewards", Prefetch("splits", Split.objects.order_by("id")))
        .order_by("-id")
    )


def sale_of(order: Order, person: Person) -> Sale:
    """Return what an order brings someone; it is one of those read here. No query."""
    lines = list(order.lines.all())
    sold = [kept_of(line) for line in lines]
    goods = sum(one.net_minor for one in sold)
    purchase = None
    if order.distributor_id is not None:
        purchase = sum(one.sells_minor for one in sold)
    rewards = [one for one in order.rewards.all() if one.person_id == person.pk]
    sale = next((one for one in rewards if one.kind == RewardKind.SALE), None)
    reward = sale or next(iter(rewards), None)
    parts = {one.kind: one.amount_minor for one in order.splits.all()}
    if sale is not None:
        margin, commission = (
            parts.get(kind, 0) for kind in (SplitKind.MARGIN, SplitKind.COMMISSION)
        )
        earning = Earning(margin, commission)
    elif order.state in _RUNNING and _sold_by(order, person):
        earning = expected(lines)
    else:
        earning = Earning(0, 0)
    return Sale(order, goods, purchase, earning, reward)


def _sold_by(order: Order, person: Person) -> bool:
    if order.distributor is not None:
        return order.distributor.person_id == person.pk
    return order.promoter_id == person.pk


def expected(lines: Iterable[Line]) -> Earning:
    """Return what the lines of an order that is not completed would earn, as they stand now."""
    sold = [kept_of(line) for line in lines]
    paid = sum(one.net_minor for one in sold)
    return Earning(paid - sum(one.sells_minor for one in sold), commission_of(sold, paid))


def sums_of(person: Person) -> Sums:
    """Return what someone earned on others' orders. Two queries."""
    rewards = Reward.objects.filter(person=person)
    by_state = dict.fromkeys(RewardState, 0)
    for state, amount, taken in rewards.values_list("state", "amount_minor", "taken_minor"):
        by_state[RewardState(state)] += amount - taken
    mine = Q(order__distributor__person=person) | Q(order__promoter=person)
    lines = Line.objects.filter(mine, order__state__in=_RUNNING, order__split_at=None)
    pending = expected(lines.order_by()).total_minor + by_state[RewardState.DUE]
    return Sums(pending, by_state[RewardState.WAITING], by_state[RewardState.PAID])
