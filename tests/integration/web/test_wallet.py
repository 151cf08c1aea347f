"""The wallet's pages do what they say: by the client, without scripts."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from patronage import ledger
from patronage.cli.accounts import CAUSES
from patronage.commerce.models import Order, PaymentState, Proposal
from patronage.members import payouts, testpayout
from patronage.members.models import Payee, Person, Pin, Quote, TestPayout, Withdrawal
from patronage.members.payout_port import Standing
from patronage.web.mall.wallet.causes import _WORDS
from tests.integration.members.play import PIN
from tests.integration.web.conftest import signed_in
from tests.shop import Shop
from tests.unit.members.conftest import code_sent

HOME_QUERIES_MAX = 10


def held(shop: Shop) -> ledger.AccountView:
    return ledger.account("mall", shop.owner.account)


def test_the_first_page_asks_little(shop: Shop) -> None:
    browser = signed_in(shop.owner)
    with CaptureQueriesContext(connection) as queries:
        page = browser.get("/wallet/")
    assert page.status_code == 200
    assert len(queries) <= HOME_QUERIES_MAX


def test_every_cause_of_the_rules_has_words() -> None:
    assert _WORDS.keys() == CAUSES.keys()


def quote_of(browser: Client, verb: str, **sent: str) -> str:
    answer = browser.post(f"/wallet/{verb}/", sent)
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def test_points_are_redeemed_by_a_quote_and_the_pin(shop: Shop) -> None:
    browser, before = signed_in(shop.owner), held(shop)
    path = quote_of(browser, "redeem", points="2.5")
    assert 'data-seconds="60"' in browser.get(path).text
    wrong = browser.post(path, {"pin": "903147"})
    assert "支付密码错误" in wrong.text
    assert held(shop) == before
    assert browser.post(path, {"pin": PIN})["Location"] == path
    after, quote = held(shop), Quote.objects.latest("used_at")
    assert after.points == before.points - 2_500_000_000
    assert after.cash == before.cash + quote.net_minor
    page = browser.get(path).text
    assert "已卖出" in page
    browser.post(path, {"pin": PIN})  # the press again
    assert held(shop) == after


def test_all_points_are_converted_by_one_button(shop: Shop) -> None:
    browser, before = signed_in(shop.owner), held(shop)
    path = quote_of(browser, "convert", all="1", points="")
    browser.post(path, {"pin": PIN})
    assert (held(shop).points, held(shop).coins) == (0, before.coins + int(before.worth))
    assert "已转换" in browser.get(path).text
    assert "您没有增值积分" in browser.get("/wallet/convert/").text


@pytest.mark.parametrize("points", ["", "x", "0", "-1", "1e3", "0.0000000001", "9" * 30, "１"])
def test_what_is_no_number_of_points_is_said(shop: Shop, points: str) -> None:
    page = signed_in(shop.owner).post("/wallet/redeem/", {"points": points})
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert shop.owner.quotes.count() == 2


def test_an_expired_quote_leads_to_a_new_one(shop: Shop) -> None:
    browser = signed_in(shop.owner)
    path = quote_of(browser, "redeem", points="1")
    shop.mall.time.pass_by(minutes=1)
    for page in (browser.get(path), browser.post(path, {"pin": PIN})):
        assert "报价已过期" in page.text
        assert "/wallet/redeem/" in page.text


def test_cash_is_withdrawn_in_two_steps(shop: Shop) -> None:
    browser, before = signed_in(shop.owner), held(shop)
    shown = browser.post("/wallet/withdraw/", {"amount": "20", "key": "k9"})
    assert "实际付出" in shown.text
    assert held(shop) == before
    press = {"amount": "20", "key": "k9", "pin": PIN}
    path = browser.post("/wallet/withdraw/", press)["Location"]
    assert browser.post("/wallet/withdraw/", press)["Location"] == path
    assert held(shop).cash == before.cash - 20_00
    assert "等待批准" in browser.get(path).text
    for amount, words in (("9.99", "最低"), ("9999", "没有这么多现金"), ("x", "请输入金额")):
        page = browser.post("/wallet/withdraw/", {"amount": amount})
        assert words in page.text


def test_why_nothing_can_be_taken_out_is_said(shop: Shop, settings) -> None:
    browser = signed_in(shop.owner)
    settings.PAYOUT = "mall_only"
    assert "不对外付款" in browser.get("/wallet/withdraw/").text
    Person.objects.filter(pk=shop.owner.pk).update(
        frozen_at="2026-01-01T00:00Z", frozen_reason="报失"
    )
    for path in ("/wallet/", "/wallet/redeem/", "/wallet/convert/", "/wallet/withdraw/"):
        page = browser.get(path).text
        assert "冻结" in page, path
        assert "报失" in page, path


def test_a_payee_is_checked_before_it_is_kept(shop: Shop) -> None:
    browser = signed_in(shop.other)
    sent = {"name": "韩梅梅", "bank": "工商银行", "account": "62220000"}
    assert "不符" in browser.post("/wallet/payee/", sent).text
    browser.post("/wallet/payee/", {**sent, "account": "6222 0001"})
    assert Payee.objects.get(person=shop.other).account == "62220001"
    page = browser.get("/wallet/payee/").text
    assert 'id="name" autocomplete="name" maxlength="40" value="韩梅梅"' in page
    assert "62220001" not in page


def test_the_statement_pages_are_the_whole(shop: Shop) -> None:
    for n in range(25):
        shop.mall.give(shop.owner, 100 + n)
    browser, seen, path = signed_in(shop.owner), [], "/wallet/statement/"
    while path:
        page = browser.get(path).text
        seen += re.findall(r'href="/wallet/statement/(\d+\.\d+)/"', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path = f"/wallet/statement/{older[1]}" if older else ""
    lines = ledger.statement("mall", shop.owner.account, limit=1000)
    assert seen == ["{}.{}".format(*line.place) for line in lines]


def test_the_file_has_every_movement_exactly(shop: Shop) -> None:
    answer = signed_in(shop.owner, "en").get("/wallet/statement/file.csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    lines = ledger.statement("mall", shop.owner.account, limit=1000)
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines, strict=True):
        assert row["Record"] == "{}.{}".format(*line.place)
        assert int(row["Points"].replace(".", "")) == line.points
        assert int(row["Cash after"].replace(".", "")) == line.cash_after
        assert int(row["Quota"].replace(".", "")) == line.quota
    assert len(rows[-1]["Hash of the record"]) == 64
    assert "completed" in rows[-1]["Cause"]


def test_a_record_shown_has_the_hash_shown(shop: Shop) -> None:
    line = ledger.statement("mall", shop.owner.account)[0]
    path = "/wallet/statement/{}.{}/".format(*line.place)
    page = signed_in(shop.owner).get(path).text
    entry = ledger.entry_at("mall", shop.owner.account, line.place)
    assert entry is not None
    assert entry.hash in page
    assert entry.previous in page
    for place in ("0.0", "x", "1", "1.x", "9" * 40 + ".0"):
        assert signed_in(shop.owner).get(f"/wallet/statement/{place}/").status_code == 404


def test_a_pin_is_set_by_a_code_and_leads_back(shop: Shop) -> None:
    browser = signed_in(shop.other)
    browser.post("/wallet/pin/code/")
    code = code_sent(shop.other.phone)
    sent = {"code": code, "pin": PIN, "again": "1", "next": "/wallet/redeem/"}
    assert "不一致" in browser.post("/wallet/pin/", sent).text
    answer = browser.post("/wallet/pin/", {**sent, "again": PIN})
    assert answer["Location"] == "/wallet/redeem/"
    assert Pin.objects.filter(person=shop.other).exists()
    changed = {"old": PIN, "pin": "903147", "again": "903147"}
    assert browser.post("/wallet/pin/change/", changed)["Location"] == "/wallet/pin/"
    assert "支付密码错误" in browser.post("/wallet/pin/change/", changed).text
    waits = "起可以提取现金"
    assert waits not in browser.get("/wallet/pin/").text
    shop.mall.time.pass_by(minutes=2)
    browser.post("/wallet/pin/code/")
    browser.post("/wallet/pin/", {**sent, "code": code_sent(shop.other.phone), "again": PIN})
    assert waits in browser.get("/wallet/pin/").text
    shop.mall.time.pass_by(days=1)
    assert waits not in browser.get("/wallet/pin/").text


def test_an_order_is_paid_from_cash_by_the_pin_alone(shop: Shop) -> None:
    browser, order = signed_in(shop.owner), shop.orders["unpaid"]
    path = f"/pay/{order.checkout.number}/"
    sent = {"inner": "cash", "amount": "10", "channel": "test", "key": "k1"}
    for pin, words in (("", "支付密码错误"), ("903147", "支付密码错误")):
        assert words in browser.post(path, {**sent, "pin": pin}).text
    before = held(shop)
    answer = browser.post(path, {**sent, "pin": PIN})
    assert answer["Location"].startswith("/pay/test/")
    assert held(shop).cash == before.cash - 10_00
    assert order.checkout.payments.get().state == PaymentState.PENDING
    other = Order.objects.get(pk=order.pk)
    assert other.state == "paying"


def test_paid_by_a_provider_alone_no_pin_is_asked(shop: Shop) -> None:
    order = shop.orders["unpaid"]
    answer = signed_in(shop.owner).post(
        f"/pay/{order.checkout.number}/", {"channel": "test", "key": "k1"}
    )
    assert answer["Location"].startswith("/pay/test/")


# What staff do.


def act(browser: Client, model: str, name: str, *keys: str) -> str:
    body = {"action": name, "_selected_action": keys, "index": 0}
    answer = browser.post(f"/console/members/{model}/", body, follow=True)
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.text


def test_staff_approve_and_confirm_by_four_eyes(shop: Shop) -> None:
    made = payouts.withdraw(person=shop.owner, key="w", amount_minor=10_00, pin=PIN)
    assert isinstance(made, Withdrawal)
    one, two = signed_in(shop.operator), signed_in(Person.objects.get(email="eyes@example.com"))
    assert "已批准" in act(one, "withdrawal", "approve", made.number)
    assert "另一人" in act(one, "withdrawal", "confirm", made.number)
    assert "已确认" in act(two, "withdrawal", "confirm", made.number)
    assert TestPayout.objects.get(reference=made.number).state == Standing.WAITING
    act(two, "testpayout", "pay", made.number)
    made.refresh_from_db()
    assert made.state == "paid"
    file = act(two, "withdrawal", "export_for_tax", made.number)
    assert made.number in file
    assert "\t622202100111" in file


def test_staff_decline_for_a_reason_that_the_member_reads(shop: Shop) -> None:
    made = shop.owner.withdrawals.get(state="approved")
    before = held(shop).cash
    path = f"/console/members/withdrawal/{made.number}/decline/"
    signed_in(shop.operator).post(path, {"reason": "请联系客服"})
    assert held(shop).cash == before + 10_00
    page = signed_in(shop.owner).get(f"/wallet/withdrawals/{made.number}/").text
    assert "请联系客服" in page
    assert signed_in(shop.clerk).post(path, {"reason": "x"}).status_code in (302, 403, 404)


def test_a_clerk_of_a_merchant_sees_no_withdrawals(shop: Shop) -> None:
    assert signed_in(shop.clerk).get("/console/members/withdrawal/").status_code == 403


def test_what_members_write_is_no_formula_in_the_file(shop: Shop) -> None:
    shop.owner.withdrawals.filter(state="paid").update(payee_name="=1+1")
    made = shop.owner.withdrawals.get(state="paid")
    file = act(signed_in(shop.operator), "withdrawal", "export_for_tax", made.number)
    assert ",'=1+1," in file


def test_staff_freeze_and_thaw(shop: Shop) -> None:
    operator = signed_in(shop.operator)
    path = f"/console/members/person/{shop.owner.pk}"
    operator.post(f"{path}/freeze/", {"reason": "报失"})
    shop.owner.refresh_from_db()
    assert (shop.owner.frozen_at is not None, shop.owner.frozen_reason) == (True, "报失")
    told = payouts.withdraw(person=shop.owner, key="z", amount_minor=10_00, pin=PIN)
    assert "冻结" in str(told)
    to = operator.get(f"{path}/thaw/")["Location"]
    operator.post(to, {"account": shop.owner.account, "reason": "找回"})
    shop.owner.refresh_from_db()
    assert shop.owner.frozen_at is not None  # somebody else decides
    other = signed_in(Person.objects.get(email="eyes@example.com"))
    made = Proposal.objects.get(kind="unfreeze")
    other.post(f"/console/commerce/proposal/{made.pk}/accept/", {"reason": "核实"})
    shop.owner.refresh_from_db()
    assert (shop.owner.frozen_at, shop.owner.frozen_reason) == (None, "")


def test_the_embedded_bank_answers_once(shop: Shop) -> None:
    made = shop.owner.withdrawals.get(state="paid")
    assert not testpayout.answer(reference=made.number, standing=Standing.FAILED)
