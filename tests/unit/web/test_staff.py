"""Staff sign in by e-mail, password and a code of their app."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.contrib.auth import get_user
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client

from patronage.members.models import AuditEntry, Person
from patronage.web.shared import second_factor, staff
from patronage.web.shared.second_factor import code_now
from patronage.web.shared.staff import StaffRefusal

pytestmark = pytest.mark.django_db

EMAIL, PASSWORD = "operator@example.com", "correct horse"


@pytest.fixture(autouse=True)
def operator() -> Person:
    cache.clear()
    return Person.objects.create_superuser(EMAIL, PASSWORD, name="运营")


def give_password(client: Client, password: str = PASSWORD, email: str = EMAIL):
    return client.post("/staff/sign-in/?next=/console/", {"login": email, "password": password})


def app() -> Authenticator:
    return Authenticator.objects.get(type=Authenticator.Type.TOTP)


def wrong(code: str) -> str:
    return f"{(int(code) + 500_000) % 10**6:06}"


def test_a_password_leads_to_the_code_and_the_code_in(client: Client, operator: Person) -> None:
    second_factor.enrol(operator)
    assert client.get("/console/", follow=True).redirect_chain[-1][0].startswith("/staff/sign-in/")
    answer = give_password(client)
    assert answer["Location"] == "/staff/sign-in/code/"
    assert get_user(client).is_anonymous
    assert "动态码" in client.get("/staff/sign-in/code/").text
    assert (
        "验证码错误" in client.post("/staff/sign-in/code/", {"code": wrong(code_now(app()))}).text
    )
    answer = client.post("/staff/sign-in/code/", {"code": code_now(app())})
    assert answer["Location"] == "/console/"
    assert get_user(client) == operator
    assert operator.devices.count() == 1
    assert client.get("/console/").status_code == 200


def test_a_code_works_once(client: Client, operator: Person) -> None:
    second_factor.enrol(operator)
    code = code_now(app())
    give_password(client)
    assert client.post("/staff/sign-in/code/", {"code": code}).status_code == 302
    thief = Client()
    give_password(thief)
    assert "验证码错误" in thief.post("/staff/sign-in/code/", {"code": code}).text


def test_who_has_no_app_sets_one_up_first(client: Client, operator: Person) -> None:
    give_password(client)
    for path in ("/console/", "/", "/mine/"):
        assert client.get(path)["Location"] == "/staff/security/app/"
    # What guards the account is changed only by who knows the password just now.
    again = client.get("/staff/security/app/")["Location"]
    assert "密码错误" in client.post(again, {"password": "x"}).text
    page = client.post(again, {"password": PASSWORD}, follow=True)
    assert page.request["PATH_INFO"] == "/staff/security/app/"
    assert "data:image/svg+xml" in page.text
    assert "验证码错误" in client.post("/staff/security/app/", {"code": "x"}).text
    secret = page.context["form"].secret
    counter = next(auth.yield_hotp_counters_from_time())
    code = auth.format_hotp_value(auth.hotp_value(secret, counter))
    answer = client.post("/staff/security/app/", {"code": code}, follow=True)
    assert answer.request["PATH_INFO"] == "/staff/security/codes/"
    assert client.get("/console/").status_code == 200
    assert get_user(client) == operator
    assert operator.devices.count() == 1


def test_secrets_are_stored_encrypted(operator: Person, settings) -> None:
    second_factor.enrol(operator)
    code = code_now(app())
    assert len(app().data["secret"]) > 60
    settings.SECRET_KEY = "another"  # noqa: S105
    assert not app().wrap().validate_code(code)


def test_guessing_passwords_ends(client: Client) -> None:
    for n in range(5):
        assert "邮箱或密码错误" in give_password(client, f"guess {n}").text
    assert "尝试次数过多" in give_password(client).text
    assert get_user(client).is_anonymous


def test_guessing_codes_ends(client: Client, operator: Person) -> None:
    second_factor.enrol(operator)
    give_password(client)
    for _ in range(5):
        client.post("/staff/sign-in/code/", {"code": wrong(code_now(app()))})
    assert "尝试次数过多" in client.post("/staff/sign-in/code/", {"code": code_now(app())}).text


def test_unknown_and_known_addresses_look_the_same(client: Client) -> None:
    known = give_password(client, "wrong").text
    unknown = give_password(client, "wrong", "nobody@example.com").text
    assert "邮箱或密码错误" in known
    assert "邮箱或密码错误" in unknown


def test_who_is_no_staff_has_no_use_of_a_password(client: Client) -> None:
    left = Person.objects.create_user(email="left@example.com")
    left.set_password(PASSWORD)
    left.save()
    answer = give_password(client, email="left@example.com")
    assert answer["Location"] == "/staff/sign-in/"
    assert get_user(client).is_anonymous


def test_members_find_no_way_to_a_password(client: Client) -> None:
    member = Person.objects.create_user(phone="+8613800138000")
    client.force_login(member)
    page = client.get("/staff/security/app/")
    assert page.status_code == 403
    assert "请先退出" in page.text
    for path in ("/staff/sign-up/", "/staff/password/reset/", "/accounts/login/"):
        assert Client().get(path).status_code == 404


def test_each_page_is_there_in_both_languages(client: Client, operator: Person) -> None:
    second_factor.enrol(operator)
    give_password(client)
    client.post("/staff/sign-in/code/", {"code": code_now(app())})
    for language in ("zh-hans", "en"):
        for path in ("", "app/remove/", "codes/", "codes/new/"):
            answer = client.get(
                f"/staff/security/{path}", headers={"accept-language": language}, follow=True
            )
            assert answer.status_code in (200, 404), path
            assert "unsafe" not in answer["Content-Security-Policy"]


def test_staff_have_no_phone_to_sign_in_by() -> None:
    """A text message must not open the console."""
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create_user(phone="+8613800138000", is_staff=True)


def test_who_is_appointed_signs_in_by_the_password_shown_once(client: Client) -> None:
    made = staff.appoint(email=" New@Example.com ", name="店员")
    assert isinstance(made, staff.Access)
    assert (made.person.email, made.person.is_superuser) == ("new@example.com", False)
    assert staff.appoint(email="NEW@example.com") is StaffRefusal.EMAIL_TAKEN
    assert staff.appoint(email="new") is StaffRefusal.BAD_EMAIL
    answer = give_password(client, made.password, "new@example.com")
    assert client.get(answer["Location"])["Location"] == "/staff/security/app/"


def test_a_new_password_and_app_end_the_old_ones(client: Client, operator: Person) -> None:
    second_factor.enrol(operator)
    give_password(client)
    client.post("/staff/sign-in/code/", {"code": code_now(app())})
    assert get_user(client) == operator
    assert operator.devices.count() == 1
    made = staff.renew(email=EMAIL.upper())
    assert isinstance(made, staff.Access)
    assert get_user(client).is_anonymous
    assert Authenticator.objects.count() == 0
    assert "错误" in give_password(Client()).text
    assert give_password(Client(), made.password)["Location"] != "/staff/sign-in/"
    Person.objects.create_user(phone="+8613800138000", email="member@example.com")
    assert staff.renew(email="member@example.com") is StaffRefusal.UNKNOWN


def test_a_password_is_changed_by_our_rules_alone(client: Client, operator: Person) -> None:
    second_factor.enrol(operator)
    give_password(client)
    client.post("/staff/sign-in/code/", {"code": code_now(app())})
    assert client.get("/console/password_change/")["Location"] == "/staff/password/"
    assert client.post("/console/password_change/", {"new_password1": "x"}).status_code == 302

    def change(old: str, new: str, again: str = "") -> str:
        told = {"oldpassword": old, "password1": new, "password2": again or new}
        answer = client.post("/staff/password/", told)
        return answer.get("Location", "") or answer.text

    assert "密码错误" in change("wrong", "battery staple 7")
    for weak in ("short", "operator@example"):
        assert "field__error" in change(PASSWORD, weak)
    assert "field__error" in change(PASSWORD, "battery staple 7", "battery staple 8")
    operator.refresh_from_db()
    assert operator.check_password(PASSWORD)
    assert change(PASSWORD, "battery staple 7") == "/staff/security/"
    operator.refresh_from_db()
    assert operator.check_password("battery staple 7")
    assert get_user(client) == operator
    assert operator.devices.count() == 1


def test_sign_ins_and_failures_are_recorded(client: Client, operator: Person) -> None:
    second_factor.enrol(operator)
    give_password(client, "wrong")
    give_password(client, "wrong", "nobody@example.com")
    give_password(client)
    client.post("/staff/sign-in/code/", {"code": wrong(code_now(app()))})
    client.post("/staff/sign-in/code/", {"code": code_now(app())})
    entries = AuditEntry.objects.order_by("number")
    assert [(one.verb, one.subject_id, one.facts.get("step")) for one in entries] == [
        ("sign_in_failed", str(operator.pk), "password"),
        ("sign_in_failed", "", "password"),
        ("sign_in_failed", str(operator.pk), "code"),
        ("signed_in", str(operator.pk), None),
    ]
    assert entries[3].actor == operator
    assert entries[0].facts["from"] == "127.0.0.1"
