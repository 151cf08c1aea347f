"""Custody: each day's balance stated by one person with evidence, confirmed by another."""

import hashlib
from datetime import date
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage import ledger
from patronage.commerce.models import CustodyStatement, StatementState
from patronage.members import auditing, clock
from patronage.members.auditing import REASON_LENGTH
from patronage.members.models import AuditVerb, Person
from patronage.members.refusals import Refusal

EVIDENCE_BYTES: Final = 5 << 20


class CustodyRefusal(Refusal):
    """Why nothing is stated, confirmed or rejected."""

    NOT_CLOSED = "not_closed", _("This day is not closed yet, so what was owed is not known.")
    BAD_AMOUNT = "bad_amount", _("A balance is not below 0.")
    NO_EVIDENCE = "no_evidence", _("Give the bank's statement as a file of at most 5 MB.")
    STATED = "stated", _("This day has a statement already.")
    UNKNOWN = "unknown", _("There is no such statement.")
    OWN = "own", _("Somebody else has to confirm or reject what you stated.")
    OVER = "over", _("It was confirmed or rejected already.")
    REASON_NEEDED = "reason_needed", _("Write the reason.")


def owed_on(day: date) -> int | None:
    """Return what had to be at hand at a day's close, in minor units; None if it is not closed."""
    found = ledger.record_of(settings.ECONOMY, f"day:{day}")
    if found is None:
        return None
    state = found.told["state"]
    return int(state["paid_in"]) - int(state["paid_out"]) - int(state["returned"])


def state(
    *, day: date, balance_minor: int, evidence: bytes, name: str, by: Person
) -> CustodyStatement | CustodyRefusal:
    """State what lay in the custody account at the end of a closed day."""
    owed_minor = owed_on(day)
    if owed_minor is None:
        return CustodyRefusal.NOT_CLOSED
    if balance_minor < 0:
        return CustodyRefusal.BAD_AMOUNT
    if not 0 < len(evidence) <= EVIDENCE_BYTES:
        return CustodyRefusal.NO_EVIDENCE
    with transaction.atomic():
        # Whoever states the same day meanwhile fails at the database's own condition.
        if CustodyStatement.objects.filter(day=day).exclude(state=StatementState.REJECTED).exists():
            return CustodyRefusal.STATED
        made = CustodyStatement.objects.create(
            day=day,
            balance_minor=balance_minor,
            owed_minor=owed_minor,
            evidence=evidence,
            evidence_name=name[-120:],
            evidence_hash=hashlib.sha256(evidence).hexdigest(),
            stated_by=by,
            stated_at=clock.now(),
        )
        facts = {
            "day": str(day),
            "balance_minor": balance_minor,
            "owed_minor": owed_minor,
            "evidence": made.evidence_hash,
        }
        auditing.record(actor=by, verb=AuditVerb.STATED, subject=made, facts=facts)
    return made


def confirm(*, statement_id: int, by: Person) -> CustodyStatement | CustodyRefusal:
    """Confirm what somebody else stated: from then on the open book tells it."""
    return _decided(statement_id, by, StatementState.CONFIRMED, "")


def reject(*, statement_id: int, by: Person, reason: str) -> CustodyStatement | CustodyRefusal:
    """Reject what somebody else stated, so that the day can be stated anew."""
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return CustodyRefusal.REASON_NEEDED
    return _decided(statement_id, by, StatementState.REJECTED, reason)


def latest() -> CustodyStatement | None:
    """Return the newest statement that is confirmed."""
    confirmed = CustodyStatement.objects.filter(state=StatementState.CONFIRMED)
    return confirmed.defer("evidence").first()


def _decided(
    statement_id: int, by: Person, decision: StatementState, reason: str
) -> CustodyStatement | CustodyRefusal:
    with transaction.atomic():
        found = CustodyStatement.objects.select_for_update().filter(pk=statement_id).first()
        if found is None:
            return CustodyRefusal.UNKNOWN
        if found.stated_by_id == by.pk:
            return CustodyRefusal.OWN
        if found.state != StatementState.STATED:
            return CustodyRefusal.OVER
        found.state, found.decided_by, found.decided_at = decision, by, clock.now()
        found.reason = reason
        found.save(update_fields=["state", "decided_by", "decided_at", "reason"])
        is_confirmed = decision == StatementState.CONFIRMED
        verb = AuditVerb.CONFIRMED if is_confirmed else AuditVerb.REFUSED
        auditing.record(actor=by, verb=verb, subject=found, reason=reason)
    return found
