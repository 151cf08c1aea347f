"""Withdrawing: requested, approved, confirmed, paid; or failed, and restored once."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from patronage import ledger
from patronage.commerce import jobs
from patronage.members import payouts, posting, testpayout
from patronage.members.closing import ClosingRefusal, hindrances
from patronage.members.gate import GateRefusal
from patronage.members.models import Notice, Payee, Person, TestPayout, Withdrawal, WithdrawalState
from patronage.members.payout_port import Answer, ProviderAwayError, Standing
from patronage.members.payouts import PayoutRefusal, approve, confirm, decline, save_payee, withdraw
from patronage.members.pins import PinRefusal
from tests.integration.commerce.play import Mall
from tests.integration.members.play import PIN, give_pin
from tests.unit.members.conftest import orders

PAID, FAILED = Standing.PAID, Standing.FAILED


def rich(mall: Mall, cash: int = 500_00) -> Person:
    """Return a member with a PIN, cash, and somebody to pay it to: themselves."""
    person = mall.person()
    give_pin(person)
    mall.give(person, cash)
    payee = save_payee(person=person, name="李雷", bank="工商银行", account="6222 0210 0111 2233")
    assert isinstance(payee, Payee), payee
    return person


def staff() -> list[Person]:
    return [
        Person.objects.create_user(email=f"{uuid4().hex}@example.com", is_staff=True)
        for _ in range(2)
    ]


def asked(person: Person, amount: int = 100_00, key: str = "", pin: str = PIN) -> Any:
    return withdraw(person=person, key=key or uuid4().hex, amount_minor=amount, pin=pin)


def requested(person: Person, amount: int = 100_00) -> Withdrawal:
    made = asked(person, amount)
    assert isinstance(made, Withdrawal), made
    assert made.state == WithdrawalState.REQUESTED
    return made


def confirmed(person: Person, amount: int = 100_00) -> Withdrawal:
    made = requested(person, amount)
    first, second = staff()
    assert approve(number=made.number, who=first) is None
    assert confirm(number=made.number, who=second) is None
    made.refresh_from_db()
    assert made.state == WithdrawalState.CONFIRMED
    return made


def answered(mall: Mall, made: Withdrawal, standing: Standing, reason: str = "") -> Withdrawal:
    assert testpayout.answer(reference=made.number, standing=standing, reason=reason)
    mall.time.pass_by(minutes=2)
    payouts.go_on()
    made.refresh_from_db()
    return made


def told(person: Person) -> list[object]:
    """Return the facts of the notices of withdrawals."""
    return list(Notice.objects.filter(person=person, kind="payout").values_list("facts", flat=True))


def cash(mall: Mall, person: Person) -> int:
    return mall.held(person.account).cash


def test_a_withdrawal_is_paid_when_the_provider_says_so_and_not_before(mall: Mall) -> None:
    person = rich(mall)
    made = requested(person)
    assert cash(mall, person) == 400_00
    assert ledger.statement("mall", person.account)[0].event_id == f"withdrawal:{made.number}"
    first, second = staff()
    assert approve(number=made.number, who=first) is None
    assert confirm(number=made.number, who=second) is None
    for _ in range(3):
        mall.time.pass_by(hours=1)
        payouts.go_on()
        made.refresh_from_db()
        assert made.state == WithdrawalState.CONFIRMED
    made = answered(mall, made, PAID)
    assert (made.state, made.ended_at is not None) == (WithdrawalState.PAID, True)
    assert (made.approved_by, made.confirmed_by) == (first, second)
    assert told(person) == [{"amount": 100_00, "state": "paid"}]
    assert cash(mall, person) == 400_00
    mall.verify()


def test_one_that_fails_is_restored_once(mall: Mall) -> None:
    person = rich(mall)
    made = answered(mall, confirmed(person), FAILED, "account closed")
    assert (made.state, made.reason) == (WithdrawalState.RESTORED, "account closed")
    for _ in range(3):
        mall.time.pass_by(minutes=2)
        payouts.go_on()
    payouts.conclude(made.number)
    assert cash(mall, person) == 500_00
    assert told(person) == [{"amount": 100_00, "state": "failed"}]
    causes = [line.cause for line in ledger.statement("mall", person.account)]
    assert causes == ["restoration", "withdrawal", "credit"]
    assert ledger.summary("mall").figures["paid_out"] == 0
    mall.verify()


@pytest.mark.parametrize("is_approved", [False, True])
def test_staff_decline_and_the_amount_comes_back(mall: Mall, is_approved: bool) -> None:
    person = rich(mall)
    made = requested(person)
    if is_approved:
        assert approve(number=made.number, who=staff()[0]) is None
    assert decline(number=made.number, who=staff()[0], reason="ask our service") is None
    made.refresh_from_db()
    assert (made.state, made.reason) == (WithdrawalState.RESTORED, "ask our service")
    assert cash(mall, person) == 500_00
    assert decline(number=made.number, who=staff()[0], reason="again") is PayoutRefusal.WRONG_STATE
    assert not TestPayout.objects.exists()


def test_fee_and_tax_are_parts_of_the_amount_and_rounded_up(mall: Mall, settings) -> None:
    settings.PAYOUT_FEE_MICRO, settings.PAYOUT_TAX_MICRO = 6_000, 200_000
    person = rich(mall)
    made = confirmed(person, 100_01)
    assert (made.amount_minor, made.fee_minor, made.tax_minor) == (100_01, 61, 20_01)
    assert made.net_minor == 79_39
    assert TestPayout.objects.get().amount_minor == 79_39
    assert cash(mall, person) == 399_99


def test_minimum_and_daily_limit_hold(mall: Mall, settings) -> None:
    settings.PAYOUT_MIN_MINOR, settings.PAYOUT_DAILY_MINOR = 50_00, 200_00
    person = rich(mall, 1000_00)
    assert asked(person, 49_99) is PayoutRefusal.TOO_LITTLE
    assert asked(person, 200_01) is PayoutRefusal.TOO_MUCH
    first = requested(person, 150_00)
    assert asked(person, 50_01) is PayoutRefusal.TOO_MUCH
    requested(person, 50_00)
    assert (
        decline(number=first.number, who=staff()[0], reason="no") is None
    )  # what came back counts no more
    requested(person, 150_00)
    mall.time.pass_by(hours=12)  # past midnight in Shanghai
    requested(person, 200_00)


def test_what_is_not_there_is_not_withdrawn(mall: Mall) -> None:
    person = rich(mall)
    assert asked(person, 500_01) is PayoutRefusal.NOT_ENOUGH
    assert asked(person, -1) is PayoutRefusal.TOO_LITTLE
    assert not Withdrawal.objects.exists()


def test_without_payee_or_pin_nothing_is_withdrawn(mall: Mall) -> None:
    person = mall.person()
    mall.give(person, 500_00)
    assert asked(person) is PayoutRefusal.NO_PAYEE
    save_payee(person=person, name="李雷", bank="工商银行", account="622202100111")
    assert asked(person) is PinRefusal.UNSET
    give_pin(person)
    assert asked(person, pin="903147") is PinRefusal.WRONG
    assert cash(mall, person) == 500_00


def test_a_press_counts_once(mall: Mall) -> None:
    person = rich(mall)
    made = asked(person, key="k")
    assert asked(person, key="k", pin="") == made
    assert asked(person, 99_00, key="k") is PayoutRefusal.KEY_USED
    other = rich(mall)
    assert asked(other, key="k") != made
    assert cash(mall, person) == 400_00


@pytest.mark.parametrize(
    ("name", "bank", "account"),
    [("", "银行", "12345678"), ("李雷", "", "12345678"), ("李雷", "银行", "1234567"),
     ("李雷", "银行", "12345678x"), ("李雷", "银行", "１２３４５６７８"),
     ("李" * 41, "银行", "12345678")],
)  # fmt: skip
def test_a_payee_is_told_in_full(mall: Mall, name: str, bank: str, account: str) -> None:
    person = mall.person()
    told = save_payee(person=person, name=name, bank=bank, account=account)
    assert told is PayoutRefusal.BAD_PAYEE


def test_a_payee_is_checked_and_not_without_end(mall: Mall, settings) -> None:
    person = mall.person()

    def tried(account: str) -> object:
        return save_payee(person=person, name="李雷", bank="银行", account=account)

    assert tried("12340000") is PayoutRefusal.NOT_YOURS
    settings.DEMO = False
    assert tried("12345678") is PayoutRefusal.KYC_AWAY
    assert not Payee.objects.exists()
    assert {tried("12345678") for _ in range(20)} == {
        PayoutRefusal.KYC_AWAY,
        PayoutRefusal.TOO_OFTEN,
    }


def test_two_of_the_staff_are_needed(mall: Mall) -> None:
    person = rich(mall)
    made = requested(person)
    first, second = staff()
    assert confirm(number=made.number, who=second) is PayoutRefusal.WRONG_STATE
    assert approve(number=made.number, who=first) is None
    assert approve(number=made.number, who=second) is PayoutRefusal.WRONG_STATE
    assert confirm(number=made.number, who=first) is PayoutRefusal.SAME_EYES
    assert approve(number="none", who=first) is PayoutRefusal.UNKNOWN
    row = Withdrawal.objects.filter(number=made.number)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(confirmed_by=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(state=WithdrawalState.PAID)


def test_whoever_was_frozen_meanwhile_is_paid_nothing(mall: Mall) -> None:
    person = rich(mall)
    made, other = requested(person), requested(person)
    first, second = staff()
    assert approve(number=made.number, who=first) is None
    Person.objects.filter(pk=person.pk).update(frozen_at="2026-01-01T00:00Z")
    assert approve(number=other.number, who=first) is GateRefusal.FROZEN
    assert confirm(number=made.number, who=second) is GateRefusal.FROZEN
    assert asked(person) is GateRefusal.FROZEN
    assert decline(number=made.number, who=staff()[0], reason="frozen") is None
    assert cash(mall, person) == 400_00


def test_in_a_mall_that_pays_nothing_out_it_is_said_why(mall: Mall, settings) -> None:
    person = rich(mall)
    settings.PAYOUT = "mall_only"
    assert asked(person) is GateRefusal.MALL_ONLY


def test_spent_meanwhile_it_is_not_taken(mall: Mall) -> None:
    person = rich(mall)
    # Handed in before, settled only now: the look beforehand does not see it.
    with transaction.atomic():
        spent = {"id": "s", "type": "cash.withdrawn", "account": person.account, "amount": 450_00}
        posting.submit(spent)
    made = asked(person)
    assert made.state == WithdrawalState.REFUSED
    assert approve(number=made.number, who=staff()[0]) is PayoutRefusal.WRONG_STATE
    assert cash(mall, person) == 50_00
    mall.verify()


def test_after_a_crash_the_job_goes_on(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    person = rich(mall)
    with monkeypatch.context() as patch:
        patch.setattr(payouts, "conclude", lambda _number: None)
        made = requested(person)
    assert made.taken_at is None
    first, second = staff()
    assert approve(number=made.number, who=first) is PayoutRefusal.WRONG_STATE
    mall.time.pass_by(minutes=2)
    jobs.run_all()
    assert approve(number=made.number, who=first) is None
    with monkeypatch.context() as patch:
        patch.setattr(payouts, "ask", lambda _number: None)
        assert confirm(number=made.number, who=second) is None
    mall.time.pass_by(minutes=2)
    jobs.run_all()
    assert TestPayout.objects.get().reference == made.number
    with monkeypatch.context() as patch:
        patch.setattr(payouts, "conclude", lambda _number: None)
        made = answered(mall, made, FAILED)
    assert made.state == WithdrawalState.FAILED
    mall.time.pass_by(minutes=2)
    jobs.run_all()
    made.refresh_from_db()
    assert (made.state, cash(mall, person)) == (WithdrawalState.RESTORED, 500_00)
    mall.verify()


def test_a_provider_that_is_away_is_asked_again(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_asked: object) -> Answer:
        raise ProviderAwayError

    person = rich(mall)
    with monkeypatch.context() as patch:
        patch.setattr(testpayout.TestPayoutProvider, "query", away)
        made = confirmed(person)
        mall.time.pass_by(minutes=2)
        payouts.go_on()
    assert TestPayout.objects.count() == 1
    assert answered(mall, made, PAID).state == WithdrawalState.PAID


def test_nobody_leaves_while_a_withdrawal_is_under_way(mall: Mall) -> None:
    person = rich(mall)
    made = confirmed(person, 500_00)
    assert hindrances(person, orders()) == [ClosingRefusal.WITHDRAWALS_OPEN]
    answered(mall, made, PAID)
    assert hindrances(person, orders()) == []
