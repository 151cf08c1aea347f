"""Coupons: claimed by members, used for one order."""

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from patronage.commerce import posting
from patronage.commerce.listing import Sums, loser, sums_at
from patronage.commerce.models import Coupon, Order, Sku, Voucher
from patronage.economy.charter import MICRO
from patronage.members import clock
from patronage.members.models import Person
from patronage.members.queries import prepared
from patronage.members.refusals import Refusal


class CouponRefusal(Refusal):
    """Why a coupon cannot be claimed."""

    UNKNOWN = "unknown", _("There is no such coupon.")
    NOT_NOW = "not_now", _("This coupon is not offered at this time.")
    ALL_GONE = "all_gone", _("All of these coupons are gone.")
    HAVE_ONE = "have_one", _("You already have this coupon.")


class Offer(NamedTuple):
    """A coupon, and whether the member has claimed it."""

    coupon: Coupon
    is_claimed: bool


def discount_of(coupon: Coupon, goods_minor: int) -> int:
    """Return what a coupon takes off goods worth so much, in minor units."""
    if goods_minor < coupon.threshold_minor:
        return 0
    if coupon.off_minor is not None:
        return min(coupon.off_minor, goods_minor)
    return goods_minor * (coupon.off_micro or 0) // MICRO


def losses_of(coupon: Coupon) -> list[Sums]:
    """Return the sums of its merchant's SKUs on sale on which a coupon could lose money.

    Each SKU bears the largest share of its price that the coupon can take: that of the least goods
    it is good for. A coupon that loses on none loses on no order of several, but for a rounding.
    """
    state = posting.state()
    skus = Sku.objects.filter(
        product__merchant_id=coupon.merchant_id, product__listed_at__isnull=False
    ).select_related("product__merchant")
    sums = [sums_at(state, sku.product, sku, _least(coupon, sku.price_minor)) for sku in skus]
    return [one for one in sums if loser(one.parts) is not None]


def _least(coupon: Coupon, price_minor: int) -> int:
    """Return the least that may be paid for a piece with a coupon."""
    goods = max(coupon.threshold_minor, price_minor)
    return price_minor + -price_minor * discount_of(coupon, goods) // goods


def offers(*, person: Person | None, merchant_id: int) -> list[Offer]:
    """Return the coupons of an approved merchant that can be claimed now.

    One query, two for a member.
    """
    now = clock.now()
    claimed = (
        set()
        if person is None
        else set(Voucher.objects.filter(person=person).values_list("coupon_id", flat=True))
    )
    return [
        Offer(coupon, coupon.id in claimed)
        for coupon in _offered(merchant_id, now)
        if _refusal_of(coupon, now) is None
    ]


@prepared
def _offered(merchant_id: int, now: datetime) -> QuerySet[Coupon]:
    return Coupon.objects.filter(merchant=merchant_id, ends_at__gt=now).order_by("ends_at", "id")


def _refusal_of(coupon: Coupon, now: datetime) -> CouponRefusal | None:
    if not coupon.starts_at <= now < coupon.ends_at:
        return CouponRefusal.NOT_NOW
    if coupon.total is not None and coupon.claimed >= coupon.total:
        return CouponRefusal.ALL_GONE
    return None


def claim(*, person: Person, coupon_id: int) -> Voucher | CouponRefusal:
    """Take a coupon."""
    now = clock.now()
    with transaction.atomic():
        coupon = Coupon.objects.select_for_update().filter(id=coupon_id).first()
        if coupon is None or not coupon.merchant.is_open:
            return CouponRefusal.UNKNOWN
        if coupon.vouchers.filter(person=person).exists():
            return CouponRefusal.HAVE_ONE
        refusal = _refusal_of(coupon, now)
        if refusal is not None:
            return refusal
        coupon.claimed += 1
        coupon.save(update_fields=["claimed"])
        return Voucher.objects.create(coupon=coupon, person=person)


def vouchers_of(person: Person) -> list[Voucher]:
    """Return a member's vouchers with `coupon` and its merchant: usable, used, expired."""
    now = clock.now()
    found = Voucher.objects.filter(person=person).select_related("coupon__merchant")
    return sorted(
        found,
        key=lambda one: (one.coupon.ends_at <= now, one.order_id is not None, one.coupon.ends_at),
    )


def usable(person: Person) -> list[Voucher]:
    """Return a member's vouchers with `coupon` that are neither used nor out of time."""
    return _usable_at(clock.now(), person)


@prepared
def _usable_at(now: datetime, person: Person) -> QuerySet[Voucher]:
    return Voucher.objects.filter(
        person=person, order=None, coupon__starts_at__lte=now, coupon__ends_at__gt=now
    ).select_related("coupon")


def use(voucher: Voucher, order: Order) -> bool:
    """Use a voucher for an order; False if another order was faster."""
    return Voucher.objects.filter(id=voucher.id, order=None).update(order=order) == 1


def give_back(order: Order) -> None:
    """Make the voucher of an order that came to nothing usable again."""
    Voucher.objects.filter(order=order).update(order=None)
