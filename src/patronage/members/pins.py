"""The pay PIN: six digits that confirm whatever takes value out.

It is set with a code by text message. Who had one before and sets another so has forgotten it, or
is someone else with their phone: withdrawals then wait a day, in which the member can ask for help.
"""

import hashlib
import hmac
import re
from datetime import timedelta
from itertools import pairwise

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext_lazy as _

from patronage.members import clock, signin
from patronage.members.models import Person, Pin
from patronage.members.refusals import Refusal
from patronage.members.signin import Purpose, SignInRefusal

TRIES = 5
LOCKED = timedelta(days=1)
WAITS = timedelta(days=1)


class PinRefusal(Refusal):
    """Why a PIN is not set, or opens nothing."""

    UNSET = "pin_unset", _("Set your pay PIN first.")
    WRONG = "pin_wrong", _("The PIN is wrong. After five wrong tries it is locked for a day.")
    LOCKED = (
        "pin_locked",
        _("The PIN is locked after five wrong tries. Wait a day, or set a new one."),
    )
    BAD_FORM = "pin_bad_form", _("A PIN has six digits.")
    TOO_SIMPLE = (
        "pin_too_simple",
        _("This PIN is too easy to guess. Take no repeated and no consecutive digits."),
    )
    NO_PHONE = "pin_no_phone", _("A pay PIN is for members who sign in by phone.")


class _Hasher(Argon2PasswordHasher):
    """Argon2 as OWASP's sheet on storing passwords asks: 19 MiB, two passes, one lane.

    Six digits are found from any hash alone; so what is hashed is keyed, see `_keyed`.
    """

    time_cost, memory_cost, parallelism = 2, 19_456, 1


_hasher = _Hasher()


def ask_code(*, person: Person, source: str) -> str | SignInRefusal | PinRefusal:
    """Send the member a code to set a PIN with; return the ticket it belongs to.

    `source` is where the request comes from: an IP address. Not inside a transaction.
    """
    if person.phone is None:
        return PinRefusal.NO_PHONE
    return signin.ask_code(phone=person.phone, source=source, purpose=Purpose.PIN)


def set_pin(
    *, person: Person, ticket: str, code: str, pin: str, source: str
) -> SignInRefusal | PinRefusal | None:
    """Set a member's PIN with a code that was sent for it; None when it is set.

    It unlocks. If there was a PIN before, withdrawals wait a day from now.
    """
    bad = _fault(pin)
    if bad is not None:
        return bad
    if person.phone is None:
        return PinRefusal.NO_PHONE
    with transaction.atomic():
        refusal = signin.spend_code(Purpose.PIN, ticket, person.phone, code, source=source)
        if refusal is not None:
            return refusal
        now = clock.now()
        fresh = {"digest": _digest(person, pin), "tries_left": TRIES, "locked_until": None}
        Pin.objects.update_or_create(
            person=person,
            defaults=fresh | {"set_at": now, "withdrawals_from": now + WAITS},
            create_defaults=fresh | {"set_at": now},
        )
    return None


def change_pin(*, person: Person, old: str, new: str) -> PinRefusal | None:
    """Replace a PIN by one who knows it; None when it is done. Nothing waits then."""
    bad = _fault(new)
    if bad is not None:
        return bad
    with transaction.atomic():
        refusal = try_pin(person, old)
        if refusal is None:
            Pin.objects.filter(person=person).update(
                digest=_digest(person, new), set_at=clock.now()
            )
    return refusal


def try_pin(person: Person, pin: str) -> PinRefusal | None:
    """Spend a try on a PIN; None if it is the right one.

    In the caller's transaction, which must not be rolled back on a refusal.
    """
    mine = Pin.objects.filter(person=person)
    now = clock.now()
    mine.filter(locked_until__lte=now).update(tries_left=TRIES, locked_until=None)
    if not _is_written_so(pin):
        return PinRefusal.WRONG if mine.exists() else PinRefusal.UNSET
    # The try is taken before the PIN is looked at, by one statement: of any number of requests at
    # once only so many get to compare.
    last = When(tries_left=1, then=Value(now + LOCKED))
    tried = mine.filter(tries_left__gt=0).update(
        tries_left=F("tries_left") - 1, locked_until=Case(last, default=None)
    )
    if not tried:
        return PinRefusal.LOCKED if mine.exists() else PinRefusal.UNSET
    if _hasher.verify(_keyed(person, pin), mine.values_list("digest", flat=True).get()):
        mine.update(tries_left=TRIES, locked_until=None)
        return None
    is_open = mine.filter(tries_left__gt=0).exists()
    return PinRefusal.WRONG if is_open else PinRefusal.LOCKED


def _is_written_so(pin: str) -> bool:
    return re.fullmatch(r"[0-9]{6}", pin) is not None


def _fault(pin: str) -> PinRefusal | None:
    """Return what is wrong with a PIN to be set."""
    if not _is_written_so(pin):
        return PinRefusal.BAD_FORM
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    if len(steps) == 1 or pin[:3] == pin[3:]:
        return PinRefusal.TOO_SIMPLE
    return None


def _keyed(person: Person, pin: str) -> str:
    text = f"pay PIN {person.account} {pin}"
    return hmac.new(settings.PHONE_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _digest(person: Person, pin: str) -> str:
    encoded: str = _hasher.encode(_keyed(person, pin), _hasher.salt())
    return encoded
