"""The pages of paying at a counter, where a PIN was given; and what guessing at them brings."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patronage.commerce import counter
from patronage.commerce.models import CounterPayment, PayCode
from patronage.members import noticing
from patronage.members.models import Person
from tests.integration.web.conftest import signed_in
from tests.integration.web.pages import chinese_in, english_in
from tests.integration.web.test_pages import QUERIES_MAX
from tests.shop import Shop
from tests.unit.members.test_pins import OTHER, RIGHT, give_pin


@pytest.fixture
def li(shop: Shop) -> Person:
    give_pin(shop.owner)
    return shop.owner


def unlocked(person: Person, language: str = "zh-hans") -> Client:
    browser = signed_in(person, language)
    assert browser.post("/wallet/pay-code/", {"pin": RIGHT})["Location"] == "/wallet/pay-code/"
    return browser


def digits_in(page: str) -> str:
    (found,) = re.findall(r"\b\d{6} \d{6} \d{6}\b", page)
    return "".join(found.split())


def ask(browser: Client, code: PayCode):
    return browser.get(f"/wallet/pay-code/{code.id}/", headers={"hx-request": "true"})


def test_a_shown_code_is_a_page_like_the_others(li: Person) -> None:
    for language, wrong_in in (("zh-hans", english_in), ("en", chinese_in)):
        browser = unlocked(li, language)
        with CaptureQueriesContext(connection) as queries:
            page = browser.get("/wallet/pay-code/")
        assert len(queries) <= QUERIES_MAX
        assert len(digits_in(page.text)) == 18
        allowed = [frozenset({"EN"})] if language == "zh-hans" else []
        assert wrong_in(page.text, *allowed) == []
        assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", page.text)
        assert page["Cache-Control"].count("no-store") == 1


def test_the_page_asks_and_hears_of_its_code(shop: Shop, li: Person) -> None:
    browser = unlocked(li)
    digits = digits_in(browser.get("/wallet/pay-code/").text)
    code = PayCode.objects.latest("id")
    assert ask(browser, code).status_code == 204
    assert browser.get(f"/wallet/pay-code/{code.id}/")["Location"] == "/wallet/pay-code/"
    shop.mall.time.pass_by(seconds=50)
    turned = ask(browser, code).text
    assert digits_in(turned) != digits
    assert "<html" not in turned
    paid = counter.charge(
        merchant=shop.tea, code=digits, amount_minor=1, key="9", who=shop.clerk
    )  # the first is still good
    assert isinstance(paid, CounterPayment)
    assert ask(browser, code)["HX-Redirect"] == f"/wallet/receipts/{paid.number}/"
    shop.mall.time.pass_by(minutes=5)
    newest = PayCode.objects.latest("id")
    assert ask(browser, newest)["HX-Redirect"] == "/wallet/pay-code/"
    assert "请输入支付密码" in browser.get("/wallet/pay-code/").text
    assert PayCode.objects.latest("id") == newest


def test_unlocking_is_of_one_session(li: Person) -> None:
    browser = unlocked(li)
    assert "请输入支付密码" in signed_in(li).get("/wallet/pay-code/").text
    browser.post("/sign-out/")
    browser.force_login(li, backend="django.contrib.auth.backends.ModelBackend")
    assert "请输入支付密码" in browser.get("/wallet/pay-code/").text


def test_who_is_frozen_meanwhile_sees_no_code(shop: Shop, li: Person) -> None:
    browser = unlocked(li)
    Person.objects.filter(id=li.id).update(frozen_at=shop.mall.house.applied_at)
    page = browser.get("/wallet/pay-code/").text
    assert "冻结" in page
    assert not re.search(r"\d{6} \d{6} \d{6}", page)


@pytest.mark.parametrize("path", ["/wallet/pay-code/", "/wallet/pay/{tea}/"])
def test_guessing_the_pin_ends(shop: Shop, li: Person, path: str) -> None:
    browser, path = signed_in(li), path.format(tea=shop.tea.id)
    body = {"amount": "1", "key": "k"}
    for _ in range(5):
        assert "支付密码错误" in (page := browser.post(path, {**body, "pin": OTHER}).text) or (
            "锁定" in page
        )
    # Not even the right one, and from no other browser.
    answer = signed_in(li).post(path, {**body, "pin": RIGHT})
    assert answer.status_code == 200
    assert "锁定" in answer.text


def test_guessing_pay_codes_at_a_desk_ends(shop: Shop, li: Person) -> None:
    browser = signed_in(shop.clerk)
    path, body = f"/desk/{shop.tea.id}/", {"amount": "1"}
    for guess in range(20):
        sent = {**body, "code": f"{guess:018}", "key": f"guess {guess}"}
        assert "付款码无效或已失效" in browser.post(path, sent).text
    code = digits_in(unlocked(li).get("/wallet/pay-code/").text)
    answer = browser.post(path, {**body, "code": code, "key": "right"})
    assert "错误的付款码过多" in answer.text
    shop.mall.time.pass_by(minutes=10)
    code = digits_in(unlocked(li).get("/wallet/pay-code/").text)
    answer = browser.post(path, {**body, "code": code, "key": "right"})
    assert answer.status_code == 302


def test_neither_code_nor_pin_is_kept_or_shown_again(li: Person) -> None:
    browser = unlocked(li)
    digits = digits_in(browser.get("/wallet/pay-code/").text)
    kept = str(dict(browser.session))
    with connection.cursor() as cursor:
        cursor.execute("SELECT digest FROM commerce_paycode")
        kept += str(cursor.fetchall())
    assert digits not in kept
    assert RIGHT not in str(dict(browser.session).values())
    page = browser.post("/wallet/pay-code/", {"pin": OTHER}).text
    assert OTHER not in page


@pytest.mark.parametrize("amount", ["", "0", "-1", "1.234", "abc", "1e3", "9" * 30, "１"])
def test_bad_amounts_are_said_so(shop: Shop, li: Person, amount: str) -> None:
    before = CounterPayment.objects.count()
    pay = signed_in(li).post(
        f"/wallet/pay/{shop.tea.id}/", {"amount": amount, "pin": RIGHT, "key": "k"}
    )
    assert "请输入大于 0 的金额" in pay.text
    desk = signed_in(shop.clerk).post(
        f"/desk/{shop.tea.id}/", {"amount": amount, "code": "1" * 18, "key": "k"}
    )
    assert "请输入大于 0 的金额" in desk.text
    back = signed_in(shop.clerk).post(
        f"/desk/{shop.tea.id}/payments/{shop.receipts[0].number}/refund/",
        {"amount": amount, "key": "k"},
        follow=True,
    )
    assert "请输入大于 0 的金额" in back.text
    assert CounterPayment.objects.count() == before


def test_many_receipts_and_notices_are_read_in_pages(shop: Shop, li: Person) -> None:
    for number in range(25):
        shop.mall.give(li, 1 + number)
        counter.pay(person=li, merchant=shop.tea, amount_minor=1, pin=RIGHT, key=f"{number}")
    noticing.follow_journal()
    browser = signed_in(li)
    for path, mark in (("/wallet/receipts/", 'class="slip"'), ("/mine/notices/", '"told__one')):
        seen, page = 0, browser.get(path).text
        for _ in range(10):
            seen += len(re.findall(mark, page))
            older = re.search(r'href="(\?before=\d+)"', page)
            if older is None:
                break
            with CaptureQueriesContext(connection) as queries:
                page = browser.get(path + older[1]).text
            assert len(queries) <= QUERIES_MAX
        expected = (
            CounterPayment.objects.filter(person=li).count()
            if "receipts" in path
            else li.notices.count()
        )
        assert seen == expected > 20


def test_a_receipt_leads_to_its_entry_and_back(shop: Shop, li: Person) -> None:
    browser, receipt = signed_in(li), shop.receipts[0]
    page = browser.get(f"/wallet/receipts/{receipt.number}/").text
    entry = f"/wallet/statement/{receipt.record}.0/"
    assert f'href="{entry}"' in page
    told = browser.get(entry)
    assert told.status_code == 200
    assert f"/wallet/receipts/{receipt.number}/" in told.text
    desk = signed_in(shop.clerk).get(f"/desk/{shop.tea.id}/payments/{receipt.number}/").text
    assert "/wallet/" not in desk
