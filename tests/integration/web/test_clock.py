"""The demonstration's clock goes on for everyone, and what falls due is done."""

from datetime import timedelta

import pytest
from django.test import override_settings

from patronage import ledger
from patronage.commerce.models import Order, State
from patronage.members import clock
from tests.integration.web.conftest import signed_in
from tests.shop import Shop


@pytest.mark.parametrize(("days", "closed"), [(1, 1), (7, 7)])
def test_the_clock_goes_on_and_the_jobs_run(shop: Shop, days: int, closed: int) -> None:
    browser, before = signed_in(shop.owner), clock.now()
    days_before = len(ledger.days("mall"))
    page = browser.post("/dev/clock/", {"days": f"{days}"}, follow=True)
    assert clock.now() - before == timedelta(days=days)
    assert len(ledger.days("mall")) == days_before + closed
    assert page.context["done"][0] == ("日结天数", closed)
    assert page.context["days"] == days
    assert "之前" in page.text
    assert Order.objects.get(id=shop.orders["unpaid"].id).state == State.CANCELLED
    # It is told once.
    assert "days" not in browser.get("/dev/clock/").context


def test_who_waits_for_points_sees_them_come(shop: Shop) -> None:
    browser = signed_in(shop.other)
    (order,) = shop.mall.place(shop.other, (shop.wine, 1))
    shop.mall.pay([order])
    page = browser.post("/dev/clock/", {"days": "1"}, follow=True)
    assert page.context["done"][1] == ("已发货的订单", 2)  # another member's as well
    assert browser.post(f"/orders/{order.number}/receive/").status_code == 302
    before, after = browser.post("/dev/clock/", {"days": "7"}, follow=True).context["figures"]
    assert (before["points"], before["quota"]) == (0, 0)
    assert after["points"] > 0
    assert after["quota"] > 0
    assert after["price"] != before["price"]
    order.refresh_from_db()
    assert order.state == State.COMPLETED


@pytest.mark.parametrize("days", ["", "0", "2", "-1", "x", "7.0"])
def test_it_goes_by_a_day_or_a_week_alone(shop: Shop, days: str) -> None:
    before = clock.now()
    assert signed_in(shop.owner).post("/dev/clock/", {"days": days}).status_code == 200
    assert clock.now() == before


def test_outside_a_demonstration_there_is_no_such_page(shop: Shop) -> None:
    browser = signed_in(shop.owner)
    assert "/dev/clock/" in browser.get("/mine/").text
    assert "/dev/clock/" in browser.get("/dev/inbox/").text
    with override_settings(DEMO_CLOCK=""):
        assert browser.get("/dev/clock/").status_code == 404
        assert browser.post("/dev/clock/", {"days": "1"}).status_code == 404
        assert "/dev/clock/" not in browser.get("/mine/").text
        assert "/dev/clock/" not in browser.get("/dev/inbox/").text
