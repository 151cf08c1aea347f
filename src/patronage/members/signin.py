"""Signing in: a code by text message, and with the right one whoever has the phone is in.

Someone whose phone is unknown thereby signs up. Whether it was known shows only to who has the
right code. Codes are kept hashed, belong to the browser that asked for them, expire, work once,
and stand a few wrong tries; both asking and trying are limited by phone and by source. What
strangers ask for a phone does not count against a browser in which it signed in before.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from patronage.members import clock, sms
from patronage.members.consents import record_consents
from patronage.members.limits import Limit, take
from patronage.members.models import Allowance, Person, SignInCode
from patronage.members.phones import digest_of, parsed
from patronage.members.referral import referrer_for
from patronage.members.refusals import Refusal

CODE_MINUTES = 5
TRIES = 5
PAUSE_SECONDS = 60

_HOUR, _DAY = 3600, 86400
_ASK_PAUSE = Limit(1, PAUSE_SECONDS)
_ASK_ONE = (Limit(5, _HOUR), Limit(10, _DAY))
# For a phone, by whomever: ten a day at once, and then one an hour, so that nobody is kept out.
_ASK_PHONE = Limit(10, _DAY)
_ASK_PHONE_SLOWLY = Limit(1, _HOUR)
_ASK_SOURCE = (Limit(30, _HOUR), Limit(100, _DAY))
_TRY_SOURCE = (Limit(60, _HOUR), Limit(200, _DAY))
_KEPT = timedelta(days=1)
DEVICE_KEPT = timedelta(days=365)
_DEVICE = "signed-in device"


class Purpose(StrEnum):
    """What a code is good for: that alone, so that who tells one away gives no more away."""

    SIGN_IN = "sign-in"
    PIN = "pin"


class SignInRefusal(Refusal):
    """Why no code was sent, or nobody is signed in."""

    BAD_PHONE = "bad_phone", _("Enter a mobile number of mainland China: 11 digits.")
    TOO_SOON = "too_soon", _("A code was sent just now. Wait a minute before you ask for another.")
    TOO_OFTEN = "too_often", _("Too many attempts. Try again later.")
    NOT_SENT = "not_sent", _("The code could not be sent. Try again later.")
    CONSENT_NEEDED = "consent_needed", _("Read and agree to the documents first.")
    WRONG_CODE = "wrong_code", _("The code is wrong or has expired. Ask for a new one if need be.")
    BLOCKED = "blocked", _("This account is blocked. Ask our service.")


def ask_code(
    *, phone: str, source: str, purpose: Purpose = Purpose.SIGN_IN, device: str = ""
) -> str | SignInRefusal:
    """Send a code to a phone as written and return the ticket that it belongs to.

    `source` is where the request comes from: an IP address. `device` is what `device_of` gave the
    browser when the phone signed in there. Not inside a transaction, as the message must not leave
    before the code is stored.
    """
    number = parsed(phone)
    if number is None:
        return SignInRefusal.BAD_PHONE
    with transaction.atomic(durable=True):
        refusal = _why_not_asked(number, source, _own_way(purpose, number, device))
        if refusal is not None:
            return refusal
        now = clock.now()
        _forget(now - _KEPT)
        ticket, code = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06}"
        SignInCode.objects.create(
            ticket=ticket,
            phone=number,
            digest=_digest(purpose, ticket, number, code),
            sent_at=now,
            expires_at=now + timedelta(minutes=CODE_MINUTES),
            tries_left=TRIES,
        )
    sender = sms.sender()
    send = sender.send_code if purpose == Purpose.SIGN_IN else sender.send_pin_code
    try:
        send(phone=number, code=code, minutes=CODE_MINUTES)
    except sms.SmsError:
        sms.logger.exception("a code was not sent")
        return SignInRefusal.NOT_SENT
    return ticket


def _own_way(purpose: Purpose, number: str, device: str) -> str:
    """Return by what a phone's owner is told from strangers who ask for it; "" if by nothing."""
    if purpose == Purpose.PIN:  # only who is signed in can ask for one
        return f"{number} {purpose}"
    try:
        known, id = signing.loads(device, salt=_DEVICE, max_age=DEVICE_KEPT)
    except (signing.BadSignature, ValueError):
        return ""
    return f"{number} {id}" if known == digest_of(number) else ""


def _why_not_asked(number: str, source: str, own_way: str) -> SignInRefusal | None:
    """Count a wish for a code, and say why it is not sent, if so."""
    if not take("ask source", source, *_ASK_SOURCE):
        return SignInRefusal.TOO_OFTEN
    if not take("ask pause", own_way or number, _ASK_PAUSE):
        return SignInRefusal.TOO_SOON
    if not take("ask one", own_way or f"{number} {source}", *_ASK_ONE):
        return SignInRefusal.TOO_OFTEN
    if own_way or take("ask phone", number, _ASK_PHONE):
        return None
    is_in_time = take("ask phone slowly", number, _ASK_PHONE_SLOWLY)
    return None if is_in_time else SignInRefusal.TOO_OFTEN


def device_of(person: Person) -> str:
    """Return what a browser keeps to be known by when this member asks for a code again."""
    content = [digest_of(person.phone or ""), secrets.token_hex(8)]
    return signing.dumps(content, salt=_DEVICE)


def enter(
    *, ticket: str, phone: str, code: str, agreed: bool, source: str, referral_code: str = ""
) -> Person | SignInRefusal:
    """Return the member whose phone and code these are, after signing up if there is none.

    `agreed` says that they agree to the documents in force, which is recorded. `referral_code` is
    heeded at sign-up only.
    """
    number = parsed(phone)
    if number is None:
        return SignInRefusal.BAD_PHONE
    if not agreed:
        return SignInRefusal.CONSENT_NEEDED
    with transaction.atomic():
        refusal = spend_code(Purpose.SIGN_IN, ticket, number, code, source=source)
        if refusal is not None:
            return refusal
        person = _member(number, referral_code)
        if not person.is_active:
            return SignInRefusal.BLOCKED
        record_consents(person)
    return person


def spend_code(
    purpose: Purpose, ticket: str, number: str, code: str, *, source: str
) -> SignInRefusal | None:
    """Spend a try on a code for a number in E.164 form, and the code if it is the right one.

    In the transaction of what it is spent for, which must not be rolled back on a refusal.
    """
    if not take("try source", source, *_TRY_SOURCE):
        return SignInRefusal.TOO_OFTEN
    return None if _use(purpose, ticket, number, code) else SignInRefusal.WRONG_CODE


def _use(purpose: Purpose, ticket: str, number: str, code: str) -> bool:
    """Spend a try, and the code if it is the right one."""
    now = clock.now()
    usable = SignInCode.objects.filter(
        ticket=ticket, phone=number, used_at=None, expires_at__gt=now, tries_left__gt=0
    )
    # The try is taken before the code is looked at, by one statement: of any number of requests at
    # once only so many get to compare.
    if usable.update(tries_left=F("tries_left") - 1) == 0:
        return False
    mine = SignInCode.objects.filter(ticket=ticket)
    right = mine.values_list("digest", flat=True).get()
    if not hmac.compare_digest(right, _digest(purpose, ticket, number, code.strip())):
        return False
    return mine.filter(used_at=None).update(used_at=now) == 1


def _member(number: str, referral_code: str) -> Person:
    person = Person.objects.filter(phone=number).first()
    if person is None:
        referrer = referrer_for(number, referral_code)
        # Two windows may sign the same phone up at once: one of them makes the member.
        person, _is_new = Person.objects.get_or_create(
            phone=number, defaults={"referrer": referrer, "password": make_password(None)}
        )
    return person


def _digest(purpose: Purpose, ticket: str, number: str, code: str) -> str:
    text = f"{purpose} {ticket} {number} {code}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


def _forget(before: datetime) -> None:
    """Remove what is of no more use, so that no job is needed for it."""
    SignInCode.objects.filter(expires_at__lt=before).delete()
    Allowance.objects.filter(ends_at__lt=before).delete()
