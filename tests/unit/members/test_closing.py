"""Closing an account: values first, then nothing is left that tells who it was."""

import json
from fractions import Fraction

import pytest
from django.contrib.auth import get_user
from django.db import connection

from patronage import ledger
from patronage.members import clock, closing, export
from patronage.members.closing import ClosingRefusal, close_account
from patronage.members.consents import record_consents
from patronage.members.models import FormerPhone, Person
from patronage.members.phones import digest_of
from tests.unit.members.conftest import Time, orders
from tests.unit.members.test_addresses import address

pytestmark = pytest.mark.django_db

EMPTY = ledger.AccountView("a", "member", 0, 0, 0, 0, 0, Fraction(0), 0, 0)


def hold(monkeypatch, **figures: int) -> None:
    view = EMPTY._replace(**figures)
    monkeypatch.setattr(closing, "holding_of", lambda _person: view)


@pytest.mark.parametrize(
    ("figures", "refusal"),
    [
        ({"points": 1}, ClosingRefusal.POINTS_HELD),
        ({"coins": 1}, ClosingRefusal.COINS_HELD),
        ({"cash": 1}, ClosingRefusal.CASH_HELD),
        ({"dividend": 1}, ClosingRefusal.CASH_HELD),
    ],
)
def test_values_are_settled_first(monkeypatch, new_member, figures, refusal) -> None:
    person = new_member()
    hold(monkeypatch, **figures)
    assert close_account(person=person, orders=orders()) == [refusal]
    assert Person.objects.get().phone == person.phone


def test_all_that_stands_against_it_is_said_at_once(monkeypatch, new_member) -> None:
    hold(monkeypatch, points=1, coins=1, cash=1)
    assert close_account(person=new_member(), orders=orders(are_open=True)) == [
        ClosingRefusal.ORDERS_OPEN,
        ClosingRefusal.POINTS_HELD,
        ClosingRefusal.COINS_HELD,
        ClosingRefusal.CASH_HELD,
    ]


def test_quota_alone_keeps_nobody(monkeypatch, new_member) -> None:
    hold(monkeypatch, quota=1)
    assert close_account(person=new_member(), orders=orders()) == []


def test_staff_do_not_close_their_account_here() -> None:
    staff = Person.objects.create_superuser("a@example.com", "x")
    assert close_account(person=staff, orders=orders()) == [ClosingRefusal.STAFF]


def test_nothing_tells_who_it_was(time: Time, new_member, rf, client) -> None:
    person = new_member(name="李雷")
    phone, code, account = person.phone, person.referral_code, person.account
    record_consents(person)
    address(person=person).save()
    client.force_login(person)
    time.pass_by(days=1)
    assert close_account(person=person, orders=orders()) == []
    left = Person.objects.get()
    assert (left.phone, left.email, left.name, left.is_active) == (None, None, "", False)
    assert (left.account, left.closed_at) == (account, clock.now())
    assert left.referral_code != code
    assert not left.addresses.exists()
    assert not left.consents.exists()
    assert [former.digest for former in FormerPhone.objects.all()] == [digest_of(phone)]
    request = rf.get("/")
    request.session = client.session
    assert get_user(request).is_anonymous
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            assert not any(phone[3:] in str(row) or "李雷" in str(row) for row in cursor), table
    assert close_account(person=person, orders=orders()) == []


def test_what_is_stored_of_a_member_is_theirs_to_have(new_member) -> None:
    person = new_member(name="李雷")
    new_member(referrer=person)
    record_consents(person)
    address(person=person, is_default=True).save()
    data = json.loads(json.dumps(export.export_of(person, orders())))
    assert data["profile"]["phone"] == person.phone
    assert data["profile"]["name"] == "李雷"
    assert {c["document"] for c in data["consents"]} == {"terms", "privacy", "points"}
    assert data["addresses"][0]["street"] == "文三路 1 号"
    assert data["referred"] == [{"phone": "139****0001", "joined_at": "2026-03-01T04:00:00+00:00"}]
    assert data["ledger"] == {"account": None, "statement": []}
