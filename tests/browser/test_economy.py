"""The economy and custody in the console, at a desk.

Opened, proposed, decided, stated, matched; a day closed; an account frozen.
"""

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone

from patronage import ledger
from patronage.commerce import days
from patronage.commerce.models import Amendment, BillCase, CustodyStatement, Proposal
from patronage.members import clock
from patronage.members.models import Person
from tests.browser.conftest import Arrive, Visitor
from tests.shop import Shop


def at_a_desk(arrive: Arrive, person: Person) -> Visitor:
    return arrive(person, size="desktop")


def other(shop: Shop) -> Person:
    del shop
    return Person.objects.get(email="eyes@example.com")


def test_an_amendment_is_proposed_by_one_and_accepted_by_another(
    shop: Shop, arrive: Arrive
) -> None:
    first, second = at_a_desk(arrive, shop.operator), at_a_desk(arrive, other(shop))
    first.go("/console/economy/charter/")
    first.keep("charter")
    first.press("提议修订章程")
    field = first.page.locator("[name=charter]")
    field.fill(re.sub(r'fee = "[^"]*"', 'fee = "0.05"', field.input_value()))
    day = timezone.localtime(clock.now()) + timedelta(days=9)
    first.page.fill("[name=in_force_from_0]", f"{day:%Y-%m-%d}")
    first.page.fill("[name=why]", "降低卖出手续费")
    first.page.fill("[name=reason]", "让利会员")
    first.press("显示变更")
    first.sees("扣留 5%", "离场的人补偿留下的人")
    first.keep("amendment")
    first.press("提交提案")
    first.sees("由他人决定")
    made = Proposal.objects.get(kind="amendment")
    path = f"/console/commerce/proposal/{made.pk}/"
    # One's own is not offered, and refused where it is asked for all the same.
    assert first.page.get_by_role("link", name="同意", exact=True).count() == 0
    assert first.go(f"{path}accept/").status == 403
    second.go("/console/economy/")
    second.keep("overview")
    second.go(f"{path}change/")
    second.keep("proposal")
    second.press("同意")
    second.page.fill("[name=reason]", "已核对条文")
    second.keep("accepting")
    second.press("同意")
    second.sees("已作出决定")
    assert Amendment.objects.latest("id").why == "降低卖出手续费"
    second.go("/console/members/auditentry/")
    second.sees("提议", "同意")
    second.keep("audit")
    second.go("/console/economy/journal/")
    second.keep("journal")


def test_custody_is_stated_confirmed_and_reconciled(shop: Shop, arrive: Arrive) -> None:
    first, second = at_a_desk(arrive, shop.operator), at_a_desk(arrive, other(shop))
    day = CustodyStatement.objects.get().day + timedelta(days=1)
    first.go("/console/commerce/custodystatement/state/")
    first.page.fill("[name=day]", f"{day:%Y-%m-%d}")
    first.page.fill("[name=balance_minor]", "0.50")
    paper = {"name": "对账单.pdf", "mimeType": "application/pdf", "buffer": b"paper"}
    first.page.set_input_files("[name=evidence]", paper)  # type: ignore[arg-type]
    first.keep("state")
    first.press("申报")
    first.sees("由他人确认", "对账单.pdf")
    first.keep("stated")
    made = CustodyStatement.objects.get(day=day)
    second.go(f"/console/commerce/custodystatement/{made.pk}/change/")
    second.press("确认")
    second.press("确认")
    second.sees("公开账本已公布")
    second.go("/console/commerce/custodystatement/")
    second.keep("statements")
    second.go("/console/commerce/bill/import/")
    second.page.fill("[name=day]", "2026-03-02")
    bill = {
        "name": "b.csv",
        "mimeType": "text/csv",
        "buffer": b"kind,reference,amount\npayment,x,3\n",
    }
    second.page.set_input_files("[name=file]", bill)  # type: ignore[arg-type]
    second.press("导入账单")
    second.sees("1 条新明细")
    second.go("/console/commerce/billcase/?standing=open")
    second.keep("items")
    case = BillCase.objects.get(reference="x")
    second.go(f"/console/commerce/billcase/{case.pk}/change/")
    second.keep("item")
    second.press("结案")
    second.page.fill("[name=reason]", "渠道误收，已退")
    second.press("结案")
    second.sees("渠道误收，已退")


def test_a_day_is_closed(shop: Shop, arrive: Arrive) -> None:
    shop.mall.submit(
        type="order.completed", order="o", member=shop.other.account, amount=100_00, profit=100_00
    )
    operator = at_a_desk(arrive, shop.operator)
    operator.go("/console/")
    operator.sees("分红池（至今）", "¥30.00")
    day = timezone.localtime(clock.now()).date()
    shop.mall.time.pass_by(days=1)
    assert days.close_due() == 1
    close = ledger.closes("mall", limit=1)[0]
    operator.press("日结")
    row = operator.page.locator("tbody tr").first
    assert row.locator("td").all_inner_texts()[:2] == [f"{day}", f"{close.seq}"]
    assert "¥30.00" in row.inner_text()
    operator.keep("days")
    operator.press(f"{close.seq}")
    operator.sees("一天已日结", close.hash, '"dividend": 3000')
    operator.keep("close")


def test_an_account_is_frozen_by_one_and_thawed_by_two(shop: Shop, arrive: Arrive) -> None:
    first, second = at_a_desk(arrive, shop.operator), at_a_desk(arrive, other(shop))
    member = arrive(shop.owner)
    first.go(f"/console/members/person/{shop.owner.pk}/change/")
    first.press("冻结")
    first.page.fill("[name=reason]", "疑似盗用")
    first.keep("freezing")
    first.press("冻结")
    first.sees("已完成", "疑似盗用")
    first.keep("frozen")
    member.go("/wallet/redeem/")
    member.sees("疑似盗用")
    assert member.page.locator("#points").count() == 0
    member.keep("frozen")
    first.press("解冻")
    first.page.fill("[name=reason]", "本人已确认")
    first.press("提交提案")
    first.sees("由他人决定")
    made = Proposal.objects.get(kind="unfreeze")
    second.go(f"/console/commerce/proposal/{made.pk}/change/")
    second.press("同意")
    second.page.fill("[name=reason]", "已核对")
    second.press("同意")
    second.sees("已作出决定")
    member.page.reload()
    assert member.page.locator("#points").count() == 1


def test_an_economy_is_opened(shop: Shop, arrive: Arrive, settings: Any) -> None:
    settings.ECONOMY = "second"
    operator = at_a_desk(arrive, shop.operator)
    operator.go("/console/")
    operator.press("开设经济体")
    operator.keep("form")
    operator.page.fill("[name=name]", "丹砂酒会")
    operator.page.get_by_label("现金只能支付订单，不能提取").check()
    operator.press("显示条文并评判")
    operator.sees("稳健：各项承诺均成立", "丹砂酒会")
    operator.keep("judged")
    operator.press("按此章程开设")
    operator.sees("经济体已开设")
    operator.keep("opened")
    assert ledger.state("second").charter.name == "丹砂酒会"
