"""Suppliers' terms and purchase orders, everybody's statements, and the waterfall."""

import csv
import io

import pytest

from patronage.commerce import jobs
from patronage.commerce.models import (
    Debt,
    Distributor,
    Order,
    Product,
    PurchaseOrder,
    PurchaseState,
    State,
    Supply,
)
from patronage.commerce.orders import OrderRefusal
from patronage.commerce.purchasing import PurchaseRefusal
from patronage.commerce.supplying import SupplyRefusal
from patronage.members.models import AuditEntry, AuditVerb
from tests.integration.commerce.play import ELSEWHERE
from tests.integration.web.conftest import signed_in
from tests.shop import Shop

RETAIL = "160.00"
"""What the consumer paid the storefront for a piece: nobody's business but theirs."""


def purchase_of(shop: Shop) -> PurchaseOrder:
    """Return what the owner's storefront orders from the tea house for another member's order."""
    (order,) = shop.mall.place(shop.mall.person(), (shop.item, 1), address=ELSEWHERE)
    shop.mall.pay([order])
    return PurchaseOrder.objects.get(order=order)


def page(model: str, thing: object, tail: str = "change/", office: str = "merchant") -> str:
    return f"/{office}/commerce/{model}/{thing}/{tail}"


def completed(shop: Shop) -> Order:
    """Let the storefront's order go all the way."""
    order = purchase_of(shop).order
    shop.mall.receive(order)
    shop.mall.complete(order)
    return order


def table(answer: object) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_supplier_confirms_and_ships_what_a_storefront_sold(shop: Shop) -> None:
    purchase, clerk = purchase_of(shop), signed_in(shop.clerk)
    order = purchase.order
    listed = clerk.get("/merchant/commerce/purchaseorder/?state__exact=waiting")
    assert listed.context["cl"].result_list[0] == purchase
    shown = clerk.get(page("purchaseorder", purchase.id)).text
    for told in (shop.item.distributor.title, order.street, order.phone, "120.00"):
        assert told in shown
    for path in (page("purchaseorder", purchase.id), page("order", order.id)):
        assert RETAIL not in clerk.get(path).text
    rows = {f"{of}-{n}_FORMS": "0" for of in ("lines", "transitions") for n in ("TOTAL", "INITIAL")}
    ship = {**rows, "carrier": "顺丰", "tracking": "SF1", "commerce_order_ship": "1"}
    early = clerk.post(page("order", order.id), ship, follow=True)
    order.refresh_from_db()
    assert order.state == State.PAID, "not before it is confirmed"
    assert str(OrderRefusal.NOT_CONFIRMED) in early.text
    assert clerk.get(page("purchaseorder", purchase.id, "confirm/")).status_code == 200
    answer = clerk.post(page("purchaseorder", purchase.id, "confirm/"))
    assert answer["Location"] == page("order", order.id)
    clerk.post(page("order", order.id), ship)
    order.refresh_from_db()
    assert (order.state, order.tracking) == (State.SHIPPED, "SF1")
    again = clerk.post(page("purchaseorder", purchase.id, "decline/"), {"reason": "x"}, follow=True)
    assert str(PurchaseRefusal.ANSWERED) in again.text


def test_a_supplier_declines_and_the_consumer_is_refunded(shop: Shop) -> None:
    purchase, clerk = purchase_of(shop), signed_in(shop.clerk)
    path = page("purchaseorder", purchase.id, "decline/")
    assert clerk.post(path, {"reason": ""}).status_code == 200
    clerk.post(path, {"reason": "断货"})
    purchase.refresh_from_db()
    assert (purchase.state, purchase.reason) == (PurchaseState.DECLINED, "断货")
    assert purchase.order.state == State.CANCELLED
    assert "断货" in clerk.get(page("purchaseorder", purchase.id)).text


def test_a_supplier_is_told_its_part_and_nobody_elses(shop: Shop) -> None:
    order = completed(shop)
    clerk = signed_in(shop.clerk)
    shown = clerk.get(page("purchaseorder", order.purchase.id)).text
    # 120.00 less half of it, and less the commission.
    assert "¥120.00 − 让利 ¥60.00 − 佣金 ¥6.00 = ¥54.00" in shown
    for text in (shown, clerk.get(page("order", order.id)).text):
        assert "差价" not in text
        assert "分账瀑布" not in text


def test_terms_of_supply_show_their_sums_and_are_refused_with_them(shop: Shop) -> None:
    clerk, cake = signed_in(shop.clerk), shop.cake
    path = page("product", cake.product_id, "supply/")
    assert "¥120.00" not in clerk.get("/merchant/").text
    name = f"sku-{cake.id}"
    told = {
        f"{name}-supply_minor": "100",
        f"{name}-retail_min_minor": "150",
        f"{name}-retail_max_minor": "200",
        f"{name}-offered": "on",
    }
    shown = clerk.post(path, {**told, "do": "show"})
    (one,) = shown.context["skus"]
    assert [row.parts.seller_minor for row in one.rows] == [55_00, 105_00]
    assert "¥105.00" in shown.text
    supply = Supply.objects.get(sku=cake)
    assert supply.supply_minor == 120_00, "nothing was saved yet"
    assert clerk.post(path, {**told, "do": "save"}).status_code == 302
    supply.refresh_from_db()
    assert (supply.supply_minor, supply.retail_max_minor) == (100_00, 200_00)
    Product.objects.filter(id=cake.product_id).update(commission_micro=500_000)
    refused = clerk.post(path, {**told, "do": "save"})
    (one,) = refused.context["skus"]
    assert one.offer.refusal is SupplyRefusal.SUPPLIER_LOSES
    assert str(one.offer.refusal) in refused.text
    supply.refresh_from_db()
    assert supply.supply_minor == 100_00
    assert "全部三个价格" in clerk.post(path, {f"{name}-offered": "on", "do": "save"}).text
    clerk.post(path, {**told, f"{name}-offered": "", "do": "save"})
    supply.refresh_from_db()
    assert supply.offered_at is None
    # A code that is shown at a counter is sent nowhere.
    meal = signed_in(shop.operator).get(page("product", shop.meal.product_id, "supply/", "console"))
    assert meal.status_code == 403


def test_the_console_shows_the_whole_of_an_order_and_of_days(shop: Shop) -> None:
    order, owner = completed(shop), signed_in(shop.operator)
    shown = owner.get(page("order", order.id, office="console"))
    cells = [row["cells"] for row in shown.context["waterfall"]["rows"]]
    parts = {f"{party} {kind}": f"{left}" for kind, party, _at, _taken, left in cells}
    assert parts["分销商 差价"] == "40.00"
    assert f"{cells[-1][-1]}" == f"{order.total_minor / 100:.2f}"
    assert "data-waterfall" in shown.text
    days = owner.get("/console/waterfall/?from=2026-03-01&to=2026-04-30")
    assert [row["cells"][0] for row in days.context["distributors"]] == [str(order.distributor)]
    assert [row["cells"][0] for row in days.context["suppliers"]] == [str(shop.tea)]
    total = days.context["rows"][-1]["cells"][2]
    query = "?from=2026-03-01&to=2026-04-30&form=csv"
    rows = table(owner.get(f"/console/waterfall/file/orders/{query}"))
    kinds = list(rows[0])[6:-1]
    assert f"{total}" == f"{sum(float(row[kind] or 0) for row in rows for kind in kinds):.2f}"
    assert table(owner.get(f"/console/waterfall/file/suppliers/{query}"))
    xlsx = owner.get(f"/console/waterfall/file/sums/{query[:-3]}xlsx")
    assert xlsx["Content-Type"].endswith("sheet")
    xlsx.close()
    assert AuditEntry.objects.filter(verb=AuditVerb.EXPORTED).count() == 3
    assert owner.get("/console/waterfall/file/nothing/").status_code == 404
    assert "92" in owner.get("/console/waterfall/?from=2025-01-01&to=2026-03-01").text


def test_everybodys_statement_leads_from_balance_to_balance(shop: Shop) -> None:
    order, owner = completed(shop), signed_in(shop.operator)
    period = "?first=2026-03-01&last=2026-12-31"
    mine = signed_in(shop.owner)
    shown = mine.get(f"/mine/settlement/{period}")
    assert order.number in shown.text
    own = table(mine.get(f"/mine/settlement/file.csv{period}"))
    paths = (
        f"/console/members/person/{shop.owner.id}/settlement/",
        f"/console/commerce/distributor/{shop.item.distributor_id}/settlement/",
        f"/console/commerce/merchant/{shop.tea.id}/settlement/",
        f"/console/commerce/merchant/{shop.mall.house.id}/settlement/",
    )
    looks = AuditEntry.objects.filter(verb=AuditVerb.VIEWED).count()
    files = []
    for path in paths:
        assert owner.get(path + period).status_code == 200
        files.append(table(owner.get(f"{path}{period}&file=csv")))
    assert AuditEntry.objects.filter(verb=AuditVerb.VIEWED).count() == looks + len(paths)
    assert files[0] == files[1] == own
    accounts = (shop.owner.account, shop.tea.account, shop.mall.house.account)
    for rows, account in zip((own, *files[2:]), accounts, strict=True):
        lines = [row for row in rows if row["记录"]]
        held = shop.mall.held(account)
        assert f"{sum(float(row['现金']) for row in lines):.2f}" == f"{held.cash / 100:.2f}"
    (sold,) = [row for row in own if row["编号"].strip() == order.number and row["差价"]]
    assert (sold["采购价"], sold["差价"], sold["销售佣金"]) == ("120.00", "40.00", "6.00")


def test_distributors_are_answered_and_suspended_with_a_reason(shop: Shop) -> None:
    owner, one = signed_in(shop.operator), shop.item.distributor
    Distributor.objects.filter(person=shop.other).update(state="waiting")
    waits = Distributor.objects.get(person=shop.other)
    listed = owner.get("/console/commerce/distributor/?state__exact=waiting")
    assert listed.context["cl"].result_list == [waits]
    owner.post(page("distributor", waits.id, "decline/", "console"), {"reason": "资料不全"})
    waits.refresh_from_db()
    assert (waits.state, waits.answer) == ("declined", "资料不全")
    Distributor.objects.filter(id=waits.id).update(state="waiting")
    assert owner.get(page("distributor", waits.id, "accept/", "console")).status_code == 200
    owner.post(page("distributor", waits.id, "accept/", "console"))
    owner.post(page("distributor", one.id, "suspend/", "console"), {"reason": "投诉"})
    one.refresh_from_db()
    assert one.suspended_reason == "投诉"
    assert "投诉" in owner.get(page("distributor", one.id, office="console")).text
    owner.post(page("distributor", one.id, "resume/", "console"))
    one.refresh_from_db()
    assert one.is_open
    again = owner.post(page("distributor", one.id, "resume/", "console"), follow=True)
    assert "小店没有被暂停" in again.text


def test_debts_of_every_party_are_listed_and_a_merchants_are_its_own(shop: Shop) -> None:
    order = purchase_of(shop).order
    theirs = Debt.objects.create(person=shop.owner, order=order, amount_minor=12_34)
    paid = Debt.objects.create(merchant=shop.tea, order=order, amount_minor=5, paid_minor=5)
    owner, clerk = signed_in(shop.operator), signed_in(shop.clerk)
    listed = owner.get("/console/commerce/debt/?open=yes")
    assert theirs in listed.context["cl"].result_list
    assert paid not in listed.context["cl"].result_list
    assert "¥12.34" in listed.text
    assert paid in owner.get(f"/console/commerce/debt/?q={order.number}").context["cl"].result_list
    assert theirs not in clerk.get("/merchant/commerce/debt/").context["cl"].result_list
    assert clerk.get(page("debt", theirs.id)).status_code == 302


@pytest.mark.parametrize("path", ["/console/waterfall/", "/console/commerce/distributor/"])
def test_pages_of_the_console_speak_one_language(shop: Shop, path: str) -> None:
    jobs.run_all()
    assert "Waterfall" not in signed_in(shop.operator).get(path).text
