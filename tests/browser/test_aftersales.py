"""After-sales of a completed order: by the shopper on a phone and the merchant's staff."""

import pytest

from patronage.commerce.models import AfterSale, Order, TestRefund
from patronage.members.models import Address, Person
from tests.browser.conftest import Arrive, Visitor
from tests.integration.commerce.play import HOME, Mall
from tests.shop import draw, photograph


def bought(mall: Mall, *, redeem: bool) -> tuple[Order, Person]:
    """Let a member have a completed order of a merchant's, with or without its points."""
    tea = mall.merchant(name="云岭茶庄", concession_micro=500_000)
    clerk = Person.objects.create_user(email="clerk@example.com", name="茶庄", is_staff=True)
    tea.staff.add(clerk)
    cake = mall.sku(168_00, merchant=tea, name="古树普洱茶饼")
    draw(cake, "#5b4632")
    member = mall.person(name="李雷")
    Address.objects.create(person=member, is_default=True, **HOME._asdict())
    mall.buy(mall.person(), (mall.sku(500_00), 1))
    (order,) = mall.buy(member, (cake, 2))
    if redeem:
        points = mall.held(member.account).points
        mall.submit(type="points.redeemed", account=member.account, points=points)
    return order, clerk


def ask(member: Visitor, order: Order) -> AfterSale:
    member.go(f"/orders/{order.number}/")
    member.press("售后")
    member.page.get_by_label("古树普洱茶饼").fill("1")
    member.page.get_by_label("原因").fill("茶饼受潮发霉")
    picture = {"name": "shown.png", "mimeType": "image/png", "buffer": photograph("PNG")}
    member.page.locator("#pictures").set_input_files([picture])
    member.sees("这些商品的实付金额", "¥168.00")
    member.keep("ask")
    member.press("申请售后")
    member.sees("等待处理", "商家在", "逾期由平台处理")
    shown = member.page.locator(".shots img")
    assert shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 64
    member.keep("asked")
    return AfterSale.objects.get()


@pytest.mark.parametrize("redeem", [False, True], ids=["with its points", "without its points"])
def test_goods_come_back_after_completion(fresh: Mall, arrive: Arrive, redeem: bool) -> None:
    order, clerk = bought(fresh, redeem=redeem)
    member, staff = arrive(order.person), arrive(clerk, size="phone" if redeem else "desktop")
    case = ask(member, order)
    if redeem:
        member.sees("已从这些积分中取走（按当前价格）", "从退款中扣除两项")

    there = f"/merchant/commerce/aftersale/{case.id}/"
    staff.go("/merchant/commerce/aftersale/")
    staff.keep("cases")
    staff.go(f"{there}change/")
    staff.sees("茶饼受潮发霉", *([] if redeem else ["同意：退货退款"]))
    staff.keep("case")
    staff.go(f"{there}approve/")
    staff.sees("会员寄回商品，收到后退款")
    staff.keep("approve")
    staff.press("同意")

    member.page.reload()
    member.sees("待寄回商品", "我已寄出商品")
    member.page.get_by_label("运单号").fill("SF123")
    member.keep("approved")
    member.press("已寄出")
    member.sees("商品寄回途中")

    staff.go(f"{there}accept/")
    staff.page.get_by_text("商品可再售").first.wait_for()
    staff.press("退款")
    staff.sees("已退款", "退款由谁承担")
    staff.keep("refunded")

    member.page.reload()
    member.sees("已退款", "由谁承担", "商家货款", "收回积分")
    member.keep("refunded")
    case.refresh_from_db()
    assert (case.member_missing_minor > 0) == redeem
    assert case.netted_minor == case.member_missing_minor + case.dividends_minor > 0
    assert TestRefund.objects.get().amount_minor == 168_00 - case.netted_minor
    if redeem:
        member.sees("此前已从这些积分中取走", "从退款中扣除两项")
    fresh.verify()
