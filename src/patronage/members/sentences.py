"""What notices say: a sentence of a kind and its facts, in the active language."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from patronage.members.amounts import money, plain, points
from patronage.members.models import NoticeKind

_AFTERSALE = {
    "approved": gettext_noop(
        "After-sales of order %(order)s: approved. Please send the goods back."
    ),
    "approved_kept": gettext_noop(
        "After-sales of order %(order)s: approved. The goods need not be sent back."
    ),
    "declined": gettext_noop("After-sales of order %(order)s: declined. The case says why."),
    "received": gettext_noop("After-sales of order %(order)s: the goods are back."),
    "not_accepted": gettext_noop(
        "After-sales of order %(order)s: the goods were not accepted. The case says why."
    ),
    "to_platform": gettext_noop("After-sales of order %(order)s: the platform decides now."),
    "settled": gettext_noop("After-sales of order %(order)s: %(amount)s is being given back."),
    "refunded": gettext_noop("After-sales of order %(order)s: %(amount)s was given back."),
    "lapsed": gettext_noop(
        "After-sales of order %(order)s: ended, as the goods were not sent in time."
    ),
}
"""Of the steps of an after-sale case."""

_STOREFRONT = {
    "approved": gettext_noop("Your storefront “%(title)s” is approved. You can choose goods now."),
    "declined": gettext_noop(
        "Your application for a storefront was declined. The reason: %(reason)s."
    ),
    "suspended": gettext_noop(
        "Your storefront “%(title)s” is suspended. The reason: %(reason)s. Orders that are placed "
        "go their way; what they earn waits."
    ),
    "resumed": gettext_noop("Your storefront “%(title)s” is open again."),
    "sold": gettext_noop(
        "Your storefront sold order %(order)s of %(amount)s. The supplier is asked to confirm it."
    ),
    "purchase_declined": gettext_noop(
        "The supplier declined order %(order)s of your storefront. The reason: %(reason)s. The "
        "buyer is refunded."
    ),
    "purchase_lapsed": gettext_noop(
        "The supplier did not confirm order %(order)s of your storefront in time. The buyer is "
        "refunded."
    ),
}
"""Of what the operator decides on a storefront, and of what it sells."""

_REWARD = {
    "waiting": gettext_noop("A reward of %(amount)s for an order waits for a review."),
    "paid": gettext_noop("A reward of %(amount)s was released: it is in your cash."),
    "cancelled": gettext_noop("A reward of %(amount)s was cancelled. The reason: %(reason)s."),
}
"""Of rewards that wait for a review."""


def sentence(kind: str, facts: dict[str, Any]) -> str:
    """Return what a notice says, in the active language."""
    template, values = _said(NoticeKind(kind), facts)
    return template % values


def _said(kind: NoticeKind, facts: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """Return a notice's sentence with its places, and what stands there."""
    amounts = {
        name: write(facts[name])
        for name, write in (
            *(("points", points), ("coins", plain), ("cash", money), ("fee", money)),
            *(("quota", money), ("amount", money)),
        )
        if name in facts
    }
    values = {**amounts, **{name: str(facts[name]) for name in facts.keys() - amounts.keys()}}
    match kind:
        case NoticeKind.POINTS_GRANTED:
            text = _(
                "Your order %(order)s is completed: %(points)s points and a quota of %(quota)s "
                "were granted."
            )
        case NoticeKind.REFERRAL_GRANTED:
            text = _(
                "An order of someone you invited is completed: %(points)s points and a quota of "
                "%(quota)s were granted to you."
            )
        case NoticeKind.POINTS_TAKEN_BACK:
            text = _("Order %(order)s was refunded: %(points)s points were taken back.")
        case NoticeKind.POINTS_REDEEMED:
            text = _(
                "You redeemed %(points)s points: %(cash)s is in your cash, the fee was %(fee)s."
            )
        case NoticeKind.POINTS_CONVERTED:
            text = _("You converted %(points)s points into %(coins)s coins.")
        case NoticeKind.QUOTA_NEAR:
            text = _(
                "Your points and dividends are worth %(percent)s %% of your quota of %(quota)s. At "
                "100 %% all your points are redeemed by the rules and the quota ends."
            )
        case NoticeKind.BOUGHT_OUT:
            text = _(
                "Your quota is reached: all %(points)s points were redeemed by the rules, %(cash)s "
                "is in your cash, the fee was %(fee)s."
            )
        case NoticeKind.DIVIDENDS:
            text = _("From %(first)s to %(last)s you earned dividends of %(amount)s.")
            for name in ("first", "last"):
                values[name] = date_format(
                    date.fromisoformat(facts[name]), pgettext("day", "j M Y")
                )
        case NoticeKind.COINS_PAID:
            text = _("You paid %(coins)s coins.")
        case NoticeKind.COINS_BACK:
            text = _("%(coins)s coins came back to you.")
        case NoticeKind.CASH_CREDITED:
            text = _("%(cash)s was credited to your cash.")
        case NoticeKind.CASH_CHARGED:
            text = _("%(cash)s was charged to your cash.")
        case NoticeKind.CASH_BACK:
            text = _("%(cash)s came back to your cash.")
        case NoticeKind.AFTERSALE:
            template = _AFTERSALE[facts["deed"]]
            text = _(template)
        case NoticeKind.REWARD:
            template = _REWARD[facts["deed"]]
            text = _(template)
        case NoticeKind.STOREFRONT:
            template = _STOREFRONT[facts["deed"]]
            text = _(template)
        case NoticeKind.PAYOUT:
            text = (
                _("Your withdrawal of %(amount)s was paid out.")
                if facts["state"] == "paid"
                else _("Your withdrawal of %(amount)s failed. The money comes back to your cash.")
            )
        case NoticeKind.INVOICE:
            text = (
                _("The invoice of order %(order)s is issued. You find it with the order.")
                if facts["state"] == "issued"
                else _("The invoice of order %(order)s was declined. You find the reason there.")
            )
    return text, values
