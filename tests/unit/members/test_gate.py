"""The one gate: what it asks, in which order, for every verb."""

from collections.abc import Callable

import pytest

from patronage.members import clock
from patronage.members.gate import GateRefusal, Proof, Verb, closed_to, may_leave
from patronage.members.models import Person, Pin
from patronage.members.pins import PinRefusal
from tests.unit.members.conftest import Time
from tests.unit.members.test_pins import OTHER, RIGHT, give_pin

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(new_member: Callable[..., Person]) -> Person:
    person = new_member()
    give_pin(person)
    return person


@pytest.mark.parametrize("verb", Verb)
def test_the_right_pin_opens_it(person: Person, verb: Verb) -> None:
    assert may_leave(person=person, verb=verb, pin=RIGHT) is None
    assert may_leave(person=person, verb=verb, pin=OTHER) is PinRefusal.WRONG
    assert may_leave(person=person, verb=verb, pin="") is PinRefusal.WRONG


@pytest.mark.parametrize("verb", Verb)
def test_a_proof_given_earlier_stands_for_the_pin_alone(person: Person, verb: Verb) -> None:
    assert may_leave(person=person, verb=verb, pin=Proof.EARLIER) is None
    Person.objects.filter(pk=person.pk).update(frozen_at=clock.now())
    assert may_leave(person=person, verb=verb, pin=Proof.EARLIER) is GateRefusal.FROZEN


@pytest.mark.parametrize("verb", Verb)
def test_it_looks_at_the_row_and_not_at_what_the_caller_holds(person: Person, verb: Verb) -> None:
    people = Person.objects.filter(pk=person.pk)
    people.update(frozen_at=clock.now(), frozen_reason="asked by the member")
    assert may_leave(person=person, verb=verb, pin=RIGHT) is GateRefusal.FROZEN
    people.update(is_active=False)
    assert may_leave(person=person, verb=verb, pin=RIGHT) is GateRefusal.LEFT
    people.update(frozen_at=None, closed_at=clock.now(), phone=None)
    assert closed_to(people.get(), verb) is GateRefusal.LEFT


def test_what_is_refused_before_the_pin_costs_no_try(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(frozen_at=clock.now())
    for _ in range(10):
        assert may_leave(person=person, verb=Verb.PAY, pin=OTHER) is GateRefusal.FROZEN
    assert Pin.objects.get(person=person).tries_left == 5


def test_in_a_mall_that_pays_nothing_out_cash_stays_and_pays(person: Person, settings) -> None:
    settings.PAYOUT = "mall_only"
    told = {verb: may_leave(person=person, verb=verb, pin=RIGHT) for verb in Verb}
    assert told == {**dict.fromkeys(Verb), Verb.WITHDRAW: GateRefusal.MALL_ONLY}


def test_after_a_reset_withdrawals_alone_wait(person: Person, time: Time) -> None:
    time.pass_by(minutes=2)
    give_pin(person, OTHER)
    told = {verb: may_leave(person=person, verb=verb, pin=OTHER) for verb in Verb}
    assert told == {**dict.fromkeys(Verb), Verb.WITHDRAW: GateRefusal.WAITING}
    time.pass_by(days=1)
    assert may_leave(person=person, verb=Verb.WITHDRAW, pin=OTHER) is None


def test_without_a_pin_nothing_leaves(new_member: Callable[..., Person]) -> None:
    person = new_member()
    for verb in Verb:
        assert may_leave(person=person, verb=verb, pin=RIGHT) is PinRefusal.UNSET
        assert may_leave(person=person, verb=verb, pin="") is PinRefusal.UNSET
