"""Closing an account: values settled first, then nothing is left that tells who it was."""

from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage.members import clock
from patronage.members.holdings import holding_of
from patronage.members.models import (
    FormerPhone,
    Payee,
    Person,
    Pin,
    SentText,
    SignInCode,
    new_referral_code,
)
from patronage.members.payouts import has_open
from patronage.members.phones import digest_of
from patronage.members.refusals import Refusal


class ClosingRefusal(Refusal):
    """Why an account is not closed yet."""

    STAFF = "staff", _("Accounts of staff are closed by the operator.")
    ORDERS_OPEN = (
        "orders_open",
        _("You have open orders. Wait until they are completed, or cancel or return them."),
    )
    WITHDRAWALS_OPEN = (
        "withdrawals_open",
        _("A withdrawal of yours is under way. Wait until it has ended."),
    )
    POINTS_HELD = "points_held", _("You hold points. Redeem them first.")
    COINS_HELD = "coins_held", _("You hold coins. Spend them first.")
    CASH_HELD = "cash_held", _("You hold cash or dividends. Withdraw or spend them first.")


class Orders(Protocol):
    """What commerce, which stands above this room, tells and gives of a member's orders."""

    def has_open(self, person: Person) -> bool:
        """Tell whether an order of theirs may still change what they hold or are owed."""

    def exported(self, person: Person) -> list[dict[str, object]]:
        """Return their orders for their own export, as JSON would hold them."""

    def paid_at_counters(self, person: Person) -> list[dict[str, object]]:
        """Return what they paid at counters, in the same way."""

    def rewards_of(self, person: Person) -> list[dict[str, object]]:
        """Return what they earned on others' orders, in the same way."""

    def storefront_of(self, person: Person) -> dict[str, object] | None:
        """Return the storefront they sell in or asked for, in the same way; None without one."""

    def forget(self, person: Person) -> None:
        """Erase what tells from their orders who and where they were."""


def hindrances(person: Person, orders: Orders) -> list[ClosingRefusal]:
    """Return all that stands against closing an account, as sentences that say what to do."""
    held = holding_of(person)
    found = {
        ClosingRefusal.STAFF: person.is_staff,
        ClosingRefusal.ORDERS_OPEN: orders.has_open(person),
        ClosingRefusal.WITHDRAWALS_OPEN: has_open(person),
        ClosingRefusal.POINTS_HELD: held is not None and held.points > 0,
        ClosingRefusal.COINS_HELD: held is not None and held.coins > 0,
        ClosingRefusal.CASH_HELD: held is not None and (held.cash > 0 or held.dividend > 0),
    }
    return [refusal for refusal, stands in found.items() if stands]


def close_account(*, person: Person, orders: Orders) -> list[ClosingRefusal]:
    """Close a member's account for good, unless something stands against it, which is returned.

    The ledger is not touched, orders are kept as the law asks, of their addresses province and city
    alone, and the row stays for what refers to it. Of the phone only the keyed hash stays, so that
    it binds no referrer again.
    """
    with transaction.atomic():
        person = Person.objects.select_for_update().get(pk=person.pk)
        if person.closed_at is not None:
            return []
        found = hindrances(person, orders)
        if found:
            return found
        if person.phone:
            FormerPhone.objects.get_or_create(digest=digest_of(person.phone))
            SignInCode.objects.filter(phone=person.phone).delete()
            SentText.objects.filter(phone=person.phone).delete()
        orders.forget(person)
        person.addresses.all().delete()
        person.devices.all().delete()
        person.consents.all().delete()
        person.notices.all().delete()
        person.notice_choices.all().delete()
        Payee.objects.filter(person=person).delete()
        Pin.objects.filter(person=person).delete()
        person.phone = person.email = None
        person.name = ""
        person.referral_code = new_referral_code()
        person.is_active = False
        person.last_login = None
        person.closed_at = clock.now()
        person.save()
    return []
