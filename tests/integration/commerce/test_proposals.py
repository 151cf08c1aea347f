"""What moves value or rules by hand is proposed by one, decided by another, and done once."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from patronage import ledger
from patronage.commerce import amendments, deeds, jobs, proposals
from patronage.commerce.amendments import AmendmentRefusal
from patronage.commerce.deeds import DeedRefusal
from patronage.commerce.models import Alarm, Amendment, Proposal, ProposalKind, ProposalState
from patronage.commerce.proposals import ProposalRefusal
from patronage.economy.refusals import Refusal as Refused
from patronage.members import auditing, clock, freezing, payouts
from patronage.members.freezing import FreezeRefusal
from patronage.members.models import AuditEntry, Person, TestPayout, WithdrawalState
from patronage.members.payouts import PayoutRefusal
from patronage.members.refusals import Refusal
from patronage.web.shared.charters import toml_of
from tests.integration.commerce.play import REDWINE, Died, Mall, die
from tests.integration.members.play import PIN, holder
from tests.integration.members.test_payouts import rich

NANO = 10**9


def staff() -> Person:
    return Person.objects.create_user(email=f"{uuid4().hex}@example.com", is_staff=True)


def proposed(kind: ProposalKind, **facts: Any) -> Proposal:
    made = proposals.propose(kind=kind, facts=facts, reason=" 应当如此 ", by=staff())
    assert isinstance(made, Proposal), made
    return made


def tried(kind: ProposalKind, **facts: Any) -> Refusal:
    made = proposals.propose(kind=kind, facts=facts, reason="r", by=staff())
    assert isinstance(made, Refusal), made
    return made


def accepted(made: Proposal, by: Person | None = None) -> Proposal:
    told = proposals.accept(proposal_id=made.pk, by=by or staff(), reason=" 核对无误 ")
    assert isinstance(told, Proposal), told
    return told


def cash(mall: Mall, person: Person) -> int:
    return mall.held(person.account).cash


def test_what_is_accepted_is_one_event_of_the_ledger(mall: Mall) -> None:
    holder(mall)
    before = ledger.state("mall")
    done = accepted(proposed(ProposalKind.FUNDING, amount_minor=10_00))
    assert (done.state, done.decision_reason, done.refusal) == ("accepted", "核对无误", "")
    record = ledger.record_at("mall", done.record or 0)
    assert record is not None
    assert record.told["event"] == {
        "id": f"proposal:{done.pk}",
        "type": "reserve.funded",
        "amount": 10_00,
    }
    after = ledger.state("mall")
    assert (after.reserve, after.paid_in) == (before.reserve + 10_00, before.paid_in + 10_00)
    # An order that rounds to no points leaves its contribution as surplus.
    mall.submit(type="order.completed", order="small", member=mall.person().account, amount=4)
    assert ledger.state("mall").surplus == 1
    assert accepted(proposed(ProposalKind.SURPLUS, amount_minor=1)).refusal == ""
    assert ledger.state("mall").surplus == 0
    mall.verify()


def test_treasury_points_that_no_coin_needs_are_burned(mall: Mall) -> None:
    person = holder(mall)
    mall.give_coins(person, 10 * NANO)
    assert tried(ProposalKind.TREASURY, points_nano=10 * NANO) is DeedRefusal.COINS_UNCOVERED
    accepted(proposed(ProposalKind.FUNDING, amount_minor=100_00))
    assert tried(ProposalKind.TREASURY, points_nano=11 * NANO) is DeedRefusal.INSUFFICIENT_TREASURY
    accepted(proposed(ProposalKind.TREASURY, points_nano=5 * NANO))
    assert ledger.state("mall").treasury == 5 * NANO
    mall.verify()


def test_cash_is_credited_and_charged_without_a_name_in_the_journal(mall: Mall) -> None:
    person = mall.person(name="韩梅梅")
    facts = {"account": person.account, "amount_minor": 50_00, "ground": "compensation"}
    done = accepted(proposed(ProposalKind.CREDIT, **facts))
    record = ledger.record_at("mall", done.record or 0)
    assert record is not None
    assert record.told["event"]["reason"] == "compensation"
    charge = {**facts, "ground": "correction"}
    assert tried(ProposalKind.CHARGE, **{**charge, "amount_minor": 50_01}) is (
        DeedRefusal.INSUFFICIENT_CASH
    )
    accepted(proposed(ProposalKind.CHARGE, **{**charge, "amount_minor": 20_00}))
    assert cash(mall, person) == 30_00
    accepted(proposed(ProposalKind.CREDIT, **{**facts, "account": mall.house.account}))
    mall.verify()


def test_what_could_not_be_done_is_not_proposed(mall: Mall) -> None:
    nobody = {"account": "a" * 20, "amount_minor": 1, "ground": "reward"}
    assert tried(ProposalKind.CREDIT, **nobody) is DeedRefusal.UNKNOWN_ACCOUNT
    assert tried(ProposalKind.CHARGE, **nobody) is DeedRefusal.UNKNOWN_ACCOUNT
    penniless = {**nobody, "account": mall.person().account}
    assert tried(ProposalKind.CHARGE, **penniless) is DeedRefusal.INSUFFICIENT_CASH
    for amount in (0, -1, 10**12 + 1):
        assert tried(ProposalKind.FUNDING, amount_minor=amount) is DeedRefusal.INVALID_AMOUNT
    assert tried(ProposalKind.FUNDING, amount_minor=1) is DeedRefusal.NO_CIRCULATION
    holder(mall)
    assert tried(ProposalKind.SURPLUS, amount_minor=1) is DeedRefusal.INSUFFICIENT_SURPLUS
    assert tried(ProposalKind.UNFREEZE, person=mall.person().pk) is FreezeRefusal.NOT_FROZEN
    assert tried(ProposalKind.PAYOUT, withdrawal="x") is PayoutRefusal.UNKNOWN
    assert not Proposal.objects.exists()


def test_two_pairs_of_eyes_and_one_decision(mall: Mall) -> None:
    holder(mall)
    made = proposed(ProposalKind.FUNDING, amount_minor=1_00)
    own = {"proposal_id": made.pk, "by": made.proposed_by, "reason": "r"}
    assert proposals.accept(**own) is proposals.refuse(**own) is ProposalRefusal.OWN
    other = {**own, "by": staff()}
    nameless = {**other, "reason": "  "}
    assert proposals.accept(**nameless) is proposals.refuse(**nameless)
    assert proposals.refuse(**nameless) is ProposalRefusal.REASON_NEEDED
    assert proposals.withdraw(proposal_id=made.pk, by=staff()) is ProposalRefusal.NOT_YOURS
    assert isinstance(proposals.refuse(**other), Proposal)
    for decide in (proposals.accept, proposals.refuse):
        assert decide(**other) is ProposalRefusal.OVER
    assert proposals.withdraw(proposal_id=made.pk, by=made.proposed_by) is ProposalRefusal.OVER
    back = proposed(ProposalKind.FUNDING, amount_minor=1_00)
    taken = proposals.withdraw(proposal_id=back.pk, by=back.proposed_by)
    assert isinstance(taken, Proposal)
    assert taken.state == ProposalState.WITHDRAWN
    assert proposals.accept(**{**other, "proposal_id": 0}) is ProposalRefusal.UNKNOWN
    assert ledger.state("mall").paid_in == 30_00
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.update(decided_by=made.proposed_by)


def test_each_step_stands_in_the_audit_log(mall: Mall) -> None:
    holder(mall)
    made = proposed(ProposalKind.FUNDING, amount_minor=1_00)
    done = accepted(made)
    entries = AuditEntry.objects.filter(subject_kind="proposal").order_by("number")
    assert [(one.verb, one.actor_id, one.reason) for one in entries] == [
        ("proposed", made.proposed_by_id, "应当如此"),
        ("accepted", done.decided_by_id, "核对无误"),
        ("executed", None, ""),
    ]
    assert entries[0].facts == {"kind": "funding", "amount_minor": 1_00}
    assert entries[2].facts == {"record": done.record, "refusal": ""}
    assert isinstance(auditing.check_chain(), auditing.Chain)


def test_an_amendment_is_announced_by_two(mall: Mall) -> None:
    facts = {
        "charter": toml_of({**REDWINE, "redemption": {"fee": "0.05"}}),
        "in_force_from": (clock.now() + timedelta(days=8)).isoformat(),
        "why": "降费",
        "why_en": "",
    }
    assert tried(ProposalKind.AMENDMENT, **{**facts, "charter": ""}) is AmendmentRefusal.UNREADABLE
    made = proposed(ProposalKind.AMENDMENT, **facts)
    assert amendments.announced() == []
    accepted(made)
    assert [one.amendment.why for one in amendments.announced()] == ["降费"]
    late = proposed(ProposalKind.AMENDMENT, **facts)
    mall.time.pass_by(days=2)
    told = proposals.accept(proposal_id=late.pk, by=staff(), reason="r")
    assert told is AmendmentRefusal.TOO_SOON
    late.refresh_from_db()
    assert late.state == ProposalState.OPEN
    assert Amendment.objects.count() == 1


def test_an_account_is_thawed_by_two(mall: Mall) -> None:
    person = mall.person()
    freezing.freeze(person_id=person.pk, by=staff(), reason="报失")
    accepted(proposed(ProposalKind.UNFREEZE, person=person.pk))
    person.refresh_from_db()
    assert person.frozen_at is None


def test_a_large_withdrawal_needs_a_proposal(mall: Mall, settings: Any) -> None:
    settings.PAYOUT_PROPOSAL_MINOR = 100_00
    person = rich(mall, 500_00)
    small, large = (
        payouts.withdraw(person=person, key=str(sum_), amount_minor=sum_, pin=PIN)
        for sum_ in (100_00, 100_01)
    )
    assert payouts.approve(number=large.number, who=staff()) is PayoutRefusal.ABOVE_LIMIT
    assert tried(ProposalKind.PAYOUT, withdrawal=small.number) is PayoutRefusal.BELOW_LIMIT
    made = proposed(ProposalKind.PAYOUT, withdrawal=large.number)
    again = proposed(ProposalKind.PAYOUT, withdrawal=large.number)
    done = accepted(made)
    large.refresh_from_db()
    assert (large.state, large.approved_by_id, large.confirmed_by_id) == (
        WithdrawalState.CONFIRMED,
        made.proposed_by_id,
        done.decided_by_id,
    )
    assert TestPayout.objects.get().amount_minor == 100_01
    told = proposals.accept(proposal_id=again.pk, by=staff(), reason="r")
    assert told is PayoutRefusal.WRONG_STATE


@pytest.mark.parametrize("where", ["conclude", "settle", "record"])
def test_what_died_after_the_decision_is_caught_up_once(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    person = mall.person()
    facts = {"account": person.account, "amount_minor": 50_00, "ground": "reward"}
    made = proposed(ProposalKind.CREDIT, **facts)
    with monkeypatch.context() as patched:
        if where == "record":  # the entry of what came of it
            record = auditing.record
            patched.setattr(
                auditing,
                "record",
                lambda **told: die() if told["actor"] is None else record(**told),
            )
        else:
            patched.setattr(proposals if where == "conclude" else deeds.posting, where, die)
        with pytest.raises(Died):
            accepted(made)
    for _ in range(2):
        jobs.run_all()
        assert cash(mall, person) == 50_00
    made.refresh_from_db()
    assert made.concluded_at is not None
    assert AuditEntry.objects.filter(verb="executed").count() == 1
    mall.verify()


def test_what_the_ledger_refuses_after_all_is_told_and_recorded(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the cash is spent between the look and the ledger's own."""
    person = mall.person()
    mall.give(person, 10_00)
    facts = {"account": person.account, "amount_minor": 10_00, "ground": "debt"}
    made = proposed(ProposalKind.CHARGE, **facts)
    monkeypatch.setattr(deeds, "_event_refused", lambda _event: None)
    mall.submit(type="cash.withdrawn", account=person.account, amount=10_00)
    done = accepted(made)
    assert done.refusal == Refused.INSUFFICIENT_CASH.value
    assert Alarm.objects.get().kind == "event_refused"
    entry = AuditEntry.objects.get(verb="executed")
    assert entry.facts == {"record": done.record, "refusal": done.refusal}
