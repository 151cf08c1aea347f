"""Returns before an order is completed, by line and quantity."""

from collections.abc import Iterator, Mapping

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from patronage.commerce import fulfilment, refunds
from patronage.commerce.checkout import KEY_LENGTH
from patronage.commerce.models import (
    Delivery,
    Line,
    Merchant,
    Order,
    RedemptionCode,
    Refund,
    Return,
    ReturnLine,
    ReturnState,
    Sku,
    State,
)
from patronage.commerce.transitions import locked, move
from patronage.members import clock
from patronage.members.models import Person
from patronage.members.refusals import Refusal


class ReturnRefusal(Refusal):
    """Why a return is not taken."""

    UNKNOWN_ORDER = "unknown_order", _("There is no such order.")
    UNKNOWN_RETURN = "unknown_return", _("There is no such return.")
    NOT_NOW = "not_now", _("The order is not at a point where goods can be returned.")
    NOTHING_CHOSEN = "nothing_chosen", _("Choose what to return, and how many.")
    TOO_MANY = "too_many", _("More is chosen than can still be returned.")
    RETURN_OPEN = "return_open", _("A return of this order waits for an answer already.")
    KEY_USED = "key_used", _("This return was asked for already with another choice.")
    ANSWERED = "answered", _("This return was answered before.")
    NOT_APPROVED = "not_approved", _("Only what was approved can go back into stock.")
    RESTOCKED = "restocked", _("These pieces are back in stock already.")


def can_return(order: Order) -> bool:
    """Tell whether goods of an order can be returned now.

    Once shipped, until the hold is over; before that only where codes were redeemed, as such an
    order can no longer be cancelled.
    """
    if order.state == State.PAID:
        return any(code.redeemed_at is not None for code in _codes(order))
    if order.state == State.RECEIVED:
        return order.completes_at is not None and clock.now() < order.completes_at
    return order.state == State.SHIPPED


def returnable(order: Order) -> dict[int, int]:
    """Return how many pieces of each line, by its id, can still be returned."""
    return {line.id: _left(line) for line in order.lines.all()}


def returns_of(order: Order) -> dict[Return, list[ReturnLine]]:
    """Return what a member asked to give back of an order, the oldest first. One query."""
    found: dict[Return, list[ReturnLine]] = {}
    lines = ReturnLine.objects.filter(ret__order=order).select_related("ret", "line")
    for line in lines.order_by("ret_id", "id"):
        found.setdefault(line.ret, []).append(line)
    return found


def _codes(order: Order) -> Iterator[RedemptionCode]:
    for line in order.lines.all():
        if line.delivery == Delivery.CODE:
            yield from line.codes.all()


def _left(line: Line) -> int:
    if line.delivery != Delivery.CODE:
        return line.quantity - line.returned
    return sum(code.redeemed_at is None and code.voided_at is None for code in line.codes.all())


def refund_of(order: Order, quantities: Mapping[int, int]) -> int:
    """Return what returning pieces of lines would give back, in minor units.

    Returning all that was ordered and is not back yet gives the freight back too.
    """
    lines = list(order.lines.all())
    freight = order.freight_minor if refunds.is_rest(lines, quantities) else 0
    return refunds.goods_of(lines, quantities) + freight


def request_return(
    *, person: Person, number: str, key: str, quantities: Mapping[int, int], reason: str = ""
) -> Return | ReturnRefusal:
    """Ask to give back pieces of lines, by line id. `key` names the press."""
    chosen = {id: quantity for id, quantity in quantities.items() if quantity}
    key = key[:KEY_LENGTH]
    with transaction.atomic():
        order = Order.objects.filter(person=person, number=number).first()
        if order is None:
            return ReturnRefusal.UNKNOWN_ORDER
        order = locked(order.id)
        earlier = order.returns.filter(key=key).first()
        if earlier is not None:
            asked = dict(earlier.lines.values_list("line_id", "quantity"))
            return earlier if asked == chosen else ReturnRefusal.KEY_USED
        if not can_return(order):
            return ReturnRefusal.NOT_NOW
        if order.returns.filter(state=ReturnState.REQUESTED).exists():
            return ReturnRefusal.RETURN_OPEN
        if not chosen:
            return ReturnRefusal.NOTHING_CHOSEN
        left = returnable(order)
        if any(not 1 <= quantity <= left.get(id, 0) for id, quantity in chosen.items()):
            return ReturnRefusal.TOO_MANY
        made = Return.objects.create(order=order, key=key, reason=reason[:200])
        ReturnLine.objects.bulk_create(
            ReturnLine(ret=made, line_id=id, quantity=quantity) for id, quantity in chosen.items()
        )
        return made


def answer_return(
    *,
    merchant: Merchant | None,
    return_id: int,
    who: Person,
    approve: bool,
    answer: str = "",
    fit: bool = False,
) -> Return | ReturnRefusal:
    """Approve or decline a return, as its merchant or (None) as the operator.

    An approved one refunds in the proportion of the tenders; one of all that is left refunds the
    freight too, and the order ends as returned. `fit` says that the goods are here and can be sold
    again; `restock` says so later. Not inside a transaction.
    """
    going_back: list[Refund] = []
    with transaction.atomic():
        found = _locked(merchant, return_id)
        if found is None:
            return ReturnRefusal.UNKNOWN_RETURN
        order, asked = found
        if asked.state != ReturnState.REQUESTED:
            return ReturnRefusal.ANSWERED
        asked.state = ReturnState.APPROVED if approve else ReturnState.DECLINED
        asked.answer, asked.answered_at, asked.answered_by = answer[:200], clock.now(), who
        asked.save(update_fields=["state", "answer", "answered_at", "answered_by"])
        if approve:
            going_back = take_back(order, asked, reason=asked.reason)
            if all(line.returned == line.quantity for line in order.lines.all()):
                move(order.id, State.RETURNED, who=who)
            else:
                fulfilment.pass_on(order.id)
            if fit:
                put_back(asked)
    refunds.carry_out(refund.id for refund in going_back)
    return asked


def restock(*, merchant: Merchant | None, return_id: int) -> Return | ReturnRefusal:
    """Make the pieces of an approved return available again: they came back and are fit for sale.

    As its merchant or (None) as the operator; once.
    """
    with transaction.atomic():
        found = _locked(merchant, return_id)
        if found is None:
            return ReturnRefusal.UNKNOWN_RETURN
        _order, asked = found
        if asked.state != ReturnState.APPROVED:
            return ReturnRefusal.NOT_APPROVED
        if asked.restocked_at is not None:
            return ReturnRefusal.RESTOCKED
        put_back(asked)
    return asked


def _locked(merchant: Merchant | None, return_id: int) -> tuple[Order, Return] | None:
    """Return a return and its order, kept from everyone else, if it is for them to answer."""
    asked = Return.objects.filter(id=return_id).select_related("order").first()
    if asked is None or (merchant is not None and asked.order.merchant_id != merchant.id):
        return None
    return locked(asked.order_id), Return.objects.get(id=return_id)


def put_back(asked: Return) -> None:
    """Add the pieces of a return to what can be ordered, in the transaction that locked it."""
    asked.restocked_at = clock.now()
    asked.save(update_fields=["restocked_at"])
    for line in asked.lines.select_related("line").order_by("line__sku_id"):
        Sku.objects.filter(id=line.line.sku_id).update(stock=F("stock") + line.quantity)


def take_back(order: Order, asked: Return, *, reason: str) -> list[Refund]:
    """Note the pieces of an approved return as returned, and what goes back for them.

    In the transaction that locked the order. All tenders and the freight, if nothing is left.
    """
    quantities = dict(asked.lines.values_list("line_id", "quantity"))
    parts = refunds.parts_of(order, quantities)
    for line in order.lines.filter(id__in=quantities):
        line.returned += quantities[line.id]
        line.save(update_fields=["returned"])
        _void_codes(line, quantities[line.id])
    key = f"return:{order.number}:{asked.id}"
    return [refunds.request(part, key=key, reason=reason) for part in parts]


def _void_codes(line: Line, quantity: int) -> None:
    if line.delivery == Delivery.CODE:
        open_codes = line.codes.filter(redeemed_at=None, voided_at=None)
        ids = list(open_codes.order_by("-id").values_list("id", flat=True)[:quantity])
        line.codes.filter(id__in=ids).update(voided_at=clock.now())
