"""Invoices on the member's pages and in the offices; what is private stays so."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from patronage.commerce.models import Invoice
from tests.integration.web.conftest import signed_in
from tests.shop import Shop

PDF = b"%PDF-1.7 ..."


def waiting(shop: Shop) -> Invoice:
    return Invoice.objects.get(order=shop.orders["paid"])


def test_a_member_asks_and_a_merchants_clerk_issues_with_a_file(shop: Shop) -> None:
    member, clerk, order = signed_in(shop.owner), signed_in(shop.clerk), shop.orders["paid"]
    invoice = waiting(shop)
    path = f"/merchant/commerce/invoice/{invoice.pk}/"
    told = {"number": "2433", "amount": "336.00"}
    drawn = SimpleUploadedFile("a.pdf", b"<svg/>")
    assert "不是 PDF" in clerk.post(f"{path}issue/", {**told, "file": drawn}).text
    assert "未退的金额" in clerk.post(f"{path}issue/", {**told, "amount": "9999"}, follow=True).text
    page = clerk.get(f"{path}issue/")
    assert page.context["form"]["amount"].value() == "351.00"
    file = SimpleUploadedFile("../../x.exe", PDF)
    assert clerk.post(f"{path}issue/", {**told, "file": file}).status_code == 302
    page = member.get(f"/orders/{order.number}/").text
    for text in ("已开具", "2433", "¥336.00", "下载文件"):
        assert text in page
    saved = member.get(f"/invoices/{order.number}/")
    assert saved.content == PDF
    assert saved["Content-Disposition"].startswith("attachment")
    assert "no-store" in saved["Cache-Control"]
    assert clerk.get(f"{path}file/").content == PDF


def test_a_company_says_its_tax_number(shop: Shop) -> None:
    member, number = signed_in(shop.owner), shop.orders["shipped"].number
    path, told = f"/orders/{number}/invoice/", {"kind": "company", "title": "某某公司"}
    assert "请填写税号" in member.post(path, told).text
    assert member.post(path, {**told, "tax_number": "91330000000000001X"}).status_code == 302
    assert "不能申请发票" in member.get(path).text


def test_a_declined_invoice_is_asked_for_again(shop: Shop) -> None:
    operator, member, invoice = signed_in(shop.operator), signed_in(shop.owner), waiting(shop)
    operator.post(f"/console/commerce/invoice/{invoice.pk}/decline/", {"reason": "税号有误"})
    page = member.get(f"/orders/{invoice.order.number}/").text
    assert "税号有误" in page
    assert "重新申请" in page


@pytest.mark.parametrize("trick", ["", "./", "products/../", "//", "PRIVATE/../"])
def test_no_address_leads_to_a_private_file(shop: Shop, trick: str) -> None:
    name = Invoice.objects.get(order=shop.orders["completed"]).file.name
    assert name.startswith("private/")
    assert signed_in(shop.owner).get(f"/media/{trick}{name}").status_code == 404


def test_anothers_invoice_is_out_of_reach(shop: Shop) -> None:
    number = shop.orders["completed"].number
    for path in (f"/orders/{number}/invoice/", f"/invoices/{number}/"):
        assert signed_in(shop.other).get(path).status_code == 404
    ours = Invoice.objects.get(order=shop.orders["completed"]).pk
    for tail in ("issue/", "decline/", "file/", "change/"):
        answer = signed_in(shop.clerk).get(f"/merchant/commerce/invoice/{ours}/{tail}")
        assert answer.status_code in (302, 403, 404), tail
