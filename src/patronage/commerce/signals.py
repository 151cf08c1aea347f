"""What buyer and rewarded have in common: why a reward waits for a review instead of being paid.

Signals are hints, not proof: the order stands, and somebody looks at it. What matched is told in
masked form alone.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patronage.commerce import posting
from patronage.commerce.models import (
    Application,
    Distributor,
    Order,
    Payment,
    PaymentState,
    Reward,
    RewardKind,
    RewardState,
)
from patronage.members import clock
from patronage.members.models import Address, Device, Payee, Person, Withdrawal
from patronage.members.phones import masked, parsed


class Signal(models.TextChoices):
    """Why a reward waits."""

    PERSON = "person", _("same person")
    PHONE = "phone", _("same phone")
    ADDRESS = "address", _("same address")
    ACCOUNT = "account", _("same payment account")
    DEVICE = "device", _("same device")
    MERCHANT = "merchant", _("the buyer belongs to the merchant")
    CAP = "cap", _("more than is paid unseen in a day")
    SUSPENDED = "suspended", _("the distributor is suspended")


class Found(NamedTuple):
    """A signal, and what matched, in masked form; empty where there is nothing to show."""

    signal: Signal
    matched: str = ""

    def told(self) -> dict[str, str]:
        """Return it as a reward keeps it."""
        return {"signal": self.signal.value, "matched": self.matched}


Marks = dict[Signal, dict[str, str]]
"""By what somebody is known again, of each kind: what is compared, and what of it may be shown."""

_SAME = (Signal.PERSON, Signal.PHONE, Signal.ADDRESS, Signal.ACCOUNT, Signal.DEVICE)


def shared(one: Marks, other: Marks) -> list[Found]:
    """Return what two have in common, a signal a kind."""
    found = []
    for signal in _SAME:
        common = one.get(signal, {}).keys() & other.get(signal, {}).keys()
        if common:
            found.append(Found(signal, other[signal][min(common)]))
    return found


def judged(buyer: Marks, rewarded: Marks, merchants: Iterable[Marks]) -> list[Found]:
    """Return the signals of an order by what buyer, rewarded and the merchant's people show."""
    found = shared(buyer, rewarded)
    of_merchant = [one for marks in merchants for one in shared(buyer, marks)]
    return [*found, *(Found(Signal.MERCHANT, one.matched) for one in of_merchant[:1])]


def is_over(orders: int, money_minor: int) -> bool:
    """Tell whether a day's rewarded orders, or their money, are more than is paid unseen."""
    return orders > settings.REWARDS_A_DAY or money_minor > settings.REWARDS_A_DAY_MINOR


def signals_of(reward: Reward) -> list[Found]:
    """Return why a reward that is about to be made would wait; a dozen queries.

    In a transaction that keeps the person's row, so that a day's rewards are counted one after
    another.
    """
    found = judged(*_marks(reward.order, reward.person))
    if _is_capped(reward):
        found.append(Found(Signal.CAP))
    suspended = Distributor.objects.filter(person=reward.person, suspended_at__isnull=False)
    if reward.kind == RewardKind.SALE and suspended.exists():
        found.append(Found(Signal.SUSPENDED))
    return found


def _marks(order: Order, person: Person) -> tuple[Marks, Marks, list[Marks]]:
    """Return by what the buyer, the rewarded and the merchant's people are known."""
    staff = set(order.merchant.staff.values_list("id", flat=True))
    known = {id: _none() for id in (order.person_id, person.id, *staff)}
    for id, marks in known.items():
        marks[Signal.PERSON][str(id)] = ""
    _put_accounts(known)
    for id, digest in Device.objects.filter(person__in=known).values_list("person_id", "digest"):
        _put_device(known[id], digest)
    rewarded = known[person.id]
    _put_phone(rewarded, person.phone)
    _put_places(rewarded, order, person)
    buyer = {signal: dict(marks) for signal, marks in known[order.person_id].items()}
    _put_phone(buyer, order.person.phone)
    _put_phone(buyer, order.phone)
    _put_address(buyer, order.province, order.city, order.district, order.street)
    _put_device(buyer, order.device)
    applicant = _none()
    applied = Application.objects.filter(merchant=order.merchant_id)
    for phone in applied.values_list("phone", flat=True):
        _put_phone(applicant, phone)
    return buyer, rewarded, [*(known[id] for id in sorted(staff)), applicant]


def _put_accounts(known: Mapping[int, Marks]) -> None:
    """Note the accounts to which people are paid out, and from which they paid."""
    payees = Payee.objects.filter(person__in=known).values_list("person_id", "account")
    paid_out = Withdrawal.objects.filter(person__in=known).values_list("person_id", "payee_account")
    for id, account in (*payees, *paid_out.distinct().order_by()):
        if digits := plain(account):
            known[id][Signal.ACCOUNT][digits] = f"**** {digits[-4:]}"
    payments = Payment.objects.filter(
        checkout__person__in=known, state=PaymentState.SUCCEEDED
    ).exclude(payer="")
    for id, payer in payments.values_list("checkout__person_id", "payer").distinct().order_by():
        known[id][Signal.ACCOUNT][payer] = f"{payer[:8]}…"


def _put_places(marks: Marks, order: Order, person: Person) -> None:
    """Note to which phones and addresses somebody has things sent."""
    fields = ("phone", "province", "city", "district", "street")
    book = Address.objects.filter(person=person).values_list(*fields)
    sent = Order.objects.filter(person=person).exclude(street="").values_list(*fields)
    near = Q(province=order.province) | Q(phone__in=[order.phone, order.person.phone or ""])
    for phone, *place in (*book, *sent.filter(near).distinct().order_by()):
        _put_phone(marks, phone)
        _put_address(marks, *place)


def _none() -> Marks:
    return {signal: {} for signal in _SAME}


def _put_phone(marks: Marks, phone: str | None) -> None:
    if phone:
        number = parsed(phone) or plain(phone)
        marks[Signal.PHONE][number] = masked(number)


def _put_address(marks: Marks, province: str, city: str, district: str, street: str) -> None:
    if plain(street):
        place = plain(f"{province}{city}{district}{street}")
        marks[Signal.ADDRESS][place] = f"{province}{city}…"


def _put_device(marks: Marks, digest: str) -> None:
    if digest:
        marks[Signal.DEVICE][digest] = f"{digest[:8]}…"


def plain(text: str) -> str:
    """Return a text without what people write differently: width, case, spaces, punctuation."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


def _is_capped(reward: Reward) -> bool:
    """Tell whether this reward is beyond what a person is paid unseen in a day."""
    order, person = reward.order, reward.person
    now = timezone.localtime(clock.now(), timezone.get_default_timezone())
    since = now.replace(hour=0, minute=0, second=0, microsecond=0)
    made = Reward.objects.filter(person=person, made_at__gte=since)
    rows = made.exclude(state=RewardState.CANCELLED).exclude(order=order)
    sold = rows.aggregate(count=Count("order", distinct=True), sum=Sum("amount_minor"))
    referred = Order.objects.filter(
        referrer_account=person.account, completed_at__gte=since, referrer_points_nano__gt=0
    ).exclude(id=order.id)
    granted = referred.aggregate(count=Count("id"), points=Sum("referrer_points_nano"))
    money = (sold["sum"] or 0) + reward.amount_minor
    if granted["points"]:
        money += worth_of(granted["points"])
    return is_over(sold["count"] + granted["count"] + 1, money)


def worth_of(points_nano: int) -> int:
    """Return what points are worth at the price of now, in minor units, rounded down."""
    reserve, circulating = posting.state().price
    return points_nano * reserve // circulating
