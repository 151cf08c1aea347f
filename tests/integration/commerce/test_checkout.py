"""Carts, coupons, freight, and placing an order once."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patronage.commerce import cart, checkout, coupons
from patronage.commerce.cart import CartRefusal
from patronage.commerce.checkout import CheckoutRefusal, Wanted
from patronage.commerce.coupons import CouponRefusal
from patronage.commerce.models import (
    CartItem,
    Checkout,
    Coupon,
    Delivery,
    FreightBasis,
    FreightRule,
    FreightZone,
    Order,
    State,
)
from patronage.members import clock
from tests.integration.commerce.play import HOME, Mall, put


def test_a_cart_is_grouped_by_merchant_and_counted(mall: Mall) -> None:
    person, other = mall.person(), mall.person()
    merchant = mall.merchant()
    wine, glass = mall.sku(100), mall.sku(30, merchant=merchant)
    put(person, (wine, 1), (glass, 2), (wine, 2))
    put(other, (wine, 9))
    with CaptureQueriesContext(connection) as queries:
        told = cart.cart_of(person)
    assert len(queries) == 2
    assert [(part.merchant, [item.quantity for item in part.items]) for part in told.parts] == [
        (merchant, [2]),
        (mall.house, [3]),
    ]
    assert (told.pieces, told.selected_minor, told.selected_pieces) == (5, 360, 5)
    item = CartItem.objects.get(person=person, sku=glass)
    cart.select(person=person, item_ids=[item.id], is_selected=False)
    assert cart.cart_of(person).selected_minor == 300
    assert cart.count(person) == 5
    cart.remove(person=person, item_ids=[item.id])
    assert cart.count(person) == 3


def test_what_a_cart_refuses(mall: Mall) -> None:
    person = mall.person()
    sku = mall.sku(stock=5)
    assert cart.add(person=person, sku_id=sku.id, quantity=0) is CartRefusal.BAD_QUANTITY
    assert cart.add(person=person, sku_id=sku.id, quantity=1000) is CartRefusal.BAD_QUANTITY
    assert cart.add(person=person, sku_id=sku.id, quantity=6) is CartRefusal.OUT_OF_STOCK
    assert cart.add(person=person, sku_id=sku.id + 1) is CartRefusal.UNKNOWN_SKU
    assert cart.add(person=person, sku_id=10**30) is CartRefusal.UNKNOWN_SKU
    item = cart.add(person=person, sku_id=sku.id, quantity=5)
    assert cart.add(person=person, sku_id=sku.id) is CartRefusal.OUT_OF_STOCK
    told = cart.set_quantity(person=person, item_id=item.id, quantity=3)
    assert told.quantity == 3
    assert cart.set_quantity(person=mall.person(), item_id=item.id, quantity=1) is None
    cart.remove(person=mall.person(), item_ids=[item.id])
    assert cart.count(person) == 3


def test_an_order_is_placed_for_each_merchant(mall: Mall) -> None:
    referrer = mall.person()
    person = mall.person(referrer=referrer)
    merchant = mall.merchant(concession_micro=100_000)
    wine, glass = mall.sku(100_00, stock=10, cost=40_00), mall.sku(30_00, merchant=merchant)
    first, second = mall.place(person, (glass, 2), (wine, 3))
    assert {first.merchant, second.merchant} == {mall.house, merchant}
    assert (first.state, first.total_minor, first.name) == (State.UNPAID, 300_00, "李雷")
    assert first.referrer_account == referrer.account
    assert first.pay_by == clock.now() + timedelta(minutes=30)
    assert first.checkout == second.checkout
    line = second.lines.get()
    assert (line.goods_minor, line.concession_micro, line.cost_minor) == (60_00, 100_000, None)
    wine.refresh_from_db()
    assert wine.stock == 7


def test_the_same_press_is_the_same_order(mall: Mall) -> None:
    person = mall.person()
    sku = mall.sku(stock=10)
    press: dict[str, Any] = {
        "person": person,
        "key": "k",
        "wanted": [Wanted(sku.id, 1)],
        "total_minor": sku.price_minor,
        "address": HOME,
    }
    first = checkout.place(**press)
    again = checkout.place(**press)
    assert again == (first.checkout, False)
    other = checkout.place(**{**press, "wanted": [Wanted(sku.id, 2)], "total_minor": 200_00})
    assert other is CheckoutRefusal.KEY_USED
    sku.refresh_from_db()
    assert (Order.objects.count(), sku.stock) == (1, 9)
    # Another person's key is another key.
    assert checkout.place(**{**press, "person": mall.person()}).is_new


def test_ordering_the_cart_empties_it_once(mall: Mall) -> None:
    person = mall.person()
    wine, glass = mall.sku(100), mall.sku(30)
    put(person, (wine, 1), (glass, 2))
    kept = CartItem.objects.get(sku=glass)
    cart.select(person=person, item_ids=[kept.id], is_selected=False)
    key, wanted = checkout.cart_key(person), checkout.wanted_from_cart(person)
    assert wanted == [Wanted(wine.id, 1)]
    press: dict[str, Any] = {
        "person": person,
        "wanted": wanted,
        "total_minor": 100,
        "address": HOME,
        "from_cart": True,
    }
    assert checkout.place(key=key, **press).is_new
    assert list(CartItem.objects.all()) == [kept]
    # The other window shows the same cart and so the same key.
    assert not checkout.place(key=key, **press).is_new
    # Under another key the cart itself says no.
    assert checkout.place(key="other", **press) is CheckoutRefusal.CART_CHANGED
    # The same goods ordered again later are another order.
    put(person, (wine, 1))
    assert checkout.cart_key(person) != key


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"wanted": []}, CheckoutRefusal.NOTHING_WANTED),
        ({"quantity": 0}, CheckoutRefusal.BAD_QUANTITY),
        ({"quantity": 1000}, CheckoutRefusal.BAD_QUANTITY),
        ({"quantity": 6}, CheckoutRefusal.OUT_OF_STOCK),
        ({"wanted": [Wanted(10**9, 1)]}, CheckoutRefusal.UNKNOWN_SKU),
        ({"total_minor": 99}, CheckoutRefusal.TOTAL_CHANGED),
        ({"address": None}, CheckoutRefusal.ADDRESS_NEEDED),
        ({"voucher": 10**9}, CheckoutRefusal.VOUCHER_UNUSABLE),
        ({"twice": True}, CheckoutRefusal.TOO_MUCH),
    ],
)
def test_what_is_refused_leaves_nothing(
    mall: Mall, change: dict[str, Any], refusal: CheckoutRefusal
) -> None:
    person = mall.person()
    sku = mall.sku(100, stock=5)
    wanted = [Wanted(sku.id, change.get("quantity", 1))] * (2 if "twice" in change else 1)
    press: dict[str, Any] = {
        "person": person,
        "key": "k",
        "wanted": wanted,
        "total_minor": 100,
        "address": HOME,
        "voucher_ids": {mall.house.id: change["voucher"]} if "voucher" in change else None,
    }
    press |= {name: value for name, value in change.items() if name in press}
    assert checkout.place(**press) is refusal
    sku.refresh_from_db()
    assert (Checkout.objects.count(), Order.objects.count(), sku.stock) == (0, 0, 5)
    # The key is still good.
    assert checkout.place(
        person=person, key="k", wanted=[Wanted(sku.id, 1)], total_minor=100, address=HOME
    ).is_new


def test_a_price_that_changed_is_not_charged_unseen(mall: Mall) -> None:
    person = mall.person()
    sku = mall.sku(100)
    shown = checkout.quote(person=person, wanted=[Wanted(sku.id, 1)], address=HOME)
    sku.price_minor = 120
    sku.save()
    told = checkout.place(
        person=person,
        key="k",
        wanted=[Wanted(sku.id, 1)],
        total_minor=shown.total_minor,
        address=HOME,
    )
    assert told is CheckoutRefusal.TOTAL_CHANGED


def test_a_discount_is_divided_among_lines_when_the_order_is_placed(mall: Mall) -> None:
    person = mall.person()
    first, second, third = mall.sku(10_00), mall.sku(10_00), mall.sku(10_00)
    voucher = mall.voucher(person, mall.house, off_minor=10_00, threshold_minor=30_00)
    (order,) = mall.place(person, (first, 1), (second, 1), (third, 1))
    assert (order.goods_minor, order.discount_minor, order.total_minor) == (30_00, 10_00, 20_00)
    assert [line.discount_minor for line in order.lines.all()] == [334, 333, 333]
    voucher.refresh_from_db()
    assert voucher.order == order


def test_a_voucher_reduces_its_merchants_goods_only_and_once(mall: Mall) -> None:
    person = mall.person()
    merchant = mall.merchant()
    wine, glass = mall.sku(100_00), mall.sku(100_00, merchant=merchant)
    small = mall.voucher(person, merchant, off_minor=5_00)
    big = mall.voucher(person, merchant, off_micro=100_000)
    wanted = [Wanted(wine.id, 1), Wanted(glass.id, 1)]
    told = checkout.quote(person=person, wanted=wanted, address=HOME)
    house, theirs = told.parts
    assert (house.vouchers, house.discount_minor) == ([], 0)
    assert [(one.id, off) for one, off in theirs.vouchers] == [(big.id, 10_00), (small.id, 5_00)]
    assert (theirs.voucher.id, told.total_minor) == (big.id, 190_00)
    none = checkout.quote(
        person=person, wanted=wanted, address=HOME, voucher_ids={merchant.id: None}
    )
    assert none.total_minor == 200_00
    mall.place(person, (wine, 1), (glass, 1), voucher_ids={merchant.id: small.id})
    again = checkout.quote(
        person=person, wanted=wanted, address=HOME, voucher_ids={merchant.id: small.id}
    )
    assert again.refusal is CheckoutRefusal.VOUCHER_UNUSABLE
    stolen = checkout.quote(
        person=mall.person(), wanted=wanted, address=HOME, voucher_ids={merchant.id: big.id}
    )
    assert stolen.refusal is CheckoutRefusal.VOUCHER_UNUSABLE


def test_coupons_are_claimed_once_each_as_long_as_there_are_any(mall: Mall) -> None:
    first, second = mall.person(), mall.person()
    coupon = Coupon.objects.create(
        merchant=mall.house,
        name="满减",
        off_minor=100,
        total=1,
        ends_at=clock.now() + timedelta(days=1),
    )
    (offer,) = coupons.offers(person=first, merchant_id=mall.house.id)
    assert (offer.coupon, offer.is_claimed) == (coupon, False)
    assert coupons.claim(person=first, coupon_id=coupon.id).person == first
    assert coupons.claim(person=first, coupon_id=coupon.id) is CouponRefusal.HAVE_ONE
    assert coupons.claim(person=second, coupon_id=coupon.id) is CouponRefusal.ALL_GONE
    assert coupons.claim(person=second, coupon_id=coupon.id + 1) is CouponRefusal.UNKNOWN
    assert coupons.offers(person=second, merchant_id=mall.house.id) == []
    assert [one.coupon for one in coupons.vouchers_of(first)] == [coupon]
    mall.time.pass_by(days=2)
    assert coupons.claim(person=second, coupon_id=coupon.id) is CouponRefusal.NOT_NOW
    assert list(coupons.usable(first)) == []


def test_freight_follows_the_merchants_rule(mall: Mall) -> None:
    merchant = mall.merchant()
    rule = FreightRule.objects.create(
        merchant=merchant,
        basis=FreightBasis.WEIGHT,
        first_units=1000,
        first_minor=8_00,
        next_units=500,
        next_minor=2_00,
        free_from_minor=200_00,
    )
    FreightZone.objects.create(
        rule=rule, province="新疆维吾尔自治区", first_minor=20_00, next_minor=9_00
    )
    FreightZone.objects.create(rule=rule, province="香港特别行政区", is_served=False)
    sku = mall.sku(50_00, merchant=merchant)
    sku.weight_gram = 700
    sku.save()
    person = mall.person()

    def told(quantity: int, province: str = "浙江省") -> checkout.Quote:
        wanted = [Wanted(sku.id, quantity)]
        address = HOME._replace(province=province)
        return checkout.quote(person=person, wanted=wanted, address=address)

    assert told(1).freight_minor == 8_00
    assert told(2).freight_minor == 10_00
    assert told(3).freight_minor == 14_00  # 1100 g over: three blocks
    assert told(4).freight_minor == 0
    assert told(2, "新疆维吾尔自治区").freight_minor == 29_00
    assert told(1, "香港特别行政区").refusal is CheckoutRefusal.NOT_SERVED
    mall.voucher(person, merchant, off_minor=1)
    assert told(4).freight_minor == 16_00  # less than 200.00 after the discount


def test_what_is_not_shipped_needs_no_address_and_no_freight(mall: Mall) -> None:
    FreightRule.objects.create(merchant=mall.house, first_minor=8_00)
    meal = mall.sku(100, delivery=Delivery.CODE)
    told = checkout.quote(person=mall.person(), wanted=[Wanted(meal.id, 2)])
    assert (told.refusal, told.needs_address, told.freight_minor) == (None, False, 0)


def test_a_quote_estimates_the_points(mall: Mall) -> None:
    person = mall.person()
    sku = mall.sku(100_00)
    told = checkout.quote(person=person, wanted=[Wanted(sku.id, 1)])
    assert told.points_nano == 21 * 10**9


def test_a_checkout_takes_few_queries(mall: Mall) -> None:
    person = mall.person()
    skus = [mall.sku(100, merchant=mall.merchant()) for _ in range(3)]
    wanted = [Wanted(sku.id, 1) for sku in skus]
    with CaptureQueriesContext(connection) as queries:
        checkout.quote(person=person, wanted=wanted, address=HOME)
    assert len(queries) <= 6


def test_a_checkout_is_its_owners(mall: Mall) -> None:
    person = mall.person()
    (order,) = mall.place(person, (mall.sku(), 1))
    number = order.checkout.number
    assert checkout.checkout_of(person=person, number=number) == order.checkout
    assert checkout.checkout_of(person=mall.person(), number=number) is None


def test_a_key_of_any_length_is_a_key(mall: Mall) -> None:
    person = mall.person()
    sku = mall.sku()
    (order,) = mall.place(person, (sku, 1), key="k" * 500)
    (again,) = mall.place(person, (sku, 1), key="k" * 500)
    assert order == again
