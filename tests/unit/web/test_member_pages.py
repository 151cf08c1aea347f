"""The pages of what is a member's own."""

import hashlib
import json
import re
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from patronage import ledger
from patronage.members import clock, closing
from patronage.members.consents import IN_FORCE, record_consents
from patronage.members.models import Address, Document, Level, Person
from tests.unit.members.conftest import NOON
from tests.unit.members.test_addresses import address

pytestmark = pytest.mark.django_db

PAGES = (
    "/mine/",
    "/mine/profile/",
    "/mine/consents/",
    "/mine/addresses/",
    "/mine/addresses/add/",
    "/mine/referral/",
    "/mine/leave/",
)
FORM = {
    "name": "李雷",
    "phone": "13800138000",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "文三路 1 号",
}

# What a version's text says, in both languages. Another text needs another date in `IN_FORCE`.
TEXTS = {
    ("terms", "2026-11-24"): "fc455738069ce9d8",
    ("privacy", "2026-11-26"): "4a591a8f3eb4108e",
    ("points", "2026-11-24"): "b0332a09b1263d43",
}


@pytest.fixture(autouse=True)
def _at_noon():
    with clock.at(NOON):
        yield


@pytest.fixture
def me() -> Person:
    person = Person.objects.create_user(phone="+8613800138000", name="李雷")
    record_consents(person)
    return person


@pytest.fixture
def mine(client: Client, me: Person) -> Client:
    client.force_login(me)
    return client


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_there_private_and_cheap(
    mine: Client, path: str, language: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(12):
        answer = mine.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", answer.text)


def test_who_is_not_signed_in_is_led_there(client: Client) -> None:
    assert 'href="/sign-in/"' in client.get("/mine/").text
    for path in PAGES[1:]:
        assert client.get(path)["Location"].startswith("/sign-in/?next=")


def test_level_and_partner_show(mine: Client) -> None:
    assert "银卡" not in mine.get("/mine/").text
    Level.objects.create(name="银卡", from_nano=0, is_partner=True)
    page = mine.get("/mine/").text
    assert "银卡" in page
    assert "合伙人" in page


def test_a_name_is_changed_and_a_phone_is_not(mine: Client, me: Person) -> None:
    mine.post("/mine/profile/", {"name": "韩梅梅", "phone": "x", "is_staff": "on"})
    changed = Person.objects.get()
    assert (changed.name, changed.phone, changed.is_staff) == ("韩梅梅", me.phone, False)
    assert "40" in mine.post("/mine/profile/", {"name": "x" * 41}).text


def test_addresses_come_and_go(mine: Client, me: Person) -> None:
    assert mine.post("/mine/addresses/add/", FORM)["Location"] == "/mine/addresses/"
    mine.post("/mine/addresses/add/", {**FORM, "street": "二"})
    first, second = me.addresses.order_by("id")
    assert (first.is_default, second.is_default) == (True, False)
    mine.post(f"/mine/addresses/{second.id}/default/")
    assert me.addresses.get(is_default=True) == second
    mine.post(f"/mine/addresses/{first.id}/", {**FORM, "city": "宁波市"})
    assert Address.objects.get(id=first.id).city == "宁波市"
    mine.post(f"/mine/addresses/{second.id}/delete/")
    assert me.addresses.get() == first
    assert me.addresses.get().is_default


def test_an_address_leads_back_to_where_it_was_needed(mine: Client) -> None:
    page = mine.get("/mine/addresses/add/", {"next": "/cart/?a=1"}).text
    assert 'value="/cart/?a=1"' in page
    answer = mine.post("/mine/addresses/add/", {**FORM, "next": "/cart/?a=1"})
    assert answer["Location"] == "/cart/?a=1"
    answer = mine.post("/mine/addresses/add/", {**FORM, "next": "//evil.example"})
    assert answer["Location"] == "/mine/addresses/"


@pytest.mark.parametrize(
    ("field", "value"),
    [("phone", "call me"), ("phone", "1"), ("province", "Atlantis"), ("city", ""), ("street", "")],
)
def test_a_bad_address_is_said_so(mine: Client, field: str, value: str) -> None:
    page = mine.post("/mine/addresses/add/", {**FORM, field: value})
    assert page.status_code == 200
    assert f'id="id_{field}_error"' in page.text
    assert not Address.objects.exists()


def test_anothers_address_is_not_found(mine: Client) -> None:
    other = address(person=Person.objects.create_user(phone="+8613900139000"), is_default=True)
    other.save()
    for tail in ("", "default/", "delete/"):
        assert mine.post(f"/mine/addresses/{other.id}/{tail}", FORM).status_code == 404
    assert mine.get(f"/mine/addresses/{other.id}/").status_code == 404
    assert Address.objects.get().city == "杭州市"


def test_link_code_and_poster_lead_to_me(mine: Client, me: Person) -> None:
    link = f"http://testserver/sign-in/?ref={me.referral_code}"
    assert link in mine.get("/mine/referral/").text
    for path in ("code.svg", "poster.svg"):
        answer = mine.get(f"/mine/referral/{path}")
        assert answer["Content-Type"] == "image/svg+xml"
        assert ET.fromstring(answer.text).tag.endswith("svg")  # noqa: S314  (it is ours)
    assert "惠顾商城" in answer.text
    assert (
        "Patronage Mall"
        in mine.get("/mine/referral/poster.svg", headers={"Accept-Language": "en"}).text
    )
    assert "attachment" in mine.get("/mine/referral/poster.svg?keep")["Content-Disposition"]


def test_whom_i_brought_is_masked(mine: Client, me: Person) -> None:
    Person.objects.create_user(phone="+8613900139000", name="韩梅梅", referrer=me)
    page = mine.get("/mine/referral/").text
    assert "139****9000" in page
    assert "韩梅梅" not in page


def test_a_new_version_waits_for_consent(mine: Client, me: Person, monkeypatch) -> None:
    assert "新版本已生效" not in mine.get("/mine/consents/").text
    monkeypatch.setitem(IN_FORCE, Document.TERMS, "2027-01-01")
    assert "新版本已生效" in mine.get("/mine/consents/").text
    mine.post("/mine/consents/")
    assert "新版本已生效" not in mine.get("/mine/consents/").text
    assert me.consents.count() == 4


def test_my_data_is_a_file(mine: Client, me: Person) -> None:
    answer = mine.get("/mine/data/")
    assert answer["Content-Disposition"] == 'attachment; filename="patronage-20260301.json"'
    assert json.loads(answer.text)["profile"]["phone"] == me.phone


def test_leaving_is_asked_twice_and_then_done(mine: Client, me: Person) -> None:
    assert "请先勾选确认" in mine.post("/mine/leave/").text
    assert Person.objects.get().phone == me.phone
    assert "账号已注销" in mine.post("/mine/leave/", {"sure": "on"}).text
    assert Person.objects.get().closed_at == NOON
    assert "您还没有登录" in mine.get("/mine/").text


def test_what_stands_against_leaving_is_said(mine: Client, monkeypatch) -> None:
    held = ledger.AccountView("a", "member", 1, 0, 0, 0, 0, Fraction(0), 0, 0)
    monkeypatch.setattr(closing, "holding_of", lambda _person: held)
    assert "请先卖出" in mine.post("/mine/leave/", {"sure": "on"}).text
    assert "请先卖出" in mine.get("/mine/leave/").text
    assert Person.objects.get().closed_at is None


@pytest.mark.parametrize("document", Document)
def test_a_text_that_changed_has_a_new_date(document: Document) -> None:
    said = ""
    for language in ("zh-hans", "en"):
        with override(language):
            page = render_to_string(
                f"mall/documents/{document}.html", {"company": "Patronage", "version": ""}
            )
            said += page.split("<article")[1].split("</article>")[0]
    # Its words, whatever the markup.
    said = " ".join(re.sub(r"<[^>]+>", " ", said).split())
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    assert TEXTS[document.value, IN_FORCE[document]] == digest


@pytest.mark.parametrize("name", Document.values)
def test_documents_are_public(client: Client, name: str) -> None:
    page = client.get(f"/documents/{name}/").text
    assert f"版本 {IN_FORCE[Document(name)]}" in page
    assert client.get("/documents/none/").status_code == 404
