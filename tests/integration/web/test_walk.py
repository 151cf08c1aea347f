"""A member's pages are theirs only: every address, GET and POST, as another member, as nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import get_user
from django.db import connection

from patronage.commerce.models import Coupon
from patronage.members import clock
from patronage.members.models import Person
from patronage.web.merchant.site import site
from patronage.web.shared import second_factor
from tests.integration.web.addresses import DESKS, MALL, Access, Address, office_path, patterns
from tests.integration.web.conftest import signed_in
from tests.shop import Shop

ROUTES = {route for route, _pattern in patterns()}
CONSOLE = sorted(route for route in ROUTES if route.startswith("console/"))
MERCHANT = sorted(route for route in ROUTES if route.startswith("merchant/"))
STAFF = sorted(route for route in ROUTES if route.startswith("staff/"))
ROOMS = ("commerce", "members", "ledger")
# What a visit leaves behind, whoever comes: limits and codes of signing in.
VISITS = {
    "members_auditentry",
    "members_audithead",
    "members_cached",
    "members_allowance",
    "members_signincode",
    "members_senttext",
}


Rows = list[tuple[str, dict[str, Any]]]


def rows() -> Rows:
    """Return every row of our own tables."""
    found: Rows = []
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models(include_auto_created=True):
            if (table := model._meta.db_table) not in VISITS:
                with connection.cursor() as cursor:
                    cursor.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2')  # noqa: S608
                    names = [column[0] for column in cursor.description]
                    found += [(table, dict(zip(names, row, strict=True))) for row in cursor]
    return found


def of_person(all_rows: Rows, person_id: int) -> Rows:
    """Return the rows that name a person as theirs."""
    return [
        (table, row)
        for table, row in all_rows
        if row.get("person_id") == person_id
        or (table == "members_person" and row["id"] == person_id)
    ]


def test_every_pattern_stands_in_the_table() -> None:
    inside = ("console/", "merchant/", "staff/")
    outside = {route for route in ROUTES if not route.startswith(inside)}
    outside.discard("metrics")  # for whoever has the token: test_metrics
    known = MALL.keys() | DESKS.keys()
    assert outside - known == set(), "tell in addresses.py who may"
    assert known - outside == set(), "these are no more"
    assert len(CONSOLE) > 50
    assert len(MERCHANT) > 20
    assert len(STAFF) > 10
    assert not any("<" in route for route in STAFF), "no page of the door is about anybody else"


def asked(address: Address, shop: Shop) -> tuple[str, dict[str, Any]]:
    return address.path(shop), address.body(shop)


@pytest.fixture(params=sorted(MALL), ids=lambda route: route or "home")
def address(request: pytest.FixtureRequest) -> Address:
    return MALL[request.param]


def test_nobody_sees_what_is_a_members(shop: Shop, address: Address) -> None:
    browser, path, body, before = signed_in(None), *asked(address, shop), rows()
    for answer in (browser.get(path), browser.post(path, body)):
        answer.close()
        if address.access is Access.PUBLIC:
            assert answer.status_code != 500
        else:
            assert answer.status_code in (302, 405), (path, answer.status_code)
            assert "sign-in" in answer.get("Location", "sign-in"), answer["Location"]
    assert rows() == before


def test_another_member_gets_nothing_of_it(shop: Shop, address: Address) -> None:
    browser, path, body, before = signed_in(shop.other), *asked(address, shop), rows()
    for answer in (browser.get(path), browser.post(path, body)):
        if address.access is Access.OWNER:
            assert answer.status_code in (404, 405), (path, answer.status_code)
        else:
            assert answer.status_code != 500, (path, answer.status_code)
        answer.close()
        # The public log and the open book name orders, and nothing of whose they are.
        is_open = path.startswith(("/log/", "/book/"))
        if answer.status_code == 200 and not answer.streaming and not is_open:
            numbers = [order.number.encode() for order in shop.orders.values()]
            assert not any(number in answer.content for number in numbers)
    after = rows()
    if address.access is Access.OWNER:
        assert after == before
    assert of_person(after, shop.owner.id) == of_person(before, shop.owner.id)


def test_the_owner_does_see_it(shop: Shop, address: Address) -> None:
    """Else the walk would prove nothing."""
    path, body = asked(address, shop)
    answers = [signed_in(shop.owner).get(path), signed_in(shop.owner).post(path, body)]
    for answer in answers:
        answer.close()
    assert all(answer.status_code in (200, 302, 400, 405, 503) for answer in answers), path
    assert not all(answer.status_code == 405 for answer in answers), path


@pytest.mark.parametrize("who", ["nobody", "member", "another clerk", "the operator"])
@pytest.mark.parametrize("route", DESKS)
def test_a_cash_desk_is_for_the_merchants_staff(shop: Shop, route: str, who: str) -> None:
    """Not even for the operator, who has a desk only where they act for the merchant."""
    stranger = Person.objects.create_user(email="other@example.com", is_staff=True)
    shop.mall.house.staff.add(stranger)
    people = {"nobody": None, "member": shop.owner, "another clerk": stranger}
    browser = signed_in(people.get(who, shop.operator))
    path, body = asked(DESKS[route], shop)
    before = rows()
    for answer in (browser.get(path), browser.post(path, body)):
        assert shop.tea.name not in answer.text
        if who == "nobody":
            assert answer.status_code in (302, 405)
            assert answer.get("Location", "/staff/sign-in/").startswith("/staff/sign-in/")
        elif route == "desk/" and who == "another clerk":
            assert answer.get("Location", "") in ("", f"/desk/{shop.mall.house.id}/")
        else:
            assert answer.status_code in (403, 404, 405), (path, answer.status_code)
    assert rows() == before


@pytest.mark.parametrize("route", DESKS)
def test_the_merchants_staff_does_stand_at_its_desk(shop: Shop, route: str) -> None:
    path, body = asked(DESKS[route], shop)
    answers = [signed_in(shop.clerk).get(path), signed_in(shop.clerk).post(path, body)]
    assert all(answer.status_code in (200, 302, 405) for answer in answers), path
    assert not all(answer.status_code == 405 for answer in answers), path


@pytest.mark.parametrize("who", ["nobody", "member", "staff of the other office"])
@pytest.mark.parametrize("office", ["console", "merchant"])
def test_a_back_office_is_for_its_staff(shop: Shop, office: str, who: str) -> None:
    """The operator has no merchant's office, unless they act for the merchant."""
    others = shop.clerk if office == "console" else shop.operator
    browser = signed_in({"nobody": None, "member": shop.owner}.get(who, others))
    before = rows()
    for route in CONSOLE if office == "console" else MERCHANT:
        path = office_path(route, shop)
        for answer in (browser.get(path), browser.post(path, {"post": "yes"})):
            assert answer.status_code in (302, 403, 404), (path, answer.status_code)
            assert "unsafe" not in answer["Content-Security-Policy"] or who.startswith("staff")
            if answer.status_code == 302:
                to = answer["Location"].split("?")[0]
                assert to in (f"/{office}/", f"/{office}/login/", "/staff/sign-in/"), path
    assert rows() == before


def test_where_staff_sign_in_is_closed_to_members(shop: Shop) -> None:
    nobody, member = signed_in(None), signed_in(shop.owner)
    before = rows()
    for route in STAFF:
        for answer in (nobody.get(f"/{route}"), nobody.post(f"/{route}", {"code": "1"})):
            assert answer.status_code in (200, 302, 405), (route, answer.status_code)
            assert "sign-in" in answer.get("Location", "sign-in"), route
        for answer in (member.get(f"/{route}"), member.post(f"/{route}", {"code": "1"})):
            assert answer.status_code == 403, route
    assert rows() == before


@pytest.mark.parametrize("path", ["/console/", "/console/commerce/order/", "/", "/mine/"])
def test_a_password_alone_opens_nothing(shop: Shop, path: str) -> None:
    """Nor does a session that someone got by it: staff prove who they are by a code as well."""
    browser = signed_in(shop.operator, has_proved=False)
    assert browser.get(path)["Location"] == "/staff/security/app/"
    second_factor.enrol(shop.operator)
    assert browser.get(path)["Location"] == "/staff/sign-in/"
    assert get_user(browser).is_anonymous


def test_a_merchants_staff_has_its_own_alone(shop: Shop) -> None:
    """Every address of the office, with what is the tea merchant's, asked by the winery's clerk."""
    stranger = Person.objects.create_user(email="other@example.com", is_staff=True)
    shop.mall.house.staff.add(stranger)
    ends = clock.now() + timedelta(days=9)
    Coupon.objects.create(merchant=shop.tea, name="茶券", off_minor=100, ends_at=ends)
    clerk, browser = signed_in(shop.clerk), signed_in(stranger)
    about = [route for route in MERCHANT if "<" in route and "<path:content_type_id>" not in route]
    before, seen = rows(), 0
    for route in about:
        path = merchants_path(route, shop)
        for answer in (browser.get(path), browser.post(path, {"post": "yes"})):
            assert answer.status_code in (302, 403, 404, 405), (path, answer.status_code)
            assert shop.tea.name not in answer.text, path
        assert rows() == before, path
        seen += clerk.get(path).status_code in (200, 302)
    assert seen > len(about) // 2, "else the walk would prove nothing"
    for kind, mine in (("order", shop.orders["paid"].id), ("product", shop.cake.product_id)):
        there = f"/merchant/commerce/{kind}/"
        assert f"/{mine}/change/" in clerk.get(there).text
        assert f"/{mine}/change/" not in browser.get(there).text
        action = {"action": "take_off_sale", "_selected_action": [mine], "index": 0}
        browser.post(there, action)
    assert rows() == before


def merchants_path(route: str, shop: Shop) -> str:
    """Return the path of a pattern of the merchants' office, about the tea merchant's things."""
    parts = route.split("/")
    if "<path:object_id>" in parts:
        model = site.get_model_admin(apps.get_model(parts[1], parts[2]))
        way = model.of_merchant
        thing = model.model.objects.filter(**{way: shop.tea}).order_by("-pk").first()
        assert thing is not None, f"the tea merchant has no {parts[2]}"
        parts[parts.index("<path:object_id>")] = str(thing.pk)
    path = "/".join(parts).replace("<int:id>", str(shop.tea.id))
    path = path.replace("<str:form>", "csv")
    return "/" + path
