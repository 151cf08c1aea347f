"""The wallet, with the rule book's integers: redeem, convert, withdraw, read the statement."""

import re

import pytest

from patronage import ledger
from patronage.members import payouts, testpayout
from patronage.members.models import Person, Quote, Withdrawal
from patronage.members.payout_port import Standing
from tests.browser.conftest import Arrive, Visitor
from tests.integration.commerce.play import Mall
from tests.integration.members.play import PIN, confirmed, give_pin, order, quoted
from tests.integration.members.test_payouts import rich, staff
from tests.unit.members.conftest import code_sent

EVERYWHERE = pytest.mark.parametrize(
    ("size", "language"),
    [("phone", "zh-CN"), ("desktop", "en")],
)
NANO = 10**9


def says(language: str, chinese: str, english: str) -> str:
    return english if language == "en" else chinese


def first_buyer(mall: Mall) -> Person:
    """Return the rule book's first buyer after a hundred orders: 21 points, worth 108.6351."""
    first = mall.person(name="李雷")
    for n in range(100):
        order(mall, first if n == 0 else mall.person(), f"{n}")
    give_pin(first)
    return first


def quote(visitor: Visitor, language: str, points: str) -> None:
    visitor.page.locator("#points").fill(points)
    visitor.press(says(language, "查看报价", "See the quote"))


def confirm(visitor: Visitor, language: str) -> None:
    visitor.page.locator("#pin").fill(PIN)
    visitor.press(says(language, "确认", "Confirm"))


@EVERYWHERE
def test_points_are_redeemed_and_converted(
    fresh: Mall, arrive: Arrive, size: str, language: str
) -> None:
    member = arrive(first_buyer(fresh), size=size, language=language)
    member.go("/wallet/")
    member.sees("¥108.63", "21.0000")
    member.keep("wallet")
    member.press(says(language, "卖出", "Redeem"))
    quote(member, language, "7")
    # A third of 108.6351: 36.21, of which a tenth is kept back, rounded up: 3.63.
    member.sees("¥32.58", "¥36.21", "¥3.63", "14.0000", "¥163.79")
    member.keep("quote")
    confirm(member, language)
    member.sees(says(language, "已卖出", "Redeemed"), "¥32.58", "¥163.79")
    member.keep("redeemed")
    member.go("/wallet/convert/")
    member.press(says(language, "全部", "All of them"))
    # The remaining two thirds, without a fee; what was lost by rounding lifted the price.
    member.sees("72.42", "0.0000", "¥91.37")
    confirm(member, language)
    member.sees(says(language, "已转换", "Converted"), "72.42")
    member.keep("converted")
    member.go("/wallet/points/?span=day")
    member.page.wait_for_selector(".chart canvas")
    member.keep("points")


@EVERYWHERE
def test_the_statement_has_the_rule_books_integers(
    fresh: Mall, arrive: Arrive, size: str, language: str
) -> None:
    buyer = fresh.person(name="李雷")
    give_pin(buyer)
    order(fresh, buyer, "1")
    for n in (2, 3):
        order(fresh, fresh.person(), f"{n}")
    fresh.submit(type="day.closed", date="2026-03-01", profit=100_00)
    confirmed(buyer, quoted(buyer, Quote.Verb.REDEEM, 7 * NANO))
    member = arrive(buyer, size=size, language=language)
    member.go("/wallet/statement/")
    member.sees("+21.0000", "+¥200.00", "−7.0000", "1.428571")
    # By the rule book's table the price after the third order is 1.8674: 7 points are worth 13.07.
    line = ledger.statement("mall", buyer.account)[0]
    assert (line.cash - line.dividend, line.fee) == (11_76, 1_31)
    member.keep("statement")
    member.page.locator(".entries__one").first.click()
    head = ledger.entries("mall", buyer.account)[0]
    member.sees(head.hash, head.previous, "14.0000", "¥1.31")
    member.keep("entry")
    member.go("/wallet/dividends/")
    member.keep("dividends")
    member.go("/wallet/quota/")
    member.sees("¥200.00")
    member.keep("quota")


@EVERYWHERE
@pytest.mark.parametrize("standing", [Standing.PAID, Standing.FAILED])
def test_cash_is_withdrawn(
    fresh: Mall, arrive: Arrive, size: str, language: str, standing: Standing
) -> None:
    member_of = rich(fresh)
    member = arrive(member_of, size=size, language=language)
    member.go("/wallet/withdraw/")
    member.sees("¥500.00", "**** 2233")
    member.page.locator("#amount").fill("120.50")
    member.press(says(language, "查看实付金额", "See what is paid out"))
    member.sees("¥120.50")
    member.page.locator("#pin").fill(PIN)
    member.keep("confirm")
    member.page.locator("form.panel button.weui-btn_primary").click()
    member.sees(says(language, "等待批准", "Waits for approval"))
    member.keep("requested")
    made = Withdrawal.objects.get()
    first, second = staff()
    assert payouts.approve(number=made.number, who=first) is None
    assert payouts.confirm(number=made.number, who=second) is None
    member.page.reload()
    member.sees(says(language, "等待银行", "Waits for the bank"))
    assert says(language, "银行确认已付款", "Paid, says the bank") not in member.page.content()
    assert testpayout.answer(reference=made.number, standing=standing, reason="户名不符")
    payouts.ask(made.number)
    member.page.reload()
    if standing == Standing.PAID:
        member.sees(says(language, "银行确认已付款", "Paid, says the bank"))
    else:
        member.sees("户名不符", says(language, "全部金额已退回", "The whole amount is back"))
    member.keep(str(standing))
    member.go("/wallet/")
    member.sees("¥379.50" if standing == Standing.PAID else "¥500.00")
    fresh.verify()


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_pin_is_set_forgotten_and_locked(fresh: Mall, arrive: Arrive, size: str) -> None:
    person = fresh.person(name="李雷")
    order(fresh, person, "1")
    member = arrive(person, size=size)
    member.go("/wallet/redeem/")
    quote(member, "zh", "1")
    confirm(member, "zh")
    member.sees("请先设置支付密码")
    member.page.get_by_role("link", name=re.compile("支付密码")).last.click()
    member.press("获取验证码")
    member.sees("验证码短信已发出")
    member.page.locator("#code").fill(code_sent(person.phone or ""))
    member.page.locator("#new").fill(PIN)
    member.page.locator("#again").fill(PIN)
    member.press("确认设置")
    member.sees("支付密码已设置")
    for _ in range(5):
        member.page.locator("#pin").fill("903147")
        member.press("确认")
    member.sees("已锁定")
    member.keep("locked")
    assert fresh.held(person.account).points == 21 * NANO
