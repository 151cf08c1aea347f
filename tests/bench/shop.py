"""Fill a mall to be measured: `python -m tests.bench.shop PRODUCTS ORDERS`.

Prints, as JSON, the pages to ask for and the forms that place the orders. A picture of each
product is named and not made: no page reads it.
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import transaction

SHELVES = 4
STOCK = 1_000_000
PRICE, FREIGHT = 128_00, 12_00
SECRET = "b" * 32


def fill(products: int, orders: int) -> dict[str, Any]:
    """Fill the mall with products, and with members who have one of them in the cart."""
    from patronage.commerce.models import CartItem, Category, Sku
    from patronage.members.models import Address, Person
    from patronage.web.demo import shop

    shop.open_economy(django.utils.timezone.now())
    shelves = Category.objects.bulk_create(
        Category(name=f"品类 {n}", name_en=f"Shelf {n}") for n in range(SHELVES)
    )
    _put_up(products, shelves)
    skus = list(Sku.objects.order_by("id")[:100])
    people = Person.objects.bulk_create(
        Person(phone=f"+86139{n:08}", password="!") for n in range(orders)
    )
    Address.objects.bulk_create(
        Address(
            person=person, name="李雷", phone="13800138000", province="浙江省", city="杭州市",
            district="西湖区", street="文三路 1 号", is_default=True,
        )
        for person in people
    )  # fmt: skip
    CartItem.objects.bulk_create(
        CartItem(person=person, sku=skus[n % len(skus)], quantity=1)
        for n, person in enumerate(people)
    )
    with transaction.atomic():
        forms = [_form(person) for person in people]
    return {
        "lists": [f"/categories/{shelf.id}/" for shelf in shelves],
        "products": [f"/products/{sku.product_id}/" for sku in skus],
        "orders": forms,
    }


def _form(person: Any) -> dict[str, Any]:
    """Make the form that orders what is in a member's cart."""
    from patronage.commerce import checkout

    fields = {
        "do": "place",
        "key": checkout.cart_key(person),
        "total": str(PRICE + FREIGHT),
        "csrfmiddlewaretoken": SECRET,
    }
    cookies = {"csrftoken": SECRET, "sessionid": _sign_in(person)}
    return {"path": "/checkout/", "fields": fields, "cookies": cookies}


def _put_up(number: int, shelves: list[Any]) -> None:
    from patronage.commerce import listing
    from patronage.commerce.models import FreightRule, Merchant, Picture, Product, Sku
    from patronage.members import clock

    house = Merchant.objects.create(name="酒庄", name_en="The winery", is_house=True)
    listing.approve_merchant(merchant_id=house.id)
    FreightRule.objects.create(merchant=house, first_minor=FREIGHT, free_from_minor=199_00)
    now = clock.now()
    products = Product.objects.bulk_create(
        Product(
            merchant=house, category=shelves[n % SHELVES], name=f"赤霞珠干红葡萄酒 {n}",
            name_en=f"Cabernet Sauvignon {n}", summary="产区直供", description="手工采摘。" * 20,
            price_minor=PRICE, sold=n * 7919 % 1009, listed_at=now - timedelta(minutes=n),
        )
        for n in range(number)
    )  # fmt: skip
    Sku.objects.bulk_create(
        Sku(product=product, price_minor=PRICE, cost_minor=50_00, stock=STOCK)
        for product in products
    )
    Picture.objects.bulk_create(
        Picture(product=product, file=f"products/{product.id}.svg") for product in products
    )


def _sign_in(person: Any) -> str:
    """Make a session in which a member is signed in; return its key."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    print(json.dumps(fill(*map(int, sys.argv[1:]))))
