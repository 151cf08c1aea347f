"""Looking for products."""

from enum import StrEnum
from typing import NamedTuple

from django.db.models import Q, QuerySet

from patronage.commerce import search
from patronage.commerce.models import Category, Picture, Product, Sku
from patronage.members.queries import prepared

PAGE = 20
_ID_DIGITS = 18


class Sorting(StrEnum):
    """The orders in which products are listed."""

    SOLD = "sold"
    NEWEST = "newest"
    PRICE = "price"
    PRICE_DOWN = "-price"


class Page(NamedTuple):
    """Some products, and where the next page begins (None: there is none).

    Each has `merchant` and its `pictures` loaded.
    """

    products: list[Product]
    after: str | None


_FIELDS = {
    Sorting.SOLD: ("sold", True),
    Sorting.NEWEST: ("listed_at", True),
    Sorting.PRICE: ("price_minor", False),
    Sorting.PRICE_DOWN: ("price_minor", True),
}


def listed() -> QuerySet[Product]:
    """Return the products that are shown."""
    return Product.objects.filter(listed_at__isnull=False)


def categories() -> list[Category]:
    """Return all categories in the operator's order, parents and children alike."""
    return list(Category.objects.all())


def browse(
    *,
    category: Category | None = None,
    merchant_id: int | None = None,
    query: str = "",
    sorting: Sorting = Sorting.SOLD,
    after: str | None = None,
    limit: int = PAGE,
) -> Page:
    """Return a page of listed products: of a category and its children, a merchant, for a query.

    `after` is what the page before gave; another text begins at the start. A query of which
    nothing can be looked for (punctuation) finds nothing. Two queries to the database.
    """
    found = listed()
    if category is not None:
        shelves = Category.objects.filter(Q(id=category.id) | Q(parent=category))
        found = found.filter(category__in=shelves.values("id"))
    if merchant_id is not None:
        found = found.filter(merchant_id=merchant_id)
    if query.strip():
        words = search.wanted(query)
        if not words:
            return Page([], None)
        for word in words:
            found = found.filter(search_words__word=word)
    return _page(found, sorting, after, limit)


def _page(found: QuerySet[Product], sorting: Sorting, after: str | None, limit: int) -> Page:
    """Cut a page: those after a product, named by its id, in the order of a field and the id."""
    field, is_down = _FIELDS[sorting]
    sign, beyond = ("-", "lt") if is_down else ("", "gt")
    last = None
    if after is not None and after.isdecimal() and len(after) < _ID_DIGITS:
        last = Product.objects.filter(id=int(after)).first()
    if last is not None:
        value = getattr(last, field)
        found = found.filter(
            Q(**{f"{field}__{beyond}": value}) | Q(**{field: value, f"id__{beyond}": last.id})
        )
    order = (f"{sign}{field}", f"{sign}id")
    # Ids alone are sorted, off an index, however many products a shelf holds; whole rows are read
    # of those shown.
    shown = Product.objects.filter(id__in=found.order_by(*order).values("id")[: limit + 1])
    products = list(shown.order_by(*order).select_related("merchant").prefetch_related("pictures"))
    more = len(products) > limit
    products = products[:limit]
    return Page(products, str(products[-1].id) if more else None)


@prepared
def skus_of(product_id: int) -> QuerySet[Sku]:
    """Return a listed product's SKUs in the merchant's order, none where it is not listed.

    Each has `product`, its merchant and the merchant's freight rule loaded. One query.
    """
    found = Sku.objects.filter(product=product_id, product__listed_at__isnull=False)
    return found.select_related("product__merchant__freight_rule")


@prepared
def pictures_of(product_id: int) -> QuerySet[Picture]:
    """Return a product's pictures in the merchant's order. One query."""
    return Picture.objects.filter(product=product_id)
