"""Terms of supply: offering a SKU to distributors.

Whoever changes a price that an order could be placed under takes the SKU's row first, as placing an
order does: so an order is placed wholly under the old terms or wholly under the new.
"""

from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from patronage.commerce import posting
from patronage.commerce.models import (
    Delivery,
    Product,
    Sku,
    Supply,
)
from patronage.commerce.sums import Parts, parts_of, sold_at
from patronage.economy import State
from patronage.members import clock
from patronage.members.refusals import Refusal


class SupplyRefusal(Refusal):
    """Why a SKU is not offered to distributors, or not sold by one at a price."""

    NOT_SHIPPED = "not_shipped", _("Only goods that are sent to an address can be distributed.")
    NOT_LISTED = "not_listed", _("The product is not listed. List it first.")
    NOT_OFFERED = "not_offered", _("The supplier does not offer this to distributors.")
    BAD_BOUNDS = (
        "bad_bounds",
        _("The retail price begins at the supply price or above it, and ends no lower."),
    )
    OUT_OF_BOUNDS = "out_of_bounds", _("The price is not within the supplier's bounds.")
    SUPPLIER_LOSES = (
        "supplier_loses",
        _(
            "Nothing would be left to the supplier. Raise the supply price, or lower the "
            "concession or the commission."
        ),
    )
    PLATFORM_LOSES = (
        "platform_loses",
        _("The platform would lose money on a sale. Raise the concession."),
    )
    DISTRIBUTOR_LOSES = (
        "distributor_loses",
        _(
            "Nothing would be left to the distributor. Raise the retail price or the commission, "
            "or lower the supply price."
        ),
    )


class Terms(NamedTuple):
    """A supplier's terms for a piece of a SKU, in minor units."""

    supply_minor: int
    retail_min_minor: int
    retail_max_minor: int


class Offer(NamedTuple):
    """The answer to an offer: the refusal, or None, with a piece's parts at either bound."""

    refusal: SupplyRefusal | None
    at_least: Parts
    at_most: Parts


def parts_at(state: State, sku: Sku, supply_minor: int, retail_minor: int) -> Parts:
    """Return what the sale of one piece by a distributor comes to for each."""
    sold = [sold_at(sku.product, sku, retail_minor, supply_minor=supply_minor)]
    return parts_of(state, sold, is_house=sku.product.merchant.is_house)


def loser(parts: Parts) -> SupplyRefusal | None:
    """Return to whom nothing would be left, if anybody."""
    if parts.supplier_minor <= 0:
        return SupplyRefusal.SUPPLIER_LOSES
    if parts.seller_minor <= 0:
        return SupplyRefusal.DISTRIBUTOR_LOSES
    return SupplyRefusal.PLATFORM_LOSES if parts.house_minor < 0 else None


def judge(sku: Sku, terms: Terms) -> Offer:
    """Say what an offer on these terms comes to, and whether it would be refused."""
    state = posting.state()
    lowest, highest = (
        parts_at(state, sku, terms.supply_minor, retail)
        for retail in (terms.retail_min_minor, terms.retail_max_minor)
    )
    return Offer(_refusal(sku, terms) or loser(lowest) or loser(highest), lowest, highest)


def _refusal(sku: Sku, terms: Terms) -> SupplyRefusal | None:
    if sku.product.delivery != Delivery.SHIP:
        return SupplyRefusal.NOT_SHIPPED
    if sku.product.listed_at is None:
        return SupplyRefusal.NOT_LISTED
    if not 1 <= terms.supply_minor <= terms.retail_min_minor <= terms.retail_max_minor <= 10**10:
        return SupplyRefusal.BAD_BOUNDS
    return None


def offer(*, sku_id: int, terms: Terms) -> Offer:
    """Offer a SKU to distributors, or change the terms; nothing changes where it is refused."""
    with transaction.atomic():
        sku = locked(sku_id)
        told = judge(sku, terms)
        if told.refusal is None:
            at = clock.now()
            supply, is_new = Supply.objects.get_or_create(
                sku=sku, defaults={**terms._asdict(), "offered_at": at}
            )
            if not is_new:
                offered_at = supply.offered_at or at
                changed = Supply.objects.filter(id=supply.id)
                changed.update(**terms._asdict(), offered_at=offered_at)
    return told


def withdraw(*, sku_id: int) -> None:
    """Offer a SKU to distributors no longer; what was ordered goes its way."""
    with transaction.atomic():
        locked(sku_id)
        Supply.objects.filter(sku_id=sku_id).update(offered_at=None)


def judge_again(product: Product) -> None:
    """Withdraw the offers of a product that its sums no longer allow, in the transaction.

    Call it when the product, its commission or its merchant's concession changed.
    """
    offered = Supply.objects.filter(sku__product=product, offered_at__isnull=False)
    for supply in offered.order_by("sku_id"):
        sku = locked(supply.sku_id)
        terms = Terms(supply.supply_minor, supply.retail_min_minor, supply.retail_max_minor)
        if judge(sku, terms).refusal is not None:
            Supply.objects.filter(id=supply.id).update(offered_at=None)


def take_skus(skus: QuerySet[Sku]) -> None:
    """Keep SKUs from whoever orders one, and reads its terms only then; in the transaction."""
    taken = skus.select_for_update(of=("self",), no_key=True)
    list(taken.order_by("id").values_list("id", flat=True))


def locked(sku_id: int) -> Sku:
    """Return a SKU with product and merchant, kept from whoever orders it or changes its terms."""
    found = Sku.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("product__merchant").get(id=sku_id)
