"""A charter for people: its rules in words, and the file that `patronage` reads."""

import json
from fractions import Fraction
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from patronage.economy import Charter
from patronage.economy.charter import MICRO, NANO
from patronage.web.shared.templatetags.amounts import money, percent, points, price_per_point


class Rule(NamedTuple):
    """One rule of a charter: what it is about, and what it says in the active language."""

    about: str
    text: str


def rules_of(charter: Charter) -> list[Rule]:
    """Say a charter's rules in the active language, always the same rules in the same order."""
    return [
        Rule(_("Founding"), _founding(charter)),
        Rule(
            _("Points authorised"),
            _(
                "Never more than %(points)s points are issued in all. While none circulate,"
                " a point is issued at %(price)s."
            )
            % {
                "points": points(charter.authorised_nano),
                "price": _exact(Fraction(*charter.issue_price) * NANO),
            },
        ),
        Rule(_("What an order pays into the reserve"), _reserve(charter)),
        Rule(_("What points an order grants"), _grant(charter)),
        Rule(_("Referral"), _referral(charter)),
        Rule(
            _("Quota"),
            _(
                "An order allows at most %(times)s times its money part to be paid to its "
                "buyer, in dividends, redemptions and conversions together. That is a "
                "ceiling and no promise."
            )
            % {"times": _times(charter.multiple_micro)},
        ),
        Rule(_("Dividend"), _dividend(charter)),
        Rule(_("Fee of redeeming"), _fee(charter)),
        Rule(
            _("Hold"),
            ngettext(
                "An order is completed, and grants points, %(days)s day after it was received.",
                "An order is completed, and grants points, %(days)s days after it was received.",
                charter.hold_days,
            )
            % {"days": charter.hold_days},
        ),
    ]


def changed(before: Charter, after: Charter) -> list[tuple[Rule, Rule]]:
    """Return the rules that two charters say in different words, each before and after."""
    both = zip(rules_of(before), rules_of(after), strict=True)
    return [(old, new) for old, new in both if old != new]


def toml_of(document: dict[str, dict[str, Any]]) -> str:
    """Write a charter's tables as the file they came from could be written."""
    parts = []
    for section, keys in document.items():
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]
        parts.append("\n".join([f"[{section}]", *lines]) + "\n")
    return "\n".join(parts)


def _founding(charter: Charter) -> str:
    if not charter.founding_minor:
        return _("The operator put in nothing at the start.")
    return _(
        "The operator put in %(money)s at the start, behind %(points)s points that "
        "nobody can redeem and that earn no dividend."
    ) % {"money": money(charter.founding_minor), "points": points(charter.founding_nano)}


def _reserve(charter: Charter) -> str:
    rate = {"rate": percent(charter.reserve_micro)}
    if charter.reserve_of == "profit":
        return _("%(rate)s of the profit of an order's money part.") % rate
    return (
        _(
            "%(rate)s of an order's money part; of a merchant's goods, of what the "
            "merchant leaves to the house."
        )
        % rate
    )


def _grant(charter: Charter) -> str:
    rate = {"rate": percent(charter.grant_micro)}
    if charter.per_micro is None:
        return (
            _("Points worth %(rate)s of what it pays into the reserve, at the price before it.")
            % rate
        )
    return _(
        "One point for each %(per)s of its money part, but never points worth more "
        "than %(rate)s of what it pays into the reserve, at the price before it."
    ) % {"per": _exact(Fraction(charter.per_micro, MICRO)), **rate}


def _referral(charter: Charter) -> str:
    if not charter.referral_micro:
        return _("Nothing is granted to a buyer's referrer.")
    return _(
        "A buyer's referrer is granted %(rate)s of the buyer's points and quota. "
        "There is one level."
    ) % {"rate": percent(charter.referral_micro)}


def _dividend(charter: Charter) -> str:
    if not charter.dividend_micro:
        return _("No part of profit is divided.")
    return _(
        "%(rate)s of profit goes to the dividend pool, which each day's close "
        "divides among all who hold points, as far as their quota allows."
    ) % {"rate": percent(charter.dividend_micro)}


def _fee(charter: Charter) -> str:
    told = _(
        "%(fee)s of what is paid is kept back. At the day's close fees lift the "
        "reserve, by at most this rate."
    ) % {"fee": percent(charter.fee_micro)}
    if charter.merchant_fee_micro != charter.fee_micro:
        told += " " + _("Of merchants %(fee)s is kept back.") % {
            "fee": percent(charter.merchant_fee_micro)
        }
    return told


def _exact(minor: Fraction) -> str:
    """Write an amount that may be finer than a minor unit, six decimals at most."""
    if minor.denominator == 1:
        return money(int(minor))
    return price_per_point(minor / NANO, "sign")


def _times(micro: int) -> str:
    whole, rest = divmod(micro, MICRO)
    decimals = f".{rest:06}".rstrip("0") if rest else ""
    return f"{whole}{decimals}"
