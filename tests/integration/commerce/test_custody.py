"""The custody account is stated by one and confirmed by another; bills are matched line by line."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from patronage.commerce import bills, custody, jobs
from patronage.commerce.bills import BadLine, BillRefusal, Imported
from patronage.commerce.custody import CustodyRefusal
from patronage.commerce.models import BillCase, BillLine, BillSource, CustodyStatement, Payment
from patronage.commerce.testpay import Choice
from patronage.members import payouts, testpayout
from patronage.members.models import AuditEntry, Person, Withdrawal
from patronage.members.payout_port import Standing
from tests.integration.commerce.play import Mall, unpaid
from tests.integration.commerce.test_proposals import staff
from tests.integration.members.test_payouts import confirmed, rich

DAY = date(2026, 3, 1)


def close(mall: Mall) -> None:
    mall.time.pass_by(days=1)
    jobs.run_all()


def stated(**told: Any) -> CustodyStatement | CustodyRefusal:
    press = {"day": DAY, "balance_minor": 90_00, "evidence": b"paper", "name": "bank.pdf"}
    return custody.state(**{**press, "by": staff(), **told})


def test_a_day_is_stated_and_confirmed_by_two(mall: Mall) -> None:
    mall.give(mall.person(), 100_00)
    assert stated() is CustodyRefusal.NOT_CLOSED
    close(mall)
    mall.give(mall.person(), 7_00)  # a later day's
    made = stated()
    assert isinstance(made, CustodyStatement)
    assert (made.owed_minor, made.difference_minor) == (100_00, -10_00)
    assert custody.latest() is None
    assert stated() is CustodyRefusal.STATED
    by = made.stated_by
    assert custody.confirm(statement_id=made.pk, by=by) is CustodyRefusal.OWN
    assert custody.reject(statement_id=made.pk, by=by, reason="r") is CustodyRefusal.OWN
    other = staff()
    assert isinstance(custody.confirm(statement_id=made.pk, by=other), CustodyStatement)
    assert custody.confirm(statement_id=made.pk, by=other) is CustodyRefusal.OVER
    found = custody.latest()
    assert found is not None
    assert (found.day, found.balance_minor) == (DAY, 90_00)
    with pytest.raises(IntegrityError), transaction.atomic():
        CustodyStatement.objects.update(decided_by=by)
    told = AuditEntry.objects.filter(subject_kind="custodystatement").order_by("number")
    assert [one.verb for one in told] == ["stated", "confirmed"]
    assert told[0].facts["evidence"] == made.evidence_hash


def test_what_is_rejected_is_stated_anew(mall: Mall) -> None:
    close(mall)
    first = stated()
    assert isinstance(first, CustodyStatement)
    told = {"statement_id": first.pk, "by": staff()}
    assert custody.reject(**told, reason=" ") is CustodyRefusal.REASON_NEEDED
    assert isinstance(custody.reject(**told, reason="看错"), CustodyStatement)
    assert isinstance(stated(balance_minor=0), CustodyStatement)
    assert custody.confirm(statement_id=0, by=staff()) is CustodyRefusal.UNKNOWN
    for wrong, refusal in (
        ({"balance_minor": -1}, CustodyRefusal.BAD_AMOUNT),
        ({"evidence": b""}, CustodyRefusal.NO_EVIDENCE),
        ({"evidence": bytes(custody.EVIDENCE_BYTES + 1)}, CustodyRefusal.NO_EVIDENCE),
    ):
        assert stated(**wrong) is refusal


def brought(text: str, source: BillSource = BillSource.TEST, day: date = DAY, **by: Any) -> Any:
    press = {"source": source, "day": day, "data": text.encode(), "by": staff(), **by}
    return bills.import_bill(**press)


def paid(mall: Mall, price: int = 100_00) -> Payment:
    order = unpaid(mall, price=price)
    return mall.pay([order], Choice.SUCCEED).payment


def cases() -> list[tuple[str, int | None, int | None]]:
    return list(
        BillCase.objects.order_by("id").values_list("reference", "billed_minor", "ours_minor")
    )


def test_lines_are_matched_by_reference_and_amount(mall: Mall) -> None:
    fits, differs, absent = paid(mall), paid(mall), paid(mall)
    text = (
        "kind,reference,amount\n"
        f"payment,{fits.reference},100.00\n"
        f"payment,{differs.reference},99.5\n"
        "payment,nobodys,3\n"
        "refund,nothing,-1.00\n"
    )
    told = brought(text)
    assert isinstance(told, Imported), told
    assert told[1:] == (4, 1, 4)
    assert cases() == [
        (differs.reference, 99_50, 100_00),
        ("nobodys", 3_00, None),
        ("nothing", 1_00, None),
        (absent.reference, None, 100_00),
    ]


def test_the_same_file_and_the_same_lines_add_nothing(mall: Mall) -> None:
    payment = paid(mall)
    text = f"kind,reference,amount\npayment,{payment.reference},90\n"
    assert brought(text)[1:] == (1, 0, 1)
    assert brought(text) is BillRefusal.KNOWN
    assert brought(text + "\n")[1:] == (0, 0, 0)  # another file with the same line
    assert BillLine.objects.count() == BillCase.objects.count() == 1


def test_what_a_later_bill_has_is_closed_by_itself(mall: Mall) -> None:
    payment = paid(mall)
    assert brought("kind,reference,amount\n")[1:] == (0, 0, 1)
    line = f"payment,{payment.reference},100\n"
    assert brought(f"kind,reference,amount\n{line}", day=date(2026, 3, 2))[1:] == (1, 1, 0)
    assert BillCase.objects.get().closed_at is not None


def test_payouts_are_matched_with_what_was_paid_out(mall: Mall) -> None:
    made: Withdrawal = confirmed(rich(mall), 100_00)
    testpayout.answer(reference=made.number, standing=Standing.PAID, reason="")
    payouts.ask(made.number)
    text = f"kind,reference,amount\npayout,{made.number},100.00\n"
    assert brought(text, BillSource.PAYOUT)[1:] == (1, 1, 0)
    assert brought("kind,reference,amount\n", BillSource.PAYOUT)[1:] == (0, 0, 0)


@pytest.mark.usefixtures("mall")
def test_a_case_is_closed_with_a_reason_once() -> None:
    brought("kind,reference,amount\npayment,x,1\n")
    case = BillCase.objects.get()
    told: dict[str, Any] = {"case_id": case.pk, "by": staff()}
    assert bills.close_case(**told, reason="") is BillRefusal.REASON_NEEDED
    assert isinstance(bills.close_case(**told, reason="渠道测试款"), BillCase)
    assert bills.close_case(**told, reason="again") is BillRefusal.OVER
    assert AuditEntry.objects.filter(verb="closed", reason="渠道测试款").exists()


@pytest.mark.usefixtures("mall")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", BillRefusal.COLUMNS),
        ("kind,reference\n", BillRefusal.COLUMNS),
        ("kind,reference,amount\npayment,a,x\n", BadLine(2)),
        ("kind,reference,amount\npayment,a,1\npayment,b\n", BadLine(3)),
        ("kind,reference,amount\npayout,a,1\n", BadLine(2)),
        ("kind,reference,amount\npayment,a,1.001\n", BadLine(2)),
        ("kind,reference,amount\npayment,,1\n", BadLine(2)),
    ],
)
def test_what_is_no_bill_is_not_imported(text: str, told: object) -> None:
    assert brought(text) == told
    assert not BillLine.objects.exists()


@pytest.mark.usefixtures("mall")
def test_a_bill_may_be_in_gb18030() -> None:
    data = "kind,reference,amount,备注\npayment,a,1,汉字\n".encode("gb18030")
    told = bills.import_bill(source=BillSource.TEST, day=DAY, data=data, by=staff())
    assert isinstance(told, Imported)
    binary = bills.import_bill(source=BillSource.TEST, day=DAY, data=b"\xff\xff", by=staff())
    assert binary is BillRefusal.UNREADABLE


def test_two_who_state_one_day_at_once_leave_one_statement(mall: Mall) -> None:
    """By the database's own condition, whatever both have seen."""
    close(mall)
    made = stated()
    assert isinstance(made, CustodyStatement)
    again: dict[str, Any] = {
        "day": DAY,
        "balance_minor": 1,
        "owed_minor": 1,
        "evidence": b"x",
        "stated_by": Person.objects.get(pk=made.stated_by_id),
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        CustodyStatement.objects.create(**again)
