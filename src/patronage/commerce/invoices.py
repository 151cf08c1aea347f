"""Invoices: asked for by members, issued or declined by whoever sold."""

import re
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models import (
    Invoice,
    InvoiceKind,
    InvoiceState,
    Merchant,
    Order,
    PaymentState,
    RefundState,
    State,
    Tender,
)
from patronage.commerce.transitions import locked
from patronage.members import auditing, clock
from patronage.members.models import AuditVerb, NoticeKind, Person
from patronage.members.notices import Told, tell
from patronage.members.refusals import Refusal

if TYPE_CHECKING:
    from django.core.files.base import File

REASON_LENGTH: Final = 200
_TAX_NUMBER: Final = re.compile(r"[0-9A-Z]{15,20}")
_PAID: Final = (State.PAID, State.SHIPPED, State.RECEIVED, State.COMPLETED)


class InvoiceRefusal(Refusal):
    """Why no invoice is asked for, issued or declined."""

    UNKNOWN = "unknown", _("There is no such order.")
    NOT_PAID = "not_paid", _("Invoices are for orders that are paid and not given back.")
    ASKED = "asked", _("An invoice of this order was asked for already.")
    TITLE_NEEDED = "title_needed", _("Write to whom the invoice is made out.")
    BAD_TAX_NUMBER = (
        "bad_tax_number",
        _("Write the tax number: 15 to 20 digits and capital letters."),
    )
    ANSWERED = "answered", _("This invoice was issued or declined already.")
    NUMBER_NEEDED = "number_needed", _("Write the number of the invoice.")
    BAD_AMOUNT = "bad_amount", _("Not more than what was paid for the order and not refunded.")
    REASON_NEEDED = "reason_needed", _("Write the reason.")


def paid_minor(order: Order) -> int:
    """Return what was paid for an order and does not go back, in minor units."""
    tenders = Tender.objects.filter(order=order, payment__state=PaymentState.SUCCEEDED)
    total = 0
    for tender in tenders.prefetch_related("refunds"):
        back = (one for one in tender.refunds.all() if one.state != RefundState.FAILED)
        total += tender.amount_minor - sum(one.amount_minor for one in back)
    return total


def can_ask(order: Order) -> bool:
    """Tell whether an order's invoice may be asked for: it is paid, and none waits or is issued."""
    invoice = getattr(order, "invoice", None)
    return order.state in _PAID and (invoice is None or invoice.state == InvoiceState.DECLINED)


def ask(
    *, person: Person, number: str, kind: InvoiceKind, title: str, tax_number: str = ""
) -> Invoice | InvoiceRefusal:
    """Ask for the invoice of a member's own order; again after it was declined."""
    title = title.strip()[:80]
    tax_number = "".join(tax_number.split()).upper() if kind == InvoiceKind.COMPANY else ""
    if not title:
        return InvoiceRefusal.TITLE_NEEDED
    if kind == InvoiceKind.COMPANY and not _TAX_NUMBER.fullmatch(tax_number):
        return InvoiceRefusal.BAD_TAX_NUMBER
    with transaction.atomic():
        order = Order.objects.filter(person=person, number=number).first()
        if order is None:
            return InvoiceRefusal.UNKNOWN
        order = locked(order.id)
        if order.state not in _PAID or paid_minor(order) < 1:
            return InvoiceRefusal.NOT_PAID
        if not can_ask(order):
            return InvoiceRefusal.ASKED
        told: dict[str, Any] = {"kind": kind, "title": title, "tax_number": tax_number}
        anew = {"state": InvoiceState.ASKED, "asked_at": clock.now(), "answer": ""}
        invoice, _is_new = Invoice.objects.update_or_create(
            order=order, defaults={**told, **anew, "answered_at": None, "answered_by": None}
        )
    return invoice


def issue(
    *,
    merchant: Merchant | None,
    invoice_id: int,
    who: Person,
    number: str,
    amount_minor: int,
    file: "File[Any] | None" = None,
) -> Invoice | InvoiceRefusal:
    """Note that an invoice was issued, with its number and, if there is one, its file.

    `merchant` is for whom the staff act, None for the operator.
    """
    number = number.strip()[:40]
    if not number:
        return InvoiceRefusal.NUMBER_NEEDED
    with transaction.atomic():
        invoice = _asked(merchant, invoice_id)
        if isinstance(invoice, InvoiceRefusal):
            return invoice
        if not 1 <= amount_minor <= paid_minor(invoice.order):
            return InvoiceRefusal.BAD_AMOUNT
        invoice.state, invoice.number = InvoiceState.ISSUED, number
        invoice.amount_minor = amount_minor
        if file is not None:
            invoice.file.save(file.name or "invoice", file, save=False)
        _answered(invoice, who, AuditVerb.CONFIRMED)
    return invoice


def decline(
    *, merchant: Merchant | None, invoice_id: int, who: Person, reason: str
) -> Invoice | InvoiceRefusal:
    """Decline an invoice for a reason that the member reads."""
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return InvoiceRefusal.REASON_NEEDED
    with transaction.atomic():
        invoice = _asked(merchant, invoice_id)
        if isinstance(invoice, InvoiceRefusal):
            return invoice
        invoice.state, invoice.answer = InvoiceState.DECLINED, reason
        _answered(invoice, who, AuditVerb.DECLINED)
    return invoice


def _asked(merchant: Merchant | None, invoice_id: int) -> Invoice | InvoiceRefusal:
    """Return an invoice that waits for an answer, its order locked."""
    found = Invoice.objects.filter(id=invoice_id)
    if merchant is not None:
        found = found.filter(order__merchant=merchant)
    invoice = found.first()
    if invoice is None:
        return InvoiceRefusal.UNKNOWN
    order = locked(invoice.order_id)
    invoice.refresh_from_db()
    invoice.order = order
    return invoice if invoice.state == InvoiceState.ASKED else InvoiceRefusal.ANSWERED


def _answered(invoice: Invoice, who: Person, verb: AuditVerb) -> None:
    invoice.answered_at, invoice.answered_by = clock.now(), who
    invoice.save()
    source = f"{invoice.id}:{invoice.answered_at.isoformat()}"
    facts = {"state": invoice.state, "order": invoice.order.number}
    tell(Told(invoice.order.person_id, NoticeKind.INVOICE, source, facts))
    auditing.record(actor=who, verb=verb, subject=invoice, facts={"order": invoice.order.number})
