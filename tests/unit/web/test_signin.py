"""Signing in and out, by the page."""

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse

from patronage.members import clock, sms
from patronage.members.models import Person, SentText
from tests.unit.members.conftest import NOON, code_sent

pytestmark = pytest.mark.django_db

NUMBER = "+8613800138000"


@pytest.fixture(autouse=True)
def _at_noon():
    with clock.at(NOON):
        yield


def ask(client: Client, phone: str = NUMBER, **headers):
    return client.post("/sign-in/code/", {"phone": phone}, headers=headers)


def come_in(client: Client, code: str | None = None, phone: str = NUMBER, **sent):
    sent = {"phone": phone, "code": code or code_sent(phone), "agreed": "on", **sent}
    return client.post("/sign-in/", sent)


def referrer(**fields) -> Person:
    return Person.objects.create_user(phone="+8613900139000", **fields)


def test_one_form_signs_up_and_in(client: Client) -> None:
    assert "手机号码" in client.get("/sign-in/").text
    page = ask(client, "138 0013 8000").text
    assert "验证码短信正在发送" in page
    assert "138 0013 8000" in page
    answer = come_in(client, phone="138 0013 8000", code=code_sent(NUMBER))
    assert (answer.status_code, answer["Location"]) == (302, "/mine/")
    person = Person.objects.get()
    assert get_user(client) == person
    assert person.consents.count() == 3
    assert "138****8000" in client.get("/mine/").text
    client.post("/sign-out/")
    assert get_user(client).is_anonymous
    with clock.at(NOON.replace(hour=8)):
        ask(client)
        come_in(client)
    assert get_user(client) == person


def test_the_session_is_new_after_signing_in(client: Client) -> None:
    """A session that someone else planted is worth nothing."""
    ask(client)
    before = client.session.session_key
    come_in(client)
    assert client.session.session_key != before
    assert "sign_in_ticket" not in client.session


def test_what_is_wrong_is_said_beside_its_field(client: Client) -> None:
    page = client.post("/sign-in/", {}).text
    for sentence in ("请输入中国大陆的 11 位手机号码", "请输入短信中的验证码", "请先阅读并同意"):
        assert sentence in page
    ask(client)
    wrong = f"{(int(code_sent(NUMBER)) + 1) % 10**6:06}"
    assert "验证码错误或已过期" in come_in(client, wrong).text
    assert "请先阅读并同意" in come_in(client, agreed="").text
    assert not Person.objects.exists()
    assert come_in(client).status_code == 302


def test_a_code_is_of_no_use_in_another_browser(client: Client) -> None:
    ask(client)
    assert "验证码错误或已过期" in come_in(Client()).text
    assert come_in(client).status_code == 302


def test_known_and_unknown_numbers_look_the_same() -> None:
    known = referrer()
    pages = [ask(Client(), phone) for phone in (known.phone, NUMBER)]
    texts = [page.text.replace(known.phone, NUMBER) for page in pages]
    tokens = [page.context["csrf_token"] for page in pages]
    texts = [text.replace(str(token), "") for text, token in zip(texts, tokens, strict=True)]
    assert texts[0] == texts[1]
    wrong = [come_in(Client(), "000000", phone).text for phone in (known.phone, NUMBER)]
    assert all("验证码错误或已过期" in text for text in wrong)


def test_asking_again_at_once_is_refused(client: Client) -> None:
    ask(client)
    answer = ask(client, HX_Request="true")
    assert "请一分钟后再获取" in answer.text
    assert "<html" not in answer.text
    assert SentText.objects.count() == 1


def test_a_provider_that_is_down_is_said_so(client: Client, monkeypatch) -> None:
    class Down:
        def send_code(self, **_: object) -> None:
            raise sms.SmsError("down")

    monkeypatch.setattr(sms, "sender", Down)
    assert "验证码未能发送" in ask(client).text


@pytest.mark.parametrize(
    ("to", "then"),
    [
        ("/cart/", "/cart/"),
        ("/mine/addresses/?a=1", "/mine/addresses/?a=1"),
        ("https://evil.example/", "/mine/"),
        ("//evil.example/", "/mine/"),
        ("javascript:alert(1)", "/mine/"),
        ("", "/mine/"),
    ],
)
def test_one_comes_back_to_a_page_of_ours_only(client: Client, to: str, then: str) -> None:
    ask(client)
    assert come_in(client, next=to)["Location"] == then
    assert client.get("/sign-in/", {"next": to})["Location"] == then


def test_whoever_is_signed_in_needs_no_form(client: Client) -> None:
    client.force_login(referrer())
    for answer in (client.get("/sign-in/"), client.post("/sign-in/"), ask(client)):
        assert (answer.status_code, answer["Location"]) == (302, "/mine/")
    assert not SentText.objects.exists()


def test_a_member_has_no_password_to_sign_in_by(client: Client) -> None:
    ask(client)
    come_in(client)
    assert not Person.objects.get().has_usable_password()


def test_an_invitation_is_kept_until_sign_up(client: Client) -> None:
    first = referrer()
    client.get("/", {"ref": first.referral_code})
    client.get("/cart/")
    assert "139****9000" in client.get("/sign-in/").text
    ask(client)
    come_in(client)
    assert Person.objects.get(phone=NUMBER).referrer == first
    assert client.cookies["ref"].value == ""


def test_the_first_valid_invitation_counts(client: Client) -> None:
    first = referrer()
    second = Person.objects.create_user(phone="+8613900139001")
    client.get("/", {"ref": "nobody22"})
    assert "ref" not in client.cookies
    client.get("/", {"ref": first.referral_code})
    client.get("/", {"ref": second.referral_code})
    assert client.cookies["ref"].value == first.referral_code
    first.is_active = False
    first.save()
    client.get("/", {"ref": second.referral_code})
    assert client.cookies["ref"].value == second.referral_code


def test_the_cookie_of_an_invitation_is_no_scripts(client: Client) -> None:
    client.get("/", {"ref": referrer().referral_code})
    cookie = client.cookies["ref"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_ones_own_invitation_binds_nobody(client: Client) -> None:
    """Who is a member already stays as they are, whatever link they follow."""
    me = Person.objects.create_user(phone=NUMBER)
    client.get("/", {"ref": me.referral_code})
    ask(client)
    come_in(client)
    assert Person.objects.get().referrer is None


def test_the_inbox_is_there_in_a_demo_only(client: Client, settings) -> None:
    ask(client)
    assert code_sent(NUMBER) in client.get("/dev/inbox/").text
    settings.DEMO = False
    assert client.get("/dev/inbox/").status_code == 404


def test_codes_are_posted(client: Client) -> None:
    assert client.get("/sign-in/code/").status_code == 405
    assert client.get("/sign-out/").status_code == 405
    assert Client(enforce_csrf_checks=True).post("/sign-in/").status_code == 403
    assert reverse("sign_in") == "/sign-in/"
