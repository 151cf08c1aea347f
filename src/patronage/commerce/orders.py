"""Orders: reading one's own, and moving them on."""

from datetime import timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    prefetch_related_objects,
)
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from patronage.commerce import (
    aftersales,
    alarms,
    checkout,
    distributors,
    fulfilment,
    paying,
    payments,
    purchasing,
    refunds,
    rewarding,
)
from patronage.commerce.checkout import AddressText
from patronage.commerce.completion import Pending, granted_of, pending_of
from patronage.commerce.counter import paid_at_counters
from patronage.commerce.distributors import storefront_of
from patronage.commerce.fulfilment import CodeRefusal, redeem_code
from patronage.commerce.models import (
    AfterSale,
    AfterSalePicture,
    AfterSaleStep,
    Channel,
    Delivery,
    Invoice,
    InvoiceState,
    Line,
    Merchant,
    Order,
    Payment,
    PaymentState,
    RedemptionCode,
    Refund,
    RefundState,
    Return,
    ReturnState,
    RewardState,
    State,
    Tender,
    Transition,
)
from patronage.commerce.rewarding import rewards_of
from patronage.commerce.transitions import locked, move
from patronage.members import clock
from patronage.members.models import Person
from patronage.members.refusals import Refusal

__all__ = [
    "RECEIVE_AFTER",
    "CodeRefusal",
    "OrderRefusal",
    "Pending",
    "cancel_order",
    "confirm_receipt",
    "counts_of",
    "exported",
    "forget",
    "granted_of",
    "has_open",
    "held_coins",
    "order_of",
    "orders_of",
    "paid_at_counters",
    "pending_of",
    "redeem_code",
    "rewards_of",
    "ship_order",
    "storefront_of",
]

RECEIVE_AFTER: Final = timedelta(days=10)
"""So long after shipping an order counts as received, unless its buyer said so before."""


class OrderRefusal(Refusal):
    """Why an order stays where it is."""

    UNKNOWN_ORDER = "unknown_order", _("There is no such order.")
    NOT_NOW = "not_now", _("The order is no longer at a point where this can be done.")
    ALREADY_PAID = "already_paid", _("The payment has arrived meanwhile.")
    CODES_REDEEMED = (
        "codes_redeemed",
        _("Some of its codes are redeemed. Ask for a return of the rest."),
    )
    CODES_OPEN = "codes_open", _("Some of its codes are not redeemed yet.")
    RETURN_OPEN = "return_open", _("A return of this order waits for an answer.")
    NOTHING_TO_SHIP = "nothing_to_ship", _("Nothing of this order is shipped.")
    NOT_CONFIRMED = "not_confirmed", _("Confirm the purchase order first.")


# A line with its product is one statement, not three.
_LINES = Prefetch("lines", Line.objects.select_related("sku__product"))


def orders_of(person: Person, *states: State) -> QuerySet[Order]:
    """Return a member's orders, newest first, in some states or all, with lines and merchant."""
    found = Order.objects.filter(person=person)
    if states:
        found = found.filter(state__in=states)
    return (
        found.order_by("-id")
        .select_related("merchant", "distributor", "checkout")
        .prefetch_related(_LINES, "lines__sku__product__pictures")
    )


def has_open(person: Person) -> bool:
    """Tell whether an order of a member's may still change what they hold or are owed.

    Of those they referred, it is one that is completed and not yet settled; of those they sold, one
    that is not paid out, a reward that waits or a debt.
    """
    ends = (State.COMPLETED, State.CANCELLED, State.RETURNED)
    running = Order.objects.filter(person=person).exclude(state__in=ends)
    theirs = Q(person=person) | Q(referrer_account=person.account)
    undivided = Order.objects.filter(theirs, state=State.COMPLETED, split_at=None)
    sold = Q(distributor__person=person) | Q(promoter=person)
    selling = Order.objects.filter(sold).exclude(
        Q(state__in=ends[1:]) | Q(state=State.COMPLETED, split_at__isnull=False)
    )
    unpaid = (RewardState.DUE, RewardState.WAITING)
    waiting = person.rewards.filter(state__in=unpaid)
    debts = person.debts.filter(paid_minor__lt=F("amount_minor"))
    owed = Refund.objects.filter(payment__checkout__person=person, state=RefundState.REQUESTED)
    found = (running, undivided, owed, selling, waiting, debts)
    return any(rows.exists() for rows in found) or aftersales.has_open(person)


def forget(person: Person) -> None:
    """Erase from a member's orders who and where they were, and what they wrote.

    In the caller's transaction, which has found that none is open. Province and city stay, by which
    freight was counted, and all that was bought and paid.
    """
    distributors.forget(person)
    blank = dict.fromkeys(("name", "phone", "district", "street", "note", "device"), "")
    Order.objects.filter(person=person).update(**blank)
    rewarding.forget(person)
    Return.objects.filter(order__person=person).update(reason="")
    # An invoice that was issued is kept as the law asks.
    Invoice.objects.filter(order__person=person).exclude(state=InvoiceState.ISSUED).delete()
    Transition.objects.filter(order__person=person, who=person).update(note="")
    cases = AfterSale.objects.filter(order__person=person)
    cases.update(reason="", carrier="", tracking="")
    AfterSaleStep.objects.filter(aftersale__in=cases, who=person).update(note="")
    for picture in AfterSalePicture.objects.filter(aftersale__in=cases):
        transaction.on_commit(partial(picture.file.delete, save=False))
        picture.delete()
    # A refund repeats why it was asked for; what staff said stands in the return's answer.
    Refund.objects.filter(payment__checkout__person=person).update(reason="")


def exported(person: Person) -> list[dict[str, object]]:
    """Return a member's orders for their own export, as JSON would hold them."""
    return [
        {
            "number": order.number,
            "merchant": order.merchant.name,
            "state": order.state,
            "placed_at": order.placed_at.isoformat(timespec="seconds"),
            "goods_minor": str(order.goods_minor),
            "discount_minor": str(order.discount_minor),
            "freight_minor": str(order.freight_minor),
            "total_minor": str(order.total_minor),
            "address": {name: getattr(order, name) for name in AddressText._fields},
            "note": order.note,
            "invoice": _invoice(order),
            "lines": [
                {
                    "product": line.product_name,
                    "kind": line.sku_name,
                    "quantity": line.quantity,
                    "returned": line.returned,
                    "price_minor": str(line.price_minor),
                }
                for line in order.lines.all()
            ],
        }
        for order in orders_of(person).select_related("invoice")
    ]


def _invoice(order: Order) -> dict[str, str] | None:
    invoice = getattr(order, "invoice", None)
    if invoice is None:
        return None
    told = {"title": invoice.title, "tax_number": invoice.tax_number, "state": invoice.state}
    return {**told, "number": invoice.number}


def counts_of(person: Person) -> dict[str, int]:
    """Return how many orders a member has by state. One query."""
    rows = Order.objects.filter(person=person).values_list("state").annotate(count=Count("id"))
    return dict(rows)


def order_of(*, person: Person, number: str) -> Order | None:
    """Return a member's order with lines, their codes until it is completed, and transitions.

    With its tenders and their refunds once it is paid, those that count, and its splits once it
    is completed; `has_returns` and `has_cases` tell whether there are returns and after-sale cases.
    """
    found = Order.objects.filter(person=person, number=number).annotate(
        returns_exist=Exists(Return.objects.filter(order=OuterRef("pk"))),
        cases_exist=Exists(AfterSale.objects.filter(order=OuterRef("pk"))),
    )
    needed_rows = ("merchant", "distributor", "checkout", "person", "invoice")
    order = found.select_related(*needed_rows).first()
    if order is None:
        return None
    order.has_returns, order.has_cases = order.returns_exist, order.cases_exist
    needed: list[str | Prefetch[str]] = [_LINES, "lines__sku__product__pictures", "transitions"]
    if order.state not in (State.UNPAID, State.PAYING):
        succeeded = Tender.objects.filter(payment__state=PaymentState.SUCCEEDED).order_by("id")
        needed.append(Prefetch("tenders", succeeded.prefetch_related("refunds")))
    if order.state == State.COMPLETED:
        needed.append("splits")
    prefetch_related_objects([order], *needed)
    has_codes = any(line.delivery == Delivery.CODE for line in order.lines.all())
    if has_codes and order.state != State.COMPLETED:
        prefetch_related_objects([order], "lines__codes")
    return order


def cancel_order(*, person: Person, number: str, note: str = "") -> Order | OrderRefusal:
    """Cancel a member's order that is not shipped; what was paid goes back.

    Not inside a transaction.
    """
    order = Order.objects.filter(person=person, number=number).first()
    return OrderRefusal.UNKNOWN_ORDER if order is None else cancel(order, who=person, note=note)


def cancel(order: Order, *, who: Person | None, note: str) -> Order | OrderRefusal:
    """Cancel an order that is not shipped, giving up a payment that is under way first.

    One that is paid by now, and was not when it was read, is not cancelled: whoever asked had
    another order in mind.
    """
    was_paid = order.state == State.PAID
    if order.state == State.PAYING:
        open_payments = Payment.objects.filter(
            checkout_id=order.checkout_id, state__in=payments.OPEN
        )
        payment = open_payments.first()
        refusal = None if payment is None else paying.abandon(payment)
        if refusal is paying.PayingRefusal.ALREADY_PAID:
            return OrderRefusal.ALREADY_PAID
        if refusal is not None:
            return OrderRefusal.NOT_NOW
    with transaction.atomic():
        order = locked(order.id)
        going_back: list[Refund] = []
        if order.state == State.PAID:
            if not was_paid:
                return OrderRefusal.ALREADY_PAID
            refusal_to_cancel = _why_not_cancelled(order)
            if refusal_to_cancel is not None:
                return refusal_to_cancel
            going_back = refunds.request_all(order, key=f"cancel:{order.number}", reason=note)
            open_codes = RedemptionCode.objects.filter(line__order=order, voided_at=None)
            open_codes.update(voided_at=clock.now())
        elif order.state != State.UNPAID:
            return OrderRefusal.NOT_NOW
        order = move(order.id, State.CANCELLED, who=who, note=note)
        purchasing.end(order)
        checkout.give_back(order)
    refunds.carry_out(refund.id for refund in going_back)
    return order


def _why_not_cancelled(order: Order) -> OrderRefusal | None:
    if RedemptionCode.objects.filter(line__order=order, redeemed_at__isnull=False).exists():
        return OrderRefusal.CODES_REDEEMED
    if order.returns.filter(state=ReturnState.REQUESTED).exists():
        return OrderRefusal.RETURN_OPEN
    return None


def cancel_unpaid() -> int:
    """Cancel the orders that were not paid in time; return how many. Not in a transaction."""
    waiting = (State.UNPAID, State.PAYING)
    due = Order.objects.filter(state__in=waiting, pay_by__lte=clock.now()).order_by("id")

    def cancel_one(order_id: int) -> bool:
        order = Order.objects.get(id=order_id)  # anew: one payment may be for several
        if order.state not in waiting:
            return False
        note = gettext_noop("not paid in time")
        return isinstance(cancel(order, who=None, note=note), Order)

    ids = list(due.values_list("id", flat=True))
    return alarms.one_by_one("order_not_cancelled", ids, cancel_one)


def confirm_receipt(*, person: Person, number: str) -> Order | OrderRefusal:
    """Confirm that a shipped order has arrived: the hold begins."""
    with transaction.atomic():
        order = Order.objects.filter(person=person, number=number).first()
        if order is None:
            return OrderRefusal.UNKNOWN_ORDER
        return _receive(locked(order.id), who=person)


def _receive(order: Order, *, who: Person | None) -> Order | OrderRefusal:
    if order.state != State.SHIPPED:
        return OrderRefusal.NOT_NOW
    if fulfilment.open_codes(order):
        return OrderRefusal.CODES_OPEN
    note = "" if who else gettext_noop("time was up")
    return fulfilment.receive(order.id, who=who, note=note)


def receive_due() -> int:
    """Count long shipped orders as received; return how many."""
    due = Order.objects.filter(state=State.SHIPPED, shipped_at__lte=clock.now() - RECEIVE_AFTER)

    def receive_one(order_id: int) -> bool:
        with transaction.atomic():
            order = locked(order_id)
            if order.returns.filter(state=ReturnState.REQUESTED).exists():
                return False
            return isinstance(_receive(order, who=None), Order)

    ids = list(due.order_by("shipped_at", "id").values_list("id", flat=True))
    return alarms.one_by_one("order_not_received", ids, receive_one)


def ship_order(
    *, merchant: Merchant, number: str, who: Person | None, carrier: str = "", tracking: str = ""
) -> Order | OrderRefusal:
    """Send a merchant's paid order on its way."""
    with transaction.atomic():
        order = Order.objects.filter(merchant=merchant, number=number).first()
        if order is None:
            return OrderRefusal.UNKNOWN_ORDER
        order = locked(order.id)
        if order.state != State.PAID:
            return OrderRefusal.NOT_NOW
        if order.returns.filter(state=ReturnState.REQUESTED).exists():
            return OrderRefusal.RETURN_OPEN
        if not fulfilment.has_shipped_lines(order):
            return OrderRefusal.NOTHING_TO_SHIP
        if not purchasing.is_confirmed(order):
            return OrderRefusal.NOT_CONFIRMED
        order = move(order.id, State.SHIPPED, who=who)
        order.carrier, order.tracking = carrier[:40], tracking[:60]
        order.save(update_fields=["carrier", "tracking"])
        return order


def held_coins(merchant: Merchant) -> int:
    """Return the coins a merchant holds for orders not completed: it must not redeem them."""
    coins = Tender.objects.filter(channel=Channel.COINS, order__merchant=merchant)
    running = Q(
        order__state__in=(State.PAYING, State.PAID, State.SHIPPED, State.RECEIVED),
        payment__state__in=(PaymentState.CREATED, PaymentState.PENDING, PaymentState.SUCCEEDED),
    )
    live = coins.filter(running)
    back = Refund.objects.filter(tender__in=live, state=RefundState.SUCCEEDED)
    owed = Refund.objects.filter(
        tender__in=coins.exclude(running), state=RefundState.REQUESTED, advanced_at=None
    )
    total = 0
    for sign, rows in ((1, live), (-1, back), (1, owed)):
        total += sign * (rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0)
    return total
