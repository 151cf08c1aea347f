"""By whose link somebody bought, and by which browser: facts of the order."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from patronage.commerce import jobs
from patronage.commerce.models import Line, Order, Product
from patronage.members import clock, devices
from patronage.members.models import Device, Person
from patronage.web.mall import invited
from patronage.web.shared.devices import COOKIE
from tests.integration.commerce.play import HOME
from tests.integration.web.conftest import signed_in
from tests.shop import Shop


@pytest.fixture
def promoter(shop: Shop) -> Person:
    """Somebody whose link may lead to a sale of wine, which carries a commission."""
    Product.objects.filter(id=shop.wine.product_id).update(commission_micro=50_000)
    return shop.mall.person()


def visit(browser: Client, whose: Person | str, shop: Shop) -> None:
    code = whose if isinstance(whose, str) else whose.referral_code
    assert browser.get(f"/products/{shop.wine.product_id}/?ref={code}").status_code == 200


def buy(browser: Client, shop: Shop, sku_id: int | None = None) -> Order:
    """Buy one piece at once."""
    asked = {"sku": sku_id or shop.wine.id, "quantity": 1}
    page = browser.get("/checkout/", asked)
    total, key = page.context["quote"].total_minor, page.context["choice"].key
    placed = browser.post("/checkout/", {**asked, "do": "place", "total": total, "key": key})
    assert placed.status_code == 302, placed.text
    return Order.objects.latest("id")


def test_the_last_valid_link_earns_and_the_first_one_binds(shop: Shop, promoter: Person) -> None:
    second, browser = shop.mall.person(), signed_in(shop.other)
    shop.other.addresses.create(**HOME._asdict())
    for whose in (promoter, second, shop.other, "nobodys"):
        visit(browser, whose, shop)
    assert browser.cookies[invited.COOKIE].value == promoter.referral_code
    assert browser.cookies[invited.LAST]["httponly"]
    order = buy(browser, shop)
    assert order.promoter == second
    assert order.lines.get().commission_micro == 50_000


def test_a_link_earns_for_so_many_days(shop: Shop, promoter: Person) -> None:
    browser = signed_in(shop.owner)
    visit(browser, promoter, shop)
    almost = timedelta(days=settings.COMMISSION_DAYS) - timedelta(seconds=2)
    with clock.at(clock.now() + almost):
        assert buy(browser, shop).promoter == promoter
    with clock.at(clock.now() + almost + timedelta(seconds=2)):
        order = buy(browser, shop)
    assert order.promoter is None
    assert order.lines.get().commission_micro == 0


def test_what_earns_nothing(shop: Shop, promoter: Person) -> None:
    """One's own link, goods without a commission, who left, and a cookie written by hand."""
    mine = signed_in(promoter)
    promoter.addresses.create(**HOME._asdict())
    visit(mine, promoter, shop)
    assert invited.LAST not in mine.cookies
    assert buy(mine, shop).promoter is None
    browser = signed_in(shop.owner)
    visit(browser, promoter, shop)
    Product.objects.filter(id=shop.cake.product_id).update(commission_micro=0)
    assert buy(browser, shop, shop.cake.id).promoter is None
    kept = browser.cookies[invited.LAST].value
    browser.cookies[invited.LAST] = kept.replace(promoter.referral_code, shop.other.referral_code)
    assert buy(browser, shop).promoter is None
    browser.cookies[invited.LAST] = kept
    Person.objects.filter(pk=promoter.pk).update(is_active=False)
    assert buy(browser, shop).promoter is None
    sold = Line.objects.filter(order__person__in=[promoter, shop.owner], order__distributor=None)
    assert set(sold.values_list("commission_micro", flat=True)) == {0}


def test_the_own_link_followed_before_signing_in_is_not_heeded(
    shop: Shop, promoter: Person
) -> None:
    browser = signed_in(None)
    visit(browser, promoter, shop)
    assert browser.cookies[invited.LAST].value
    browser.force_login(promoter, backend="django.contrib.auth.backends.ModelBackend")
    promoter.addresses.create(**HOME._asdict())
    assert buy(browser, shop).promoter is None


def test_a_product_says_what_sharing_it_brings(shop: Shop, promoter: Person) -> None:
    path = f"/products/{shop.wine.product_id}/"
    shown = signed_in(promoter).get(path)
    assert "¥9.95" in shown.text
    assert f"{path}share/" in shown.text
    assert "¥9.95" not in signed_in(None).get(path).text
    page = signed_in(promoter).get(f"{path}share/")
    assert f"http://testserver{path}?ref={promoter.referral_code}" in page.text
    assert "5%" in page.text
    assert shop.wine.product.name in signed_in(promoter).get(f"{path}share/poster.svg").text
    assert signed_in(promoter).get("/products/999999/share/").status_code == 404


def test_a_commission_that_leaves_too_little_is_refused_with_the_sum(shop: Shop) -> None:
    product = shop.cake.product
    Product.objects.filter(id=product.id).update(commission_micro=600_000)
    clerk, there = signed_in(shop.clerk), "/merchant/commerce/product/"
    form = clerk.get(f"{there}{product.id}/change/").text
    assert re.search(r'name="commission_micro" value="60"', form)
    chosen = {"action": "put_on_sale", "_selected_action": [product.id]}
    told = clerk.post(there, chosen, follow=True).text
    assert "佣金 ¥100.80" in told
    assert re.search(r"商家剩余 \S*16\.80", told)
    product.refresh_from_db()
    assert product.listed_at is None


def test_a_browser_is_known_by_its_hash(shop: Shop) -> None:
    browser = signed_in(shop.owner)
    order = buy(browser, shop)
    cookie = browser.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["max-age"] == devices.KEPT.total_seconds()
    device = Device.objects.get(person=shop.owner)
    assert device.digest == order.device
    assert cookie.value not in order.device
    assert buy(browser, shop).device == order.device
    told = browser.get("/mine/data/").json()["devices"]
    assert [one["digest"] for one in told] == [order.device]


def test_a_device_is_forgotten_after_a_year(shop: Shop) -> None:
    order = buy(signed_in(shop.owner), shop)
    with clock.at(clock.now() + timedelta(days=366)):
        jobs.leftovers.clear_devices()
    order.refresh_from_db()
    assert order.device == ""
    assert not Device.objects.exists()
