"""The one gate through which value leaves a member's account, whoever asks and by whatever page."""

from enum import Enum, StrEnum

from django.utils.translation import gettext_lazy as _

from patronage.members import clock, policy
from patronage.members.models import Person, Pin
from patronage.members.pins import try_pin
from patronage.members.refusals import Refusal


class Verb(StrEnum):
    """What a member does with value."""

    REDEEM = "redeem"
    CONVERT = "convert"
    WITHDRAW = "withdraw"
    PAY = "pay"


class Proof(Enum):
    """What may stand for the PIN: that the member gave it through this gate a moment ago."""

    EARLIER = "earlier"


class GateRefusal(Refusal):
    """Why no value leaves, before anything is asked of the PIN."""

    LEFT = "left", _("This account is closed or blocked. Ask our service.")
    FROZEN = "frozen", _("This account is frozen. Ask our service.")
    MALL_ONLY = (
        "mall_only",
        _("This mall pays nothing out: cash pays for orders, and cannot be withdrawn."),
    )
    WAITING = (
        "waiting",
        _("You set a new PIN less than a day ago. Withdrawals wait until then."),
    )


def may_leave(*, person: Person, verb: Verb, pin: str | Proof) -> Refusal | None:
    """Tell why value may not leave a member's account by a verb; None if it may.

    Inside the transaction in which it leaves: the member's row stays locked until that ends, so a
    freeze comes before or after and never in between. A wrong PIN is a try spent: the transaction
    must commit on a refusal. `Proof.EARLIER` only where the member showed the PIN a moment ago,
    as with a pay code.
    """
    # Foreign keys to the member may be written meanwhile, hence no_key.
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    refusal = closed_to(person, verb)
    if refusal is not None or pin is Proof.EARLIER:
        return refusal
    return try_pin(person, str(pin))


def closed_to(person: Person, verb: Verb) -> GateRefusal | None:
    """Tell what stands against a verb whatever the PIN, for a page to say beforehand."""
    if not person.is_active:  # as whoever closed their account
        return GateRefusal.LEFT
    if person.frozen_at is not None:
        return GateRefusal.FROZEN
    if verb == Verb.WITHDRAW:
        if policy.is_mall_only():
            return GateRefusal.MALL_ONLY
        waiting = Pin.objects.filter(person=person, withdrawals_from__gt=clock.now())
        if waiting.exists():
            return GateRefusal.WAITING
    return None
