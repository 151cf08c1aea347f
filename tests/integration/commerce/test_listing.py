"""A listing that loses money is refused, with its sums."""

import pytest

from patronage.commerce import checkout, coupons, listing
from patronage.commerce.checkout import CheckoutRefusal
from patronage.commerce.listing import ListingRefusal
from patronage.commerce.models import Coupon, Merchant, Product, Sku
from patronage.ledger import account
from tests.integration.commerce.play import HOME, Mall
from tests.shop import wanted


def offered(mall: Mall, merchant: Merchant, price: int, cost: int | None) -> Product:
    product = Product.objects.create(merchant=merchant, category=mall.category, name="酒")
    Sku.objects.create(product=product, price_minor=price, cost_minor=cost)
    return product


# Red wine: 30 % of revenue to the reserve, 30 % of profit to the dividend pool.
@pytest.mark.parametrize(
    ("cost", "dividend", "left", "refusal"),
    [
        (40_00, 18_00, 12_00, None),
        (57_14, 12_85, 1, None),
        (57_15, 12_85, 0, None),
        (57_16, 12_85, -1, ListingRefusal.HOUSE_LOSES),
        (120_00, 0, -50_00, ListingRefusal.HOUSE_LOSES),
        (None, 0, 70_00, None),
    ],
)
def test_the_house_must_not_lose(
    mall: Mall, cost: int | None, dividend: int, left: int, refusal: ListingRefusal | None
) -> None:
    product = offered(mall, mall.house, 100_00, cost)
    told = listing.list_product(product=product)
    (sums,) = told.sums
    assert told.refusal is refusal
    assert sums.parts == (0, 30_00, dividend, 0, 0, None, left)
    assert (product.listed_at is None) == (refusal is not None)


@pytest.mark.parametrize(
    ("cost", "left", "refusal"),
    [
        (80_00, 0, None),
        (80_01, -1, ListingRefusal.MERCHANT_LOSES),
        (None, 80_00, None),
    ],
)
def test_a_merchant_must_not_lose(
    mall: Mall, cost: int | None, left: int, refusal: ListingRefusal | None
) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    told = listing.list_product(product=offered(mall, merchant, 100_00, cost))
    (sums,) = told.sums
    assert told.refusal is refusal
    # Of the concession 30 % go to the reserve, 30 % of the rest to the dividend pool.
    assert sums.parts == (20_00, 6_00, 4_20, 0, 0, left, 9_80)


def test_a_product_without_skus_or_approval_is_not_listed(mall: Mall) -> None:
    empty = Product.objects.create(merchant=mall.house, category=mall.category, name="空")
    assert listing.list_product(product=empty).refusal is ListingRefusal.NO_SKU
    waiting = Merchant.objects.create(name="等")
    told = listing.list_product(product=offered(mall, waiting, 100, None))
    assert told.refusal is ListingRefusal.MERCHANT_NOT_APPROVED


def test_one_that_begins_to_lose_is_no_longer_shown(mall: Mall) -> None:
    sku = mall.sku(100_00, cost=40_00)
    sku.cost_minor = 90_00
    sku.save()
    assert listing.list_product(product=sku.product).refusal is ListingRefusal.HOUSE_LOSES
    sku.product.refresh_from_db()
    assert sku.product.listed_at is None


def test_a_product_may_have_its_own_agreement(mall: Mall) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    product = offered(mall, merchant, 100_00, None)
    product.concession_micro = 500_000
    (sums,) = listing.sums_of(product)
    assert sums.parts.concession_minor == 50_00


def test_approving_opens_an_account_once(mall: Mall) -> None:
    merchant = mall.merchant()
    listing.approve_merchant(merchant_id=merchant.id)
    assert account("mall", merchant.account).kind == "merchant"
    mall.verify()


# Of 69.96, with a cost of 40.00, 20.98 go to the reserve, 8.98 to the pool: nothing is left.
@pytest.mark.parametrize(
    ("offer", "paid"),
    [
        ({"off_minor": 30_00}, None),
        ({"off_minor": 30_04}, None),
        ({"off_minor": 30_05}, 69_95),
        ({"off_minor": 60_08, "threshold_minor": 200_00}, None),
        ({"off_minor": 60_09, "threshold_minor": 200_00}, 69_95),
        ({"off_micro": 300_400}, None),
        ({"off_micro": 450_000}, 55_00),
        ({"off_micro": 1_000_000}, 0),
    ],
)
def test_a_coupon_must_leave_enough_at_its_worst(
    mall: Mall, offer: dict[str, int], paid: int | None
) -> None:
    mall.sku(100_00, cost=40_00)
    mall.sku(100_00)
    told = coupons.losses_of(Coupon(merchant=mall.house, **offer))
    assert [one.price_minor for one in told] == ([] if paid is None else [paid])
    assert all(listing.loser(one.parts) is ListingRefusal.HOUSE_LOSES for one in told)


def test_a_coupon_that_loses_by_now_is_not_taken(mall: Mall) -> None:
    person, sku = mall.person(), mall.sku(100_00, cost=40_00)
    sound = mall.voucher(person, mall.house, off_minor=30_04)
    losing = mall.voucher(person, mall.house, off_minor=30_05)
    (part,) = checkout.quote(person=person, wanted=wanted(sku), address=HOME).parts
    assert [voucher for voucher, _off in part.vouchers] == [sound]
    assert part.voucher == sound
    told = checkout.place(
        person=person,
        key="k",
        wanted=wanted(sku),
        total_minor=69_95,
        address=HOME,
        voucher_ids={mall.house.id: losing.id},
    )
    assert told is CheckoutRefusal.VOUCHER_UNUSABLE
