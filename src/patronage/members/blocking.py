"""Keeping someone from signing in, and letting them again; each with a reason."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage.members import auditing, clock
from patronage.members.models import AuditVerb, Block, Person
from patronage.members.refusals import Refusal

REASON_LENGTH = 200


class BlockRefusal(Refusal):
    """Why someone is not blocked, or not let in again."""

    UNKNOWN = "unknown", _("There is no such person.")
    REASON_NEEDED = "reason_needed", _("Write the reason.")
    ONESELF = "oneself", _("You cannot block yourself.")
    CLOSED = "closed", _("This account is closed for good.")
    BLOCKED = "blocked", _("This account is blocked already.")
    NOT_BLOCKED = "not_blocked", _("This account is not blocked.")


def block(*, person_id: int, by: Person, reason: str) -> Block | BlockRefusal:
    """Keep someone from signing in, and end where they are signed in.

    What they hold and ordered stays theirs; none of it leaves while they are blocked.
    """
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return BlockRefusal.REASON_NEEDED
    if person_id == by.pk:
        return BlockRefusal.ONESELF
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(pk=person_id).first()
        if person is None:
            return BlockRefusal.UNKNOWN
        if person.closed_at is not None:
            return BlockRefusal.CLOSED
        if not person.is_active:
            return BlockRefusal.BLOCKED
        # Whoever is not active is signed in nowhere: each request looks.
        person.is_active = False
        person.save(update_fields=["is_active"])
        made = Block.objects.create(person=person, reason=reason, blocked_by=by)
        auditing.record(actor=by, verb=AuditVerb.BLOCKED, subject=person, reason=reason)
        return made


def lift(*, person_id: int, by: Person, reason: str) -> Block | BlockRefusal:
    """Let someone who is blocked sign in again."""
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return BlockRefusal.REASON_NEEDED
    with transaction.atomic():
        person = Person.objects.select_for_update().filter(pk=person_id).first()
        if person is None:
            return BlockRefusal.UNKNOWN
        found = Block.objects.filter(person=person, lifted_at=None).first()
        if found is None:
            return BlockRefusal.NOT_BLOCKED
        found.lifted_at, found.lifted_by, found.lifting_reason = clock.now(), by, reason
        found.save(update_fields=["lifted_at", "lifted_by", "lifting_reason"])
        person.is_active = True
        person.save(update_fields=["is_active"])
        auditing.record(actor=by, verb=AuditVerb.UNBLOCKED, subject=person, reason=reason)
        return found
