"""Merchants: applying, the agreements they sell under, suspending them and letting them go on.

What an order was placed under stands on its lines: no agreement made later changes it.
"""

from datetime import date
from typing import Final, NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from patronage.commerce import alarms, listing, supplying
from patronage.commerce.models import (
    Agreement,
    Application,
    ApplicationState,
    Merchant,
    Product,
    Sku,
)
from patronage.economy.charter import MICRO
from patronage.members import auditing, clock
from patronage.members.limits import Limit, take
from patronage.members.models import AuditVerb, Person
from patronage.members.refusals import Refusal

REASON_LENGTH: Final = 200
ENDED: Final = gettext_noop("The agreement has ended.")
"""Why the jobs suspend a merchant: stored so, and shown in the reader's language."""
_OFTEN: Final = (Limit(5, 3600), Limit(20, 86_400))


class MerchantRefusal(Refusal):
    """Why an application, an agreement or a suspension comes to nothing."""

    TOO_OFTEN = "too_often", _("Too many applications from here. Try again later.")
    WAITS = "waits", _("An application under this registration number waits for an answer already.")
    ANSWERED = "answered", _("This application is answered already.")
    REASON_NEEDED = "reason_needed", _("Write the reason.")
    BAD_CONCESSION = "bad_concession", _("A concession is a part from 0 to 100 %.")
    DAYS_TURNED = "days_turned", _("The agreement would end before it begins.")
    PAST = "past", _("An agreement begins today or later: what was sold was sold as agreed then.")
    SAME_DAY = "same_day", _("Another agreement begins on this day.")
    HOUSE = "house", _("The house has no agreement with itself.")
    NO_AGREEMENT = "no_agreement", _("Make an agreement that begins today, and approve then.")
    NOT_OPEN = "not_open", _("The merchant is not approved, or suspended already.")
    NOT_SUSPENDED = "not_suspended", _("The merchant is not suspended.")


class Terms(NamedTuple):
    """What an agreement says: the concession in millionths, its first and last day, its text."""

    concession_micro: int
    starts_on: date
    ends_on: date | None = None
    text: str = ""


def house() -> Merchant:
    """Return the merchant whose goods and account are the operator's, made where there is none.

    Not inside a transaction where it may have to be made.
    """
    found = Merchant.objects.filter(is_house=True).first()
    if found is None:
        name = str(settings.COMPANY_NAME)
        try:
            with transaction.atomic():
                found = Merchant.objects.create(name=name, is_house=True)
        except IntegrityError:  # another made it meanwhile
            found = Merchant.objects.get(is_house=True)
    if found.approved_at is None:
        listing.approve_merchant(merchant_id=found.id)
    return found


def today() -> date:
    """Return the day by which agreements begin and end."""
    return timezone.localdate(clock.now(), timezone.get_default_timezone())


def apply(*, source: str, application: Application) -> Application | MerchantRefusal:
    """Take an application that was filled in; `source` is where it came from, for the limit."""
    if not take("merchant application", source, *_OFTEN):
        return MerchantRefusal.TOO_OFTEN
    try:
        with transaction.atomic():
            application.save(force_insert=True)
    except IntegrityError:  # of those who send the same at once, too, one waits
        return MerchantRefusal.WAITS
    return application


def decline(*, application_id: int, who: Person, answer: str) -> Application | MerchantRefusal:
    """Answer an application with no, and why."""
    answer = answer.strip()[:REASON_LENGTH]
    if not answer:
        return MerchantRefusal.REASON_NEEDED
    with transaction.atomic():
        application = Application.objects.select_for_update().get(id=application_id)
        if application.state != ApplicationState.WAITING:
            return MerchantRefusal.ANSWERED
        application.state, application.answer = ApplicationState.DECLINED, answer
        application.answered_by, application.answered_at = who, clock.now()
        application.save()
        auditing.record(actor=who, verb=AuditVerb.DECLINED, subject=application, reason=answer)
    return application


def accept(*, application_id: int, who: Person, terms: Terms) -> Merchant | MerchantRefusal:
    """Make an applicant a merchant under an agreement, and open its account if it begins today.

    Not inside a transaction.
    """
    with transaction.atomic():
        application = Application.objects.select_for_update().get(id=application_id)
        if application.state != ApplicationState.WAITING:
            return MerchantRefusal.ANSWERED
        refusal = _why_not(terms)
        if refusal is not None:
            return refusal
        merchant = Merchant.objects.create(name=application.name, applied_at=application.applied_at)
        _make(merchant, who, terms)
        application.state, application.merchant = ApplicationState.APPROVED, merchant
        application.answered_by, application.answered_at = who, clock.now()
        application.save()
        facts = {"merchant": merchant.id}
        auditing.record(actor=who, verb=AuditVerb.APPROVED, subject=application, facts=facts)
    _approve_accepted(merchant.id)
    merchant.refresh_from_db()
    return merchant


def agree(*, merchant_id: int, who: Person, terms: Terms) -> Agreement | MerchantRefusal:
    """Make an agreement with a merchant; one that begins today holds at once."""
    with transaction.atomic():
        merchant = _locked(merchant_id)
        if merchant.is_house:
            return MerchantRefusal.HOUSE
        refusal = _why_not(terms)
        if refusal is not None:
            return refusal
        if merchant.agreements.filter(starts_on=terms.starts_on).exists():
            return MerchantRefusal.SAME_DAY
        agreement = _make(merchant, who, terms)
        facts = {"merchant": merchant.id, "concession_micro": terms.concession_micro}
        auditing.record(actor=who, verb=AuditVerb.ADDED, subject=agreement, facts=facts)
    return agreement


def _why_not(terms: Terms) -> MerchantRefusal | None:
    if not 0 <= terms.concession_micro <= MICRO:
        return MerchantRefusal.BAD_CONCESSION
    if terms.starts_on < today():
        return MerchantRefusal.PAST
    if terms.ends_on is not None and terms.ends_on < terms.starts_on:
        return MerchantRefusal.DAYS_TURNED
    return None


def _make(merchant: Merchant, who: Person, terms: Terms) -> Agreement:
    agreement = Agreement.objects.create(
        merchant=merchant,
        concession_micro=terms.concession_micro,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        terms=terms.text,
        made_by=who,
    )
    if terms.starts_on == today():
        _put_in_force(merchant, agreement)
    return agreement


def in_force(merchant: Merchant) -> Agreement | None:
    """Return the agreement that holds today: the one that began last, unless it has ended."""
    begun = merchant.agreements.filter(starts_on__lte=today()).order_by("-starts_on").first()
    if begun is None or (begun.ends_on is not None and begun.ends_on < today()):
        return None
    return begun


def approve(*, merchant_id: int) -> MerchantRefusal | None:
    """Let a merchant with an agreement sell, and open its account; None when done.

    Not inside a transaction.
    """
    merchant = Merchant.objects.get(id=merchant_id)
    if not merchant.is_house and in_force(merchant) is None:
        return MerchantRefusal.NO_AGREEMENT
    listing.approve_merchant(merchant_id=merchant_id)
    return None


def put_in_force() -> int:
    """Let agreements begin and end whose day has come; return how many. Not in a transaction.

    Goods that lose money under a new concession leave the mall. A merchant whose agreement has
    ended without another is suspended.
    """
    beginning = Agreement.objects.filter(in_force_at=None, starts_on__lte=today())

    def begin(agreement_id: int) -> bool:
        with transaction.atomic():
            agreement = Agreement.objects.get(id=agreement_id)
            merchant = _locked(agreement.merchant_id)
            agreement.refresh_from_db()
            if agreement.in_force_at is not None:
                return False
            _put_in_force(merchant, agreement)
        return True

    ids = list(beginning.order_by("starts_on", "id").values_list("id", flat=True))
    begun = alarms.one_by_one("agreement_not_begun", ids, begin)
    accepted = Merchant.objects.filter(approved_at=None, application__isnull=False)
    ids = list(accepted.values_list("id", flat=True))
    begun += alarms.one_by_one("merchant_not_approved", ids, _approve_accepted)
    open_ones = Merchant.objects.filter(
        approved_at__isnull=False, suspended_at=None, agreements__ends_on__lt=today()
    )
    ended = list(open_ones.distinct().values_list("id", flat=True))
    return begun + alarms.one_by_one("agreement_not_ended", ended, _end)


def _approve_accepted(merchant_id: int) -> bool:
    """Approve a merchant whose application was accepted, once its agreement holds."""
    return approve(merchant_id=merchant_id) is None


def _put_in_force(merchant: Merchant, agreement: Agreement) -> None:
    """Make an agreement's concession the merchant's, and judge its goods anew."""
    supplying.take_skus(Sku.objects.filter(product__merchant=merchant))
    agreement.in_force_at = clock.now()
    agreement.save(update_fields=["in_force_at"])
    later = merchant.agreements.filter(starts_on__gt=agreement.starts_on)
    if later.filter(in_force_at__isnull=False).exists():
        return
    merchant.concession_micro = agreement.concession_micro
    merchant.save(update_fields=["concession_micro"])
    for product in merchant.products.filter(listed_at__isnull=False):
        listing.list_product(product=product)


def _end(merchant_id: int) -> bool:
    merchant = Merchant.objects.get(id=merchant_id)
    if in_force(merchant) is not None:
        return False
    return suspend(merchant_id=merchant_id, who=None, reason=ENDED) is None


def suspend(*, merchant_id: int, who: Person | None, reason: str) -> MerchantRefusal | None:
    """Take a merchant's goods out of the mall and keep its money where it is; None when done.

    Orders that are placed go their way to the end, and what they bring it is credited. `who` of
    None is the jobs.
    """
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return MerchantRefusal.REASON_NEEDED
    with transaction.atomic():
        merchant = _locked(merchant_id)
        if not merchant.is_open:
            return MerchantRefusal.NOT_OPEN
        now = clock.now()
        merchant.suspended_at, merchant.suspended_reason = now, reason
        merchant.save(update_fields=["suspended_at", "suspended_reason"])
        shown = Product.objects.filter(merchant=merchant, listed_at__isnull=False)
        shown.update(listed_at=None, held_at=now)
        auditing.record(actor=who, verb=AuditVerb.SUSPENDED, subject=merchant, reason=reason)
    return None


def resume(*, merchant_id: int, who: Person) -> MerchantRefusal | None:
    """Let a merchant sell again; its goods come back where the sums allow it. None when done."""
    with transaction.atomic():
        merchant = _locked(merchant_id)
        if merchant.suspended_at is None:
            return MerchantRefusal.NOT_SUSPENDED
        if not merchant.is_house and merchant.agreements.exists() and in_force(merchant) is None:
            return MerchantRefusal.NO_AGREEMENT
        merchant.suspended_at, merchant.suspended_reason = None, ""
        merchant.save(update_fields=["suspended_at", "suspended_reason"])
        held = list(merchant.products.filter(held_at__isnull=False))
        merchant.products.filter(held_at__isnull=False).update(held_at=None)
        for product in held:
            product.held_at = None
            listing.list_product(product=product)
        auditing.record(actor=who, verb=AuditVerb.RESUMED, subject=merchant)
    return None


def _locked(merchant_id: int) -> Merchant:
    """Return a merchant, kept from whoever lists its goods or changes its standing."""
    # Orders that name it may be placed meanwhile, hence no_key.
    return Merchant.objects.select_for_update(no_key=True).get(id=merchant_id)
