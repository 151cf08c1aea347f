"""Two decide a proposal at once, on PostgreSQL; with the twin without its guard."""

from typing import Any

import pytest

from patronage.commerce import proposals
from patronage.commerce.models import Proposal, ProposalKind, ProposalState
from patronage.commerce.proposals import ProposalRefusal
from tests.integration.commerce.play import Mall
from tests.integration.commerce.test_proposals import cash, proposed, staff
from tests.integration.commerce.test_races import Meeting, meet_before, together


def accept_and_refuse(mall: Mall) -> tuple[int, list[Any], Proposal]:
    """Return the cash that came of a credit, what both were told, and the proposal."""
    person = mall.person()
    facts = {"account": person.account, "amount_minor": 50_00, "ground": "reward"}
    made = proposed(ProposalKind.CREDIT, **facts)
    first, second = staff(), staff()
    told = together(
        lambda: proposals.accept(proposal_id=made.pk, by=first, reason="yes"),
        lambda: proposals.refuse(proposal_id=made.pk, by=second, reason="no"),
    )
    made.refresh_from_db()
    return cash_or_none(mall, person), told, made


def cash_or_none(mall: Mall, person: Any) -> int:
    try:
        return cash(mall, person)
    except LookupError:
        return 0


def test_of_two_decisions_at_once_the_first_holds(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet_before(monkeypatch, proposals, "_locked", Meeting())
    brought, told, made = accept_and_refuse(on_postgresql)
    assert sum(one is ProposalRefusal.OVER for one in told) == 1
    assert brought == (50_00 if made.state == ProposalState.ACCEPTED else 0)
    on_postgresql.verify()


def test_twin_without_the_lock_what_is_refused_is_done(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = Meeting()

    def unguarded(proposal_id: int) -> Proposal | None:
        found = Proposal.objects.filter(pk=proposal_id).first()
        meeting.wait()
        return found

    monkeypatch.setattr(proposals, "_locked", unguarded)
    _brought, told, _made = accept_and_refuse(on_postgresql)
    assert all(isinstance(one, Proposal) for one in told)


def test_accepted_by_two_at_once_it_is_done_once(
    on_postgresql: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = on_postgresql.person()
    facts = {"account": person.account, "amount_minor": 50_00, "ground": "reward"}
    made = proposed(ProposalKind.CREDIT, **facts)
    meet_before(monkeypatch, proposals, "_locked", Meeting())
    first, second = staff(), staff()
    told = together(
        lambda: proposals.accept(proposal_id=made.pk, by=first, reason="yes"),
        lambda: proposals.accept(proposal_id=made.pk, by=second, reason="yes"),
    )
    assert sum(one is ProposalRefusal.OVER for one in told) == 1
    assert cash(on_postgresql, person) == 50_00
    on_postgresql.verify()
