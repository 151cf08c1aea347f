"""From paid to received: shipping, codes, receipt."""

import secrets
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage.commerce import posting
from patronage.commerce.models import (
    Delivery,
    Merchant,
    Order,
    RedemptionCode,
    Return,
    ReturnState,
    State,
)
from patronage.commerce.transitions import locked, move
from patronage.members import clock
from patronage.members.models import Person
from patronage.members.refusals import Refusal

CODE_DIGITS: Final = 12


class CodeRefusal(Refusal):
    """Why a code is not redeemed."""

    UNKNOWN_CODE = "unknown_code", _("There is no such code at this merchant.")
    REDEEMED = "redeemed", _("This code was redeemed before.")
    VOID = "void", _("This code is void: its order was cancelled or it was returned.")
    RETURN_OPEN = "return_open", _("A return of this order waits for an answer.")


def begin(order: Order) -> None:
    """Give a paid order its codes, and pass on what needs no delivery; in the transaction."""
    lines = [line for line in order.lines.all() if line.delivery == Delivery.CODE]
    RedemptionCode.objects.bulk_create(
        RedemptionCode(line=line, code=_new_code()) for line in lines for _ in range(line.quantity)
    )
    pass_on(order.id)


def _new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"


def has_shipped_lines(order: Order) -> bool:
    """Tell whether anything of an order, less what was returned, goes to an address."""
    return any(
        line.delivery == Delivery.SHIP and line.returned < line.quantity
        for line in order.lines.all()
    )


def open_codes(order: Order) -> int:
    """Return how many of an order's codes can still be redeemed."""
    codes = RedemptionCode.objects.filter(line__order=order)
    return codes.filter(redeemed_at=None, voided_at=None).count()


def pass_on(order_id: int) -> None:
    """Let an order of which nothing is left to deliver be shipped and received."""
    order = locked(order_id)
    if order.state == State.PAID and not has_shipped_lines(order) and not open_codes(order):
        move(order.id, State.SHIPPED, who=None)
        receive(order.id, who=None)


def receive(order_id: int, *, who: Person | None, note: str = "") -> Order:
    """Mark an order as received: the charter's hold begins; in the caller's transaction."""
    order = move(order_id, State.RECEIVED, who=who, note=note)
    order.completes_at = clock.now() + timedelta(days=posting.charter().hold_days)
    order.save(update_fields=["completes_at"])
    return order


def redeem_code(*, merchant: Merchant, code: str, who: Person) -> RedemptionCode | CodeRefusal:
    """Redeem a code at a merchant's counter; the last one of an order receives it."""
    digits = "".join(code.split()).replace("-", "")
    with transaction.atomic():
        found = (
            RedemptionCode.objects.filter(code=digits, line__order__merchant=merchant)
            .select_related("line")
            .first()
        )
        if found is None:
            return CodeRefusal.UNKNOWN_CODE
        order = locked(found.line.order_id)
        found.refresh_from_db()
        if found.redeemed_at is not None:
            return CodeRefusal.REDEEMED
        if found.voided_at is not None:
            return CodeRefusal.VOID
        if Return.objects.filter(order=order, state=ReturnState.REQUESTED).exists():
            return CodeRefusal.RETURN_OPEN
        found.redeemed_at, found.redeemed_by = clock.now(), who
        found.save(update_fields=["redeemed_at", "redeemed_by"])
        pass_on(order.id)
    return found
