"""Freezing what a member holds: nothing leaves it, while they sign in and shop as before."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage.members import auditing, clock
from patronage.members.models import AuditVerb, Person
from patronage.members.refusals import Refusal

REASON_LENGTH = 200


class FreezeRefusal(Refusal):
    """Why nothing is frozen or thawed."""

    UNKNOWN = "unknown", _("There is no such person.")
    REASON_NEEDED = "reason_needed", _("Write the reason.")
    FROZEN = "frozen", _("This account is frozen already.")
    NOT_FROZEN = "not_frozen", _("This account is not frozen.")


def freeze(*, person_id: int, by: Person, reason: str) -> FreezeRefusal | None:
    """Keep all that a member holds where it is; the member reads the reason. None when done.

    Waits for what is just leaving: after this returns the gate lets nothing through.
    """
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return FreezeRefusal.REASON_NEEDED
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(pk=person_id).first()
        if person is None:
            return FreezeRefusal.UNKNOWN
        if person.frozen_at is not None:
            return FreezeRefusal.FROZEN
        person.frozen_at, person.frozen_reason = clock.now(), reason
        person.save(update_fields=["frozen_at", "frozen_reason"])
        auditing.record(actor=by, verb=AuditVerb.FROZE, subject=person, reason=reason)
    return None


def thaw(*, person_id: int, by: Person, reason: str = "") -> FreezeRefusal | None:
    """Let value leave again; None when done."""
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(pk=person_id).first()
        if person is None:
            return FreezeRefusal.UNKNOWN
        if person.frozen_at is None:
            return FreezeRefusal.NOT_FROZEN
        person.frozen_at, person.frozen_reason = None, ""
        person.save(update_fields=["frozen_at", "frozen_reason"])
        auditing.record(actor=by, verb=AuditVerb.THAWED, subject=person, reason=reason)
    return None
