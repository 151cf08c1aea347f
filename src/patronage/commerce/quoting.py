"""What a checkout would cost, before it is placed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from patronage.commerce import coupons, freight, posting
from patronage.commerce.allocation import allocate
from patronage.commerce.cart import ITEMS_MAX, QUANTITY_MAX
from patronage.commerce.listing import loser
from patronage.commerce.models import Delivery, FreightRule, Merchant, Sku, Voucher
from patronage.commerce.sharing import Sold, amounts_of
from patronage.commerce.sums import parts_of, sold_at
from patronage.economy import State
from patronage.economy.events import MONEY_MAX
from patronage.members.models import Person
from patronage.members.refusals import Refusal


class Wanted(NamedTuple):
    """So many of a SKU."""

    sku_id: int
    quantity: int


class AddressText(NamedTuple):
    """Where to send it, as it is copied into the order."""

    name: str
    phone: str
    province: str
    city: str
    district: str
    street: str


class CheckoutRefusal(Refusal):
    """Why no order can be placed."""

    NOTHING_WANTED = "nothing_wanted", _("Choose something to order first.")
    UNKNOWN_SKU = "unknown_sku", _("A product is no longer sold. Remove it and try again.")
    BAD_QUANTITY = "bad_quantity", _("Choose a quantity from 1 to 999.")
    OUT_OF_STOCK = "out_of_stock", _("There are not that many left. Choose a smaller quantity.")
    ADDRESS_NEEDED = "address_needed", _("Choose where to send it.")
    NOT_SERVED = "not_served", _("A merchant does not ship to this province.")
    VOUCHER_UNUSABLE = "voucher_unusable", _("The coupon cannot be used for this order.")
    TOTAL_CHANGED = (
        "total_changed",
        _("The total has changed meanwhile. Look at it again before you order."),
    )
    CART_CHANGED = (
        "cart_changed",
        _("The cart has changed meanwhile, perhaps in another window. Look at it again."),
    )
    KEY_USED = "key_used", _("This was ordered already. You find it under your orders.")
    TOO_MUCH = "too_much", _("The order is too large. Divide it.")


class QuoteLine(NamedTuple):
    """A line as it would be ordered; `is_available` tells whether there is enough of it."""

    sku: Sku
    quantity: int
    goods_minor: int
    discount_minor: int
    is_available: bool


class QuotePart(NamedTuple):
    """One merchant's order as it would be placed.

    `vouchers` are those that could be used, with what each would take off, best first: none by
    which merchant or house would lose money. `voucher` is the one that is used. `is_served` is
    False where the merchant does not ship to the address.
    """

    merchant: Merchant
    lines: list[QuoteLine]
    vouchers: list[tuple[Voucher, int]]
    voucher: Voucher | None
    goods_minor: int
    discount_minor: int
    freight_minor: int
    total_minor: int
    is_served: bool


class Quote(NamedTuple):
    """What a checkout would cost: an order for each merchant.

    `refusal` is why it could not be placed as it is, or None. `needs_address` tells whether
    anything is shipped. `points_nano` is what its orders would grant at today's price if all is
    paid in money; to be shown as an estimate.
    """

    parts: list[QuotePart]
    goods_minor: int
    discount_minor: int
    freight_minor: int
    total_minor: int
    needs_address: bool
    refusal: CheckoutRefusal | None
    points_nano: int


Choices = Mapping[int, int | None]
"""A voucher's id for a merchant's id; None for using none. Who is left out gets the best."""


def quote(
    *,
    person: Person,
    wanted: Sequence[Wanted],
    address: AddressText | None = None,
    voucher_ids: Choices | None = None,
) -> Quote:
    """Say what a checkout would cost. Changes nothing; five queries.

    Without an address freight is quoted for no zone.
    """
    state = posting.state()
    parts, refusal = priced(state, person, wanted, address, voucher_ids or {})
    products = [line.sku.product for part in parts for line in part.lines]
    prefetch_related_objects(products, "pictures")
    return Quote(
        parts,
        sum(part.goods_minor for part in parts),
        sum(part.discount_minor for part in parts),
        sum(part.freight_minor for part in parts),
        sum(part.total_minor for part in parts),
        any(is_shipped(line.sku) for part in parts for line in part.lines),
        refusal,
        _points_of(state, parts),
    )


def priced(
    state: State,
    person: Person,
    wanted: Sequence[Wanted],
    address: AddressText | None,
    voucher_ids: Choices,
) -> tuple[list[QuotePart], CheckoutRefusal | None]:
    """Return each merchant's part, and the first reason why it could not be placed so."""
    quantities = {one.sku_id: one.quantity for one in wanted}
    if not wanted:
        return [], CheckoutRefusal.NOTHING_WANTED
    if len(wanted) > ITEMS_MAX or len(quantities) < len(wanted):
        return [], CheckoutRefusal.TOO_MUCH
    if not all(1 <= quantity <= QUANTITY_MAX for quantity in quantities.values()):
        return [], CheckoutRefusal.BAD_QUANTITY
    listed = Sku.objects.filter(id__in=list(quantities), product__listed_at__isnull=False)
    found = {sku.id: sku for sku in listed.select_related("product__merchant__freight_rule")}
    by_merchant: dict[int, list[Sku]] = {}
    for one in wanted:
        if one.sku_id in found:
            sku = found[one.sku_id]
            by_merchant.setdefault(sku.product.merchant_id, []).append(sku)
    rules = {
        merchant_id: freight.rule_of(skus[0].product.merchant)
        for merchant_id, skus in by_merchant.items()
    }
    prefetch_related_objects([rule for rule in rules.values() if rule is not None], "zones")
    held: dict[int, list[Voucher]] = {}
    for voucher in coupons.usable(person).filter(coupon__merchant_id__in=by_merchant):
        held.setdefault(voucher.coupon.merchant_id, []).append(voucher)
    parts = []
    refusal = None if len(found) == len(quantities) else CheckoutRefusal.UNKNOWN_SKU
    for merchant_id, of_merchant in by_merchant.items():
        pieces = [(sku, quantities[sku.id]) for sku in of_merchant]
        part, reason = _part(
            pieces,
            rules[merchant_id],
            _vouchers(state, pieces, held.get(merchant_id, [])),
            address,
            voucher_ids,
        )
        parts.append(part)
        refusal = refusal or reason
    if sum(part.total_minor for part in parts) > MONEY_MAX:
        refusal = refusal or CheckoutRefusal.TOO_MUCH
    return parts, refusal


def _part(
    pieces: Sequence[tuple[Sku, int]],
    rule: FreightRule | None,
    vouchers: list[tuple[Voucher, int]],
    address: AddressText | None,
    voucher_ids: Choices,
) -> tuple[QuotePart, CheckoutRefusal | None]:
    merchant = pieces[0][0].product.merchant
    goods = _goods(pieces)
    by_id = {voucher.id: (voucher, off) for voucher, off in vouchers}
    best = vouchers[0][0].id if vouchers else None
    chosen = voucher_ids.get(merchant.id, best)
    voucher, discount = (None, 0) if chosen is None else by_id.get(chosen, (None, 0))
    shipped = [(sku, quantity) for sku, quantity in pieces if is_shipped(sku)]
    province = "" if address is None else address.province
    served = not shipped or freight.is_served(rule, province)
    fee = freight.freight_of(rule, province, shipped, goods - discount)
    lines = _lines(pieces, discount)
    total = goods - discount + fee
    part = QuotePart(
        merchant, lines, vouchers, voucher, goods, discount, fee, total, is_served=served
    )
    if not all(line.is_available for line in lines):
        return part, CheckoutRefusal.OUT_OF_STOCK
    if chosen is not None and voucher is None:
        return part, CheckoutRefusal.VOUCHER_UNUSABLE
    if shipped and address is None:
        return part, CheckoutRefusal.ADDRESS_NEEDED
    return part, None if served else CheckoutRefusal.NOT_SERVED


def _goods(pieces: Sequence[tuple[Sku, int]]) -> int:
    return sum(sku.price_minor * quantity for sku, quantity in pieces)


def _lines(pieces: Sequence[tuple[Sku, int]], discount: int) -> list[QuoteLine]:
    """Return the lines, the discount divided among them by largest remainder."""
    worth = [sku.price_minor * quantity for sku, quantity in pieces]
    parts = allocate(discount, worth)
    return [
        QuoteLine(sku, quantity, minor, off, sku.stock >= quantity)
        for (sku, quantity), minor, off in zip(pieces, worth, parts, strict=True)
    ]


def _vouchers(
    state: State, pieces: Sequence[tuple[Sku, int]], held: Iterable[Voucher]
) -> list[tuple[Voucher, int]]:
    """Return the vouchers that can be used for goods with what each takes off, best first.

    The coupon was checked when it was offered; prices, costs and the charter may differ since.
    """
    usable = []
    for voucher in held:
        off = coupons.discount_of(voucher.coupon, _goods(pieces))
        if off > 0:
            sold = [sold_of(line) for line in _lines(pieces, off)]
            is_house = pieces[0][0].product.merchant.is_house
            if loser(parts_of(state, sold, is_house=is_house)) is None:
                usable.append((voucher, off))
    return sorted(usable, key=lambda pair: (-pair[1], pair[0].coupon.ends_at, pair[0].id))


def is_shipped(sku: Sku) -> bool:
    """Tell whether a SKU is sent to an address."""
    return sku.product.delivery == Delivery.SHIP


def sold_of(line: QuoteLine) -> Sold:
    """Return a line's goods as the economy is told of them."""
    net = line.goods_minor - line.discount_minor
    return sold_at(line.sku.product, line.sku, net, line.quantity)


def _points_of(state: State, parts: Sequence[QuotePart]) -> int:
    """Return the points that the parts would grant, each at today's price, paid in money."""
    points = 0
    for part in parts:
        money = part.goods_minor - part.discount_minor
        if money > 0:
            sold = [sold_of(line) for line in part.lines]
            amounts = amounts_of(state.charter, sold, money, is_house=part.merchant.is_house)
            points += posting.try_order(state, amounts).points
    return points
