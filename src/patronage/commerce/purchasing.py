"""A distributor's purchase orders: made when its consumer has paid, confirmed or declined.

What a consumer pays a storefront for is ordered from the supplier by itself. The supplier confirms
it and ships it straight to the consumer, or declines, and the consumer is refunded.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from patronage.commerce import alarms, refunds
from patronage.commerce.checkout import give_back, new_number
from patronage.commerce.models import (
    Merchant,
    Order,
    PurchaseOrder,
    PurchaseState,
    ReturnState,
    State,
)
from patronage.commerce.transitions import locked, move
from patronage.members import clock
from patronage.members.models import NoticeKind, Person
from patronage.members.notices import Told, tell
from patronage.members.refusals import Refusal

REASON_LENGTH = 200


class PurchaseRefusal(Refusal):
    """Why a purchase order stays as it is."""

    UNKNOWN_PURCHASE = "unknown_purchase", _("There is no such purchase order.")
    ANSWERED = "answered", _("This purchase order was answered before, or its buyer cancelled.")
    REASON_NEEDED = "reason_needed", _("Write the reason; the buyer and the distributor see it.")
    RETURN_OPEN = "return_open", _("A return of this order waits for an answer.")


def make(order: Order) -> None:
    """Order from the supplier what a storefront sold, in the transaction that marks it as paid."""
    if order.distributor_id is None:
        return
    now = clock.now()
    _tell(order, "sold", amount=order.total_minor)
    PurchaseOrder.objects.create(
        number=new_number(),
        order=order,
        amount_minor=sum((line.supply_minor or 0) * line.quantity for line in order.lines.all()),
        made_at=now,
        due_at=now + timedelta(hours=settings.PURCHASE_HOURS),
    )


def end(order: Order) -> None:
    """Let go of the purchase order of an order that is cancelled, in the same transaction."""
    open_ones = PurchaseOrder.objects.filter(order=order).exclude(state=PurchaseState.DECLINED)
    open_ones.update(state=PurchaseState.CANCELLED)


def is_confirmed(order: Order) -> bool:
    """Tell whether an order may be shipped: a distributor's once its supplier has confirmed."""
    if order.distributor_id is None:
        return True
    return PurchaseOrder.objects.filter(order=order, state=PurchaseState.CONFIRMED).exists()


def confirm(
    *, merchant: Merchant | None, number: str, who: Person
) -> PurchaseOrder | PurchaseRefusal:
    """Confirm a purchase order, as its supplier or (None) as the operator."""
    with transaction.atomic():
        found = _locked(merchant, number)
        if found is None:
            return PurchaseRefusal.UNKNOWN_PURCHASE
        _order, purchase = found
        if purchase.state != PurchaseState.WAITING:
            return PurchaseRefusal.ANSWERED
        return _answer(purchase, PurchaseState.CONFIRMED, who, "")


def decline(
    *, merchant: Merchant | None, number: str, who: Person | None, reason: str
) -> PurchaseOrder | PurchaseRefusal:
    """Decline a purchase order, as its supplier or (None) as the operator.

    The consumer is refunded. `who` of None is the jobs. Not inside a transaction.
    """
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return PurchaseRefusal.REASON_NEEDED
    with transaction.atomic():
        found = _locked(merchant, number)
        if found is None:
            return PurchaseRefusal.UNKNOWN_PURCHASE
        order, purchase = found
        if purchase.state != PurchaseState.WAITING or order.state != State.PAID:
            return PurchaseRefusal.ANSWERED
        if order.returns.filter(state=ReturnState.REQUESTED).exists():
            return PurchaseRefusal.RETURN_OPEN
        _answer(purchase, PurchaseState.DECLINED, who, reason)
        going_back = refunds.request_all(order, key=f"cancel:{order.number}", reason=reason)
        move(order.id, State.CANCELLED, who=who, note=reason)
        give_back(order)
        if who is None:
            _tell(order, "purchase_lapsed")
        else:
            _tell(order, "purchase_declined", reason=reason)
    refunds.carry_out(refund.id for refund in going_back)
    return purchase


def _locked(merchant: Merchant | None, number: str) -> tuple[Order, PurchaseOrder] | None:
    """Return a purchase order and its order, kept from everyone else, if it is theirs."""
    purchase = PurchaseOrder.objects.filter(number=number).select_related("order").first()
    if purchase is None or (merchant is not None and purchase.order.merchant_id != merchant.id):
        return None
    return locked(purchase.order_id), PurchaseOrder.objects.get(id=purchase.id)


def _answer(
    purchase: PurchaseOrder, state: PurchaseState, who: Person | None, reason: str
) -> PurchaseOrder:
    purchase.state, purchase.reason = state, reason
    purchase.answered_at, purchase.answered_by = clock.now(), who
    purchase.save(update_fields=["state", "reason", "answered_at", "answered_by"])
    return purchase


def _tell(order: Order, deed: str, **facts: object) -> None:
    """Tell the distributor what became of an order, in the transaction in which it does."""
    assert order.distributor is not None  # noqa: S101  (it has a purchase order)
    told = {"deed": deed, "order": order.number, **facts}
    source = f"order:{order.number}:{deed}"
    tell(Told(order.distributor.person_id, NoticeKind.STOREFRONT, source, told))


def decline_due() -> int:
    """Decline what suppliers did not answer in time; return how many. Not in a transaction."""
    due = PurchaseOrder.objects.filter(state=PurchaseState.WAITING, due_at__lte=clock.now())

    def decline_one(id: int) -> bool:
        number = PurchaseOrder.objects.values_list("number", flat=True).get(id=id)
        note = gettext_noop("not confirmed in time")
        told = decline(merchant=None, number=number, who=None, reason=note)
        return isinstance(told, PurchaseOrder)

    ids = list(due.order_by("due_at", "id").values_list("id", flat=True))
    return alarms.one_by_one("purchase_not_declined", ids, decline_one)
