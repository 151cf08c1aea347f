"""Paying a merchant in coins at its counter, and what goes back.

A member shows a pay code and the merchant charges it, or reads the merchant's QR code and types the
amount. Each press has a key and is one transaction: the payment and its event are committed
together and settled after it; should the process die in between, `conclude_due` catches up. What
the ledger answers is the payment's state, so nothing is shown as paid that is not.
"""

import hashlib
import hmac
import secrets
from datetime import date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from patronage.commerce import alarms, posting
from patronage.commerce.checkout import KEY_LENGTH, new_number
from patronage.commerce.days import zone_of
from patronage.commerce.models import (
    CounterPayment,
    CounterRefund,
    CounterState,
    CounterWay,
    Merchant,
    PayCode,
)
from patronage.members import clock
from patronage.members.gate import Proof, Verb, may_leave
from patronage.members.limits import Limit, give_back, take
from patronage.members.models import Person
from patronage.members.refusals import Refusal

CODE_DIGITS: Final = 18
CODE_SECONDS: Final = 60
AMOUNT_MAX: Final = 10**10
"""As much as an order's goods may cost, in minor units."""

CODE_MAX: Final = 100_000
"""More is not paid by a code: its member sees the amount only when it is charged."""

_KEPT: Final = timedelta(days=1)
_WRONG_CODES: Final = (Limit(20, 600), Limit(100, 86_400))
"""So many codes that are none may a merchant try: there are 10¹⁸."""


class CounterRefusal(Refusal):
    """Why nothing is paid or given back at a counter."""

    BAD_AMOUNT = "bad_amount", _("Enter an amount above 0, in coins with at most two decimals.")
    PIN_NEEDED = (
        "pin_needed",
        _("That is more than a pay code may pay. Let the customer scan your QR code instead."),
    )
    UNKNOWN_MERCHANT = "unknown_merchant", _("This merchant takes no coins here.")
    UNKNOWN_CODE = (
        "unknown_code",
        _("This pay code is not good, or no longer. Ask for the one shown now."),
    )
    TOO_OFTEN = "too_often", _("Too many wrong codes. Wait ten minutes.")
    NOT_ENOUGH = "not_enough", _("There are not that many coins.")
    KEY_USED = "key_used", _("This was sent before with another content. Begin anew.")
    UNKNOWN_PAYMENT = "unknown_payment", _("There is no such payment.")
    NOT_PAID = "not_paid", _("This payment was not made, so nothing can be given back.")
    TOO_MUCH = "too_much", _("That is more than is left of this payment.")
    NO_COINS_LEFT = (
        "no_coins_left",
        _("You hold fewer coins than that. Give the customer cash instead, or less."),
    )
    CUSTOMER_LEFT = (
        "customer_left",
        _("This customer has closed their account. Give them cash instead."),
    )


class Shown(NamedTuple):
    """A pay code to be shown, with its digits, which are told here alone."""

    id: int
    digits: str
    expires_at: datetime


class Takings(NamedTuple):
    """What a merchant took at its counters on a day, and gave back on it."""

    payments: int
    paid_minor: int
    refunded_minor: int

    @property
    def net_minor(self) -> int:
        """What is left of it."""
        return self.paid_minor - self.refunded_minor


def unlock(*, person: Person, pin: str) -> Refusal | None:
    """Tell why no pay code may be shown to who gave this PIN; None if it may."""
    with transaction.atomic():
        return may_leave(person=person, verb=Verb.PAY, pin=pin)


def show_code(*, person: Person, pin: str | Proof) -> Shown | Refusal:
    """Make a pay code for a member who gave their PIN, now or a moment ago.

    Earlier ones stay good for their minute, so that one just read is not refused.
    """
    with transaction.atomic():
        refusal = may_leave(person=person, verb=Verb.PAY, pin=pin)
        if refusal is not None:
            return refusal
        now = clock.now()
        PayCode.objects.filter(expires_at__lt=now - _KEPT).delete()
        digits = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        code = PayCode.objects.create(
            person=person,
            digest=_digest(digits),
            made_at=now,
            expires_at=now + timedelta(seconds=CODE_SECONDS),
        )
    return Shown(code.id, digits, code.expires_at)


def charge(
    *, merchant: Merchant, code: str, amount_minor: int, key: str, who: Person
) -> CounterPayment | Refusal:
    """Let a merchant take coins for a pay code, once. Not inside a transaction.

    The same key again answers with the payment there is. Whoever charges shows no PIN: the member
    gave it to have the code shown. All else that the gate asks is asked again.
    """
    if not 1 <= amount_minor <= AMOUNT_MAX:
        return CounterRefusal.BAD_AMOUNT
    if amount_minor > CODE_MAX:
        return CounterRefusal.PIN_NEEDED
    if not merchant.is_open:
        return CounterRefusal.UNKNOWN_MERCHANT
    key = f"desk {merchant.id} {key[:KEY_LENGTH]}"
    earlier = _earlier(key, merchant, amount_minor)
    if earlier is not None:
        return earlier if isinstance(earlier, Refusal) else conclude(earlier.id)
    # A try is taken before the code is looked at, and given back if it was one.
    tries = "pay code", f"{merchant.id} {who.id}"
    if not take(*tries, *_WRONG_CODES):
        return CounterRefusal.TOO_OFTEN
    with transaction.atomic():
        found = use(code)
        if found is None:
            # Used up by the same press, sent twice at once?
            payment = _earlier(key, merchant, amount_minor) or CounterRefusal.UNKNOWN_CODE
        else:
            payment = _begin(found.person, merchant, amount_minor, key, Proof.EARLIER, found, who)
            if isinstance(payment, Refusal) or payment.pay_code_id != found.id:
                # It paid nothing, and may yet: less, say.
                PayCode.objects.filter(id=found.id).update(used_at=None)
        if payment is not CounterRefusal.UNKNOWN_CODE:
            give_back(*tries, *_WRONG_CODES)
    return payment if isinstance(payment, Refusal) else conclude(payment.id)


def pay(
    *, person: Person, merchant: Merchant, amount_minor: int, pin: str, key: str
) -> CounterPayment | Refusal:
    """Let a member pay a merchant whose QR code they read. Not inside a transaction."""
    if not 1 <= amount_minor <= AMOUNT_MAX:
        return CounterRefusal.BAD_AMOUNT
    if not merchant.is_open:
        return CounterRefusal.UNKNOWN_MERCHANT
    key = f"qr {person.id} {key[:KEY_LENGTH]}"
    earlier = _earlier(key, merchant, amount_minor)
    if earlier is None:
        with transaction.atomic():
            earlier = _begin(person, merchant, amount_minor, key, pin, None, None)
    return earlier if isinstance(earlier, Refusal) else conclude(earlier.id)


def use(digits: str) -> PayCode | None:
    """Use a pay code up; None for one that is not good. In the transaction of its payment."""
    digest, now = _digest("".join(digits.split())), clock.now()
    # One statement finds and uses it: of two who read it at once one finds it used.
    good = PayCode.objects.filter(digest=digest, used_at=None, expires_at__gt=now)
    if not good.update(used_at=now):
        return None
    return PayCode.objects.select_related("person").get(digest=digest)


def _begin(
    person: Person,
    merchant: Merchant,
    amount_minor: int,
    key: str,
    pin: str | Proof,
    code: PayCode | None,
    who: Person | None,
) -> CounterPayment | Refusal:
    """Ask the gate, write the payment and hand in its event, in the caller's transaction."""
    refusal = may_leave(person=person, verb=Verb.PAY, pin=pin)
    if refusal is not None:
        return refusal
    # A press sent twice at once stands at the gate twice, and the second finds what the first did.
    earlier = _earlier(key, merchant, amount_minor)
    if earlier is not None:
        return earlier
    held = posting.holdings(person.account)
    if held is None or held.coins < amount_minor:
        return CounterRefusal.NOT_ENOUGH
    payment = CounterPayment.objects.create(
        number=new_number(),
        merchant=merchant,
        person=person,
        way=CounterWay.QR if code is None else CounterWay.CODE,
        key=key,
        amount_minor=amount_minor,
        pay_code=code,
        staff=who,
        made_at=clock.now(),
    )
    posting.submit(_spending(payment))
    return payment


def _earlier(key: str, merchant: Merchant, amount_minor: int) -> CounterPayment | Refusal | None:
    found = CounterPayment.objects.filter(key=key).first()
    if found is None:
        return None
    is_same = (found.merchant_id, found.amount_minor) == (merchant.id, amount_minor)
    return found if is_same else CounterRefusal.KEY_USED


def payment_id(payment: CounterPayment) -> str:
    """Return the id of the ledger's event of a payment."""
    return f"counter:{payment.number}"


def refund_id(refund: CounterRefund) -> str:
    """Return the id of the ledger's event of a refund."""
    return f"counter:{refund.payment.number}:refund:{refund.number}"


def _spending(payment: CounterPayment) -> dict[str, Any]:
    return {
        "id": payment_id(payment),
        "type": "coins.spent",
        "account": payment.person.account,
        "merchant": payment.merchant.account,
        "amount": payment.amount_minor,
    }


def conclude(payment_pk: int) -> CounterPayment:
    """Write down what the ledger made of a payment. Not inside a transaction."""
    payment = _one_payment(payment_pk)
    if payment.state == CounterState.REQUESTED:
        _conclude(payment, payment_id(payment))
        payment = _one_payment(payment_pk)
    return payment


def _one_payment(pk: int) -> CounterPayment:
    return CounterPayment.objects.select_related("merchant", "person").get(pk=pk)


def _conclude(row: CounterPayment | CounterRefund, id: str) -> None:
    settled = posting.settle(id)
    state = CounterState.SUCCEEDED if settled.refusal is None else CounterState.REFUSED
    type(row).objects.filter(pk=row.pk, state=CounterState.REQUESTED).update(
        state=state, record=settled.seq, refusal=settled.refusal or ""
    )


def refund(
    *, merchant: Merchant, number: str, amount_minor: int, key: str, who: Person
) -> CounterRefund | Refusal:
    """Let a merchant give coins of a payment back, all or part. Not inside a transaction."""
    if not 1 <= amount_minor <= AMOUNT_MAX:
        return CounterRefusal.BAD_AMOUNT
    key = f"back {merchant.id} {key[:KEY_LENGTH]}"
    with transaction.atomic():
        payment = _locked(merchant, number)
        if payment is None:
            return CounterRefusal.UNKNOWN_PAYMENT
        made = CounterRefund.objects.filter(key=key).first()
        if made is None:
            refusal = _why_not_back(payment, merchant, amount_minor)
            if refusal is not None:
                return refusal
            made = CounterRefund.objects.create(
                payment=payment,
                number=new_number(),
                key=key,
                amount_minor=amount_minor,
                staff=who,
                made_at=clock.now(),
            )
            posting.submit(_giving_back(made))
        elif (made.payment_id, made.amount_minor) != (payment.id, amount_minor):
            return CounterRefusal.KEY_USED
    return conclude_refund(made.id)


def _locked(merchant: Merchant, number: str) -> CounterPayment | None:
    """Return a merchant's payment, kept from everyone else until the transaction ends."""
    found = CounterPayment.objects.select_for_update(of=("self",), no_key=True)
    return found.select_related("person").filter(merchant=merchant, number=number).first()


def _why_not_back(
    payment: CounterPayment, merchant: Merchant, amount_minor: int
) -> CounterRefusal | None:
    if payment.state != CounterState.SUCCEEDED:
        return CounterRefusal.NOT_PAID
    if payment.person.closed_at is not None:
        return CounterRefusal.CUSTOMER_LEFT
    if amount_minor > left_of(payment):
        return CounterRefusal.TOO_MUCH
    held = posting.holdings(merchant.account)
    if held is None or held.coins < amount_minor:
        return CounterRefusal.NO_COINS_LEFT
    return None


def left_of(payment: CounterPayment) -> int:
    """Return what of a payment was not given back, nor is being."""
    back = payment.refunds.exclude(state=CounterState.REFUSED)
    return payment.amount_minor - (back.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def _giving_back(made: CounterRefund) -> dict[str, Any]:
    return {
        "id": refund_id(made),
        "type": "coins.refunded",
        "payment": payment_id(made.payment),
        "amount": made.amount_minor,
    }


def conclude_refund(refund_pk: int) -> CounterRefund:
    """Write down what the ledger made of a refund. Not inside a transaction."""
    made = _one_refund(refund_pk)
    if made.state == CounterState.REQUESTED:
        _conclude(made, refund_id(made))
        made = _one_refund(refund_pk)
    return made


def _one_refund(pk: int) -> CounterRefund:
    return CounterRefund.objects.select_related("payment").get(pk=pk)


def conclude_due() -> int:
    """Catch up on what a crash left open; return how much. Not inside a transaction."""
    done = 0
    for model, do in ((CounterPayment, conclude), (CounterRefund, conclude_refund)):
        open_ones = model.objects.filter(state=CounterState.REQUESTED)
        ids = list(open_ones.order_by("id").values_list("id", flat=True))
        done += alarms.one_by_one("counter_not_concluded", ids, do)
    return done


def why_refused(row: CounterPayment | CounterRefund) -> CounterRefusal | None:
    """Return what a person is told where the ledger refused; None where it did not.

    Between our own look and the ledger's, only coins can have gone.
    """
    if row.state != CounterState.REFUSED:
        return None
    is_payment = isinstance(row, CounterPayment)
    return CounterRefusal.NOT_ENOUGH if is_payment else CounterRefusal.NO_COINS_LEFT


def receipts_of(person: Person) -> QuerySet[CounterPayment]:
    """Return a member's payments at counters, the newest first."""
    found = CounterPayment.objects.filter(person=person).select_related("merchant")
    return found.prefetch_related("refunds").order_by("-id")


def paid_at_counters(person: Person) -> list[dict[str, object]]:
    """Return a member's payments at counters for their own export, as JSON would hold them."""
    return [
        {
            "number": payment.number,
            "merchant": payment.merchant.name,
            "way": payment.way,
            "state": payment.state,
            "coins_minor": str(payment.amount_minor),
            "made_at": payment.made_at.isoformat(timespec="seconds"),
            "record": None if payment.record is None else str(payment.record),
            "given_back": [
                {
                    "number": refund.number,
                    "state": refund.state,
                    "coins_minor": str(refund.amount_minor),
                    "made_at": refund.made_at.isoformat(timespec="seconds"),
                }
                for refund in payment.refunds.all()
            ],
        }
        for payment in receipts_of(person)
    ]


def taken_by(merchant: Merchant, day: date) -> QuerySet[CounterPayment]:
    """Return a merchant's payments of a day of its charter's time zone, the newest first."""
    first, end = _bounds(day)
    found = CounterPayment.objects.filter(merchant=merchant, made_at__gte=first, made_at__lt=end)
    return found.select_related("person").prefetch_related("refunds").order_by("-made_at", "-id")


def today() -> date:
    """Return the day it is in the charter's time zone."""
    return clock.now().astimezone(zone_of(posting.charter())).date()


def takings_of(merchant: Merchant, day: date) -> Takings:
    """Add up what a merchant took on a day, and gave back on it, of whichever payment."""
    first, end = _bounds(day)
    done = {"state": CounterState.SUCCEEDED, "made_at__gte": first, "made_at__lt": end}
    paid = CounterPayment.objects.filter(merchant=merchant, **done).aggregate(
        count=Count("id"), sum=Sum("amount_minor")
    )
    back = CounterRefund.objects.filter(payment__merchant=merchant, **done)
    return Takings(
        paid["count"], paid["sum"] or 0, back.aggregate(sum=Sum("amount_minor"))["sum"] or 0
    )


def _bounds(day: date) -> tuple[datetime, datetime]:
    zone = zone_of(posting.charter())
    return (
        datetime.combine(day, time(), zone),
        datetime.combine(day + timedelta(days=1), time(), zone),
    )


def _digest(digits: str) -> str:
    text = f"pay code {digits}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
