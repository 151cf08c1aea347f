"""Lists of the back offices: pages by place, nothing counted, found by what an index holds."""

import re
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patronage.commerce.models import Order
from patronage.members.models import Person
from patronage.web.console.accounts import CAUSES
from patronage.web.console.payouts import WithdrawalAdmin
from patronage.web.console.persons import PersonAdmin
from patronage.web.mall.wallet import causes
from patronage.web.shared.office.selling import OrderAdmin
from tests.integration.web.conftest import signed_in
from tests.shop import Shop

PEOPLE = "/console/members/person/"
BIG = (
    *("members/person", "members/withdrawal"),
    *("commerce/order", "commerce/return", "commerce/payment", "commerce/refund"),
    *("commerce/counterpayment", "commerce/counterrefund", "commerce/alarm"),
)


@pytest.mark.parametrize(
    ("admin", "path", "model"),
    [(PersonAdmin, PEOPLE, Person), (OrderAdmin, "/console/commerce/order/", Order)],
)
def test_pages_follow_each_other_without_gap_or_repetition(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, admin: type, path: str, model: type
) -> None:
    monkeypatch.setattr(admin, "list_per_page", 2)
    browser, seen, query = signed_in(shop.operator), [], ""
    while True:
        page = browser.get(path + query).context["cl"]
        seen += [row.pk for row in page.result_list]
        if not page.next_url:
            break
        query = page.next_url
    assert seen == list(model.objects.order_by("-pk").values_list("pk", flat=True))


def test_pages_by_time_follow_each_other_where_times_are_equal(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WithdrawalAdmin, "list_per_page", 1)
    browser, rows, query = signed_in(shop.operator), [], ""
    while True:
        page = browser.get("/console/members/withdrawal/" + query).context["cl"]
        rows += page.result_list
        if not page.next_url:
            break
        query = page.next_url
    assert len(rows) == len({row.pk for row in rows}) == shop.owner.withdrawals.count() > 1
    assert all((a.requested_at, a.pk) > (b.requested_at, b.pk) for a, b in pairwise(rows))


@pytest.mark.parametrize("path", BIG)
def test_nothing_is_counted_and_little_is_asked(shop: Shop, path: str) -> None:
    browser = signed_in(shop.operator)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(f"/console/{path}/?q=13800138000").status_code == 200
    texts = [one["sql"] for one in asked if "django_session" not in one["sql"]]
    table = path.replace("/", "_")
    assert not [text for text in texts if "COUNT(" in text and table in text]
    assert len(asked) <= 20


def test_a_members_page_asks_little(shop: Shop) -> None:
    browser = signed_in(shop.operator)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(f"{PEOPLE}{shop.owner.pk}/change/").status_code == 200
    assert len(asked) <= 20, "\n".join(one["sql"][:120] for one in asked)


@pytest.mark.parametrize("after", ["nothing", "9999999", "1;DROP", ""])
def test_a_place_that_is_none_begins_at_the_start(shop: Shop, after: str) -> None:
    answer = signed_in(shop.operator).get(PEOPLE, {"after": after}, follow=True)
    assert len(answer.context["cl"].result_list) == Person.objects.count()


def test_people_are_found_by_what_they_say_of_themselves(shop: Shop) -> None:
    browser = signed_in(shop.operator)
    Person.objects.filter(pk=shop.owner.pk).update(name="王小明")

    def found(text: str, **told: str) -> list[int]:
        page = browser.get(PEOPLE, {"q": text, **told})
        return [one.pk for one in page.context["cl"].result_list]

    phone = shop.owner.phone.removeprefix("+86")
    for text in (phone, f"{phone[:3]} {phone[3:]}", "王小", shop.owner.account.upper()):
        assert found(text) == [shop.owner.pk], text
    assert found(shop.owner.referral_code) == [shop.owner.pk]
    assert found("小明") == []
    assert shop.operator.pk in found("", standing="staff")
    assert shop.owner.pk not in found("", standing="staff")
    assert found("", standing="shut") == []
    assert len(found("", standing="whatever")) == Person.objects.count()


def test_a_members_page_tells_what_they_hold_and_what_moved_it(shop: Shop) -> None:
    browser, path = signed_in(shop.operator), f"{PEOPLE}{shop.owner.pk}/"
    page = browser.get(f"{path}change/").text
    for text in ("持有", "积分", "最近变动", "最近订单", "邀请"):
        assert text in page
    numbers = [order.number for order in Order.objects.filter(person=shop.owner)]
    assert any(number in page for number in numbers)
    whole = browser.get(f"{path}statement/").text
    assert "订单完成" in whole
    assert browser.get(f"{path}statement/?before=2.0").status_code == 200
    file = browser.get(f"{path}statement/?file=csv").getvalue().decode()
    assert file.count("\r\n") > 3
    assert re.search(r"订单完成", file)
    assert browser.get(f"{path}brought/").status_code == 200
    assert browser.get(f"{PEOPLE}{shop.operator.pk}/statement/").status_code in (403, 404)


def test_every_cause_has_its_words() -> None:
    assert CAUSES.keys() == causes._WORDS.keys()
