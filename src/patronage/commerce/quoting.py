"""What a checkout would cost, before it is placed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db.models import QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from patronage.commerce import coupons, freight, posting, storefronts
from patronage.commerce.allocation import allocate
from patronage.commerce.cart import ITEMS_MAX, QUANTITY_MAX
from patronage.commerce.listing import loser
from patronage.commerce.models import Delivery, FreightZone, Merchant, Sku, StorefrontItem, Voucher
from patronage.commerce.sharing import Sold, amounts_of
from patronage.commerce.sums import parts_of, sold_at
from patronage.economy import State
from patronage.economy.events import MONEY_MAX
from patronage.members.models import Person
from patronage.members.queries import prepared
from patronage.members.refusals import Refusal


class Wanted(NamedTuple):
    """So many of a SKU; `item_id` names the storefront's item it is bought as, if one."""

    sku_id: int
    quantity: int
    item_id: int | None = None


class Piece(NamedTuple):
    """So many of a SKU as it is found, of a storefront or of the mall."""

    sku: Sku
    quantity: int
    item: StorefrontItem | None

    @property
    def goods_minor(self) -> int:
        """What they cost."""
        price = self.sku.price_minor if self.item is None else self.item.price_minor
        return price * self.quantity


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
    ONE_ITEM = "one_item", _("A storefront's goods are ordered one at a time.")


class QuoteLine(NamedTuple):
    """A line as it would be ordered; `is_available` tells whether there is enough of it."""

    sku: Sku
    quantity: int
    item: StorefrontItem | None
    goods_minor: int
    discount_minor: int
    is_available: bool

    @property
    def shown_name(self) -> str:
        """What the storefront calls it, or the product's name."""
        return self.sku.product.shown_name if self.item is None else self.item.title


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
    *,
    is_taken: bool = False,
) -> tuple[list[QuotePart], CheckoutRefusal | None]:
    """Return each merchant's part, and the first reason why it could not be placed so.

    `is_taken` says that what is wanted was taken out of the stock already.
    """
    quantities = {one.sku_id: one.quantity for one in wanted}
    if not wanted:
        return [], CheckoutRefusal.NOTHING_WANTED
    if len(wanted) > ITEMS_MAX or len(quantities) < len(wanted):
        return [], CheckoutRefusal.TOO_MUCH
    if not all(1 <= quantity <= QUANTITY_MAX for quantity in quantities.values()):
        return [], CheckoutRefusal.BAD_QUANTITY
    item = None
    if any(one.item_id is not None for one in wanted):
        if len(wanted) > 1:
            return [], CheckoutRefusal.ONE_ITEM
        item = _item(wanted[0])
        if item is None:
            return [], CheckoutRefusal.UNKNOWN_SKU
    found = {sku.id: sku for sku in _listed(*quantities)}
    by_merchant: dict[int, list[Sku]] = {}
    for one in wanted:
        if one.sku_id in found:
            sku = found[one.sku_id]
            by_merchant.setdefault(sku.product.merchant_id, []).append(sku)
    zones = freight.zones_of(by_merchant, "" if address is None else address.province)
    held: dict[int, list[Voucher]] = {}
    for voucher in coupons.usable(person):
        held.setdefault(voucher.coupon.merchant_id, []).append(voucher)
    parts = []
    refusal = None if len(found) == len(quantities) else CheckoutRefusal.UNKNOWN_SKU
    for merchant_id, of_merchant in by_merchant.items():
        pieces = [Piece(sku, quantities[sku.id], item) for sku in of_merchant]
        # A coupon is the merchant's, off its own prices.
        usable = _vouchers(state, pieces, held.get(merchant_id, [])) if item is None else []
        part, reason = _part(
            pieces, zones.get(merchant_id), usable, address, voucher_ids, is_taken=is_taken
        )
        parts.append(part)
        refusal = refusal or reason
    if sum(part.total_minor for part in parts) > MONEY_MAX:
        refusal = refusal or CheckoutRefusal.TOO_MUCH
    return parts, refusal


@prepared
def _listed(*sku_ids: int) -> QuerySet[Sku]:
    found = Sku.objects.filter(id__in=sku_ids, product__listed_at__isnull=False)
    return found.select_related("product__merchant__freight_rule")


def _item(wanted: Wanted) -> StorefrontItem | None:
    """Return the item that is wanted, if it can be bought now."""
    found = storefronts.item_by(wanted.item_id or 0)
    if found is None or found.sku_id != wanted.sku_id or storefronts.why_not(found) is not None:
        return None
    return found


def _part(
    pieces: Sequence[Piece],
    zone: FreightZone | None,
    vouchers: list[tuple[Voucher, int]],
    address: AddressText | None,
    voucher_ids: Choices,
    *,
    is_taken: bool,
) -> tuple[QuotePart, CheckoutRefusal | None]:
    merchant = pieces[0].sku.product.merchant
    goods = _goods(pieces)
    by_id = {voucher.id: (voucher, off) for voucher, off in vouchers}
    best = vouchers[0][0].id if vouchers else None
    chosen = voucher_ids.get(merchant.id, best)
    voucher, discount = (None, 0) if chosen is None else by_id.get(chosen, (None, 0))
    shipped = [(one.sku, one.quantity) for one in pieces if is_shipped(one.sku)]
    served = not shipped or zone is None or zone.is_served
    fee = freight.freight_of(freight.rule_of(merchant), zone, shipped, goods - discount)
    lines = _lines(pieces, discount, is_taken=is_taken)
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


def _goods(pieces: Sequence[Piece]) -> int:
    return sum(piece.goods_minor for piece in pieces)


def _lines(pieces: Sequence[Piece], discount: int, *, is_taken: bool = False) -> list[QuoteLine]:
    """Return the lines, the discount divided among them by largest remainder."""
    parts = allocate(discount, [piece.goods_minor for piece in pieces])
    return [
        QuoteLine(*piece, piece.goods_minor, off, is_taken or piece.sku.stock >= piece.quantity)
        for piece, off in zip(pieces, parts, strict=True)
    ]


def _vouchers(
    state: State, pieces: Sequence[Piece], held: Iterable[Voucher]
) -> list[tuple[Voucher, int]]:
    """Return the vouchers that can be used for goods with what each takes off, best first.

    The coupon was checked when it was offered; prices, costs and the charter may differ since.
    """
    usable = []
    for voucher in held:
        off = coupons.discount_of(voucher.coupon, _goods(pieces))
        if off > 0:
            sold = [sold_of(line) for line in _lines(pieces, off)]
            is_house = pieces[0].sku.product.merchant.is_house
            if loser(parts_of(state, sold, is_house=is_house)) is None:
                usable.append((voucher, off))
    return sorted(usable, key=lambda pair: (-pair[1], pair[0].coupon.ends_at, pair[0].id))


def is_shipped(sku: Sku) -> bool:
    """Tell whether a SKU is sent to an address."""
    return sku.product.delivery == Delivery.SHIP


def sold_of(line: QuoteLine) -> Sold:
    """Return a line's goods as the economy is told of them."""
    net = line.goods_minor - line.discount_minor
    supply = None if line.item is None else line.item.sku.supply.supply_minor
    return sold_at(line.sku.product, line.sku, net, line.quantity, supply_minor=supply)


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
