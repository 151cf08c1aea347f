"""From looking around to points, with the numbers of the rule book; and what may go wrong."""

import pytest

from patronage import ledger
from patronage.commerce import jobs
from patronage.commerce.models import Notification, Order, Payment, Refund, State
from patronage.members.models import Address, Person
from tests.browser.conftest import Arrive, Visitor
from tests.integration.commerce.play import HOME, Mall
from tests.integration.members.play import PIN
from tests.shop import Shop, draw

SIZES = pytest.mark.parametrize("size", ["phone", "desktop"])


def order_on(visitor: Visitor) -> Order:
    return Order.objects.get(number=visitor.page.url.rstrip("/").split("/")[-1])


@SIZES
def test_an_order_becomes_points(fresh: Mall, arrive: Arrive, size: str) -> None:
    wine = fresh.sku(100_00, name="赤霞珠干红葡萄酒", summary="产区直供")
    draw(wine, "#4a0f22", "#8e1f3f")
    li = fresh.person(name="李雷")
    operator = Person.objects.create_superuser(email="operator@example.com", password="x")  # noqa: S106
    Address.objects.create(person=li, is_default=True, **HOME._asdict())

    shopper = arrive(li, size=size)
    shopper.go("/")
    shopper.sees("赤霞珠干红葡萄酒", "¥100.00")
    shopper.keep("home")
    shopper.page.get_by_placeholder("搜索商品").fill("红葡")
    shopper.page.keyboard.press("Enter")
    shopper.sees("“红葡”的搜索结果")
    shopper.keep("search")
    shopper.page.get_by_role("link", name="赤霞珠").click()
    # 30 % of revenue to the reserve, 70 % of that granted, at the issue price of 1.00.
    shopper.sees("售价中有 ¥30.00 进入共同底池", "21.0000 增值积分")
    shopper.keep("product")
    shopper.press("加入购物车")
    shopper.sees("已加入购物车")
    shopper.press("购物车 1" if size == "desktop" else "立即购买")
    if size == "desktop":
        shopper.keep("cart")
        shopper.press("结算")
    shopper.sees("浙江省杭州市西湖区", "应付金额 ¥100.00")
    shopper.keep("checkout")
    shopper.press("提交订单")
    shopper.keep("pay")
    shopper.press("付款")
    shopper.sees("不会发生真实扣款")
    shopper.keep("provider")
    shopper.press("付款")
    shopper.sees("付款成功", "21.0000")
    shopper.keep("paid")
    shopper.page.locator(".row").first.click()
    shopper.sees("待发货", "待授予积分", "21.0000")
    order = order_on(shopper)

    clerk = arrive(operator, size="desktop")
    clerk.go(f"/console/commerce/order/{order.id}/change/")
    clerk.page.fill("[name=carrier]", "顺丰")
    clerk.page.fill("[name=tracking]", "SF0000000001")
    clerk.press("保存并发货")
    clerk.sees("订单已发货")
    clerk.keep("console-orders")

    shopper.page.reload()
    shopper.sees("顺丰 SF0000000001")
    shopper.keep("shipped")
    shopper.press("确认收货")
    shopper.sees("2026年3月8日 12:00 前可申请退货", "将于 2026年3月8日 12:00 按当时的价格授予")
    shopper.keep("received")

    fresh.complete(order)
    shopper.page.reload()
    shopper.sees("已完成", "已授予积分", "21.0000", "这笔钱的去向", "¥30.00", "¥70.00")
    shopper.keep("completed")
    assert fresh.held(li.account).points == 21 * 10**9
    price = ledger.summary("mall").price * 10**7  # of a point, in major units
    assert f"{float(price):.4f}" == "1.4286"
    # The next one is granted at the new price.
    shopper.go(f"/products/{wine.product_id}/")
    shopper.sees("14.7000 增值积分")
    fresh.verify()


@SIZES
def test_a_payment_is_mixed(shop: Shop, arrive: Arrive, size: str) -> None:
    order = shop.orders["unpaid"]
    shopper = arrive(shop.owner, size=size)
    shopper.go(f"/orders/{order.number}/")
    shopper.press("付款")
    due = order.total_minor / 100
    before = shop.mall.held(shop.owner.account)
    cash = (before.cash + before.dividend) / 100
    shopper.sees(f"¥{due:,.2f}", f"现金余额 ¥{cash:,.2f}", f"剩余 ¥{due - cash:,.2f}")
    shopper.page.get_by_label("现金余额").check()
    shopper.page.get_by_text("少用一些").click()
    shopper.page.get_by_label("使用多少").fill("12.50")
    shopper.page.locator("#pin").fill(PIN)
    shopper.keep("pay")
    shopper.press("付款")
    shopper.sees(f"¥{due - 12.5:,.2f}")
    shopper.press("付款")
    shopper.sees("付款成功")
    shopper.go(f"/orders/{order.number}/")
    shopper.sees("实付（现金余额）", "¥12.50", "实付（测试支付）", f"¥{due - 12.5:,.2f}")
    shopper.keep("order")
    order.refresh_from_db()
    assert order.state == State.PAID
    after = shop.mall.held(shop.owner.account)
    assert before.cash + before.dividend - after.cash == 12_50


def test_a_new_member_can_order(fresh: Mall, arrive: Arrive) -> None:
    """The checkout asks for an address, and takes it up."""
    wine = fresh.sku(100_00, name="赤霞珠干红葡萄酒")
    member = arrive(fresh.person(name="李雷"))
    member.go(f"/checkout/?sku={wine.id}&quantity=1")
    member.sees("您还没有收货地址")
    member.keep("no-address")
    member.press("添加地址")
    for name, value in (
        ("name", "李雷"),
        ("phone", "13800138000"),
        ("city", "杭州市"),
        ("district", "西湖区"),
        ("street", "文三路 1 号"),
    ):
        member.page.fill(f"[name={name}]", value)
    member.page.select_option("[name=province]", "浙江省")
    member.keep("address")
    member.page.locator("main button[type=submit], main .weui-btn_primary").last.click()
    member.sees("浙江省杭州市西湖区", "提交订单")
    member.press("提交订单")
    member.sees("应付金额")


def to_the_provider(shop: Shop, shopper: Visitor) -> Order:
    order = shop.orders["paying"]
    shopper.go(f"/pay/{order.checkout.number}/")
    shopper.sees("有一笔付款正在进行")
    shopper.press("继续付款")
    return order


def test_a_late_message_pays(shop: Shop, arrive: Arrive) -> None:
    shopper = arrive(shop.owner)
    order = to_the_provider(shop, shopper)
    shopper.press("付款，延迟通知")
    shopper.sees("等待付款结果")
    shopper.keep("waiting")
    shop.mall.time.pass_by(minutes=11)
    jobs.run_all()
    # The page looks again by itself.
    shopper.page.get_by_text("付款成功").wait_for()
    order.refresh_from_db()
    assert order.state == State.PAID


def test_a_message_that_comes_twice_pays_once(shop: Shop, arrive: Arrive) -> None:
    shopper = arrive(shop.owner)
    before = Notification.objects.count()
    order = to_the_provider(shop, shopper)
    shopper.press("付款，重复通知")
    shopper.sees("付款成功")
    jobs.run_all()
    assert Notification.objects.count() == before + 1
    assert order.tenders.filter(payment__state="succeeded").count() == 1
    assert ledger.verify("mall").difference is None


def test_a_provider_that_is_silent_is_asked(shop: Shop, arrive: Arrive) -> None:
    shopper = arrive(shop.owner)
    order = to_the_provider(shop, shopper)
    shopper.press("付款，但不通知")
    shopper.sees("等待付款结果")
    shop.mall.time.pass_by(minutes=2)
    jobs.run_all()
    shopper.press("刷新状态")
    shopper.sees("付款成功")
    order.refresh_from_db()
    assert order.state == State.PAID


def test_a_forged_message_pays_nothing(shop: Shop, arrive: Arrive) -> None:
    shopper = arrive(shop.owner)
    order = shop.orders["paying"]
    payment = Payment.objects.get(checkout=order.checkout)
    for headers in ({}, {"X-Test-Timestamp": "1", "X-Test-Signature": "0" * 64}):
        answer = shopper.page.request.post(
            f"{shopper.address}/payments/test/notify/",
            headers=headers,
            data={
                "event": "e",
                "reference": payment.reference,
                "standing": "succeeded",
                "amount": payment.amount_minor,
            },
        )
        assert answer.status == 400
    order.refresh_from_db()
    assert order.state == State.PAYING


def test_a_failed_payment_can_be_made_again(shop: Shop, arrive: Arrive) -> None:
    shopper = arrive(shop.owner)
    order = to_the_provider(shop, shopper)
    shopper.press("支付失败")
    shopper.sees("付款未成功")
    shopper.keep("failed")
    shopper.press("重新付款")
    shopper.press("付款")
    shopper.press("离开，返回商城")
    shopper.press("返回付款")
    shopper.press("付款")
    shopper.sees("付款成功")
    order.refresh_from_db()
    assert order.state == State.PAID


def test_a_payment_can_be_given_up(shop: Shop, arrive: Arrive) -> None:
    shopper = arrive(shop.owner)
    order = shop.orders["paying"]
    shopper.go(f"/pay/{order.checkout.number}/")
    shopper.keep("under-way")
    shopper.press("放弃付款")
    shopper.sees("已放弃付款")
    order.refresh_from_db()
    assert order.state == State.UNPAID


@SIZES
def test_orders_can_be_cancelled(shop: Shop, arrive: Arrive, size: str) -> None:
    shopper = arrive(shop.owner, size=size)
    held = shop.mall.held(shop.owner.account).cash
    for state, said in (("unpaid", "取消后商品将释放"), ("paid", "已付款项按原路退回")):
        order = shop.orders[state]
        shopper.go(f"/orders/{order.number}/")
        shopper.page.get_by_text("取消订单").click()
        shopper.sees(said)
        shopper.keep(f"{state}-before")
        shopper.press("确认取消")
        shopper.sees("订单已取消。", "已取消")
        shopper.keep(f"{state}-after")
        order.refresh_from_db()
        assert order.state == State.CANCELLED
    shopper.sees("退回（现金余额）", "¥20.00", "退回（测试支付）", "成功")
    assert shop.mall.held(shop.owner.account).cash == held + 20_00


@SIZES
def test_goods_go_back_before_completion(shop: Shop, arrive: Arrive, size: str) -> None:
    order = shop.orders["shipped"]
    shopper = arrive(shop.owner, size=size)
    shopper.go(f"/orders/{order.number}/")
    shopper.press("退货")
    shopper.page.get_by_label("赤霞珠").fill("1")
    shopper.page.get_by_label("退货原因").fill("瓶身破损")
    shopper.page.get_by_text("¥199.00").last.wait_for()
    shopper.keep("return")
    shopper.press("提交退货申请")
    shopper.sees("请等待商家处理", "等待处理")
    shopper.keep("asked")

    clerk = arrive(shop.operator, size="desktop")
    clerk.go("/console/commerce/return/")
    clerk.page.locator("#result_list tbody [name=_selected_action]").first.check()
    clerk.page.locator("select[name=action]").select_option("approve")
    clerk.page.get_by_role("button", name="执行").first.click()
    clerk.sees("退货申请已处理")
    clerk.keep("console-returns")

    shopper.page.reload()
    shopper.sees("已同意", "退回（测试支付）", "已退款 1 件")
    shopper.keep("refunded")
    refund = Refund.objects.filter(tender__order=order).get()
    assert refund.amount_minor == 199_00
    order.refresh_from_db()
    assert order.state == State.SHIPPED
