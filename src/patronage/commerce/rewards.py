"""Rewards of the leaderboard that are paid in cash: proposed by one, decided by another."""

from django.db import transaction

from patronage.commerce import alarms, proposals
from patronage.commerce.deeds import Ground
from patronage.commerce.models import Proposal, ProposalKind, ProposalState
from patronage.members import clock
from patronage.members.awards import AwardRefusal
from patronage.members.models import Award, AwardState, Person
from patronage.members.refusals import Refusal


def propose_cash(*, award_id: int, amount_minor: int, by: Person, reason: str) -> Award | Refusal:
    """Propose that a reward be paid as cash, which somebody else decides; once while it is open."""
    with transaction.atomic():
        award = Award.objects.select_for_update().select_related("place").get(id=award_id)
        if award.state != AwardState.DUE:
            return AwardRefusal.NOT_DUE
        facts = {
            "account": award.place.account,
            "amount_minor": amount_minor,
            "ground": str(Ground.REWARD),
        }
        made = proposals.propose(kind=ProposalKind.CREDIT, facts=facts, reason=reason, by=by)
        if isinstance(made, Refusal):
            return made
        award.state, award.proposal = AwardState.PROPOSED, made.pk
        award.amount_minor = amount_minor
        award.save()
    return award


def follow_proposals() -> int:
    """Note what became of rewards that were proposed as cash; return of how many.

    Not credited, a reward is due again. Not inside a transaction.
    """
    waiting = Award.objects.filter(state=AwardState.PROPOSED)
    ids = list(waiting.values_list("id", flat=True))
    return alarms.one_by_one("award_not_noted", ids, _follow)


def _follow(award_id: int) -> bool:
    with transaction.atomic():
        award = Award.objects.select_for_update().get(id=award_id)
        if award.state != AwardState.PROPOSED:
            return False
        assert award.proposal is not None  # noqa: S101  (a constraint holds it)
        proposal = Proposal.objects.get(pk=award.proposal)
        if proposal.state == ProposalState.OPEN:
            return False
        if proposal.state == ProposalState.ACCEPTED:
            if proposal.concluded_at is None:
                return False
            if not proposal.refusal:
                award.state, award.ended_at = AwardState.PAID, clock.now()
                award.ended_by = proposal.decided_by
                award.save()
                return True
        award.state, award.proposal, award.amount_minor = AwardState.DUE, None, None
        award.save()
    return True
