"""Four eyes: what moves value or rules by hand is proposed by one and decided by another.

Accepted, it is done in the same transaction as the decision and its entry in the audit log. What
has to follow outside of that is caught up by `conclude_due`, a job.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage.commerce import alarms
from patronage.commerce.deeds import DEEDS, Facts
from patronage.commerce.models import Proposal, ProposalKind, ProposalState
from patronage.members import auditing, clock
from patronage.members.auditing import REASON_LENGTH
from patronage.members.models import AuditVerb, Person
from patronage.members.refusals import Refusal


class ProposalRefusal(Refusal):
    """Why nothing is proposed or decided."""

    UNKNOWN = "unknown", _("There is no such proposal.")
    REASON_NEEDED = "reason_needed", _("Write the reason.")
    OWN = "own", _("Somebody else has to decide what you proposed.")
    NOT_YOURS = "not_yours", _("Only who proposed it can withdraw it.")
    OVER = "over", _("It is decided already.")


def propose(*, kind: ProposalKind, facts: Facts, reason: str, by: Person) -> Proposal | Refusal:
    """Propose that something be done; what could not be done now is refused at once.

    Facts by kind: `amount_minor` for FUNDING and SURPLUS; `points_nano` for TREASURY; `account`,
    `amount_minor` and `ground` (of `deeds.Ground`) for CREDIT and CHARGE; `withdrawal` (its
    number) for PAYOUT; `person` (its id) for UNFREEZE; `charter` (TOML), `in_force_from` (ISO
    8601), `why` and `why_en` for AMENDMENT.
    """
    reason = reason.strip()[:REASON_LENGTH]
    if not reason:
        return ProposalRefusal.REASON_NEEDED
    refusal = DEEDS[kind].refusal_of(facts)
    if refusal is not None:
        return refusal
    with transaction.atomic():
        made = Proposal.objects.create(
            kind=kind, facts=dict(facts), reason=reason, proposed_by=by, proposed_at=clock.now()
        )
        told = {"kind": str(kind), **facts}
        auditing.record(actor=by, verb=AuditVerb.PROPOSED, subject=made, facts=told, reason=reason)
    return made


def accept(*, proposal_id: int, by: Person, reason: str) -> Proposal | Refusal:
    """Decide that a proposal of somebody else's be done, and do it.

    A refusal leaves it open. Look at `refusal`: the ledger may refuse what it allowed a moment
    before. Not inside a transaction.
    """
    with transaction.atomic():
        found = _decidable(proposal_id, by, reason)
        if isinstance(found, Refusal):
            return found
        refusal = DEEDS[found.kind].do(found, by)
        if refusal is not None:
            return refusal
        _decide(found, ProposalState.ACCEPTED, by, reason)
        _record(found, AuditVerb.ACCEPTED, by)
    conclude(found.pk)
    found.refresh_from_db()
    return found


def refuse(*, proposal_id: int, by: Person, reason: str) -> Proposal | ProposalRefusal:
    """Decide that a proposal of somebody else's be not done."""
    with transaction.atomic():
        found = _decidable(proposal_id, by, reason)
        if isinstance(found, Proposal):
            _decide(found, ProposalState.REFUSED, by, reason)
            _record(found, AuditVerb.REFUSED, by)
    return found


def withdraw(*, proposal_id: int, by: Person) -> Proposal | ProposalRefusal:
    """Take back a proposal of one's own."""
    with transaction.atomic():
        found = _locked(proposal_id)
        if found is None:
            return ProposalRefusal.UNKNOWN
        if found.proposed_by_id != by.pk:
            return ProposalRefusal.NOT_YOURS
        if found.state != ProposalState.OPEN:
            return ProposalRefusal.OVER
        found.state, found.decided_at = ProposalState.WITHDRAWN, clock.now()
        found.save(update_fields=["state", "decided_at"])
        _record(found, AuditVerb.WITHDREW, by)
    return found


def conclude(proposal_id: int) -> bool:
    """Do what has to follow an acceptance, and note what came of it; True if that was missing.

    Not inside a transaction.
    """
    found = Proposal.objects.get(pk=proposal_id)
    if found.state != ProposalState.ACCEPTED or found.concluded_at is not None:
        return False
    outcome = DEEDS[found.kind].conclude(found)
    with transaction.atomic():
        missing = Proposal.objects.filter(pk=proposal_id, concluded_at=None)
        if not missing.update(concluded_at=clock.now(), **outcome._asdict()):
            return False
        told: dict[str, Any] = outcome._asdict()
        auditing.record(actor=None, verb=AuditVerb.EXECUTED, subject=found, facts=told)
    return True


def conclude_due() -> int:
    """Conclude what was accepted and died half way; return how many there were."""
    due = Proposal.objects.filter(state=ProposalState.ACCEPTED, concluded_at=None)
    return alarms.one_by_one("proposal", due.values_list("pk", flat=True), conclude)


def _decidable(proposal_id: int, by: Person, reason: str) -> Proposal | ProposalRefusal:
    """Return a proposal that somebody may decide, its row locked."""
    found = _locked(proposal_id)
    if found is None:
        return ProposalRefusal.UNKNOWN
    if found.proposed_by_id == by.pk:
        return ProposalRefusal.OWN
    if found.state != ProposalState.OPEN:
        return ProposalRefusal.OVER
    if not reason.strip():
        return ProposalRefusal.REASON_NEEDED
    return found


def _locked(proposal_id: int) -> Proposal | None:
    return Proposal.objects.select_for_update().filter(pk=proposal_id).first()


def _decide(found: Proposal, state: ProposalState, by: Person, reason: str) -> None:
    found.state, found.decided_by, found.decided_at = state, by, clock.now()
    found.decision_reason = reason.strip()[:REASON_LENGTH]
    found.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])


def _record(found: Proposal, verb: AuditVerb, by: Person) -> None:
    facts = {"kind": found.kind}
    auditing.record(actor=by, verb=verb, subject=found, facts=facts, reason=found.decision_reason)
