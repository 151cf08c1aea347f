"""Custody in the console: stated, confirmed, told in the open book; bills imported."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from patronage.commerce import custody
from patronage.commerce.models import BillCase, CustodyStatement
from patronage.members.models import AuditEntry, Person
from tests.integration.web.conftest import signed_in
from tests.shop import Shop

STATEMENTS = "/console/commerce/custodystatement/"


def paper(name: str = "bank.pdf", data: bytes = b"paper") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


@pytest.fixture
def second(shop: Shop) -> Client:
    del shop
    return signed_in(Person.objects.get(email="eyes@example.com"))


def test_a_statement_is_confirmed_by_another_and_told_in_the_book(
    shop: Shop, second: Client
) -> None:
    first = signed_in(shop.operator)
    day = CustodyStatement.objects.get().day + timedelta(days=1)
    owed = custody.owed_on(day)
    assert owed is not None
    sent: dict[str, Any] = {"day": str(day), "balance_minor": "0.50", "evidence": paper()}
    answer = first.post(f"{STATEMENTS}state/", sent)
    assert answer.status_code == 302, answer.text
    made = CustodyStatement.objects.get(day=day)
    path = f"{STATEMENTS}{made.pk}/"
    assert "confirm/" not in first.get(f"{path}change/").text
    assert first.post(f"{path}confirm/").status_code == 403
    assert (
        "目前还没有托管账户的声明"
        in Client(headers={"accept-language": "zh-hans"}).get("/book/").text
    )
    assert second.post(f"{path}confirm/").status_code == 302
    book = Client().get("/book/summary.json").json()["custody"]
    assert (book["stated"], book["stated_on"]) == ("50", str(day))
    page = first.get("/console/economy/").text
    assert "¥0.50" in page
    again = first.post(f"{STATEMENTS}state/", {**sent, "evidence": paper()})
    assert "已有申报" in again.text


def test_the_evidence_is_a_file_for_operators_alone(shop: Shop) -> None:
    made = CustodyStatement.objects.get()
    path = f"{STATEMENTS}{made.pk}/evidence/"
    answer = signed_in(shop.operator).get(path)
    assert answer.content == b"paper"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert AuditEntry.objects.latest("number").verb == "exported"
    assert signed_in(shop.clerk).get(path).status_code == 403
    assert signed_in(shop.owner).get(path).status_code in (302, 403)


def test_a_bill_is_imported_once_and_its_items_closed(shop: Shop) -> None:
    browser, path = signed_in(shop.operator), "/console/commerce/bill/import/"

    def bring(data: bytes) -> Any:
        sent = {"source": "test", "day": "2026-03-02", "file": paper("bill.csv", data)}
        return browser.post(path, sent, follow=True)

    data = b"kind,reference,amount\npayment,stranger,3.00\n"
    assert "1 条新明细" in bring(data).text
    assert "已经导入" in bring(data).text
    assert "第 2 行无法读取" in bring(b"kind,reference,amount\nx,y,z\n").text
    cases = "/console/commerce/billcase/"
    page = browser.get(cases, {"standing": "open"}).text
    assert "stranger" in page
    case = BillCase.objects.get(reference="stranger")
    browser.post(f"{cases}{case.pk}/close/", {"reason": "渠道误收，已退"})
    case.refresh_from_db()
    assert (case.reason, case.closed_by) == ("渠道误收，已退", shop.operator)
    assert "stranger" not in browser.get(cases, {"standing": "open"}).text
    assert browser.get(f"{cases}{case.pk}/close/").status_code == 403
