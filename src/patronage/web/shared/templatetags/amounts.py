"""Amounts and moments as people read them, in templates."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import pgettext

from patronage.economy.currencies import MINOR_UNIT_EXPONENTS
from patronage.members.amounts import NANO, money, plain, points, sign

__all__ = [
    "coins",
    "day",
    "fine_money",
    "moment",
    "money",
    "month",
    "percent",
    "plain",
    "points",
    "price",
    "price_per_point",
    "sign",
    "signed",
    "whole_money",
]

register = template.Library()

register.filter(money)
register.filter(points)


@register.filter
def price(minor: int) -> str:
    """Return minor units as a price with a small sign, for a place of class `price`."""
    return format_html('<span class="price__sign">{}</span>{}', sign(), plain(minor))


@register.filter
def coins(minor: int) -> str:
    """Return coins, which are counted in minor units, without the currency's sign."""
    return plain(minor)


@register.filter
def signed(amount: int, kind: str) -> str:
    """Return a change with its sign; `kind` is money, coins or points: 900 → +¥9.00."""
    written = {"money": money, "coins": coins, "points": points}[kind](abs(amount))
    return f"{'−' if amount < 0 else '+'}{written}"


@register.filter
def whole_money(minor: Fraction) -> str:
    """Return an exact amount of minor units as an amount, rounded down."""
    return money(int(minor))


@register.filter
def fine_money(minor: Fraction) -> str:
    """Return an exact amount of minor units with four decimals more, rounded down."""
    exponent = MINOR_UNIT_EXPONENTS[settings.CURRENCY]
    digits = exponent + 4
    whole, rest = divmod(minor.numerator * 10**4 // minor.denominator, 10**digits)
    return f"{sign()}{whole:,}.{rest:0{digits}}"


@register.filter
def price_per_point(price: Fraction, with_sign: str = "") -> str:
    """Return minor units per nano-point as the price of a point, six decimals, rounded down.

    Any second argument puts the currency's sign before it: 10/7 minor units per 10⁷ nano-points →
    1.428571.
    """
    exponent = MINOR_UNIT_EXPONENTS[settings.CURRENCY]
    whole, rest = divmod(price * NANO * 10**6 // 10**exponent, 10**6)
    return f"{sign() if with_sign else ''}{whole:,}.{rest:06}"


@register.filter
def percent(micro: int) -> str:
    """Return millionths as a percentage without needless zeros: 125000 → 12.5%."""
    whole, rest = divmod(micro, 10**4)
    decimals = f".{rest:04}".rstrip("0").rstrip(".")
    return f"{whole}{decimals}%"


@register.filter
def moment(at: datetime | None) -> str:
    """Return day and time in the reader's language, nothing for None."""
    if at is None:
        return ""
    return date_format(timezone.localtime(at), pgettext("day and time", "j M Y, H:i"))


@register.filter
def day(at: Any) -> str:
    """Return the day of a moment or a date in the reader's language, nothing for None."""
    if at is None:
        return ""
    if isinstance(at, datetime):
        at = timezone.localtime(at)
    return date_format(at, pgettext("day", "j M Y"))


@register.filter
def month(at: Any) -> str:
    """Return the month of a date in the reader's language."""
    return date_format(at, pgettext("month", "F Y"))
