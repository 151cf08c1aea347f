"""Distributors: members who ask to sell in a storefront of their own, and what is answered.

One level: a distributor is one member, and nothing here can name one above or below.
"""

from functools import partial
from typing import Final, Literal

from django.core.files.base import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from patronage.commerce import rewarding
from patronage.commerce.models import ApplicationState, Distributor, StorefrontItem
from patronage.members import auditing, clock
from patronage.members.limits import Limit, take
from patronage.members.models import AuditVerb, NoticeKind, Person
from patronage.members.notices import Told, tell
from patronage.members.refusals import Refusal

TITLE_LENGTH: Final = 40
INTRO_LENGTH: Final = 200
PLAN_LENGTH: Final = 500
REASON_LENGTH: Final = 200
_OFTEN: Final = (Limit(5, 3600), Limit(20, 86_400))

NewPicture = File[bytes] | Literal[False] | None
"""A picture in the place of what there was; None leaves that, False takes it away."""


class DistributorRefusal(Refusal):
    """Why an application, an answer or a suspension comes to nothing."""

    TOO_OFTEN = "too_often", _("Too many applications from you. Try again later.")
    STAFF = (
        "staff",
        _("Accounts of staff run the mall and open no storefront in it."),
    )
    LEFT = "left", _("This account is closed or blocked. Ask our service.")
    FROZEN = "frozen", _("This account is frozen. Ask our service.")
    TITLE_NEEDED = "title_needed", _("Write the name of the storefront.")
    PLAN_NEEDED = "plan_needed", _("Write how you mean to sell.")
    WAITS = "waits", _("Your application waits for an answer already.")
    IS_ONE = "is_one", _("You have a storefront already.")
    ANSWERED = "answered", _("This application is answered already.")
    REASON_NEEDED = "reason_needed", _("Write the reason.")
    NOT_OPEN = "not_open", _("The storefront is not approved, or suspended already.")
    NOT_SUSPENDED = "not_suspended", _("The storefront is not suspended.")
    NOT_APPROVED = "not_approved", _("You have no storefront yet.")


def apply(
    *, person: Person, title: str, intro: str = "", plan: str = ""
) -> Distributor | DistributorRefusal:
    """Ask to open a storefront; whoever was declined asks anew by the same."""
    if not take("distributor application", str(person.pk), *_OFTEN):
        return DistributorRefusal.TOO_OFTEN
    title, plan = title.strip()[:TITLE_LENGTH], plan.strip()[:PLAN_LENGTH]
    with transaction.atomic():
        # Whoever presses twice, or is frozen meanwhile, comes before or after.
        person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        refusal = _why_not(person)
        if refusal is not None:
            return refusal
        if not title:
            return DistributorRefusal.TITLE_NEEDED
        if not plan:
            return DistributorRefusal.PLAN_NEEDED
        made = distributor_of(person) or Distributor(person=person)
        if made.pk is not None and made.state == ApplicationState.WAITING:
            return DistributorRefusal.WAITS
        if made.state == ApplicationState.APPROVED:
            return DistributorRefusal.IS_ONE
        made.title, made.intro, made.plan = title, intro.strip()[:INTRO_LENGTH], plan
        made.state, made.applied_at = ApplicationState.WAITING, clock.now()
        made.answer, made.answered_at, made.answered_by = "", None, None
        made.save()
    return made


def _why_not(person: Person) -> DistributorRefusal | None:
    """Tell why someone can have no storefront, whatever it sells."""
    if person.is_staff:
        return DistributorRefusal.STAFF
    if not person.is_active:
        return DistributorRefusal.LEFT
    return DistributorRefusal.FROZEN if person.frozen_at is not None else None


def distributor_of(person: Person) -> Distributor | None:
    """Return a member's storefront or the application for one. One query."""
    return Distributor.objects.filter(person=person).first()


def open_ones() -> QuerySet[Distributor]:
    """Return the distributors whose storefront sells: approved, not suspended, free to act."""
    return Distributor.objects.filter(
        state=ApplicationState.APPROVED,
        suspended_at=None,
        person__is_active=True,
        person__frozen_at=None,
    )


def is_open(distributor: Distributor) -> bool:
    """Tell whether a storefront sells; its `person` is read."""
    return distributor.is_open and _why_not(distributor.person) is None


def distributor_by(code: str) -> Distributor | None:
    """Return whose storefront an address means, by the member's referral code; with `person`.

    One that was never approved has no address. One query.
    """
    approved = Distributor.objects.filter(state=ApplicationState.APPROVED)
    found = approved.filter(person__referral_code=code.strip().lower())
    return found.select_related("person").first() if code else None


def accept(*, distributor_id: int, who: Person) -> Distributor | DistributorRefusal:
    """Answer an application with yes: the storefront opens."""
    return _answer(distributor_id, who, ApplicationState.APPROVED, "")


def decline(*, distributor_id: int, who: Person, reason: str) -> Distributor | DistributorRefusal:
    """Answer an application with no, and why."""
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return DistributorRefusal.REASON_NEEDED
    return _answer(distributor_id, who, ApplicationState.DECLINED, reason)


def _answer(
    distributor_id: int, who: Person, state: ApplicationState, answer: str
) -> Distributor | DistributorRefusal:
    with transaction.atomic():
        distributor = _locked(distributor_id)
        if distributor.state != ApplicationState.WAITING:
            return DistributorRefusal.ANSWERED
        if state == ApplicationState.APPROVED:
            refusal = _why_not(distributor.person)
            if refusal is not None:
                return refusal
        distributor.state, distributor.answer = state, answer
        distributor.answered_by, distributor.answered_at = who, clock.now()
        distributor.save()
        _tell(distributor, state.value, answer)
        verb = AuditVerb.APPROVED if state == ApplicationState.APPROVED else AuditVerb.DECLINED
        auditing.record(actor=who, verb=verb, subject=distributor, reason=answer)
    return distributor


def suspend(*, distributor_id: int, who: Person, reason: str) -> DistributorRefusal | None:
    """Close a storefront, and let what it earns wait; None when done.

    Orders that are placed go their way.
    """
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return DistributorRefusal.REASON_NEEDED
    with transaction.atomic():
        distributor = _locked(distributor_id)
        if not distributor.is_open:
            return DistributorRefusal.NOT_OPEN
        distributor.suspended_at, distributor.suspended_reason = clock.now(), reason
        distributor.save(update_fields=["suspended_at", "suspended_reason"])
        _tell(distributor, "suspended", reason)
        auditing.record(actor=who, verb=AuditVerb.SUSPENDED, subject=distributor, reason=reason)
    return None


def resume(*, distributor_id: int, who: Person) -> DistributorRefusal | None:
    """Open a suspended storefront again; None when done."""
    with transaction.atomic():
        distributor = _locked(distributor_id)
        if distributor.suspended_at is None:
            return DistributorRefusal.NOT_SUSPENDED
        distributor.suspended_at, distributor.suspended_reason = None, ""
        distributor.save(update_fields=["suspended_at", "suspended_reason"])
        rewarding.free(distributor.person)
        _tell(distributor, "resumed", "")
        auditing.record(actor=who, verb=AuditVerb.RESUMED, subject=distributor)
    return None


def present(
    *, distributor: Distributor, title: str, intro: str, picture: NewPicture = None
) -> Distributor | DistributorRefusal:
    """Change how a storefront presents itself; to its visitors at once."""
    title = title.strip()[:TITLE_LENGTH]
    if not title:
        return DistributorRefusal.TITLE_NEEDED
    with transaction.atomic():
        distributor = _locked(distributor.pk)
        if distributor.state != ApplicationState.APPROVED:
            return DistributorRefusal.NOT_APPROVED
        distributor.title, distributor.intro = title, intro.strip()[:INTRO_LENGTH]
        put_picture(distributor, picture)
        distributor.save(update_fields=["title", "intro", "picture"])
    return distributor


def storefront_of(person: Person) -> dict[str, object] | None:
    """Return a member's storefront or application for their own export, as JSON would hold it."""
    distributor = distributor_of(person)
    if distributor is None:
        return None
    return {
        "title": distributor.title,
        "introduction": distributor.intro,
        "plan": distributor.plan,
        "state": distributor.state,
        "applied_at": distributor.applied_at.isoformat(timespec="seconds"),
        "answer": distributor.answer,
        "suspended_reason": distributor.suspended_reason,
        "items": [
            {"title": item.title, "price_minor": str(item.price_minor)}
            for item in distributor.items.all()
        ],
    }


def forget(person: Person) -> None:
    """Erase what a member wrote and showed as a distributor, in the caller's transaction.

    The storefront's name stays: those who bought there know the order by it.
    """
    distributor = distributor_of(person)
    if distributor is None:
        return
    rows: list[Distributor | StorefrontItem] = [distributor, *distributor.items.all()]
    for row in rows:
        put_picture(row, picture=False)
        row.save(update_fields=["picture"])
    distributor.intro = distributor.plan = ""
    distributor.save(update_fields=["intro", "plan"])


def put_picture(row: Distributor | StorefrontItem, picture: NewPicture) -> None:
    """Set a row's picture before it is saved; the file of the one before goes with the commit."""
    if picture is None:
        return
    if row.picture:
        storage, name = row.picture.storage, str(row.picture.name)
        transaction.on_commit(partial(storage.delete, name))
    row.picture = picture or ""


def _locked(distributor_id: int) -> Distributor:
    # Orders that name it may be placed meanwhile, hence no_key.
    found = Distributor.objects.select_for_update(no_key=True, of=("self",))
    return found.select_related("person").get(id=distributor_id)


def _tell(distributor: Distributor, deed: str, reason: str) -> None:
    told = {"deed": deed, "title": distributor.title, "reason": reason}
    source = f"storefront:{distributor.pk}:{deed}:{clock.now().isoformat()}"
    tell(Told(distributor.person_id, NoticeKind.STOREFRONT, source, told))
