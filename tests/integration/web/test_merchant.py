"""The merchants' back office beyond lists: account, redeeming, statement, staff."""

import csv
from io import BytesIO

from django.contrib.messages import get_messages
from django.core.cache import cache
from django.test import Client
from openpyxl import load_workbook

from patronage import ledger
from patronage.commerce import orders
from patronage.commerce.models import AfterSale, Order, Sku
from patronage.members.models import AuditEntry, AuditVerb, Person
from patronage.web.shared import second_factor
from patronage.web.shared.second_factor import Authenticator, code_now
from tests.integration.web.conftest import signed_in
from tests.integration.web.test_pages import CODES, HEADS, english_in
from tests.shop import Shop, give_back


def clerk(shop: Shop) -> Client:
    cache.clear()
    second_factor.enrol(shop.clerk)
    return signed_in(shop.clerk)


def code(shop: Shop) -> str:
    return code_now(Authenticator.objects.get(user=shop.clerk))


def said(answer: object) -> list[str]:
    return [str(one) for one in get_messages(answer.wsgi_request)]  # type: ignore[attr-defined]


def test_today_says_what_waits_and_the_menu_leads_to_the_account(shop: Shop) -> None:
    page = signed_in(shop.clerk).get("/merchant/")
    waiting = {one.told: one.number for one in page.context["waiting"]}
    assert waiting == {
        "待确认的采购单": 1,
        "待发货订单": 2,
        "待处理退货": 0,
        "待处理售后": 1,
        "商品寄回途中": 0,
    }
    for one in page.context["waiting"]:
        listed = signed_in(shop.clerk).get(one.url)
        assert len(listed.context["cl"].result_list) == one.number
    # The menu says it on every page.
    page = signed_in(shop.clerk).get("/merchant/commerce/product/")
    menu = [one["name"] for part in page.context["available_apps"] for one in part["models"]]
    assert menu[:5] == ["总览", "采购单 · 1", "订单 · 2", "退货", "售后单 · 1"]
    assert f"/merchant/accounts/{shop.tea.id}/statement/" in page.text
    assert f"/desk/{shop.tea.id}/qr/" in page.text


def test_its_own_pages_speak_chinese_and_ask_little(
    shop: Shop, django_assert_max_num_queries: object
) -> None:
    browser = signed_in(shop.clerk)
    for tail in ("holdings/", "statement/", "staff/"):
        with django_assert_max_num_queries(20):  # type: ignore[operator]
            page = browser.get(f"/merchant/accounts/{shop.tea.id}/{tail}")
        assert page.status_code == 200
        found = english_in(page.text, CODES | {"CSV", "XLSX"}, HEADS)
        assert not found, (tail, found)


def test_coins_are_redeemed_with_a_code_of_the_app(shop: Shop) -> None:
    browser, there = clerk(shop), f"/merchant/accounts/{shop.tea.id}/redeem/"
    account = shop.tea.account
    before = ledger.account("mall", account)
    assert before.coins == 12_00
    page = browser.post(there, {"coins": "5"})
    told = page.context["told"]
    assert (told.coins_minor, ledger.account("mall", account).coins) == (5_00, 12_00)
    press = {"coins": "5", "key": page.context["key"]}
    assert said(browser.post(there, {**press, "code": "000000"})) == ["动态验证码错误或已使用。"]
    assert ledger.account("mall", account).coins == 12_00
    browser.post(there, {**press, "code": code(shop)})
    after = ledger.account("mall", account)
    assert (after.coins, after.points - before.points) == (7_00, told.points_nano)
    assert "可兑数额不足" in said(browser.post(there, {"coins": "99"}))[-1]


def test_the_statement_is_a_page_and_two_files(shop: Shop) -> None:
    browser, there = signed_in(shop.clerk), f"/merchant/accounts/{shop.tea.id}/statement/"
    period = "?first=2026-01-01&last=2026-12-31"
    page = browser.get(there + period).text
    order = shop.orders["aftersale"]
    assert "订单货款" in page
    assert order.number in page
    lines = b"".join(browser.get(f"{there}file.csv{period}")).decode("utf-8-sig")
    rows = list(csv.reader(lines.splitlines()))
    held = ledger.account("mall", shop.tea.account)
    assert [rows[1][2], rows[-1][2]] == ["期初余额", "期末余额"]
    assert rows[-1][-3] == f"{held.cash / 100:.2f}"
    sheet = load_workbook(BytesIO(b"".join(browser.get(f"{there}file.xlsx{period}")))).active
    assert sheet.max_row == len(rows)
    assert AuditEntry.objects.filter(verb="exported", actor=shop.clerk).count() == 2


def test_staff_add_and_let_go_others_of_their_merchant(shop: Shop) -> None:
    browser, there = clerk(shop), f"/merchant/accounts/{shop.tea.id}/staff/"
    new = {"email": "new@example.com", "name": "小王"}
    assert said(browser.post(there, {**new, "code": "1"})) == ["动态验证码错误或已使用。"]
    page = browser.post(there, {**new, "code": code(shop)})
    person = Person.objects.get(email="new@example.com")
    assert person.check_password(page.context["access"].password)
    assert "no-store" in page["Cache-Control"]
    assert signed_in(person).get("/merchant/").status_code == 200
    assert signed_in(person).get("/console/").status_code == 403
    told = {"do": "dismiss", "person": person.pk}
    # The code was used: nobody is let go.
    assert said(browser.post(there, {**told, "code": code(shop)})) == ["动态验证码错误或已使用。"]
    assert signed_in(person).get("/merchant/").status_code == 200
    cache.clear()
    shop.mall.house.staff.add(person)
    browser.post(there, {**told, "code": code(shop)})
    assert list(shop.tea.staff.all()) == [shop.clerk]
    assert signed_in(person).get(there).status_code == 404
    record = AuditEntry.objects.get(verb=AuditVerb.DISMISSED)
    assert (record.actor, record.facts["person"]) == (shop.clerk, person.pk)
    # They act for another merchant, of which this one's staff let nobody go.
    cache.clear()
    answer = browser.post(there, {**told, "code": code(shop)})
    assert said(answer)[-1] == "请选择本商家的其他员工。"
    assert shop.mall.house.staff.get() == person
    shop.mall.house.staff.remove(person)
    assert signed_in(person).get("/merchant/").status_code == 403


def test_a_return_is_answered_on_its_page(shop: Shop) -> None:
    order = shop.orders["paid"]
    orders.ship_order(
        merchant=shop.tea, number=order.number, who=shop.clerk, carrier="", tracking=""
    )
    browser = signed_in(shop.clerk)
    for quantity, answer in ((1, "decline"), (2, "approve")):
        give_back(order, shop, quantity=quantity, approve=None)
        asked = order.returns.get(state="requested")
        there = f"/merchant/commerce/return/{asked.pk}/"
        assert f"{there}{answer}/" in browser.get(f"{there}change/").text
        if answer == "decline":
            assert browser.post(f"{there}decline/", {"note": ""}).status_code == 200
        before = Sku.objects.get(pk=shop.cake.pk).stock
        browser.post(f"{there}{answer}/", {"note": "已看过", "fit": "on"})
        asked.refresh_from_db()
        assert (asked.state, asked.answer) == (f"{answer.removesuffix('e')}ed", "已看过")
        assert asked.answered_by == shop.clerk
        back = quantity if answer == "approve" else 0
        assert Sku.objects.get(pk=shop.cake.pk).stock == before + back
        page = browser.get(f"{there}change/").text
        assert f"{there}approve/" not in page
        assert said(browser.post(f"{there}approve/", {"note": ""})) == ["该退货申请已处理过。"]


def test_a_case_is_answered_in_the_office(shop: Shop) -> None:
    case = AfterSale.objects.get(order=shop.orders["aftersale"], state="requested")
    there, browser = f"/merchant/commerce/aftersale/{case.pk}/", signed_in(shop.clerk)
    assert "step-in" not in browser.get(f"{there}change/").text
    assert browser.post(f"{there}decline/", {"note": ""}).status_code == 200
    browser.post(f"{there}decline/", {"note": "已开封"})
    case.refresh_from_db()
    assert case.state == "declined"
    operator, there = signed_in(shop.operator), there.replace("merchant", "console", 1)
    operator.post(f"{there}step-in/", {"note": "会员投诉"})
    refused = browser.post(f"/merchant/commerce/aftersale/{case.pk}/approve/", {"note": ""})
    assert "此售后单由平台处理。" in said(refused)
    operator.post(f"{there}approve-kept/", {"note": ""})
    case.refresh_from_db()
    assert case.state == "refunded"
    order = Order.objects.get(pk=case.order_id)
    assert order.lines.get().returned == 2
