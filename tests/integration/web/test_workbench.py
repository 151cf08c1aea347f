"""Distributors apply, choose goods and set prices; visitors see the storefront."""

import pytest
from django.test import Client

from patronage.commerce import distributors, sales
from patronage.commerce.models import (
    Distributor,
    Line,
    Order,
    Reward,
    StorefrontItem,
    Supply,
)
from patronage.members.models import Address, Person
from tests.integration.commerce.play import HOME
from tests.integration.web.conftest import signed_in
from tests.integration.web.test_storefront_pages import drawn, uploaded
from tests.shop import Shop

BENCH = "/mine/storefront/"


def front(shop: Shop) -> str:
    return f"/s/{shop.owner.referral_code}/"


def test_a_member_applies_and_sees_where_it_stands(shop: Shop) -> None:
    person = shop.mall.person()
    browser = signed_in(person)
    assert "申请开店" in browser.get(BENCH).text
    for path in ("items/", "goods/", "orders/", "purchases/", "edit/", "code.svg"):
        assert browser.get(BENCH + path)["Location"] == BENCH, path
    assert "必填" in browser.post(f"{BENCH}apply/", {"title": "茶铺"}).text
    told = {"title": "茶铺", "intro": "好茶", "plan": "朋友圈"}
    assert browser.post(f"{BENCH}apply/", told)["Location"] == BENCH
    assert "等待审核" in browser.get(BENCH).text
    assert browser.get(f"{BENCH}apply/")["Location"] == BENCH
    made = Distributor.objects.get(person=person)
    distributors.decline(distributor_id=made.id, who=shop.operator, reason="请写清渠道")
    assert "请写清渠道" in browser.get(BENCH).text
    assert "朋友圈" in browser.get(f"{BENCH}apply/").text, "what was written is there again"
    browser.post(f"{BENCH}apply/", told)
    assert browser.get(f"/s/{person.referral_code}/").status_code == 404
    distributors.accept(distributor_id=made.id, who=shop.operator)
    assert "小店还没有商品" in browser.get(BENCH).text
    assert "已通过审核" in browser.get("/mine/notices/").text


def test_goods_are_chosen_with_the_sum_shown(shop: Shop) -> None:
    browser = signed_in(shop.other)
    page = browser.get(f"{BENCH}goods/").text
    for text in ("云岭茶庄", "¥120.00", "¥150.00 – ¥190.00", "5%", "¥36.00", "¥76.00"):
        assert text in page, text
    assert "古树普洱茶饼" not in browser.get(f"{BENCH}goods/?goods=红酒").text
    assert "古树普洱茶饼" in browser.get(f"{BENCH}goods/?goods=茶饼").text
    path = f"{BENCH}goods/{shop.cake.id}/"
    assert 'value="168.00"' in browser.get(path).text, "the supplier's own price to begin with"
    told = {"title": "老茶", "price_minor": "180"}
    part = browser.post(path, told, headers={"hx-request": "true"}).text
    assert "<html" not in part
    assert "¥66.00" in part
    assert not StorefrontItem.objects.filter(distributor__person=shop.other).exists()
    for price in ("149.99", "190.01"):
        page = browser.post(path, {**told, "price_minor": price}).text
        assert "价格超出供货商允许的范围" in page
    picture = uploaded(drawn("PNG"))
    assert browser.post(path, {**told, "picture": picture})["Location"] == f"{BENCH}items/"
    item = StorefrontItem.objects.get(distributor__person=shop.other)
    assert (item.title, item.price_minor) == ("老茶", 180_00)
    assert item.picture.name.endswith(".webp")
    assert browser.get(path)["Location"] == f"{BENCH}items/{item.id}/"
    assert browser.get(f"{BENCH}goods/{shop.wine.id}/").status_code == 404, "not offered"


def test_an_item_is_changed_taken_out_and_removed(shop: Shop, owner: Client) -> None:
    path = f"{BENCH}items/{shop.item.id}/"
    assert "¥46.00" in owner.get(path).text
    told = {"title": "秋茶", "price_minor": "170"}
    assert owner.post(path, told)["Location"] == f"{BENCH}items/"
    assert "秋茶" in owner.get(front(shop)).text
    Supply.objects.update(retail_max_minor=165_00)
    page = owner.get(f"{BENCH}items/").text
    assert "价格超出供货商允许的范围" in page
    assert "¥150.00 到 ¥165.00" in page, "and what the bounds are"
    assert "秋茶" not in owner.get(front(shop)).text
    gone = owner.get(f"{front(shop)}{shop.item.id}/")
    assert gone.status_code == 404
    assert "暂时不在售" in gone.text
    owner.post(path, {**told, "price_minor": "165"})
    assert "¥165.00" in owner.get(f"{front(shop)}{shop.item.id}/").text.replace(
        '<span class="price__sign">¥</span>', "¥"
    )
    owner.post(f"{path}out/")
    assert "秋茶" not in owner.get(front(shop)).text
    owner.post(f"{path}remove/")
    assert not StorefrontItem.objects.filter(id=shop.item.id).exists()


def test_links_codes_and_posters_lead_to_the_storefront(shop: Shop, owner: Client) -> None:
    for page, link in (("", front(shop)), (f"items/{shop.item.id}/", f"{shop.item.id}/")):
        assert f"http://testserver{front(shop)}" in owner.get(BENCH + page).text
        assert link in owner.get(BENCH + page).text
        assert owner.get(f"{BENCH}{page}code.svg")["Content-Type"] == "image/svg+xml"
    poster = owner.get(f"{BENCH}items/{shop.item.id}/poster.svg?keep")
    assert "7572" in poster.text
    assert "¥160.00" in poster.text
    assert "poster.svg" in poster["Content-Disposition"]
    assert "8848" in owner.get(f"{BENCH}poster.svg").text


def test_who_signs_up_after_a_visit_is_the_distributors(shop: Shop) -> None:
    for path in (front(shop), f"{front(shop)}{shop.item.id}/"):
        visitor = signed_in(None)
        visitor.get(path)
        assert visitor.cookies["ref"].value == shop.owner.referral_code
        visitor.get(f"/s/{shop.other.referral_code}/")
        assert visitor.cookies["ref"].value == shop.owner.referral_code, "the first one stands"
    stranger = signed_in(None)
    assert stranger.get(f"/s/{shop.mall.person().referral_code}/").status_code == 404
    assert "ref" not in stranger.cookies


def test_a_suspended_storefront_is_closed_to_visitors(shop: Shop, owner: Client) -> None:
    made = Distributor.objects.get(person=shop.owner)
    distributors.suspend(distributor_id=made.id, who=shop.operator, reason="虚假宣传")
    visitor = signed_in(None)
    for path in (front(shop), f"{front(shop)}{shop.item.id}/"):
        page = visitor.get(path)
        assert page.status_code == 404
        assert "小店已关闭" in page.text
        assert "虚假宣传" not in page.text, "the reason is the distributor's"
    assert "ref" not in visitor.cookies
    assert "虚假宣传" in owner.get(BENCH).text
    distributors.resume(distributor_id=made.id, who=shop.operator)
    assert "7572" in visitor.get(front(shop)).text


def test_a_frozen_distributor_sells_nothing(shop: Shop, owner: Client) -> None:
    Person.objects.filter(id=shop.owner.id).update(frozen_at=shop.item.listed_at)
    assert owner.get(front(shop)).status_code == 404
    assert "账户已冻结" in owner.get(BENCH).text


@pytest.mark.parametrize("tail", ["", "items/", "goods/", "orders/", "purchases/"])
def test_a_page_takes_few_queries(
    owner: Client, tail: str, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(12):
        owner.get(BENCH + tail)


def test_visitors_pages_take_few_queries(
    shop: Shop, owner: Client, django_assert_max_num_queries: object
) -> None:
    for path in (front(shop), f"{front(shop)}{shop.item.id}/", "/mine/earnings/"):
        with django_assert_max_num_queries(12):
            owner.get(path)


def test_an_item_is_bought_at_its_price_and_all_parties_see_it(shop: Shop) -> None:
    person = shop.mall.person()
    home = HOME._replace(street="龙井路 2 号", phone="13700137001")  # not the seller's
    Address.objects.create(person=person, is_default=True, **home._asdict())
    buyer, seller = signed_in(person), signed_in(shop.owner)
    page = buyer.get(f"{front(shop)}{shop.item.id}/").text
    assert "由 云岭茶庄 供货并发货" in page
    pressed = {"sku": shop.cake.id, "item": shop.item.id, "quantity": 2}
    there = buyer.post("/checkout/now/", pressed)["Location"]
    page = buyer.get(there)
    quote = page.context["quote"]
    assert "7572" in page.text
    assert (quote.goods_minor, quote.refusal) == (320_00, None)
    told = {**pressed, "do": "place", "key": "once", "total": quote.total_minor}
    assert buyer.post("/checkout/", told)["Location"].startswith("/pay/")
    order = Order.objects.get(person=person)
    assert (order.distributor, order.lines.get().price_minor) == (shop.item.distributor, 160_00)
    assert "8848" in buyer.get("/orders/").text
    assert order.number not in seller.get(f"{BENCH}orders/").text, "not before it is paid"
    shop.mall.pay([order])
    path = f"{BENCH}orders/{order.number}/"
    for there in (path, f"{BENCH}orders/"):
        page = seller.get(there).text
        assert person.masked_phone in page
        for secret in (person.phone.removeprefix("+86"), home.name, home.street, home.phone):
            assert secret not in page, "no more of the buyer than needed"
    page = seller.get(path).text
    for text in ("¥320.00", "−¥240.00", "¥80.00", "+¥12.00", "¥92.00", "等待供货商"):
        assert text in page, text
    assert f"{order.purchase.number}" in seller.get(f"{BENCH}purchases/").text
    assert signed_in(shop.other).get(path).status_code == 404
    shop.mall.receive(order)
    shop.mall.complete(order)
    assert Reward.objects.get(order=order).amount_minor == 92_00
    assert "已发放" in seller.get(path).text
    assert "¥92.00" in seller.get("/mine/earnings/").text
    assert sales.sums_of(shop.owner).paid_minor == 92_00


def test_a_promoter_sees_what_a_link_earned(shop: Shop) -> None:
    person = shop.mall.person()
    browser = signed_in(person)
    assert "还没有收益" in browser.get("/mine/earnings/").text
    (order,) = shop.mall.place(shop.other, (shop.cake, 1), promoter=person)
    shop.mall.pay([order])
    page = browser.get("/mine/earnings/").text
    assert "来自您的链接" in page
    assert "¥8.40" in page, "5% of what the merchant sells it for"
    assert sales.sums_of(person).pending_minor == 8_40
    line = order.lines.get()
    Line.objects.filter(id=line.id).update(returned=1)
    assert sales.sums_of(person).pending_minor == 0, "what goes back takes its part along"
