"""Selling on behalf: from an application to money in the hands of all three."""

import pytest

from patronage.commerce.models import Distributor, Order, Reward, State
from patronage.members.models import Person, Withdrawal
from patronage.members.payouts import save_payee
from tests.browser.conftest import Arrive, Visitor
from tests.integration.commerce.play import HOME
from tests.integration.members.play import PIN, give_pin
from tests.shop import Shop


def fill(visitor: Visitor, **written: str) -> None:
    for name, text in written.items():
        visitor.page.locator(f"[name={name}]").fill(text)


def newcomer(shop: Shop, name: str, street: str) -> Person:
    """Return a member with an address that is nobody else's."""
    person = shop.mall.person(name=name)
    home = HOME._replace(name=name, street=street, phone=(person.phone or "").removeprefix("+86"))
    person.addresses.create(is_default=True, **home._asdict())
    return person


def become_a_distributor(shop: Shop, seller: Visitor, desk: Visitor) -> Distributor:
    """Let a member apply on their own, and the operator accept."""
    seller.go("/mine/")
    seller.press("我的小店")
    seller.press("申请开店")
    fill(seller, title="一盏茶", intro="只卖喝过的茶", plan="茶友群")
    seller.keep("apply")
    seller.press("提交申请")
    seller.sees("等待审核")
    distributor = Distributor.objects.get(title="一盏茶")
    desk.sign_in(shop.operator)
    desk.go(f"/console/commerce/distributor/{distributor.pk}/accept/")
    desk.press("通过")
    desk.sees("小店已开张")
    return distributor


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_all_three_are_paid(shop: Shop, arrive: Arrive, size: str) -> None:
    member, buyer = newcomer(shop, "茶友", "龙井路 2 号"), newcomer(shop, "买家", "虎跑路 3 号")
    give_pin(member)
    save_payee(person=member, name="茶友", bank="工商银行", account="622202100998")
    seller, desk = arrive(member, size=size), arrive(shop.operator, size="desktop")
    distributor = become_a_distributor(shop, seller, desk)

    seller.go("/mine/storefront/")
    seller.sees("小店还没有商品")
    seller.press("选货")
    seller.sees("¥120.00", "¥150.00 – ¥190.00", "每件收益 ¥36.00 到 ¥76.00")
    seller.keep("goods")
    seller.press("放入小店")
    fill(seller, title="我每天喝的那一饼", price_minor="180")
    seller.page.keyboard.press("Tab")
    seller.sees("¥66.00")
    seller.keep("item")
    seller.press("放入小店")
    seller.sees("已放入您的小店", "我每天喝的那一饼")
    seller.go("/mine/storefront/")
    seller.keep("workbench")
    link = seller.page.input_value("#link").removeprefix(seller.address)

    shopper = arrive(buyer, size=size)
    shopper.go(link)
    shopper.sees("一盏茶", "只卖喝过的茶", "¥180.00")
    shopper.keep("storefront")
    shopper.page.get_by_role("link", name="我每天喝的那一饼").click()
    shopper.sees("由 云岭茶庄 供货并发货")
    shopper.keep("storefront-item")
    shopper.press("立即购买")
    shopper.sees("一盏茶", "应付金额 ¥192.00")
    shopper.press("提交订单")
    for _at_the_mall_and_at_the_provider in range(2):
        shopper.press("付款")
    shopper.sees("付款成功")
    order = Order.objects.get(distributor=distributor)
    seller.go("/mine/storefront/purchases/")
    seller.sees(order.purchase.number, "等待供货商", "¥120.00")

    desk.sign_in(shop.clerk)
    desk.go(f"/merchant/commerce/purchaseorder/{order.purchase.pk}/confirm/")
    desk.press("确认")
    fill(desk, carrier="顺丰", tracking="SF1234567890")
    desk.keep("to-be-shipped")
    desk.press("保存并发货")
    desk.sees("订单已发货")
    shopper.go(f"/orders/{order.number}/")
    shopper.sees("一盏茶", "SF1234567890")
    shopper.press("确认收货")
    seller.go(f"/mine/storefront/orders/{order.number}/")
    seller.sees("待入账", "¥66.00")
    shop.mall.complete(order)

    shopper.page.reload()
    shopper.sees("已完成", "已授予积分")
    desk.go(f"/merchant/commerce/purchaseorder/{order.purchase.pk}/change/")
    # 120.00 less half of it, and less 5 %.
    desk.sees("¥120.00 − 让利 ¥60.00 − 佣金 ¥6.00 = ¥54.00")
    seller.page.reload()
    seller.sees("已发放", "¥66.00")
    seller.keep("earned")
    seller.go("/mine/earnings/")
    seller.press("提取")
    fill(seller, amount="66")
    seller.press("查看实付金额")
    seller.page.locator("#pin").fill(PIN)
    seller.page.locator("form.panel button.weui-btn_primary").click()
    seller.sees("等待批准")
    assert Withdrawal.objects.get(person=member).amount_minor == 66_00
    assert Reward.objects.get(order=order).amount_minor == 66_00
    order.refresh_from_db()
    assert order.state == State.COMPLETED
