"""What the page of a product may say of its economy, before anything is ordered."""

from typing import NamedTuple

from patronage.commerce import freight, posting
from patronage.commerce.models import Delivery, Sku
from patronage.commerce.sharing import amounts_of
from patronage.commerce.sums import sold_at
from patronage.economy.charter import MICRO


class Estimate(NamedTuple):
    """What one piece of a SKU would bring, paid in money at today's price; its least freight.

    `commission_minor` is what it brings whose link leads to the sale.
    """

    contribution_minor: int
    points_nano: int
    freight_minor: int
    commission_minor: int


def estimate(*, sku: Sku) -> Estimate:
    """Estimate by the rules themselves. `sku` is one of `catalogue.skus_of`; one query."""
    product = sku.product
    state = posting.state()
    sold = [sold_at(product, sku, sku.price_minor)]
    is_house = product.merchant.is_house
    amounts = amounts_of(state.charter, sold, sku.price_minor, is_house=is_house)
    order = posting.try_order(state, amounts)
    commission = sku.price_minor * product.commission_micro // MICRO
    return Estimate(order.contribution, order.points, _freight(sku), commission)


def _freight(sku: Sku) -> int:
    if sku.product.delivery != Delivery.SHIP:
        return 0
    rule = freight.rule_of(sku.product.merchant)
    return freight.freight_of(rule, "", [(sku, 1)], sku.price_minor)
