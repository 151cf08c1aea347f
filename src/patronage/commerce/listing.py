"""Putting products into the shop, if the sums allow it."""

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage.commerce import posting, search, supplying
from patronage.commerce.models import Merchant, Product, Sku
from patronage.commerce.sums import Parts, parts_of, sold_at
from patronage.economy import State
from patronage.members import clock
from patronage.members.refusals import Refusal


class ListingRefusal(Refusal):
    """Why a product is not listed."""

    NO_SKU = "no_sku", _("The product has no SKU. Add one with a price.")
    MERCHANT_NOT_APPROVED = (
        "merchant_not_approved",
        _("The merchant is not approved yet. Approve it first."),
    )
    MERCHANT_SUSPENDED = (
        "merchant_suspended",
        _("The merchant is suspended. Its goods come back when it goes on."),
    )
    MERCHANT_LOSES = (
        "merchant_loses",
        _(
            "The merchant would lose money on a sale. Raise the price, or lower the concession or "
            "the commission."
        ),
    )
    HOUSE_LOSES = (
        "house_loses",
        _(
            "The house would lose money on a sale. Raise the price or the concession, or lower the "
            "commission."
        ),
    )


class Sums(NamedTuple):
    """What the sale of one SKU comes to: what is paid for it, its cost, whose it is."""

    sku: Sku
    price_minor: int
    cost_minor: int | None
    parts: Parts


class Listing(NamedTuple):
    """The answer to a listing: the refusal, or None, and each SKU's sums."""

    refusal: ListingRefusal | None
    sums: list[Sums]


def sums_of(product: Product) -> list[Sums]:
    """Return what a sale of each SKU would come to under the charter in force."""
    state = posting.state()
    return [sums_at(state, product, sku, sku.price_minor) for sku in product.skus.all()]


def sums_at(state: State, product: Product, sku: Sku, paid_minor: int) -> Sums:
    """Return what a sale of a SKU comes to if so much is paid for it."""
    sold = [sold_at(product, sku, paid_minor)]
    parts = parts_of(state, sold, is_house=product.merchant.is_house)
    return Sums(sku, paid_minor, sku.cost_minor, parts)


def loser(parts: Parts) -> ListingRefusal | None:
    """Return who would lose by a sale, if anybody."""
    if parts.merchant_minor is not None and parts.merchant_minor < 0:
        return ListingRefusal.MERCHANT_LOSES
    return ListingRefusal.HOUSE_LOSES if parts.house_minor < 0 else None


def list_product(*, product: Product) -> Listing:
    """Show a saved product in the shop, and in search, unless a sale would lose money.

    Call it whenever a product or one of its SKUs was saved: one that is refused is not shown, even
    if it was before.
    """
    with transaction.atomic():
        product.merchant = _locked_seller(product)
        sums = sums_of(product)
        refusal = _refusal(product, sums)
        if refusal is not None:
            _take_out(product)
            return Listing(refusal, sums)
        product.price_minor = min(one.price_minor for one in sums)
        product.listed_at = product.listed_at or clock.now()
        product.save(update_fields=["price_minor", "listed_at"])
        search.index(product)
        supplying.judge_again(product)
    return Listing(None, sums)


def _locked_seller(product: Product) -> Merchant:
    """Return the merchant; whoever suspends it comes before or after, and never in between."""
    return Merchant.objects.select_for_update(no_key=True).get(id=product.merchant_id)


def _refusal(product: Product, sums: list[Sums]) -> ListingRefusal | None:
    if product.merchant.approved_at is None:
        return ListingRefusal.MERCHANT_NOT_APPROVED
    if product.merchant.suspended_at is not None:
        return ListingRefusal.MERCHANT_SUSPENDED
    if not sums:
        return ListingRefusal.NO_SKU
    return next((refusal for one in sums if (refusal := loser(one.parts))), None)


def unlist_product(*, product: Product) -> None:
    """Take a product out of the shop; orders placed stay.

    One that left with its suspended merchant does not come back with it then.
    """
    product.held_at = None
    product.save(update_fields=["held_at"])
    _take_out(product)


def _take_out(product: Product) -> None:
    product.listed_at = None
    product.save(update_fields=["listed_at"])


def approve_merchant(*, merchant_id: int) -> None:
    """Approve a merchant and open its account in the ledger; again is nothing new.

    Not inside a transaction.
    """
    with transaction.atomic():
        merchant = Merchant.objects.select_for_update().get(id=merchant_id)
        if merchant.approved_at is None:
            merchant.approved_at = clock.now()
            merchant.save(update_fields=["approved_at"])
        id = f"merchant:{merchant.account}:opened"
        event = {"id": id, "type": "merchant.opened", "merchant": merchant.account}
        receipt = posting.submit(event)
    posting.require_applied(id, posting.settle(receipt))
