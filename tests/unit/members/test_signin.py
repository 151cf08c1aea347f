"""Signing in by code, and what stops those who guess."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core import signing

from patronage.members import clock, consents, signin, sms
from patronage.members.models import Allowance, Person, SentText, SignInCode
from patronage.members.signin import SignInRefusal, ask_code, enter
from tests.unit.members.conftest import Time, code_sent

pytestmark = pytest.mark.django_db

PHONE = "138 0013 8000"
NUMBER = "+8613800138000"
HERE = "192.0.2.1"


def ticket_for(phone: str = PHONE, source: str = HERE) -> str:
    ticket = ask_code(phone=phone, source=source)
    assert not isinstance(ticket, SignInRefusal), ticket
    return ticket


def come_in(ticket: str, code: str, **other) -> Person | SignInRefusal:
    fields = {"phone": PHONE, "agreed": True, "source": HERE, **other}
    return enter(ticket=ticket, code=code, **fields)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_an_unknown_phone_signs_up_and_a_known_one_signs_in(time: Time) -> None:
    new = come_in(ticket_for(), code_sent(NUMBER))
    assert isinstance(new, Person)
    assert (new.phone, new.joined_at, new.has_usable_password()) == (NUMBER, clock.now(), False)
    time.pass_by(minutes=2)
    assert come_in(ticket_for(), code_sent(NUMBER)) == new


def test_consent_is_kept_with_version_and_date_once_each(time: Time, monkeypatch) -> None:
    asked = clock.now()
    person = come_in(ticket_for(), code_sent(NUMBER))
    time.pass_by(days=1)
    come_in(ticket_for(), code_sent(NUMBER))
    kept = {(c.document, c.version, c.agreed_at) for c in person.consents.all()}
    assert kept == {(d, version, asked) for d, version in consents.IN_FORCE.items()}
    monkeypatch.setattr(consents, "IN_FORCE", {**consents.IN_FORCE, "terms": "2027-01-01"})
    time.pass_by(days=1)
    come_in(ticket_for(), code_sent(NUMBER))
    assert person.consents.count() == 4


def test_nobody_comes_in_without_consent() -> None:
    ticket = ticket_for()
    assert come_in(ticket, code_sent(NUMBER), agreed=False) is SignInRefusal.CONSENT_NEEDED
    assert not Person.objects.exists()
    assert isinstance(come_in(ticket, code_sent(NUMBER)), Person)


def test_a_code_works_once() -> None:
    ticket, code = ticket_for(), code_sent(NUMBER)
    assert isinstance(come_in(ticket, code), Person)
    assert come_in(ticket, code) is SignInRefusal.WRONG_CODE


def test_a_code_expires(time: Time) -> None:
    ticket, code = ticket_for(), code_sent(NUMBER)
    time.pass_by(minutes=signin.CODE_MINUTES)
    assert come_in(ticket, code) is SignInRefusal.WRONG_CODE


def test_a_code_belongs_to_its_phone_and_to_who_asked_for_it() -> None:
    ticket, code = ticket_for(), code_sent(NUMBER)
    other = ticket_for("13800138001")
    assert come_in(other, code) is SignInRefusal.WRONG_CODE
    assert come_in(other, code, phone="13800138001") is SignInRefusal.WRONG_CODE
    assert come_in("", code) is SignInRefusal.WRONG_CODE
    assert come_in(ticket, code, phone="13800138001") is SignInRefusal.WRONG_CODE
    assert isinstance(come_in(ticket, f" {code} "), Person)


def test_a_code_stands_a_few_wrong_tries_and_then_not_the_right_one() -> None:
    ticket, code = ticket_for(), code_sent(NUMBER)
    for _ in range(signin.TRIES):
        assert come_in(ticket, wrong(code)) is SignInRefusal.WRONG_CODE
    assert come_in(ticket, code) is SignInRefusal.WRONG_CODE


def test_guessing_from_one_source_ends() -> None:
    """A thief with many codes of a phone gets so many tries in an hour, whatever they ask for."""
    answers = [come_in("no such ticket", "000000") for _ in range(61)]
    assert answers[:60] == [SignInRefusal.WRONG_CODE] * 60
    assert answers[60] is SignInRefusal.TOO_OFTEN
    ticket, code = ticket_for(), code_sent(NUMBER)
    assert come_in(ticket, code) is SignInRefusal.TOO_OFTEN
    assert isinstance(come_in(ticket, code, source="192.0.2.2"), Person)


def test_guessing_from_many_sources_ends_too(time: Time) -> None:
    """Of however many sources a phone gets ten codes a day, then one an hour; five tries each."""
    tickets = []
    for n in range(19 * 6):  # to the end of the day in UTC
        tickets.append(ask_code(phone=PHONE, source=f"198.51.100.{n}"))
        time.pass_by(minutes=10)
    assert 10 + 17 <= sum(not isinstance(ticket, SignInRefusal) for ticket in tickets) <= 10 + 19


def test_a_stranger_keeps_nobody_out(new_member, time: Time) -> None:
    """Who asks for codes of another's phone uses up their own, and never those of its owner."""
    owner = new_member()
    device = signin.device_of(owner)
    for n in range(40):
        ask_code(phone=owner.phone, source=HERE if n % 2 else f"198.51.100.{n}")
        time.pass_by(minutes=1)
    asked = {"phone": owner.phone, "source": "192.0.2.9"}
    assert ask_code(**asked) is SignInRefusal.TOO_OFTEN
    # Where the phone signed in before, nothing was asked for yet.
    ticket = ask_code(**asked, device=device)
    assert isinstance(come_in(ticket, code_sent(owner.phone), phone=owner.phone), Person)
    assert ask_code(**asked, device=device) is SignInRefusal.TOO_SOON
    # And elsewhere there is a code within the hour.
    time.pass_by(hours=1)
    assert not isinstance(ask_code(**asked), SignInRefusal)


def test_a_device_is_its_phones_alone_and_believed_for_a_year(new_member, time: Time) -> None:
    owner, other = new_member(), new_member()
    device = signin.device_of(owner)
    for n in range(40):
        ask_code(phone=other.phone, source=f"198.51.100.{n}")
        time.pass_by(minutes=1)
    asked = {"phone": other.phone, "source": "192.0.2.9"}
    for wrong_one in (device, "x", signin.device_of(other)[:-1], signing.dumps("x", salt="device")):
        assert ask_code(**asked, device=wrong_one) is SignInRefusal.TOO_OFTEN
        time.pass_by(minutes=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(signin, "DEVICE_KEPT", timedelta(seconds=-1))
        assert ask_code(**asked, device=signin.device_of(other)) is SignInRefusal.TOO_OFTEN


def test_a_device_has_limits_too(new_member, time: Time) -> None:
    owner = new_member()
    device = signin.device_of(owner)
    answers = []
    for _ in range(8):
        answers.append(ask_code(phone=owner.phone, source=HERE, device=device))
        time.pass_by(minutes=2)
    assert answers[5:] == [SignInRefusal.TOO_OFTEN] * 3


def test_a_phone_is_not_flooded(time: Time) -> None:
    answers = []
    for _ in range(8):
        answers.append(ask_code(phone=PHONE, source=HERE))
        time.pass_by(minutes=2)
    assert [answer for answer in answers if isinstance(answer, SignInRefusal)] == [
        SignInRefusal.TOO_OFTEN
    ] * 3
    assert SentText.objects.count() == 5
    time.pass_by(hours=1)
    ticket_for()
    assert ask_code(phone=PHONE, source=HERE) is SignInRefusal.TOO_SOON


def test_a_source_does_not_flood_many_phones() -> None:
    answers = [ask_code(phone=f"138001{n:05}", source=HERE) for n in range(31)]
    assert answers[30] is SignInRefusal.TOO_OFTEN
    assert SentText.objects.count() == 30
    ticket_for("13900139000", source="192.0.2.2")


def test_asking_tells_nothing_of_who_is_a_member(new_member) -> None:
    """Known, unknown and blocked phones get the same: a ticket, a text, the same queries."""
    known, blocked = new_member(), new_member(is_active=False)
    for phone in (known.phone, blocked.phone, NUMBER):
        assert len(ask_code(phone=phone, source=HERE)) == 43
        assert SentText.objects.filter(phone=phone).count() == 1


def test_who_is_blocked_hears_it_with_the_right_code_only(new_member) -> None:
    blocked = new_member(is_active=False)
    ticket, code = ticket_for(blocked.phone), code_sent(blocked.phone)
    assert come_in(ticket, wrong(code), phone=blocked.phone) is SignInRefusal.WRONG_CODE
    assert come_in(ticket, code, phone=blocked.phone) is SignInRefusal.BLOCKED


def test_codes_are_stored_hashed() -> None:
    ticket_for()
    row = SignInCode.objects.get()
    assert code_sent(NUMBER) not in (row.digest, row.ticket)
    assert HERE not in Allowance.objects.values_list("key", flat=True)


def test_what_is_over_is_forgotten(time: Time) -> None:
    ticket_for()
    time.pass_by(days=3)
    ticket_for("13800138001")
    assert SignInCode.objects.get().phone == "+8613800138001"
    assert not Allowance.objects.filter(ends_at__lt=clock.now()).exists()


def test_a_text_that_is_not_sent_is_said_so(monkeypatch, caplog) -> None:
    class Down:
        def send_code(self, **_: object) -> None:
            raise sms.SmsError("the provider is down")

    monkeypatch.setattr(sms, "sender", Down)
    assert ask_code(phone=PHONE, source=HERE) is SignInRefusal.NOT_SENT
    assert "the provider is down" in caplog.text


def test_without_a_provider_no_code_leaves_but_in_a_demo(settings, caplog) -> None:
    settings.DEMO = False
    assert ask_code(phone=PHONE, source=HERE) is SignInRefusal.NOT_SENT
    assert not SentText.objects.exists()
    assert "PATRONAGE_SMS" in caplog.text


def test_a_bad_number_is_said_so() -> None:
    assert ask_code(phone="12345", source=HERE) is SignInRefusal.BAD_PHONE
    assert come_in("", "", phone="12345") is SignInRefusal.BAD_PHONE


def test_the_log_tells_the_code_in_a_demo(caplog) -> None:
    assert django_settings.DEMO
    caplog.set_level("INFO")
    ticket_for()
    assert code_sent(NUMBER) in caplog.text
