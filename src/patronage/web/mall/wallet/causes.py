"""What moved a member's account, in words, and the page that tells more of it."""

import re
from collections.abc import Callable
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext as _

from patronage.ledger import Entry
from patronage.members.amounts import money, plain, points

_ORDER: Final = re.compile(r"order:([^:]+):")
_COUNTER: Final = re.compile(r"counter:([^:]+)")
_WITHDRAWAL: Final = re.compile(r"withdrawal:([^:]+)")


def words(entry: Entry) -> str:
    """Say why an account was moved, in the active language."""
    told = _WORDS[entry.line.cause](entry)
    if entry.line.dividend:
        paid = money(entry.line.dividend)
        told = _("%(cause)s; dividends of %(paid)s were paid with it") % {
            "cause": told,
            "paid": paid,
        }
    return told


def link(entry: Entry) -> str | None:
    """Return the page of what an entry came from, None where the member has none."""
    subject = _subject(entry)
    if entry.line.cause == "order":
        return reverse("order", args=[entry.event["order"]])
    for pattern, name in ((_ORDER, "order"), (_COUNTER, "receipt"), (_WITHDRAWAL, "withdrawal")):
        match = pattern.match(subject)
        if match:
            return reverse(name, args=[match[1]])
    return None


def _subject(entry: Entry) -> str:
    """Return the id of the event that an entry is about: of a refund, what is refunded."""
    event = entry.event
    return str(event.get("payment") or event.get("withdrawal") or entry.line.event_id)


def _order(entry: Entry) -> str:
    return _("Order %(number)s was completed: points and quota") % {"number": entry.event["order"]}


def _refund(entry: Entry) -> str:
    return _("Order %(number)s was returned after it was completed") % {
        "number": entry.event["order"]
    }


def _redemption(entry: Entry) -> str:
    return _("%(points)s points redeemed, fee %(fee)s") % {
        "points": points(-entry.line.points),
        "fee": money(entry.line.fee),
    }


def _compulsory(entry: Entry) -> str:
    return _("Quota reached: all %(points)s points were redeemed by the rules, fee %(fee)s") % {
        "points": points(-entry.line.points),
        "fee": money(entry.line.fee),
    }


def _conversion(entry: Entry) -> str:
    return _("%(points)s points converted into %(coins)s coins") % {
        "points": points(-entry.line.points),
        "coins": plain(entry.line.coins),
    }


def _payment(entry: Entry) -> str:
    match = _ORDER.match(_subject(entry))
    if match:
        return _("Order %(number)s paid in coins") % {"number": match[1]}
    return _("Paid in coins at a merchant's counter")


def _payment_refund(entry: Entry) -> str:
    match = _ORDER.match(_subject(entry))
    if match:
        return _("Coins of order %(number)s came back") % {"number": match[1]}
    return _("A merchant gave coins back")


def _withdrawal(entry: Entry) -> str:
    match = _ORDER.match(_subject(entry))
    if match:
        return _("Order %(number)s paid from cash") % {"number": match[1]}
    return _("Cash withdrawn")


def _restoration(entry: Entry) -> str:
    match = _ORDER.match(_subject(entry))
    if match:
        return _("Cash of order %(number)s came back") % {"number": match[1]}
    return _("A withdrawal failed; the cash came back")


_WORDS: Final[dict[str, Callable[[Entry], str]]] = {
    "opening": lambda _entry: _("The account was opened"),
    "order": _order,
    "referral": lambda _entry: _("An order of someone you invited was completed"),
    "refund": _refund,
    "redemption": _redemption,
    "compulsory_redemption": _compulsory,
    "conversion": _conversion,
    "coin_redemption": lambda _entry: _("Coins redeemed"),
    "payment": _payment,
    "payment_refund": _payment_refund,
    "withdrawal": _withdrawal,
    "restoration": _restoration,
    "credit": lambda _entry: _("Credited by the operator"),
    "charge": lambda _entry: _("Charged by the operator"),
}
"""By the rules' causes; a test holds them together."""
