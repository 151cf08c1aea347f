"""What the sale of goods comes to for each, before anything is ordered: the sums of a listing."""

from collections.abc import Sequence
from typing import NamedTuple

from patronage.commerce import posting
from patronage.commerce.models import Product, Sku
from patronage.commerce.sharing import Sold, amounts_of, commission_of, concession_of
from patronage.economy import State


class Parts(NamedTuple):
    """What goods sold for money come to, in minor units.

    `margin_minor` is what a distributor's price exceeds the supply price by, `commission_minor`
    what is left to the distributor or promoter. `merchant_minor` and `house_minor` are what is left
    to each, a cost taken as 0 where it is unknown; `merchant_minor` is None for the house's goods.
    """

    concession_minor: int
    contribution_minor: int
    dividend_minor: int
    margin_minor: int
    commission_minor: int
    merchant_minor: int | None
    house_minor: int

    @property
    def seller_minor(self) -> int:
        """What the distributor or promoter gets."""
        return self.margin_minor + self.commission_minor

    @property
    def supplier_minor(self) -> int:
        """What is left to whoever supplies the goods."""
        return self.house_minor if self.merchant_minor is None else self.merchant_minor


def concession_micro(product: Product) -> int:
    """Return the concession agreed for a product, in millionths."""
    if product.concession_micro is None:
        return product.merchant.concession_micro
    return product.concession_micro


def sold_at(
    product: Product,
    sku: Sku,
    paid_minor: int,
    quantity: int = 1,
    *,
    supply_minor: int | None = None,
) -> Sold:
    """Return pieces of a SKU as sold for so much in all, with the commission of its product.

    `supply_minor` is a piece's supply price, where a distributor sells it.
    """
    return Sold(
        paid_minor,
        None if sku.cost_minor is None else sku.cost_minor * quantity,
        concession_micro(product),
        None if supply_minor is None else supply_minor * quantity,
        product.commission_micro,
    )


def parts_of(state: State, sold: Sequence[Sold], *, is_house: bool) -> Parts:
    """Return whose the money for goods is, all of them paid in money."""
    paid = sum(one.net_minor for one in sold)
    sells = sum(one.sells_minor for one in sold)
    cost = sum(one.cost_minor or 0 for one in sold)
    contribution = dividend = concession = commission = 0
    if paid:
        order = posting.try_order(state, amounts_of(state.charter, sold, paid, is_house=is_house))
        contribution, dividend = order.contribution, order.dividend
        concession = 0 if is_house else concession_of(sold, paid)
        commission = commission_of(sold, paid)
    given = contribution + dividend
    left = sells - commission - cost
    return Parts(
        concession,
        contribution,
        dividend,
        paid - sells,
        commission,
        None if is_house else left - concession,
        left - given if is_house else concession - given,
    )
