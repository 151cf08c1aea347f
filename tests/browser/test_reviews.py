"""A self-dealing order is caught: a phone that buys by its own link, and a desk that decides."""

from patronage.commerce import jobs
from patronage.commerce.models import Order, Product, Reward, RewardState
from patronage.members.models import Person
from tests.browser.conftest import Arrive, Visitor
from tests.integration.commerce.play import HOME
from tests.shop import Shop


def order_at(visitor: Visitor, path: str) -> None:
    visitor.go(path)
    visitor.press("立即购买")
    visitor.press("提交订单")
    visitor.sees("应付金额")


def test_a_self_dealing_order_is_caught(shop: Shop, arrive: Arrive) -> None:
    """One browser, two accounts: the order stands, the reward waits and is cancelled."""
    Product.objects.filter(id=shop.wine.product_id).update(commission_micro=50_000)
    seller, second = shop.mall.person(), shop.mall.person()
    for person, street in ((seller, "文三路 9 号"), (second, "龙井路 2 号")):
        home = HOME._replace(street=street, phone=(person.phone or "").removeprefix("+86"))
        person.addresses.create(is_default=True, **home._asdict())
    phone = arrive(seller, size="phone")
    # The seller orders something, by which the browser becomes known, and shares the wine.
    order_at(phone, f"/products/{shop.meal.product_id}/")
    phone.go(f"/products/{shop.wine.product_id}/")
    phone.sees("经您的链接购买")
    phone.keep("product")
    phone.press("分享此商品")
    phone.keep("share")
    link = phone.page.input_value("#link").removeprefix(phone.address)
    phone.sign_in(second)
    order_at(phone, link)
    for _at_the_mall_and_at_the_provider in range(2):
        phone.press("付款")
    phone.sees("付款成功")
    order = Order.objects.get(person=second)
    assert order.promoter == seller
    shop.mall.receive(order)
    shop.mall.complete(order)
    reward = Reward.objects.get(order=order)
    assert reward.state == RewardState.WAITING
    desk = arrive(Person.objects.get(email="eyes@example.com"), size="desktop")
    desk.go("/console/commerce/reward/")
    desk.sees("收益 (2)", order.number, "设备相同", "等待复核")
    desk.keep("queue")
    desk.go(f"/console/commerce/reward/{reward.pk}/change/")
    desk.keep("reward")
    desk.press("取消收益")
    desk.page.fill("[name=reason]", "同一部手机自买自卖")
    desk.keep("deciding")
    desk.press("取消收益")
    desk.sees("已作出决定", "同一部手机自买自卖")
    jobs.run_all()
    order.refresh_from_db()
    assert (order.state, Reward.objects.get(order=order).state) == ("completed", "cancelled")
