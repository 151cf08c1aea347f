"""Amounts as people read them. Integers in, text out; nothing is rounded up."""

from typing import Final

from django.conf import settings

from patronage.economy.currencies import MINOR_UNIT_EXPONENTS

NANO: Final = 10**9
_SIGNS: Final = {"CNY": "¥", "JPY": "¥", "EUR": "€", "GBP": "£", "USD": "$"}


def plain(minor: int) -> str:
    """Return an amount of minor units in major ones: 123400 → 1,234.00."""
    exponent = MINOR_UNIT_EXPONENTS[settings.CURRENCY]
    whole, rest = divmod(abs(minor), 10**exponent)
    decimals = f".{rest:0{exponent}}" if exponent else ""
    return f"{'−' if minor < 0 else ''}{whole:,}{decimals}"


def sign() -> str:
    """Return the currency's sign, its code where it has none."""
    return _SIGNS.get(settings.CURRENCY, f"{settings.CURRENCY} ")


def money(minor: int | None) -> str:
    """Return minor units as an amount with the currency's sign, nothing for None."""
    return "" if minor is None else f"{sign()}{plain(minor)}"


def points(nano: int) -> str:
    """Return nano-points as points with four decimals, rounded down."""
    whole, rest = divmod(nano, NANO)
    return f"{whole:,}.{rest // 10**5:04}"
