"""Signing in by two at once, on PostgreSQL. Each race has a twin: without its guard it is lost."""

import hmac
import re
from typing import Any

import pytest
from django.db.models import F

from patronage.members import addresses, limits, signin
from patronage.members.limits import Limit
from patronage.members.models import Address, Allowance, Person, SentText, SignInCode
from tests.integration.commerce.play import HOME, Mall
from tests.integration.commerce.test_races import Meeting, meet_before, together

PHONE = "13800138000"


def ticket_and_code() -> tuple[str, str]:
    ticket = signin.ask_code(phone=PHONE, source="192.0.2.1")
    assert isinstance(ticket, str)
    (code,) = re.findall(r"\b\d{6}\b", SentText.objects.latest("id").text, re.ASCII)
    return ticket, code


def enter(ticket: str, code: str, source: str = "192.0.2.1") -> Person | signin.SignInRefusal:
    return signin.enter(ticket=ticket, phone=PHONE, code=code, agreed=True, source=source)


class Counting:
    """Counts how often a code is compared."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times = 0
        compare = hmac.compare_digest

        def counted(*args: Any) -> bool:
            self.times += 1
            return compare(*args)

        monkeypatch.setattr(signin.hmac, "compare_digest", counted)


def test_many_at_once_get_no_more_tries(on_postgresql: Mall, monkeypatch) -> None:
    del on_postgresql
    ticket, code = ticket_and_code()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    counting = Counting(monkeypatch)
    together(*[lambda: enter(ticket, wrong)] * 12)
    assert counting.times == signin.TRIES
    assert enter(ticket, code) is signin.SignInRefusal.WRONG_CODE


def test_tries_that_are_looked_at_first_are_many_more(on_postgresql: Mall, monkeypatch) -> None:
    """The twin: reading the tries that are left, and writing one less, lets two through as one."""
    del on_postgresql
    ticket, code = ticket_and_code()
    wrong = f"{(int(code) + 1) % 10**6:06}"
    counting, meeting = Counting(monkeypatch), Meeting(times=signin.TRIES)

    def unguarded(purpose: signin.Purpose, ticket: str, number: str, code: str) -> bool:
        row = SignInCode.objects.get(ticket=ticket)
        if row.tries_left <= 0:
            return False
        meeting.wait()
        SignInCode.objects.filter(ticket=ticket).update(tries_left=row.tries_left - 1)
        return signin.hmac.compare_digest(row.digest, signin._digest(purpose, ticket, number, code))

    monkeypatch.setattr(signin, "_use", unguarded)
    monkeypatch.setattr(signin, "take", lambda *_: True)

    def many() -> None:
        for _ in range(signin.TRIES):
            enter(ticket, wrong)

    together(many, many)
    assert counting.times > signin.TRIES


def test_one_code_lets_one_in(on_postgresql: Mall) -> None:
    del on_postgresql
    ticket, code = ticket_and_code()
    answers = together(*[lambda: enter(ticket, code)] * 2)
    assert sum(isinstance(answer, Person) for answer in answers) == 1
    assert Person.objects.filter(phone=f"+86{PHONE}").count() == 1


def test_two_browsers_sign_one_phone_up_once(on_postgresql: Mall, monkeypatch) -> None:
    """Each has a code of its own; both find nobody, and one of them makes the member."""
    first = ticket_and_code()
    on_postgresql.time.pass_by(minutes=2)
    second = ticket_and_code()
    meet_before(monkeypatch, signin, "referrer_for", Meeting())
    # From two places: at one place the count of its tries lets one wait for the other.
    answers = together(lambda: enter(*first, "192.0.2.1"), lambda: enter(*second, "192.0.2.2"))
    assert answers[0] == answers[1] == Person.objects.get(phone=f"+86{PHONE}")


def test_a_limit_holds_for_many_at_once(on_postgresql: Mall) -> None:
    del on_postgresql
    answers = together(*[lambda: limits.take("try", "someone", Limit(5, 3600))] * 12)
    assert sum(answers) == 5


def test_a_limit_that_is_looked_at_first_does_not(on_postgresql: Mall, monkeypatch) -> None:
    """The twin: two see room for one more."""
    del on_postgresql
    meeting = Meeting()

    def unguarded(*_: object) -> bool:
        row, _new = Allowance.objects.get_or_create(
            key="k", defaults={"ends_at": signin.clock.now()}
        )
        meeting.wait()
        if row.used >= 1:
            return False
        return Allowance.objects.filter(key="k").update(used=F("used") + 1) == 1

    monkeypatch.setattr(limits, "_take_one", unguarded)
    assert sum(together(*[lambda: limits.take("try", "someone", Limit(1, 3600))] * 2)) == 2


def test_two_addresses_at_once_leave_one_default(on_postgresql: Mall) -> None:
    person = on_postgresql.person()
    together(
        *[lambda: addresses.save_address(person=person, address=Address(**HOME._asdict()))] * 4
    )
    assert person.addresses.count() == 4
    assert person.addresses.filter(is_default=True).count() == 1
