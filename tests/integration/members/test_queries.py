"""Queries whose SQL is written once find what those find that are written each time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import Model, QuerySet

import patronage
from patronage.commerce import cart, catalogue, checkout, coupons, freight, quoting
from patronage.commerce.models import FreightRule, FreightZone, Picture, Sku
from patronage.members import clock
from patronage.members.addresses import addresses_of, save_address
from patronage.members.models import Address, Person
from patronage.members.queries import prepared
from tests.integration.commerce.play import HOME, Mall, put

SOURCES = Path(patronage.__file__).parent


def _asked(mall: Mall) -> list[tuple[Callable[..., list[Any]], tuple[object, ...]]]:
    """Return each prepared query with values for which there is something to find."""
    person, merchant = mall.person(), mall.merchant()
    rule = FreightRule.objects.create(merchant=merchant, first_minor=8_00)
    FreightZone.objects.create(rule=rule, province=HOME.province)
    wine, glass = mall.sku(100_00, cost=40_00), mall.sku(30_00, merchant=merchant)
    Sku.objects.create(product=glass.product, name="大", price_minor=50_00, position=1)
    for position in (1, 0):
        Picture.objects.create(product=glass.product, file=f"{position}.svg", position=position)
    mall.voucher(person, merchant, off_minor=1)
    mall.voucher(person, mall.house, off_minor=1, starts_at=clock.now() + timedelta(days=1))
    mall.voucher(mall.person(), merchant, off_minor=1, ends_at=clock.now())
    put(person, (wine, 1), (glass, 2))
    put(mall.person(), (wine, 1))
    for is_default in (False, True):
        save_address(person=person, address=Address(**HOME._asdict(), is_default=is_default))
    now = clock.now()
    return [
        (addresses_of, (person,)),
        (cart.selected_of, (person,)),
        (catalogue.pictures_of, (glass.product_id,)),
        (catalogue.skus_of, (glass.product_id,)),
        (checkout._locked, (person,)),
        (coupons._offered, (merchant.id, now)),
        (coupons._usable_at, (now, person)),
        (freight._zones, (HOME.province, merchant.id, mall.house.id)),
        (quoting._listed, (wine.id, glass.id)),
        (quoting._listed, (wine.id,)),
    ]


def _told(row: Model | None, *within: Model) -> dict[str, Any] | None:
    """Return a row's columns, and those of the rows that were loaded with it."""
    if row is None or row in within:
        return None
    columns = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    loaded = row._state.fields_cache.items()
    return columns | {name: _told(one, *within, row) for name, one in loaded}


def test_each_finds_what_it_finds_if_asked_as_usual(mall: Mall) -> None:
    asked = _asked(mall)
    sources = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py"))
    assert len({ask for ask, _values in asked}) == sources.count("\n@prepared\n")
    for ask, values in asked:
        with transaction.atomic():  # one locks what it finds
            usual = [_told(row) for row in ask.__wrapped__(*values)]
            assert usual, ask
            for _ in range(2):
                assert [_told(row) for row in ask(*values)] == usual, ask


def test_sql_is_written_once_for_a_number_of_values(mall: Mall) -> None:
    written = []

    @prepared
    def named(*names: str) -> QuerySet[Person]:
        written.append(names)
        return Person.objects.filter(name__in=names).order_by("name")

    people = [mall.person(name=name) for name in ("a", "b", "c")]
    assert named("a", "b") == people[:2]
    assert named("c", "b") == people[1:]
    assert (named("b"), named("d")) == ([people[1]], [])
    assert [len(names) for names in written] == [2, 1]


def test_each_thread_asks_over_its_own_connection(mall: Mall) -> None:
    sku = mall.sku()

    def elsewhere() -> tuple[list[Sku], bool]:
        try:
            return catalogue.skus_of(sku.product_id), connection.connection is not ours
        finally:
            connection.close()

    assert catalogue.skus_of(sku.product_id) == [sku]
    ours = connection.connection
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(elsewhere).result() == ([sku], True)


def test_a_number_that_fits_no_column_equals_nothing(mall: Mall) -> None:
    sku = mall.sku()
    assert catalogue.skus_of(2**63) == []
    assert quoting._listed(2**63, sku.id) == [sku]
