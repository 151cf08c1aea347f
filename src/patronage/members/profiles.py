"""The policy of this mall: what holds of its points whatever the charter, and what is off and why.

`green-points` is for a company that gives points back for purchases. It is kept where value moves:
no event is handed in that is not of its kinds (`require_allowed`), and an issuer without name and
number opens no economy. The sentences are shown in the console and in the open book.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Issuer(NamedTuple):
    """The company that owes what members hold, and the number it is registered under."""

    name: str | Promise
    number: str


class Sentence(NamedTuple):
    """What holds, and how it is kept; or what is off, and why."""

    what: str | Promise
    because: str | Promise


class Profile(NamedTuple):
    """A policy: `events` are the only kinds of events that move value here."""

    name: str
    label: str | Promise
    events: frozenset[str]
    holds: tuple[Sentence, ...]
    off: tuple[Sentence, ...]


class ForbiddenEventError(RuntimeError):
    """An event was to be handed in that this mall's policy does not know: a mistake of ours."""


_GREEN: Final = Profile(
    "green-points",
    _("Green points: points given back for purchases"),
    frozenset(
        {
            *("order.completed", "order.refunded"),
            *("points.redeemed", "points.converted"),
            *("merchant.opened", "coins.spent", "coins.refunded", "coins.redeemed"),
            *("cash.withdrawn", "cash.restored", "cash.credited", "cash.charged"),
            *("reserve.funded", "treasury.burned", "day.closed", "charter.amended"),
        }
    ),
    (
        Sentence(
            _("The issuer is a registered company, named with its number."),
            _("The console opens no economy without both."),
        ),
        Sentence(
            _("Points are granted by completed orders alone, each order once."),
            _(
                "No other event grants any. The founding points of the opening are nobody's, and "
                "nobody can redeem them."
            ),
        ),
        Sentence(
            _("No more points are issued than the charter authorises."),
            _("An order grants what is left, and nothing once all are issued."),
        ),
        Sentence(
            _("What is promised is funded."),
            _(
                "Points are worth their share of the reserve and never more together; points in "
                "the treasury stand behind coins; dividends and cash come from money paid in. The "
                "quota is a ceiling and promises nothing."
            ),
        ),
    ),
    (
        Sentence(
            _("Buying points"),
            _(
                "Points sold by themselves would be an investment, and no longer given for a "
                "purchase."
            ),
        ),
        Sentence(
            _("Sending points, coins or cash to another member"),
            _(
                "What passes from hand to hand is a means of payment or a trade. Coins go to "
                "merchants of this mall, and cash to one's own bank account where it can be "
                "withdrawn."
            ),
        ),
        Sentence(
            _("A market for points"),
            _("There is one price, the reserve divided by the points in circulation, and no bids."),
        ),
        Sentence(
            _("Tokens"),
            _(
                "Points are entries in the issuer's own ledger. None of them can leave it, so none "
                "can be traded elsewhere."
            ),
        ),
        Sentence(
            _("Rewards over more than one level of invitations"),
            _("Whoever invites earns from that member's orders, and never from whom they invite."),
        ),
    ),
)

_PROFILES: Final = {_GREEN.name: _GREEN}


def profile() -> Profile:
    """Return the policy of this mall."""
    return _PROFILES[settings.POLICY]


def issuer() -> Issuer | None:
    """Return the issuer, None while name or number is missing."""
    if not (settings.COMPANY_IS_NAMED and settings.COMPANY_LICENCE):
        return None
    return Issuer(settings.COMPANY_NAME, settings.COMPANY_LICENCE)


def require_allowed(event: Mapping[str, Any]) -> None:
    """Raise ForbiddenEventError for an event that the policy does not know.

    Points are granted by an order's own event alone, whose id says that it counts once.
    """
    kind = event.get("type")
    if kind not in profile().events:
        raise ForbiddenEventError(f"{settings.POLICY} knows no {kind}")
    if kind == "order.completed" and event["id"] != f"order:{event['order']}:completed":
        raise ForbiddenEventError(f"{event['id']} is not the completion of {event['order']}")
