"""Fill the shop as the mall is filled: `python -m oscar_shop.fill PRODUCTS ORDERS`.

Prints, as JSON, the pages to ask for and the forms that place the orders.
"""

import json
import sys
from decimal import Decimal
from io import BytesIO
from typing import Any

import django
from django.core.management import call_command
from django.db import transaction

SHELVES = 4
SECRET = "b" * 32


@transaction.atomic
def fill(products: int, orders: int) -> dict[str, Any]:
    """Fill the shop with products, and with customers who have one of them in the basket."""
    from oscar.core.loading import get_model

    shelves = [
        get_model("catalogue", "Category").add_root(name=f"Shelf {n}") for n in range(SHELVES)
    ]
    country = get_model("address", "Country").objects.create(
        iso_3166_1_a2="GB", printable_name="United Kingdom", is_shipping_country=True
    )
    put_up = [_put_up(n, shelves[n % SHELVES]) for n in range(products)]
    return {
        "lists": [shelf.get_absolute_url() for shelf in shelves],
        "products": [product.get_absolute_url() for product in put_up],
        "orders": [_form(n, put_up[n % len(put_up)], country) for n in range(orders)],
    }


def _put_up(number: int, shelf: Any) -> Any:
    from django.core.files.base import ContentFile
    from oscar.core.loading import get_model
    from PIL import Image

    kind, _new = get_model("catalogue", "ProductClass").objects.get_or_create(name="Wine")
    partner, _new = get_model("partner", "Partner").objects.get_or_create(name="The winery")
    product = get_model("catalogue", "Product").objects.create(
        title=f"Cabernet Sauvignon {number}",
        description="Picked by hand. " * 8,
        product_class=kind,
    )
    product.categories.add(shelf)
    get_model("partner", "StockRecord").objects.create(
        product=product, partner=partner, partner_sku=f"wine-{number}", price=Decimal(128),
        num_in_stock=1_000_000,
    )  # fmt: skip
    drawn = BytesIO()
    Image.new("RGB", (400, 400), (90, number * 7 % 256, 60)).save(drawn, "PNG")
    image = get_model("catalogue", "ProductImage")(product=product)
    image.original.save(f"{number}.png", ContentFile(drawn.getvalue()))
    return product


def _form(number: int, product: Any, country: Any) -> dict[str, Any]:
    """Make a customer one press before an order, and the form of that press."""
    from django.conf import settings
    from django.contrib.auth import (
        BACKEND_SESSION_KEY,
        HASH_SESSION_KEY,
        SESSION_KEY,
        get_user_model,
    )
    from django.contrib.sessions.backends.db import SessionStore
    from oscar.apps.partner.strategy import Selector
    from oscar.core.loading import get_model

    user = get_user_model().objects.create(
        username=f"c{number}", email=f"c{number}@example.com", password="!"
    )
    address = get_model("address", "UserAddress").objects.create(
        user=user, first_name="Li", last_name="Lei", line1="1 High Street", line4="London",
        postcode="N1 9GU", country=country,
    )  # fmt: skip
    basket = get_model("basket", "Basket").objects.create(owner=user)
    basket.strategy = Selector().strategy(user=user)
    basket.add_product(product)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["checkout_data"] = {
        "shipping": {"user_address_id": address.id, "method_code": "free-shipping"}
    }
    session.create()
    return {
        "path": "/checkout/preview/",
        "fields": {"action": "place_order", "csrfmiddlewaretoken": SECRET},
        "cookies": {"csrftoken": SECRET, "sessionid": session.session_key},
    }


if __name__ == "__main__":
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    told = fill(*map(int, sys.argv[1:]))
    call_command("rebuild_index", verbosity=0, interactive=False)
    print(json.dumps(told))
