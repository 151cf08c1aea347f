"""What the page of a product may say of its economy, before anything is ordered."""

from typing import NamedTuple

from patronage.commerce import freight, posting
from patronage.commerce.models import Delivery, Sku, StorefrontItem
from patronage.commerce.sharing import amounts_of, commission_of
from patronage.commerce.sums import sold_at


class Estimate(NamedTuple):
    """What one piece of a SKU would bring, paid in money at today's price; its least freight.

    `commission_minor` is what it brings whoever sells it on, or whose link leads to the sale.
    """

    contribution_minor: int
    points_nano: int
    freight_minor: int
    commission_minor: int


def estimate(*, sku: Sku) -> Estimate:
    """Estimate by the rules themselves. `sku` is one of `catalogue.skus_of`; one query."""
    return _estimate(sku, sku.price_minor, None)


def estimate_item(item: StorefrontItem) -> Estimate:
    """Estimate what an item of a storefront would bring; it is one of `storefronts`. One query."""
    return _estimate(item.sku, item.price_minor, item.sku.supply.supply_minor)


def _estimate(sku: Sku, price_minor: int, supply_minor: int | None) -> Estimate:
    product = sku.product
    state = posting.state()
    sold = [sold_at(product, sku, price_minor, supply_minor=supply_minor)]
    is_house = product.merchant.is_house
    amounts = amounts_of(state.charter, sold, price_minor, is_house=is_house)
    order = posting.try_order(state, amounts)
    fee = _freight(sku, price_minor)
    return Estimate(order.contribution, order.points, fee, commission_of(sold, price_minor))


def _freight(sku: Sku, price_minor: int) -> int:
    if sku.product.delivery != Delivery.SHIP:
        return 0
    rule = freight.rule_of(sku.product.merchant)
    return freight.freight_of(rule, None, [(sku, 1)], price_minor)
