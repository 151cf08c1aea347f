"""Checking out: placing an order for each merchant, once a press."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import IntegrityError, connection, transaction
from django.db.models import F, Prefetch, QuerySet
from django.utils import timezone

from patronage.commerce import coupons, posting
from patronage.commerce.cart import QUANTITY_MAX, items_of, selected_of
from patronage.commerce.models import CartItem, Checkout, Line, Order, Sku
from patronage.commerce.quoting import (
    AddressText,
    CheckoutRefusal,
    Choices,
    Quote,
    QuoteLine,
    QuotePart,
    Wanted,
    priced,
    quote,
)
from patronage.commerce.sums import concession_micro
from patronage.members import clock, devices
from patronage.members.models import Person
from patronage.members.queries import prepared
from patronage.members.referral import referrer_account

__all__ = [
    "AddressText",
    "CheckoutRefusal",
    "Choices",
    "Placed",
    "Quote",
    "QuoteLine",
    "QuotePart",
    "Wanted",
    "cart_key",
    "checkout_of",
    "place",
    "quote",
    "wanted_from_cart",
]

KEY_LENGTH = 64
PAY_WITHIN = timedelta(minutes=30)


class Placed(NamedTuple):
    """A checkout that was placed, just now or by an earlier press of the same button."""

    checkout: Checkout
    is_new: bool


class _Way(NamedTuple):
    """How the shopper came: by whose link, if any, and by which device, as its hash."""

    promoter: Person | None
    device: str


class _RefusedError(Exception):
    """A refusal found after writing began: nothing of it may stay."""

    def __init__(self, refusal: CheckoutRefusal) -> None:
        self.refusal = refusal


def wanted_from_cart(person: Person) -> list[Wanted]:
    """Return what is selected in the cart."""
    return [Wanted(item.sku_id, item.quantity) for item in selected_of(person)]


def cart_key(person: Person) -> str:
    """Return the key for ordering what is selected in the cart: the same in every window.

    It is made of the items' own ids, which ordering takes out of the cart for good.
    """
    selected = sorted((item.id, item.quantity) for item in selected_of(person))
    return "cart:" + _hash(selected)[:48]


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def place(
    *,
    person: Person,
    key: str,
    wanted: Sequence[Wanted],
    total_minor: int,
    address: AddressText | None = None,
    voucher_ids: Choices | None = None,
    notes: Mapping[int, str] | None = None,
    from_cart: bool = False,
    promoter: Person | None = None,
    device: str = "",
) -> Placed | CheckoutRefusal:
    """Place a checkout: an order for each merchant, its stock taken and its vouchers used.

    `key` names the press: `cart_key` for the cart (with `from_cart`, which empties it), a fresh
    random one per page for buying at once. `total_minor` is what the shopper was shown; another
    total is refused. `notes` are for merchants, by id. `promoter` is whose link led to the sale,
    heeded where lines carry a commission; `device` the token of the shopper's, noted by its hash.

    All terms are read after the stock was taken. Whoever changes them takes the same SKUs first, so
    an order is wholly under the old terms or wholly under the new.
    """
    key = key[:KEY_LENGTH]
    content = _hash(
        [
            sorted(wanted, key=lambda one: one.sku_id),
            total_minor,
            address,
            sorted((voucher_ids or {}).items()),
            sorted((notes or {}).items()),
        ]
    )
    try:
        with transaction.atomic():
            # The unique key makes a second press wait here until the first is done, and end here.
            checkout = Checkout.objects.create(
                number=new_number(), person=person, key=key, content=content
            )
            if from_cart:
                _take_from_cart(person, wanted)
            # All take stock in the same order, so that no two wait for each other.
            is_taken = all(
                take_stock(one.sku_id, one.quantity)
                for one in sorted(wanted, key=lambda one: one.sku_id)
            )
            state = posting.state()
            parts, refusal = priced(
                state, person, wanted, address, voucher_ids or {}, is_taken=is_taken
            )
            if refusal is None and not is_taken:
                refusal = CheckoutRefusal.OUT_OF_STOCK
            if refusal is None and sum(part.total_minor for part in parts) != total_minor:
                refusal = CheckoutRefusal.TOTAL_CHANGED
            if refusal is not None:
                raise _RefusedError(refusal)
            way = _Way(promoter, devices.note(person, device) if device else "")
            _write(checkout, parts, address, notes or {}, way)
    except _RefusedError as refused:
        return refused.refusal
    except IntegrityError:
        earlier = _earlier(person, key, content)
        if earlier is None:
            raise
        return earlier
    return Placed(checkout, is_new=True)


def _earlier(person: Person, key: str, content: str) -> Placed | CheckoutRefusal | None:
    checkout = Checkout.objects.filter(person=person, key=key).first()
    if checkout is None:
        return None
    if checkout.content != content:
        return CheckoutRefusal.KEY_USED
    return Placed(checkout, is_new=False)


def new_number() -> str:
    """Return a number for a checkout or an order: the date and ten random digits."""
    day = timezone.localtime(clock.now(), timezone.get_default_timezone())
    return f"{day:%Y%m%d}{secrets.randbelow(10**10):010}"


def _take_from_cart(person: Person, wanted: Sequence[Wanted]) -> None:
    """Take what is ordered out of the cart, where it must still stand just so."""
    found = {Wanted(item.sku_id, item.quantity): item.id for item in _locked(person)}
    if set(found) != set(wanted):
        raise _RefusedError(CheckoutRefusal.CART_CHANGED)
    with connection.cursor() as cursor:
        ids = [(id,) for id in found.values()]
        cursor.executemany("DELETE FROM commerce_cartitem WHERE id = %s", ids)


@prepared
def _locked(person: Person) -> QuerySet[CartItem]:
    return items_of(person).select_for_update().filter(is_selected=True)


def _write(
    checkout: Checkout,
    parts: Sequence[QuotePart],
    address: AddressText | None,
    notes: Mapping[int, str],
    way: _Way,
) -> None:
    person, now = checkout.person, clock.now()
    where = {} if address is None else address._asdict()
    for part in sorted(parts, key=lambda part: part.merchant.id):
        first = part.lines[0]
        promoter = _promoter(part, person, way)
        order = Order.objects.create(
            number=new_number(),
            checkout=checkout,
            person=person,
            merchant=part.merchant,
            referrer_account=referrer_account(person),
            distributor=None if first.item is None else first.item.distributor,
            promoter=promoter,
            device=way.device,
            goods_minor=part.goods_minor,
            discount_minor=part.discount_minor,
            freight_minor=part.freight_minor,
            total_minor=part.total_minor,
            note=notes.get(part.merchant.id, "")[:200],
            placed_at=now,
            pay_by=now + PAY_WITHIN,
            **where,
        )
        if part.voucher is not None and not coupons.use(part.voucher, order):
            raise _RefusedError(CheckoutRefusal.VOUCHER_UNUSABLE)
        Line.objects.bulk_create(_line(order, line) for line in part.lines)


def _promoter(part: QuotePart, person: Person, way: _Way) -> Person | None:
    """Return whose link led to a part, where it earns something and is not the buyer's own."""
    if way.promoter is None or way.promoter == person or person.is_staff:
        return None
    if part.lines[0].item is not None:  # a storefront's sale is its distributor's
        return None
    earns = any(line.sku.product.commission_micro for line in part.lines)
    return way.promoter if earns else None


def _line(order: Order, line: QuoteLine) -> Line:
    product, item = line.sku.product, line.item
    is_rewarded = item is not None or order.promoter_id is not None
    return Line(
        order=order,
        sku=line.sku,
        product_name=product.name,
        product_name_en=product.name_en,
        sku_name=line.sku.name,
        sku_name_en=line.sku.name_en,
        delivery=product.delivery,
        quantity=line.quantity,
        price_minor=line.goods_minor // line.quantity,
        cost_minor=line.sku.cost_minor,
        concession_micro=concession_micro(product),
        supply_minor=None if item is None else item.sku.supply.supply_minor,
        commission_micro=product.commission_micro if is_rewarded else 0,
        title="" if item is None else item.title,
        goods_minor=line.goods_minor,
        discount_minor=line.discount_minor,
    )


def take_stock(sku_id: int, quantity: int) -> bool:
    """Take pieces out of what can be ordered; False if there are not that many."""
    if not 1 <= quantity <= QUANTITY_MAX:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE commerce_sku SET stock = stock - %s WHERE id = %s AND stock >= %s",
            [quantity, sku_id, quantity],
        )
        taken: int = cursor.rowcount
    return taken == 1


def give_back(order: Order) -> None:
    """Make what an order took available again: its stock and its voucher."""
    for line in order.lines.order_by("sku_id"):
        Sku.objects.filter(id=line.sku_id).update(stock=F("stock") + line.quantity - line.returned)
    coupons.give_back(order)


def checkout_of(*, person: Person, number: str) -> Checkout | None:
    """Return a member's checkout with its orders and their lines, or None."""
    orders = Order.objects.order_by("id").select_related("merchant").prefetch_related("lines")
    return (
        Checkout.objects.filter(person=person, number=number)
        .prefetch_related(Prefetch("orders", orders))
        .first()
    )
