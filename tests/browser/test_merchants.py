"""A company applies, is accepted, sells, ships, invoices; is suspended, and goes on.

And a merchant's own staff at work, on a phone and at a desk.
"""

import csv
import io

import pytest
from openpyxl import load_workbook

from patronage import ledger
from patronage.commerce import aftersales
from patronage.commerce.models import Debt, Merchant, Order, Product, PurchaseOrder, Refund, State
from patronage.members.models import Address
from tests.browser.conftest import Arrive, Visitor
from tests.integration.commerce.play import ELSEWHERE, HOME
from tests.shop import Shop, give_back

APPLICATION = {
    "店铺名称": "溪山瓷器二店",
    "公司": "溪山瓷业有限公司",
    "统一社会信用代码": "91330000000000008X",
    "联系人": "王芳",
    "手机号": "13700137000",
    "电子邮箱": "china@example.com",
    "拟售商品": "手工茶具",
}


def fill(visitor: Visitor, **written: str) -> None:
    for name, text in written.items():
        visitor.page.locator(f"[name={name}]").fill(text)


def offer(staff: Visitor, merchant: Merchant, *, office: str = "console") -> Product:
    """Make a product at 88.00 and put it on sale."""
    staff.go(f"/{office}/commerce/product/add/")
    staff.page.locator("[name=merchant]").select_option(str(merchant.pk))
    staff.page.locator("[name=category]").select_option(label="茶叶")
    fill(staff, name="青瓷茶杯")
    staff.page.get_by_text("添加另一个 规格").click()
    staff.page.locator("[name=skus-0-price_minor]").fill("88.00")
    staff.page.locator("[name=skus-0-stock]").fill("5")
    staff.keep("product")
    staff.press("保存")
    product = Product.objects.get(name="青瓷茶杯")
    staff.page.locator(f"input[name=_selected_action][value='{product.pk}']").check()
    staff.page.locator("select[name=action]").select_option("put_on_sale")
    staff.page.locator("button[name=index]").first.click()
    staff.sees("已上架")
    assert product.skus.get().price_minor == 88_00
    return product


def test_from_an_application_to_an_invoice(shop: Shop, arrive: Arrive) -> None:
    seller = arrive(None)
    seller.go("/sell/")
    for label, text in APPLICATION.items():
        seller.page.get_by_label(label, exact=True).fill(text)
    seller.keep("application")
    seller.press("提交申请")
    seller.sees("申请已收到")

    staff = arrive(shop.operator, size="desktop")
    staff.go("/console/commerce/application/")
    staff.press("溪山瓷器二店")
    staff.press("通过并签订协议")
    fill(staff, concession="12.5", terms="按月结算")
    staff.keep("agreement")
    staff.press("通过")
    staff.sees("商家已建立")
    merchant = Merchant.objects.get(name="溪山瓷器二店")
    product = offer(staff, merchant)

    shopper = arrive(shop.other)
    Address.objects.filter(person=shop.other).update(**HOME._asdict())
    shopper.go(f"/products/{product.pk}/")
    shopper.sees("青瓷茶杯", "88.00")
    shopper.press("立即购买")
    shopper.press("提交订单")
    shopper.press("付款")
    shopper.press("付款")
    shopper.sees("付款成功")
    order = Order.objects.get(merchant=merchant)
    shopper.go(f"/orders/{order.number}/invoice/")
    fill(shopper, title="韩梅梅")
    shopper.page.locator("[name=kind]").select_option("person")
    shopper.keep("invoice")
    shopper.press("申请")
    shopper.sees("已申请发票", "韩梅梅")

    staff.go(f"/console/commerce/order/?q={order.number}")
    staff.press(order.number)
    fill(staff, carrier="顺丰", tracking="SF1234567890")
    staff.press("保存并发货")
    staff.sees("订单已发货")
    order.refresh_from_db()
    assert (order.state, order.tracking) == (State.SHIPPED, "SF1234567890")
    staff.go(f"/console/commerce/order/{order.pk}/slip/")
    staff.sees("装箱单", "SF1234567890", "青瓷茶杯")
    staff.keep("slip")
    staff.go(f"/console/commerce/invoice/{order.invoice.pk}/issue/")
    fill(staff, number="24332000000077")
    staff.press("开具")
    shopper.go(f"/orders/{order.number}/")
    shopper.sees("SF1234567890", "24332000000077", "¥88.00")

    staff.go(f"/console/commerce/merchant/{merchant.pk}/suspend/")
    fill(staff, reason="资质过期")
    staff.keep("suspend")
    staff.press("暂停")
    staff.sees("已暂停")
    assert shopper.go(f"/products/{product.pk}/").status == 404
    staff.press("恢复")
    staff.press("恢复")
    staff.sees("该商家已恢复")
    shopper.go(f"/products/{product.pk}/")
    shopper.sees("青瓷茶杯")


def sent(staff: Visitor, form: str) -> bytes:
    """Press what sends a file, and return what came."""
    with staff.page.expect_download() as download:
        staff.page.get_by_role("link", name=form, exact=True).click()
    return download.value.path().read_bytes()


def decline(staff: Visitor, shop: Shop, size: str) -> None:
    """Decline what a storefront sold: the consumer is refunded."""
    (order,) = shop.mall.place(shop.other, (shop.item, 1))
    shop.mall.pay([order])
    purchase = PurchaseOrder.objects.get(order=order)
    staff.go("/merchant/")
    staff.page.locator("a.office__tile", has_text="待确认的采购单").click()
    staff.keep("purchases")
    staff.press(purchase.number)
    staff.sees(shop.item.distributor.title, "¥120.00")
    staff.keep("purchase")
    if size == "phone":  # the buttons lie behind the three dots
        staff.page.get_by_text("more_horiz").click()
    staff.press("拒绝")
    fill(staff, reason="断货")
    staff.press("拒绝")
    staff.sees("断货")
    staff.keep("declined")
    sent_back = Refund.objects.filter(tender__order=order)
    assert sum(one.amount_minor for one in sent_back) == order.total_minor


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_merchant_at_work(shop: Shop, arrive: Arrive, size: str) -> None:
    order = shop.orders["paid"]
    staff = arrive(shop.clerk, size=size)
    staff.go("/merchant/")
    staff.sees("待发货订单")
    staff.keep("today")
    staff.page.locator("a.office__tile", has_text="待发货订单").click()
    staff.keep("orders")
    staff.press(order.number)
    fill(staff, carrier="顺丰", tracking="SF1234567890")
    staff.keep("order")
    staff.press("保存并发货")
    staff.sees("订单已发货")
    order.refresh_from_db()
    assert (order.state, order.tracking) == (State.SHIPPED, "SF1234567890")

    offer(staff, shop.tea, office="merchant")

    decline(staff, shop, size)

    give_back(order, shop, quantity=1, approve=None)
    staff.go("/merchant/commerce/return/?state__exact=requested")
    staff.keep("returns")
    staff.press(order.number)
    staff.keep("return")
    if size == "phone":  # the buttons lie behind the three dots
        staff.page.get_by_text("more_horiz").click()
    staff.press("同意并退款")
    fill(staff, note="请寄回")
    staff.keep("answer")
    staff.press("同意并退款")
    staff.sees("退货申请已处理")
    given = Refund.objects.filter(tender__order=order)
    assert sum(one.amount_minor for one in given) == 168_00
    assert order.returns.get().answer == "请寄回"

    staff.go(f"/merchant/accounts/{shop.tea.id}/holdings/")
    staff.sees("恒定积分兑增值积分")
    staff.keep("account")
    staff.go(f"/merchant/accounts/{shop.tea.id}/statement/?first=2026-01-01&last=2026-12-31")
    staff.sees("订单货款", shop.orders["aftersale"].number)
    staff.keep("statement")
    lines = list(csv.reader(sent(staff, "CSV").decode("utf-8-sig").splitlines()))
    held = ledger.account("mall", shop.tea.account)
    assert lines[-1][-3] == f"{held.cash / 100:.2f}"
    sheet = load_workbook(io.BytesIO(sent(staff, "XLSX"))).active
    assert sheet is not None
    assert sheet.max_row == len(lines)


def test_a_return_takes_from_each_party_its_share(shop: Shop, arrive: Arrive) -> None:
    """Of three pieces that a storefront sold, one comes back before completion and one after."""
    mall, seller = shop.mall, shop.owner
    (order,) = mall.place(mall.person(), (shop.item, 3), address=ELSEWHERE)
    mall.pay([order])
    mall.receive(order)
    give_back(order, shop, quantity=1, approve=True)
    mall.complete(order)
    held = ledger.account("mall", seller.account)
    taken = held.cash + held.dividend - 10_00
    mall.submit(type="cash.withdrawn", account=seller.account, amount=taken)
    case = aftersales.request(
        person=order.person,
        number=order.number,
        key="k",
        quantities={order.lines.get().id: 1},
        reason="坏了",
    )
    assert not isinstance(case, aftersales.AfterSaleRefusal), case
    answer = {"merchant": shop.tea, "number": case.number, "who": shop.clerk}
    aftersales.answer(**answer, approve=True, needs_goods=False)

    staff = arrive(shop.operator, size="desktop")
    staff.go(f"/console/commerce/order/{order.pk}/change/")
    staff.sees("分账瀑布", "差价", "此后收回", "完成前已退回")
    staff.page.locator("[data-waterfall] canvas").wait_for()
    staff.keep("waterfall")
    staff.go("/console/commerce/debt/?open=yes")
    # Two pieces brought 46.00 each; what was taken out leaves 10.00 of it.
    staff.sees(str(seller), "¥46.00", "¥36.00")
    staff.keep("debts")
    assert Debt.objects.get(person=seller, aftersale=case).left_minor == 36_00
    phone = arrive(seller)
    phone.go("/mine/settlement/?first=2026-03-01&last=2026-12-31")
    phone.sees("销售订单收益", "¥92.00", "退款分担", "¥36.00", "差价 ¥80.00")
    phone.keep("settlement")
