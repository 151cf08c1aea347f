"""A reward paid as cash is proposed by one, decided by another, and paid once."""

import pytest

from patronage.commerce import proposals, rewards
from patronage.commerce.deeds import DeedRefusal
from patronage.commerce.models import Proposal
from patronage.members import awards
from patronage.members.awards import AwardRefusal
from patronage.members.models import Award, Person
from patronage.members.refusals import Refusal
from tests.integration.commerce.play import Mall
from tests.integration.members.play import holder
from tests.integration.members.test_awards import announced


def staff(name: str) -> Person:
    return Person.objects.create_superuser(email=f"{name}@example.com", password="x")  # noqa: S106


def due(mall: Mall) -> tuple[Award, Person]:
    winner = holder(mall)
    announced(1, 1)
    mall.time.pass_by(days=1)
    awards.take_cut_offs()
    return Award.objects.get(), winner


def propose(award: Award, by: Person, amount: int = 88_00) -> Award | Refusal:
    return rewards.propose_cash(award_id=award.id, amount_minor=amount, by=by, reason="三月第一名")


def test_it_is_paid_once_it_is_accepted(mall: Mall) -> None:
    (award, winner), one, other = due(mall), staff("one"), staff("other")
    before = mall.held(winner.account).cash
    assert propose(award, one, 0) is DeedRefusal.INVALID_AMOUNT
    proposed = propose(award, one)
    assert isinstance(proposed, Award), proposed
    assert propose(award, one) is AwardRefusal.NOT_DUE
    told = {"award_id": award.id, "who": one, "note": "x"}
    assert awards.give_in_kind(**told) is AwardRefusal.NOT_DUE
    assert rewards.follow_proposals() == 0, "nobody has decided"
    done = proposals.accept(proposal_id=proposed.proposal, by=other, reason="属实")
    assert isinstance(done, Proposal), done
    assert rewards.follow_proposals() == 1
    assert rewards.follow_proposals() == 0
    award.refresh_from_db()
    assert (award.state, award.amount_minor, award.ended_by) == ("paid", 88_00, other)
    assert mall.held(winner.account).cash - before == 88_00
    mall.verify()


@pytest.mark.parametrize("how", ["refused", "withdrawn"])
def test_what_was_not_credited_is_due_again(mall: Mall, how: str) -> None:
    (award, _winner), one, other = due(mall), staff("one"), staff("other")
    proposed = propose(award, one)
    assert isinstance(proposed, Award)
    if how == "refused":
        proposals.refuse(proposal_id=proposed.proposal, by=other, reason="金额有误")
    else:
        proposals.withdraw(proposal_id=proposed.proposal, by=one)
    assert rewards.follow_proposals() == 1
    award.refresh_from_db()
    assert (award.state, award.proposal, award.amount_minor) == ("due", None, None)
    assert isinstance(propose(award, one), Award)
