"""What members do with value, in a line each."""

from patronage.members import pins
from patronage.members.models import Person, Pin, Quote
from patronage.members.refusals import Refusal
from patronage.members.value import Done, confirm, quote
from tests.integration.commerce.play import Mall

PIN = "142857"


def give_pin(person: Person, pin: str = PIN) -> None:
    """Let a member have a PIN, as if it were set long ago."""
    Pin.objects.create(person=person, digest=pins._digest(person, pin), tries_left=pins.TRIES)


def holder(mall: Mall, orders: int = 1, price: int = 100_00) -> Person:
    """Return a member with a PIN and the points of so many orders, by the rule itself."""
    person = mall.person()
    give_pin(person)
    for n in range(orders):
        order(mall, person, f"{person.account}-{n}", price)
    return person


def order(mall: Mall, person: Person, name: str, amount: int = 100_00) -> None:
    """Let an order be completed, without the shop."""
    mall.submit(type="order.completed", order=name, member=person.account, amount=amount)


def quoted(person: Person, verb: Quote.Verb, points_nano: int) -> Quote:
    made = quote(person=person, verb=verb, points_nano=points_nano)
    assert isinstance(made, Quote), made
    return made


def confirmed(person: Person, made: Quote, pin: str = PIN) -> Done:
    done = confirm(person=person, number=made.number, pin=pin)
    assert not isinstance(done, Refusal), done
    return done
