"""Pieces of a paid order that its merchant cannot deliver: cancelled, and their money sent back.

What the shopper cancels is in `orders`.
"""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage.commerce import coupons, fulfilment, purchasing, refunds, returns
from patronage.commerce.checkout import KEY_LENGTH
from patronage.commerce.models import (
    Merchant,
    Order,
    Return,
    ReturnLine,
    ReturnState,
    State,
)
from patronage.commerce.transitions import locked, move
from patronage.members import clock
from patronage.members.models import Person
from patronage.members.refusals import Refusal

REASON_LENGTH = 200


class CancellingRefusal(Refusal):
    """Why a merchant's cancellation is not made."""

    UNKNOWN_ORDER = "unknown_order", _("There is no such order.")
    NOT_NOW = (
        "not_now",
        _("Only an order that is paid and not shipped can be cancelled. Look at it again."),
    )
    RETURN_OPEN = "return_open", _("A return of this order waits for an answer.")
    REASON_NEEDED = "reason_needed", _("Write the reason. The shopper reads it.")
    NOTHING_CHOSEN = "nothing_chosen", _("Choose what cannot be delivered, and how many.")
    TOO_MANY = "too_many", _("More is chosen than is still to be delivered.")
    KEY_USED = "key_used", _("This was cancelled already with another choice.")


def cancel_lines(
    *,
    merchant: Merchant | None,
    number: str,
    key: str,
    who: Person,
    quantities: Mapping[int, int],
    reason: str,
    fit: bool = False,
) -> Return | CancellingRefusal:
    """Cancel pieces of a paid order, by line id, as its merchant or (None) as the operator.

    What was paid for them goes back in the proportion of the tenders; when nothing is left to be
    delivered or redeemed, the freight too, and the order is cancelled. `reason` is for the shopper,
    `key` names the press, `fit` says that the pieces can be sold to others. Not inside a
    transaction.
    """
    chosen = {id: quantity for id, quantity in quantities.items() if quantity}
    key, reason = key[:KEY_LENGTH], reason.strip()[:REASON_LENGTH]
    if not reason:
        return CancellingRefusal.REASON_NEEDED
    with transaction.atomic():
        found = Order.objects.filter(number=number)
        if merchant is not None:
            found = found.filter(merchant=merchant)
        order = found.first()
        if order is None:
            return CancellingRefusal.UNKNOWN_ORDER
        order = locked(order.id)
        earlier = order.returns.filter(key=key).first()
        if earlier is not None:
            asked = dict(earlier.lines.values_list("line_id", "quantity"))
            return earlier if asked == chosen else CancellingRefusal.KEY_USED
        refusal = _refusal(order, chosen)
        if refusal is not None:
            return refusal
        made = Return.objects.create(
            order=order,
            key=key,
            state=ReturnState.APPROVED,
            answer=reason,
            answered_at=clock.now(),
            answered_by=who,
            by_merchant=True,
        )
        ReturnLine.objects.bulk_create(
            ReturnLine(ret=made, line_id=id, quantity=quantity) for id, quantity in chosen.items()
        )
        going_back = returns.take_back(order, made, reason=reason)
        if fit:
            returns.put_back(made)
        if all(line.returned == line.quantity for line in order.lines.all()):
            coupons.give_back(order)
            purchasing.end(order)
            move(order.id, State.CANCELLED, who=who, note=reason)
        else:
            fulfilment.pass_on(order.id)
    refunds.carry_out(refund.id for refund in going_back)
    return made


def _refusal(order: Order, chosen: Mapping[int, int]) -> CancellingRefusal | None:
    if order.state != State.PAID:
        return CancellingRefusal.NOT_NOW
    if order.returns.filter(state=ReturnState.REQUESTED).exists():
        return CancellingRefusal.RETURN_OPEN
    if not chosen:
        return CancellingRefusal.NOTHING_CHOSEN
    left = returns.returnable(order)
    if any(not 1 <= quantity <= left.get(id, 0) for id, quantity in chosen.items()):
        return CancellingRefusal.TOO_MANY
    return None
