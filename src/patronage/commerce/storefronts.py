"""What storefronts offer: suppliers' SKUs under titles, prices and pictures of distributors.

What can be bought is read anew each time: a supplier who changes terms takes items outside of them
off sale, and no price is ever changed by anybody but the distributor.
"""

from typing import Final, NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from patronage.commerce import distributors
from patronage.commerce.distributors import NewPicture, put_picture
from patronage.commerce.models import (
    Delivery,
    Distributor,
    Picture,
    Sku,
    StorefrontItem,
    Supply,
)
from patronage.commerce.sharing import commission_of
from patronage.commerce.sums import sold_at
from patronage.members import clock
from patronage.members.refusals import Refusal

TITLE_LENGTH: Final = 120
ITEMS_MAX: Final = 200
PAGE: Final = 20


class StorefrontRefusal(Refusal):
    """Why a storefront stays as it is, or an item of it cannot be bought now."""

    UNKNOWN_ITEM = "unknown_item", _("This item is no longer in the storefront.")
    NOT_LISTED = "not_listed", _("Taken out of the storefront.")
    CLOSED = "closed", _("The storefront is closed.")
    NOT_OFFERED = "not_offered", _("The supplier no longer offers this to distributors.")
    OUT_OF_BOUNDS = (
        "out_of_bounds",
        _("The price lies outside of what the supplier allows. Choose another one."),
    )
    NOTHING_LEFT = (
        "nothing_left",
        _("You would earn nothing on it. Choose a price above the supply price."),
    )
    TITLE_NEEDED = "title_needed", _("Write a title.")
    TAKEN_ALREADY = "taken_already", _("This is in your storefront already.")
    FULL = "full", _("A storefront holds 200 items at most. Remove one you do not sell.")


class Earning(NamedTuple):
    """What a distributor earns on one piece, in minor units."""

    margin_minor: int
    commission_minor: int

    @property
    def total_minor(self) -> int:
        """Both together."""
        return self.margin_minor + self.commission_minor


def earning_of(supply: Supply, price_minor: int) -> Earning:
    """Return what a piece earns at a retail price; the supply's SKU and product are loaded."""
    sku = supply.sku
    sold = [sold_at(sku.product, sku, price_minor, supply_minor=supply.supply_minor)]
    commission = commission_of(sold, price_minor)
    return Earning(price_minor - supply.supply_minor, commission)


def offers() -> QuerySet[Supply]:
    """Return the supplies that distributors may choose from, the newest first.

    With SKU, product and merchant; the product's pictures where they are looked at.
    """
    offered = Supply.objects.filter(
        offered_at__isnull=False,
        sku__product__listed_at__isnull=False,
        sku__product__delivery=Delivery.SHIP,
    )
    return (
        offered.select_related("sku__product__merchant")
        .prefetch_related(_PICTURES)
        .order_by("-offered_at", "-id")
    )


_PICTURES: Final = Prefetch("sku__product__pictures", Picture.objects.order_by("position", "id"))


def items_of(distributor: Distributor) -> QuerySet[StorefrontItem]:
    """Return all items of a storefront, in the distributor's order, with what they depend on.

    That is the distributor's person, SKU, supply, product, merchant and pictures.
    """
    return _read(StorefrontItem.objects.filter(distributor=distributor))


def on_sale(distributor: Distributor) -> QuerySet[StorefrontItem]:
    """Return what a storefront sells now, in the distributor's order; nothing where it is closed.

    As `why_not` tells of each, in one query.
    """
    if not distributors.is_open(distributor):
        return StorefrontItem.objects.none()
    return items_of(distributor).filter(
        listed_at__isnull=False,
        sku__product__listed_at__isnull=False,
        sku__product__delivery=Delivery.SHIP,
        sku__product__merchant__approved_at__isnull=False,
        sku__product__merchant__suspended_at=None,
        sku__supply__offered_at__isnull=False,
        price_minor__gte=F("sku__supply__retail_min_minor"),
        price_minor__lte=F("sku__supply__retail_max_minor"),
    )


def _read(found: QuerySet[StorefrontItem]) -> QuerySet[StorefrontItem]:
    loaded = found.select_related(
        "distributor__person", "sku__supply", "sku__product__merchant__freight_rule"
    )
    return loaded.prefetch_related(_PICTURES)


def item_by(item_id: int) -> StorefrontItem | None:
    """Return an item of any storefront with what it depends on."""
    return _read(StorefrontItem.objects.filter(id=item_id)).first()


def why_not(item: StorefrontItem) -> StorefrontRefusal | None:
    """Tell why an item cannot be bought now, stock apart; None if it can.

    All it depends on is loaded, as by `items_of`.
    """
    if not distributors.is_open(item.distributor):
        return StorefrontRefusal.CLOSED
    if item.listed_at is None:
        return StorefrontRefusal.NOT_LISTED
    supply: Supply | None = getattr(item.sku, "supply", None)
    if supply is None or not _is_offered(supply, item.sku):
        return StorefrontRefusal.NOT_OFFERED
    if not supply.retail_min_minor <= item.price_minor <= supply.retail_max_minor:
        return StorefrontRefusal.OUT_OF_BOUNDS
    return None


def _is_offered(supply: Supply, sku: Sku) -> bool:
    """Tell whether distributors may sell a SKU: offered, and its product and merchant sell.

    A merchant that is suspended takes its products out of the mall.
    """
    product = sku.product
    is_listed = product.listed_at is not None and product.delivery == Delivery.SHIP
    return supply.offered_at is not None and is_listed and product.merchant.is_open


def take(
    *,
    distributor: Distributor,
    sku_id: int,
    title: str,
    price_minor: int,
    picture: NewPicture = None,
) -> StorefrontItem | StorefrontRefusal:
    """Take an offered SKU into a storefront, as its last item."""
    title = title.strip()[:TITLE_LENGTH]
    try:
        with transaction.atomic():
            supply = _locked_supply(sku_id)
            if not distributors.is_open(distributor):
                return StorefrontRefusal.CLOSED
            if supply is None or not _is_offered(supply, supply.sku):
                return StorefrontRefusal.NOT_OFFERED
            refusal = _why_not_at(supply, price_minor, title)
            if refusal is not None:
                return refusal
            items = StorefrontItem.objects.filter(distributor=distributor)
            if items.count() >= ITEMS_MAX:
                return StorefrontRefusal.FULL
            item = StorefrontItem(
                distributor=distributor,
                sku=supply.sku,
                title=title,
                price_minor=price_minor,
                position=(items.aggregate(last=Max("position"))["last"] or 0) + 1,
                listed_at=clock.now(),
            )
            put_picture(item, picture)
            item.save(force_insert=True)
    except IntegrityError:  # of two presses, too, one takes it
        return StorefrontRefusal.TAKEN_ALREADY
    return item


def change(
    *,
    distributor: Distributor,
    item_id: int,
    title: str,
    price_minor: int,
    picture: NewPicture = None,
) -> StorefrontItem | StorefrontRefusal:
    """Change an item's title, price and picture, and sell it, also if it was taken out."""
    title = title.strip()[:TITLE_LENGTH]
    with transaction.atomic():
        item = _locked_item(distributor, item_id)
        if item is None:
            return StorefrontRefusal.UNKNOWN_ITEM
        if not distributors.is_open(distributor):
            return StorefrontRefusal.CLOSED
        supply = _locked_supply(item.sku_id)
        if supply is None or not _is_offered(supply, supply.sku):
            return StorefrontRefusal.NOT_OFFERED
        refusal = _why_not_at(supply, price_minor, title)
        if refusal is not None:
            return refusal
        item.title, item.price_minor = title, price_minor
        item.listed_at = item.listed_at or clock.now()
        put_picture(item, picture)
        item.save(update_fields=["title", "price_minor", "picture", "listed_at"])
    return item


def take_out(*, distributor: Distributor, item_id: int) -> StorefrontRefusal | None:
    """Take an item off sale; None when done. Orders placed stay."""
    mine = StorefrontItem.objects.filter(distributor=distributor, id=item_id)
    return None if mine.update(listed_at=None) else StorefrontRefusal.UNKNOWN_ITEM


def remove(*, distributor: Distributor, item_id: int) -> StorefrontRefusal | None:
    """Remove an item from a storefront for good; None when done. Orders name the SKU themselves."""
    with transaction.atomic():
        item = _locked_item(distributor, item_id)
        if item is None:
            return StorefrontRefusal.UNKNOWN_ITEM
        put_picture(item, picture=False)
        item.delete()
    return None


def _locked_item(distributor: Distributor, item_id: int) -> StorefrontItem | None:
    mine = StorefrontItem.objects.filter(distributor=distributor, id=item_id)
    return mine.select_for_update().first()


def _locked_supply(sku_id: int) -> Supply | None:
    """Return a supply as it stands; who changes its terms comes before or after."""
    found = Supply.objects.filter(sku=sku_id).select_related("sku__product__merchant")
    return found.select_for_update(of=("self",)).first()


def _why_not_at(supply: Supply, price_minor: int, title: str) -> StorefrontRefusal | None:
    if not title:
        return StorefrontRefusal.TITLE_NEEDED
    if not supply.retail_min_minor <= price_minor <= supply.retail_max_minor:
        return StorefrontRefusal.OUT_OF_BOUNDS
    if earning_of(supply, price_minor).total_minor <= 0:
        return StorefrontRefusal.NOTHING_LEFT
    return None
