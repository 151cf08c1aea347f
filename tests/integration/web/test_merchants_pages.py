"""Applying to sell, and what operators do with applications, agreements and merchants."""

from datetime import timedelta

import pytest

from patronage.commerce import catalogue, merchants
from patronage.commerce.models import Agreement, Application, Merchant
from patronage.members.models import AuditEntry
from tests.integration.web.conftest import signed_in
from tests.shop import Shop

FORM = {
    "name": "溪山瓷器二店",
    "company": "溪山瓷业有限公司",
    "licence": "91330000000000008X",
    "contact": "王芳",
    "phone": "13700137000",
    "email": "china@example.com",
    "goods": "手工茶具",
}
APPLICATIONS = "/console/commerce/application/"
MERCHANTS = "/console/commerce/merchant/"


@pytest.mark.usefixtures("shop")
def test_anybody_applies_once_and_is_told_what_is_wrong() -> None:
    browser, before = signed_in(None), Application.objects.count()
    page = browser.post("/sell/", {**FORM, "licence": "123", "email": "no"}).text
    assert "15 至 18 位" in page
    assert Application.objects.count() == before
    assert browser.post("/sell/", FORM)["Location"] == "/sell/sent/"
    assert "申请已收到" in browser.get("/sell/sent/").text
    assert "等待答复" in browser.post("/sell/", FORM).text
    assert Application.objects.count() == before + 1


def test_an_operator_accepts_under_an_agreement_suspends_and_lets_go_on(shop: Shop) -> None:
    browser, asked = signed_in(shop.operator), Application.objects.get()
    path = f"{APPLICATIONS}{asked.pk}/accept/"
    day = merchants.today()
    told = {"concession": "12.5", "starts_on": f"{day}", "ends_on": "", "terms": "按月结算"}
    page = browser.post(path, {**told, "concession": "120"})
    assert "不得多于 100" in page.text
    page = browser.post(path, {**told, "starts_on": f"{day - timedelta(days=1)}"}, follow=True)
    assert "只能从今天或以后开始" in page.text
    assert browser.post(path, told).status_code == 302
    merchant = Merchant.objects.get(application=asked)
    assert (merchant.is_open, merchant.concession_micro) == (True, 125_000)
    assert Agreement.objects.get(merchant=merchant).made_by == shop.operator
    assert "该申请已答复" in browser.post(path, told, follow=True).text
    assert AuditEntry.objects.filter(verb="approved", subject_kind="application").count() == 1

    def on_sale() -> int:
        return len(catalogue.browse(merchant_id=shop.tea.id).products)

    assert on_sale() == 1
    browser.post(f"{MERCHANTS}{shop.tea.id}/suspend/", {"reason": "资质过期"})
    assert on_sale() == 0
    page = browser.get(f"{MERCHANTS}{shop.tea.id}/change/").text
    assert "资质过期" in page
    assert "/suspend/" not in page
    browser.post(f"{MERCHANTS}{shop.tea.id}/resume/")
    assert on_sale() == 1


def test_an_agreement_that_begins_later_changes_nothing_today(shop: Shop) -> None:
    browser, begins = signed_in(shop.operator), merchants.today() + timedelta(days=3)
    path = f"{MERCHANTS}{shop.tea.id}/agree/"
    told = {"concession": "40", "starts_on": f"{begins}", "ends_on": "", "terms": ""}
    assert browser.post(path, told).status_code == 302
    shop.tea.refresh_from_db()
    assert shop.tea.concession_micro == 500_000
    assert "另一份协议" in browser.post(path, told, follow=True).text
    page = browser.get(f"{MERCHANTS}{shop.tea.id}/change/").text
    assert "40%" in page


def test_an_application_is_declined_with_a_reason(shop: Shop) -> None:
    browser, asked = signed_in(shop.operator), Application.objects.get()
    path = f"{APPLICATIONS}{asked.pk}/decline/"
    assert browser.post(path, {"reason": ""}).status_code == 200
    assert browser.post(path, {"reason": "资质不全"}).status_code == 302
    asked.refresh_from_db()
    assert (asked.state, asked.answer) == ("declined", "资质不全")
    page = browser.get(f"{APPLICATIONS}{asked.pk}/change/").text
    assert "/accept/" not in page
