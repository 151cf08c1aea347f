"""What a record of the journal is about, in words."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from patronage.ledger import Record
from patronage.ledger.record import APPLIED

_KINDS = {
    "economy.opened": gettext_lazy("The economy was opened"),
    "order.completed": gettext_lazy("An order was completed"),
    "order.refunded": gettext_lazy("A completed order was taken back"),
    "points.redeemed": gettext_lazy("Points were redeemed"),
    "points.converted": gettext_lazy("Points were converted into coins"),
    "merchant.opened": gettext_lazy("A merchant's account was opened"),
    "coins.spent": gettext_lazy("Coins were paid to a merchant"),
    "coins.refunded": gettext_lazy("Coins were given back"),
    "coins.redeemed": gettext_lazy("A merchant exchanged coins for points"),
    "cash.withdrawn": gettext_lazy("Cash was withdrawn"),
    "cash.restored": gettext_lazy("Cash that was withdrawn came back"),
    "cash.credited": gettext_lazy("Cash was credited"),
    "cash.charged": gettext_lazy("Cash was charged"),
    "reserve.funded": gettext_lazy("The operator added to the reserve"),
    "treasury.burned": gettext_lazy("Treasury points were burned"),
    "day.closed": pgettext_lazy("record", "A day was closed"),
    "charter.amended": gettext_lazy("The charter was amended"),
}


_CAUSES = {
    "charge": gettext_lazy("Cash charged"),
    "coin_redemption": gettext_lazy("Coins redeemed"),
    "compulsory_redemption": gettext_lazy("Redeemed compulsorily"),
    "conversion": gettext_lazy("Points converted"),
    "credit": gettext_lazy("Cash credited"),
    "opening": gettext_lazy("The account was opened"),
    "order": gettext_lazy("Order completed"),
    "payment": gettext_lazy("Coins paid"),
    "payment_refund": gettext_lazy("Coins given back"),
    "redemption": gettext_lazy("Points redeemed"),
    "referral": gettext_lazy("Order of someone referred"),
    "refund": gettext_lazy("Order refunded"),
    "restoration": gettext_lazy("Withdrawal restored"),
    "withdrawal": gettext_lazy("Cash withdrawn"),
}


class Told(NamedTuple):
    """A record as a page shows it; `at` is a moment where the text of the time is one."""

    record: Record
    words: str
    at: datetime | str
    is_refused: bool


def told(record: Record) -> Told:
    """Return a record with what it is about in the active language."""
    event = record.told["event"] or {}
    words = str(_KINDS.get(str(event.get("type"))) or _("Something that is no event"))
    return Told(record, words, moment_of(record.at), record.told["code"] != APPLIED)


def cause_of(cause: str) -> str:
    """Return why an account was moved, in the active language."""
    return str(_CAUSES[cause])


def moment_of(text: str) -> datetime | str:
    """Return the moment that a record's time tells, the text itself where it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if at.tzinfo is None else at
