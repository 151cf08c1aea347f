"""The pay PIN, and what stops those who guess it."""

from collections.abc import Callable

import pytest

from patronage.members import clock, pins, signin
from patronage.members.models import Person, Pin
from patronage.members.pins import PinRefusal, change_pin, set_pin, try_pin
from patronage.members.signin import SignInRefusal
from tests.unit.members.conftest import Time, code_sent

pytestmark = pytest.mark.django_db

HERE = "192.0.2.1"
RIGHT, OTHER = "142857", "903147"


@pytest.fixture
def person(new_member: Callable[..., Person]) -> Person:
    return new_member()


def give_pin(person: Person, pin: str = RIGHT) -> None:
    ticket = pins.ask_code(person=person, source=HERE)
    assert isinstance(ticket, str)
    code = code_sent(person.phone)
    told = set_pin(person=person, ticket=ticket, code=code, pin=pin, source=HERE)
    assert told is None, told


def test_a_pin_is_set_by_a_code_and_then_tried(person: Person) -> None:
    assert try_pin(person, RIGHT) is PinRefusal.UNSET
    assert try_pin(person, "") is PinRefusal.UNSET
    give_pin(person)
    assert try_pin(person, RIGHT) is None
    assert try_pin(person, OTHER) is PinRefusal.WRONG


def test_only_a_hash_is_kept_and_it_is_keyed(person: Person, settings) -> None:
    give_pin(person)
    kept = Pin.objects.get(person=person).digest
    assert kept.startswith("argon2$argon2id$")
    assert RIGHT not in kept
    settings.PHONE_KEY = "another"
    assert try_pin(person, RIGHT) is PinRefusal.WRONG


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "１４２８５７", " 14285"])
def test_a_pin_is_six_ascii_digits(person: Person, pin: str) -> None:
    told = set_pin(person=person, ticket="t", code="c", pin=pin, source=HERE)
    assert told is PinRefusal.BAD_FORM


@pytest.mark.parametrize("pin", ["000000", "123456", "654321", "123123"])
def test_what_everybody_tries_first_is_refused(person: Person, pin: str) -> None:
    told = set_pin(person=person, ticket="t", code="c", pin=pin, source=HERE)
    assert told is PinRefusal.TOO_SIMPLE


def test_a_sign_in_code_sets_no_pin_and_a_pin_code_signs_nobody_in(
    person: Person, time: Time
) -> None:
    ticket = signin.ask_code(phone=person.phone, source=HERE)
    assert isinstance(ticket, str)
    code = code_sent(person.phone)
    told = set_pin(person=person, ticket=ticket, code=code, pin=RIGHT, source=HERE)
    assert told is SignInRefusal.WRONG_CODE
    time.pass_by(minutes=2)
    ticket = pins.ask_code(person=person, source=HERE)
    told = signin.enter(
        ticket=ticket, phone=person.phone, code=code_sent(person.phone), agreed=True, source=HERE
    )
    assert told is SignInRefusal.WRONG_CODE


def test_staff_have_no_pin() -> None:
    staff = Person.objects.create_user(email="s@example.com", is_staff=True)
    assert pins.ask_code(person=staff, source=HERE) is PinRefusal.NO_PHONE
    told = set_pin(person=staff, ticket="t", code="c", pin=RIGHT, source=HERE)
    assert told is PinRefusal.NO_PHONE


def test_guessing_is_locked_for_a_day_even_with_the_right_one(person: Person, time: Time) -> None:
    give_pin(person)
    guesses = [f"{n:06}" for n in range(100_000, 100_100)]
    told = [try_pin(person, guess) for guess in guesses]
    assert told == [PinRefusal.WRONG] * 4 + [PinRefusal.LOCKED] * 96
    assert try_pin(person, RIGHT) is PinRefusal.LOCKED
    time.pass_by(hours=23, minutes=59)
    assert try_pin(person, RIGHT) is PinRefusal.LOCKED
    time.pass_by(minutes=1)
    assert try_pin(person, OTHER) is PinRefusal.WRONG
    assert try_pin(person, RIGHT) is None


def test_the_right_pin_gives_the_tries_back(person: Person) -> None:
    give_pin(person)
    for _ in range(3):
        told = [try_pin(person, OTHER) for _ in range(pins.TRIES - 1)]
        assert told == [PinRefusal.WRONG] * 4
        assert try_pin(person, RIGHT) is None


def test_what_has_not_the_form_of_a_pin_costs_no_try(person: Person) -> None:
    give_pin(person)
    assert {try_pin(person, "") for _ in range(20)} == {PinRefusal.WRONG}
    assert try_pin(person, RIGHT) is None


def test_guesses_are_counted_for_each_member(person: Person, new_member) -> None:
    other = new_member()
    give_pin(person)
    give_pin(other)
    for _ in range(pins.TRIES):
        try_pin(person, OTHER)
    assert try_pin(other, RIGHT) is None


def test_a_reset_unlocks_and_withdrawals_wait_a_day(person: Person, time: Time) -> None:
    give_pin(person)
    assert Pin.objects.get(person=person).withdrawals_from is None
    for _ in range(pins.TRIES):
        try_pin(person, OTHER)
    time.pass_by(minutes=2)
    give_pin(person, OTHER)
    assert try_pin(person, OTHER) is None
    assert try_pin(person, RIGHT) is PinRefusal.WRONG
    assert Pin.objects.get(person=person).withdrawals_from == clock.now() + pins.WAITS


def test_who_knows_the_pin_changes_it_without_waiting(person: Person) -> None:
    give_pin(person)
    assert change_pin(person=person, old=OTHER, new="777111") is PinRefusal.WRONG
    assert change_pin(person=person, old=RIGHT, new="111111") is PinRefusal.TOO_SIMPLE
    assert change_pin(person=person, old=RIGHT, new=OTHER) is None
    assert try_pin(person, OTHER) is None
    assert Pin.objects.get(person=person).withdrawals_from is None


def test_the_code_for_a_pin_stands_few_tries(person: Person) -> None:
    ticket = pins.ask_code(person=person, source=HERE)
    assert isinstance(ticket, str)
    right = code_sent(person.phone)
    wrong = f"{(int(right) + 1) % 10**6:06}"

    def tried(code: str) -> object:
        return set_pin(person=person, ticket=ticket, code=code, pin=RIGHT, source=HERE)

    assert {tried(wrong) for _ in range(signin.TRIES)} == {SignInRefusal.WRONG_CODE}
    assert tried(right) is SignInRefusal.WRONG_CODE
    assert not Pin.objects.exists()
