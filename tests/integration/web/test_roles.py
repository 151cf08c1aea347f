"""What each role opens in the console, and that an auditor reads all and changes nothing."""

from pathlib import Path
from typing import Any

import pytest

from patronage.members import roles
from patronage.members.models import AuditEntry, AuditVerb, Person, Role, StaffRole
from patronage.members.roles import TABLE, Area, Right, RoleRefusal
from patronage.web.console import access
from patronage.web.console.access import Needed, needed_for
from patronage.web.console.site import site
from patronage.web.shared import staff
from tests.integration.web.addresses import office_path
from tests.integration.web.conftest import signed_in
from tests.integration.web.test_walk import CONSOLE, rows
from tests.shop import Shop

# What a visit writes: who looked, and who chose which language.
ROUTES = [route for route in CONSOLE if "(?P" not in route]
NOTED = {"members_auditentry", "members_audithead"}

AREA_PAGES = {
    Area.TODAY: "/console/",
    Area.ORDERS: "/console/commerce/order/",
    Area.GOODS: "/console/commerce/product/",
    Area.MERCHANTS: "/console/commerce/merchant/",
    Area.MEMBERS: "/console/members/person/",
    Area.VALUE: "/console/members/withdrawal/",
    Area.RECORDS: "/console/commerce/alarm/",
    Area.STAFF: "/console/members/person/appoint/",
}


def of(*given: Role) -> Person:
    access = staff.appoint(email=f"{'-'.join(given) or 'none'}@example.com", given=given)
    assert isinstance(access, staff.Access), access
    return access.person


def kept() -> list[tuple[str, dict[str, Any]]]:
    return [one for one in rows() if one[0] not in NOTED]


def test_every_page_of_the_console_is_of_an_area() -> None:
    for route in ROUTES:
        needed = needed_for(route.removeprefix("console/"), "GET", "")
        assert needed is None or needed.area is not None, route
    for model in site._registry:
        assert model._meta.label_lower in access._BY_MODEL, model


def test_the_menu_marks_the_page_that_is_open_alone(shop: Shop) -> None:
    browser = signed_in(shop.operator)
    for path in ("/console/", "/console/commerce/order/", "/console/economy/journal/"):
        apps = browser.get(path).context["available_apps"]
        there = [model["admin_url"] for app in apps for model in app["models"]]
        assert [url for url in there if url in path] == [path]


def test_the_documents_table_is_the_tables() -> None:
    text = (Path(__file__).parents[3] / "docs" / "console.md").read_text("utf-8")
    marks = {Right.NONE: "", Right.READ: "reads", Right.CHANGE: "changes"}
    told = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines()]
    for area in Area:
        rights = (TABLE[role].get(area, Right.NONE) for role in Role)
        assert [area.name.lower(), *(marks[right] for right in rights)] in told


@pytest.mark.parametrize(
    ("path", "method", "action", "needed"),
    [
        ("", "GET", "", Needed(Area.TODAY, Right.READ)),
        ("today/paid/file/", "GET", "", Needed(Area.ORDERS, Right.READ)),
        ("today/days/", "GET", "", Needed(Area.TODAY, Right.READ)),
        ("commerce/order/", "GET", "", Needed(Area.ORDERS, Right.READ)),
        ("commerce/order/", "POST", "ship", Needed(Area.ORDERS, Right.CHANGE)),
        ("members/withdrawal/", "POST", "export_for_tax", Needed(Area.VALUE, Right.READ)),
        ("commerce/order/7/change/", "GET", "", Needed(Area.ORDERS, Right.READ)),
        ("commerce/order/7/change/", "POST", "", Needed(Area.ORDERS, Right.CHANGE)),
        # An action that shows a form, or acts at once: it takes the right to change.
        ("commerce/order/7/cancel/", "GET", "", Needed(Area.ORDERS, Right.CHANGE)),
        ("commerce/order/7/delete/", "POST", "export_x", Needed(Area.ORDERS, Right.CHANGE)),
        ("members/person/7/statement/", "GET", "", Needed(Area.MEMBERS, Right.READ)),
        ("members/person/7/roles/", "GET", "", Needed(Area.STAFF, Right.CHANGE)),
        ("something/new/", "GET", "", Needed(None, Right.READ)),
        ("logout/", "POST", "", None),
        ("r/12/3/", "GET", "", None),
    ],
)
def test_what_a_request_needs(path: str, method: str, action: str, needed: Needed | None) -> None:
    assert needed_for(path, method, action) == needed


def test_an_auditor_reads_all_and_changes_nothing(shop: Shop) -> None:
    browser, owner = signed_in(of(Role.AUDITOR)), signed_in(shop.operator)
    before, read = kept(), 0
    for route in ROUTES:
        path = office_path(route, shop)
        needed = needed_for(path.removeprefix("/console/"), "GET", "")
        answer = browser.get(path)
        if needed is not None and needed.right == Right.READ:
            # What is not there, such as an invoice's file, is refused to owners as well.
            is_shut = answer.status_code == 403 and owner.get(path).status_code == 403
            assert is_shut or answer.status_code in (200, 302, 404), (path, answer.status_code)
            read += answer.status_code == 200
        if needed is not None:
            assert browser.post(path, {"post": "yes", "reason": "x"}).status_code == 403, path
    assert read > 20, "else the walk would prove nothing"
    for model, admin in site._registry.items():
        label = model._meta.label_lower.replace(".", "/")
        chosen = list(model._default_manager.values_list("pk", flat=True)[:2])
        for action in admin.actions or ():
            body = {"action": action, "_selected_action": chosen, "index": 0}
            answer = browser.post(f"/console/{label}/", body)
            assert answer.status_code == 403 or action.startswith("export_"), (label, action)
    assert kept() == before


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_the_table_says_and_the_menu_follows(shop: Shop, role: Role) -> None:
    del shop
    browser = signed_in(of(role))
    menu = browser.get("/console/").context["available_apps"]
    shown = {entry["admin_url"] for part in menu for entry in part["models"]}
    for area, path in AREA_PAGES.items():
        right = TABLE[role].get(area, Right.NONE)
        least = Right.CHANGE if area is Area.STAFF else Right.READ
        assert browser.get(path).status_code == (200 if right >= least else 403), (role, area)
        if area is not Area.STAFF:
            assert (path in shown) == (right >= Right.READ), (role, area)


def test_a_role_that_only_reads_is_offered_nothing_to_press(shop: Shop) -> None:
    order = f"/console/commerce/order/{shop.orders['paid'].id}"
    for role, offered in ((Role.SERVICE, True), (Role.FINANCE, False)):
        page = signed_in(of(role)).get(f"{order}/change/")
        assert (f"{order}/cancel/" in page.text) == offered, role
        assert ("保存并发货" in page.text) == offered, role
    page = signed_in(of(Role.AUDITOR)).get("/console/members/withdrawal/").text
    assert "export_for_tax" in page
    assert 'value="approve"' not in page


def test_staff_without_a_role_and_those_blocked_have_no_console(shop: Shop) -> None:
    del shop
    assert signed_in(of()).get("/console/").status_code == 403
    person = of(Role.OWNER)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    person.refresh_from_db()
    assert roles.roles_of(person) == frozenset()


def test_an_owner_says_what_others_are_and_nobody_what_they_are(shop: Shop) -> None:
    owner = signed_in(shop.operator)
    person = of(Role.SERVICE)
    path = f"/console/members/person/{person.pk}/roles/"
    assert owner.get(path).status_code == 200
    owner.post(path, {"given": ["finance", "auditor"]})
    assert set(StaffRole.objects.filter(person=person).values_list("role", "given_by")) == {
        ("finance", shop.operator.pk),
        ("auditor", shop.operator.pk),
    }
    told = AuditEntry.objects.filter(verb=AuditVerb.APPOINTED).latest("number")
    assert (told.actor, told.facts) == (shop.operator, {"roles": ["auditor", "finance"]})
    assert signed_in(person).post(path, {"given": ["owner"]}).status_code == 403
    mine = f"/console/members/person/{shop.operator.pk}/roles/"
    owner.post(mine, {"given": []})
    shop.operator.refresh_from_db()
    assert shop.operator.is_superuser
    answer = roles.give(person=shop.operator, given=[], by=shop.operator)
    assert answer is RoleRefusal.OWN
    assert roles.give(person=shop.owner, given=[Role.OWNER], by=None) is RoleRefusal.NO_STAFF


def test_who_is_no_longer_owner_has_nothing_left_of_it(shop: Shop) -> None:
    person = of(Role.OWNER)
    assert person.is_superuser
    assert roles.give(person=person, given=[Role.AUDITOR], by=shop.operator) is None
    person.refresh_from_db()
    assert not person.is_superuser
    assert signed_in(person).get("/console/members/person/appoint/").status_code == 403


def test_today_links_only_to_what_the_reader_may_open(shop: Shop) -> None:
    del shop
    page = signed_in(of(Role.MERCHANDISER)).get("/console/").text
    assert "/console/today/days/" in page
    assert "/console/today/paid/" not in page
    assert "/console/commerce/alarm/" not in page
