"""After-sales: goods of a completed order given back, from the request to the refund.

The member asks; the merchant answers within its time, or the platform does; the goods come back;
the refund is made (`reversal`). Whoever lets their time pass hands the case on: the merchant to the
platform, the member to its end.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from patronage.commerce import alarms, reversal
from patronage.commerce.checkout import KEY_LENGTH, new_number
from patronage.commerce.models import (
    AfterSale,
    AfterSaleDeed,
    AfterSaleLine,
    AfterSalePicture,
    AfterSaleState,
    Merchant,
    Order,
    Sku,
    State,
)
from patronage.commerce.models.aftersales import OPEN
from patronage.commerce.steps import note_step
from patronage.commerce.transitions import locked
from patronage.members import auditing, clock
from patronage.members.models import AuditVerb, Person
from patronage.members.refusals import Refusal

PICTURES_MAX: Final = 6
TEXT_LENGTH: Final = 200
SEND_WITHIN: Final = timedelta(days=7)
"""So long a member has to send the goods back."""
RECEIVE_WITHIN: Final = timedelta(days=10)
"""So long the goods may be on their way before the platform looks into it."""
APPEAL_WITHIN: Final = timedelta(days=7)
"""So long after a merchant declined the member may ask the platform."""


class AfterSaleRefusal(Refusal):
    """Why a case stays as it is, or is not opened."""

    UNKNOWN_ORDER = "unknown_order", _("There is no such order.")
    UNKNOWN_CASE = "unknown_case", _("There is no such after-sale case.")
    NOT_NOW = "not_now", _("The order is not at a point where after-sales can be asked for.")
    CASE_OPEN = "case_open", _("An after-sale case of this order is open already.")
    NOTHING_CHOSEN = "nothing_chosen", _("Choose what to return, and how many.")
    TOO_MANY = "too_many", _("More is chosen than can still be returned.")
    REASON_NEEDED = "reason_needed", _("Write the reason.")
    TOO_MANY_PICTURES = "too_many_pictures", _("Show at most six pictures.")
    KEY_USED = "key_used", _("This was asked for already with another choice.")
    CASE_NOT_NOW = "case_not_now", _("The case is no longer at a point where this can be done.")
    WITH_PLATFORM = "with_platform", _("The platform decides this case.")


def ends_at(order: Order) -> datetime | None:
    """Return until when after-sales can be asked for; None for an order that is not completed."""
    if order.state != State.COMPLETED or order.completed_at is None:
        return None
    return order.completed_at + timedelta(days=settings.AFTERSALES_DAYS)


def returnable(order: Order) -> dict[int, int]:
    """Return how many pieces of each line, by its id, can be given back now; none: it is over."""
    end = ends_at(order)
    # Its money is divided a moment after it is completed.
    if end is None or end <= clock.now() or order.split_at is None:
        return {}
    return {
        line.id: line.quantity - line.returned
        for line in order.lines.all()
        if line.quantity > line.returned
    }


def cases_of(order: Order) -> dict[AfterSale, list[AfterSaleLine]]:
    """Return the cases of an order with what is given back, the newest first. One query."""
    found: dict[AfterSale, list[AfterSaleLine]] = {}
    lines = AfterSaleLine.objects.filter(aftersale__order=order)
    for line in lines.select_related("aftersale", "line").order_by("-aftersale_id", "id"):
        found.setdefault(line.aftersale, []).append(line)
    return found


def case_of(*, person: Person, number: str) -> AfterSale | None:
    """Return a member's case with all that is to be shown of it."""
    found = AfterSale.objects.filter(order__person=person, number=number)
    case = found.select_related("order__merchant", "order__person").first()
    if case is None:
        return None
    pieces = Prefetch("lines", AfterSaleLine.objects.select_related("line__sku__product"))
    needed: list[str | Prefetch[str]] = [
        *(pieces, "lines__line__sku__product__pictures", "pictures", "steps"),
        *(("shares", "refunds") if case.settled_at else ()),
    ]
    prefetch_related_objects([case], *needed)
    return case


def picture_of(*, person: Person, number: str, id: int) -> AfterSalePicture | None:
    """Return a picture of a member's case."""
    found = AfterSalePicture.objects.filter(id=id, aftersale__number=number)
    return found.filter(aftersale__order__person=person).first()


def has_open(person: Person) -> bool:
    """Tell whether a case of a member's is open, or could still be asked to be."""
    mine = AfterSale.objects.filter(order__person=person)
    waiting = Q(state=AfterSaleState.DECLINED, due_at__gt=clock.now())
    return mine.filter(Q(state__in=OPEN) | waiting).exists()


def request(
    *,
    person: Person,
    number: str,
    key: str,
    quantities: Mapping[int, int],
    reason: str,
    pictures: Sequence[ContentFile[bytes]] = (),
) -> AfterSale | AfterSaleRefusal:
    """Ask to give back pieces of lines of a completed order, by line id. `key` names the press."""
    chosen = {id: quantity for id, quantity in quantities.items() if quantity}
    key, reason = key[:KEY_LENGTH], reason.strip()[:TEXT_LENGTH]
    with transaction.atomic():
        order = Order.objects.filter(person=person, number=number).first()
        if order is None:
            return AfterSaleRefusal.UNKNOWN_ORDER
        order = locked(order.id)
        earlier = order.aftersales.filter(key=key).first()
        if earlier is not None:
            asked = dict(earlier.lines.values_list("line_id", "quantity"))
            return earlier if asked == chosen else AfterSaleRefusal.KEY_USED
        refusal = _why_not(order, chosen, reason, len(pictures))
        if refusal is not None:
            return refusal
        case = AfterSale.objects.create(
            number=new_number(),
            order=order,
            key=key,
            reason=reason,
            due_at=_answer_by(),
            is_netted=settings.AFTERSALES_TAKEN_OUT == "netted",
        )
        AfterSaleLine.objects.bulk_create(
            AfterSaleLine(aftersale=case, line_id=id, quantity=quantity)
            for id, quantity in chosen.items()
        )
        for picture in pictures:
            AfterSalePicture.objects.create(aftersale=case, file=picture)
        note_step(case, AfterSaleDeed.ASKED, who=person, note=reason)
    return case


def _why_not(
    order: Order, chosen: Mapping[int, int], reason: str, pictures: int
) -> AfterSaleRefusal | None:
    left = returnable(order)
    if not left:
        return AfterSaleRefusal.NOT_NOW
    if order.aftersales.filter(state__in=OPEN).exists():
        return AfterSaleRefusal.CASE_OPEN
    if not chosen:
        return AfterSaleRefusal.NOTHING_CHOSEN
    if any(not 1 <= quantity <= left.get(id, 0) for id, quantity in chosen.items()):
        return AfterSaleRefusal.TOO_MANY
    if not reason:
        return AfterSaleRefusal.REASON_NEEDED
    return AfterSaleRefusal.TOO_MANY_PICTURES if pictures > PICTURES_MAX else None


def _answer_by() -> datetime:
    return clock.now() + timedelta(hours=settings.AFTERSALES_ANSWER_HOURS)


def withdraw(*, person: Person, number: str) -> AfterSale | AfterSaleRefusal:
    """Take a member's request back, as long as nothing was refunded."""
    with transaction.atomic():
        case = _mine(person, number)
        if case is None:
            return AfterSaleRefusal.UNKNOWN_CASE
        if case.state not in (AfterSaleState.REQUESTED, AfterSaleState.APPROVED):
            return AfterSaleRefusal.CASE_NOT_NOW
        _end(case, AfterSaleState.ENDED)
        note_step(case, AfterSaleDeed.WITHDRAWN, who=person)
    return case


def send_goods(
    *, person: Person, number: str, carrier: str = "", tracking: str = ""
) -> AfterSale | AfterSaleRefusal:
    """Note that a member has sent the goods back."""
    with transaction.atomic():
        case = _mine(person, number)
        if case is None:
            return AfterSaleRefusal.UNKNOWN_CASE
        if case.state != AfterSaleState.APPROVED:
            return AfterSaleRefusal.CASE_NOT_NOW
        case.state, case.due_at = AfterSaleState.SENT, clock.now() + RECEIVE_WITHIN
        case.carrier, case.tracking = carrier.strip()[:40], tracking.strip()[:60]
        case.save(update_fields=["state", "due_at", "carrier", "tracking"])
        note_step(
            case, AfterSaleDeed.SENT, who=person, note=f"{case.carrier} {case.tracking}".strip()
        )
    return case


def ask_platform(*, person: Person, number: str, note: str = "") -> AfterSale | AfterSaleRefusal:
    """Ask the platform to decide what the merchant declined, within its time; once."""
    with transaction.atomic():
        case = _mine(person, number)
        if case is None:
            return AfterSaleRefusal.UNKNOWN_CASE
        is_late = case.due_at is None or case.due_at <= clock.now()
        if case.state != AfterSaleState.DECLINED or case.platform_at is not None or is_late:
            return AfterSaleRefusal.CASE_NOT_NOW
        if case.order.aftersales.filter(state__in=OPEN).exists():
            return AfterSaleRefusal.CASE_OPEN
        _hand_over(case, who=person, note=note.strip())
    return case


def step_in(*, number: str, who: Person, note: str) -> AfterSale | AfterSaleRefusal:
    """Let the platform take a case over from its merchant, with a reason."""
    note = note.strip()[:TEXT_LENGTH]
    with transaction.atomic():
        case = _locked(None, number)
        if case is None:
            return AfterSaleRefusal.UNKNOWN_CASE
        waits = (AfterSaleState.REQUESTED, AfterSaleState.SENT, AfterSaleState.DECLINED)
        if case.state not in waits or case.platform_at is not None:
            return AfterSaleRefusal.CASE_NOT_NOW
        if not note:
            return AfterSaleRefusal.REASON_NEEDED
        is_declined = case.state == AfterSaleState.DECLINED
        if is_declined and case.order.aftersales.filter(state__in=OPEN).exists():
            return AfterSaleRefusal.CASE_OPEN
        _hand_over(case, who=who, note=note)
        _record(case, who, AuditVerb.CHANGED, AfterSaleDeed.TO_PLATFORM, note)
    return case


def answer(
    *,
    merchant: Merchant | None,
    number: str,
    who: Person,
    approve: bool,
    note: str = "",
    needs_goods: bool = True,
) -> AfterSale | AfterSaleRefusal:
    """Approve or decline a request, as its merchant or (None) as the platform.

    An approved one waits for the goods, or is refunded at once where they are not needed. A reason
    is needed to decline. Not inside a transaction.
    """
    note = note.strip()[:TEXT_LENGTH]
    with transaction.atomic():
        case = _locked(merchant, number)
        refusal = _why_not_answered(case, merchant, AfterSaleState.REQUESTED)
        if case is None or refusal is not None:
            return refusal or AfterSaleRefusal.UNKNOWN_CASE
        if not approve and not note:
            return AfterSaleRefusal.REASON_NEEDED
        if not approve:
            deed = AfterSaleDeed.DECLINED
            _decline(case, merchant)
        elif needs_goods:
            deed = AfterSaleDeed.APPROVED
            case.state, case.due_at = AfterSaleState.APPROVED, clock.now() + SEND_WITHIN
            case.save(update_fields=["state", "due_at"])
        else:
            deed = AfterSaleDeed.APPROVED_KEPT
            reversal.begin(case.order, case)
        note_step(case, deed, who=who, note=note)
        _record(case, who, AuditVerb.APPROVED if approve else AuditVerb.DECLINED, deed, note)
    return _gone_on(case)


def receive_goods(
    *,
    merchant: Merchant | None,
    number: str,
    who: Person,
    accept: bool,
    note: str = "",
    fit: bool = False,
) -> AfterSale | AfterSaleRefusal:
    """Say that the goods are back and refund, or that they are not accepted, with the reason.

    As its merchant or (None) as the platform. `fit` puts them into stock. Not inside a transaction.
    """
    note = note.strip()[:TEXT_LENGTH]
    with transaction.atomic():
        case = _locked(merchant, number)
        refusal = _why_not_answered(case, merchant, AfterSaleState.SENT)
        if case is None or refusal is not None:
            return refusal or AfterSaleRefusal.UNKNOWN_CASE
        if not accept and not note:
            return AfterSaleRefusal.REASON_NEEDED
        deed = AfterSaleDeed.RECEIVED if accept else AfterSaleDeed.NOT_ACCEPTED
        if accept:
            reversal.begin(case.order, case)
            if fit:
                _put_back(case)
        else:
            _decline(case, merchant)
        note_step(case, deed, who=who, note=note)
        _record(case, who, AuditVerb.APPROVED if accept else AuditVerb.DECLINED, deed, note)
    return _gone_on(case)


def _why_not_answered(
    case: AfterSale | None, merchant: Merchant | None, state: AfterSaleState
) -> AfterSaleRefusal | None:
    if case is None:
        return AfterSaleRefusal.UNKNOWN_CASE
    if case.state != state:
        return AfterSaleRefusal.CASE_NOT_NOW
    if merchant is not None and case.platform_at is not None:
        return AfterSaleRefusal.WITH_PLATFORM
    return None


def _decline(case: AfterSale, merchant: Merchant | None) -> None:
    """Decline, for good where the platform did; a merchant's word the member may contest."""
    _end(case, AfterSaleState.DECLINED)
    if merchant is not None:
        case.due_at = clock.now() + APPEAL_WITHIN
    elif case.platform_at is None:
        case.platform_at = clock.now()
    case.save(update_fields=["due_at", "platform_at"])


def _gone_on(case: AfterSale) -> AfterSale:
    if case.state == AfterSaleState.REFUNDING:
        reversal.go_on(case.id)
        case.refresh_from_db()
    return case


def _hand_over(case: AfterSale, *, who: Person | None, note: str = "") -> None:
    """Give a case to the platform, which answers it as if it had just been asked for."""
    if case.state == AfterSaleState.DECLINED:
        case.state, case.ended_at = AfterSaleState.REQUESTED, None
    case.platform_at, case.due_at = clock.now(), None
    case.save(update_fields=["state", "ended_at", "platform_at", "due_at"])
    note_step(case, AfterSaleDeed.TO_PLATFORM, who=who, note=note)


def _end(case: AfterSale, state: AfterSaleState) -> None:
    case.state, case.due_at, case.ended_at = state, None, clock.now()
    case.save(update_fields=["state", "due_at", "ended_at"])


def _put_back(case: AfterSale) -> None:
    case.restocked_at = clock.now()
    case.save(update_fields=["restocked_at"])
    for piece in case.lines.select_related("line").order_by("line__sku_id"):
        Sku.objects.filter(id=piece.line.sku_id).update(stock=F("stock") + piece.quantity)


def _record(case: AfterSale, who: Person, verb: AuditVerb, deed: AfterSaleDeed, note: str) -> None:
    auditing.record(actor=who, verb=verb, subject=case, facts={"deed": str(deed)}, reason=note)


def _mine(person: Person, number: str) -> AfterSale | None:
    return _with_lock(AfterSale.objects.filter(order__person=person, number=number))


def _locked(merchant: Merchant | None, number: str) -> AfterSale | None:
    """Return a case, kept from everyone else, if it is for them to answer."""
    found = AfterSale.objects.filter(number=number)
    return _with_lock(found if merchant is None else found.filter(order__merchant=merchant))


def _with_lock(found: QuerySet[AfterSale]) -> AfterSale | None:
    case = found.first()
    if case is None:
        return None
    order = locked(case.order_id)
    case = AfterSale.objects.select_for_update().get(id=case.id)
    case.order = order
    return case


def pass_on_due() -> int:
    """Hand on the cases whose time is up; return how many. Not inside a transaction."""
    waiting = (AfterSaleState.REQUESTED, AfterSaleState.APPROVED, AfterSaleState.SENT)
    due = AfterSale.objects.filter(state__in=waiting, due_at__lte=clock.now()).order_by("id")
    return alarms.one_by_one("aftersale_not_passed_on", due.values_list("id", flat=True), _pass_on)


def _pass_on(case_id: int) -> bool:
    with transaction.atomic():
        case = _with_lock(AfterSale.objects.filter(id=case_id))
        if case is None or case.due_at is None or case.due_at > clock.now():
            return False
        if case.state == AfterSaleState.APPROVED:
            _end(case, AfterSaleState.ENDED)
            note_step(case, AfterSaleDeed.LAPSED)
        else:
            _hand_over(case, who=None)
    return True
