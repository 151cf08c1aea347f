"""The cart: what a member means to buy."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models import CartItem, Merchant, Sku
from patronage.members.models import Person
from patronage.members.queries import prepared
from patronage.members.refusals import Refusal

QUANTITY_MAX = 999
ITEMS_MAX = 100


class CartRefusal(Refusal):
    """Why the cart stays as it is."""

    UNKNOWN_SKU = "unknown_sku", _("This product is no longer sold.")
    BAD_QUANTITY = "bad_quantity", _("Choose a quantity from 1 to 999.")
    OUT_OF_STOCK = "out_of_stock", _("There are not that many left. Choose a smaller quantity.")
    CART_FULL = "cart_full", _("The cart holds 100 products at most. Remove some first.")


class CartPart(NamedTuple):
    """One merchant's items, the newest first, with `sku` and `sku.product` loaded."""

    merchant: Merchant
    items: list[CartItem]


class Cart(NamedTuple):
    """A member's cart by merchant; totals of what is selected and can be bought."""

    parts: list[CartPart]
    pieces: int
    selected_minor: int
    selected_pieces: int


def items_of(person: Person) -> QuerySet[CartItem]:
    """Return a member's items, the newest first."""
    return CartItem.objects.filter(person=person).order_by("-id")


@prepared
def selected_of(person: Person) -> QuerySet[CartItem]:
    """Return a member's items that are selected, the newest first."""
    return items_of(person).filter(is_selected=True)


def cart_of(person: Person) -> Cart:
    """Return a member's cart. Two queries."""
    items = list(
        items_of(person)
        .select_related("sku__product__merchant")
        .prefetch_related("sku__product__pictures")
    )
    parts: dict[int, CartPart] = {}
    for item in items:
        merchant = item.sku.product.merchant
        parts.setdefault(merchant.id, CartPart(merchant, [])).items.append(item)
    bought = [item for item in items if item.is_selected and is_available(item)]
    return Cart(
        list(parts.values()),
        sum(item.quantity for item in items),
        sum(item.quantity * item.sku.price_minor for item in bought),
        sum(item.quantity for item in bought),
    )


def is_available(item: CartItem) -> bool:
    """Tell whether an item could be ordered now: listed, and enough in stock."""
    return item.sku.product.listed_at is not None and item.sku.stock >= item.quantity


def count(person: Person) -> int:
    """Return how many pieces are in the cart. One query."""
    return items_of(person).aggregate(pieces=Sum("quantity"))["pieces"] or 0


def add(*, person: Person, sku_id: int, quantity: int = 1) -> CartItem | CartRefusal:
    """Put more of a SKU into the cart, selected."""
    if not 1 <= quantity <= QUANTITY_MAX:
        return CartRefusal.BAD_QUANTITY
    with transaction.atomic():
        sku = Sku.objects.filter(id=sku_id, product__listed_at__isnull=False).first()
        if sku is None:
            return CartRefusal.UNKNOWN_SKU
        item = items_of(person).select_for_update().filter(sku=sku).first()
        if item is None:
            if items_of(person).count() >= ITEMS_MAX:
                return CartRefusal.CART_FULL
            if quantity > sku.stock:
                return CartRefusal.OUT_OF_STOCK
            # Another window may just have put it there: then that one stands.
            item, _is_new = CartItem.objects.get_or_create(
                person=person, sku=sku, defaults={"quantity": quantity}
            )
            return item
        return _set(item, item.quantity + quantity)


def set_quantity(*, person: Person, item_id: int, quantity: int) -> CartItem | CartRefusal | None:
    """Set how many of an item; None where the member has no such item."""
    with transaction.atomic():
        item = items_of(person).select_for_update().filter(id=item_id).first()
        return None if item is None else _set(item, quantity)


def _set(item: CartItem, quantity: int) -> CartItem | CartRefusal:
    if not 1 <= quantity <= QUANTITY_MAX:
        return CartRefusal.BAD_QUANTITY
    if quantity > item.quantity and quantity > item.sku.stock:
        return CartRefusal.OUT_OF_STOCK
    item.quantity = quantity
    item.is_selected = True
    item.save(update_fields=["quantity", "is_selected"])
    return item


def remove(*, person: Person, item_ids: Iterable[int]) -> None:
    """Take items out of the cart."""
    items_of(person).filter(id__in=list(item_ids)).delete()


def select(*, person: Person, item_ids: Iterable[int], is_selected: bool) -> None:
    """Select items for the next checkout, or not."""
    items_of(person).filter(id__in=list(item_ids)).update(is_selected=is_selected)
