"""What browsers send, read without trust."""

from django.conf import settings

from patronage.economy.currencies import MINOR_UNIT_EXPONENTS


def whole(text: str | None) -> int:
    """Return a whole number as sent; 0 for what is none, which no rule takes for valid."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 19 else 0


def amount_minor(text: str) -> int | None:
    """Return an amount written in major units as minor ones; None for what is no such amount."""
    exponent = MINOR_UNIT_EXPONENTS[settings.CURRENCY]
    major, _point, decimals = text.strip().replace(",", "").partition(".")
    digits = (major or "0") + decimals.ljust(exponent, "0")
    fits = len(decimals) <= exponent and len(digits) < 19
    return (
        int(digits) if text.strip() and fits and digits.isascii() and digits.isdecimal() else None
    )


def points_nano(text: str) -> int | None:
    """Return points written with at most nine decimals as nano-points; None for what is none."""
    whole, _point, decimals = text.strip().replace(",", "").partition(".")
    digits = (whole or "0") + decimals.ljust(9, "0")
    fits = len(decimals) <= 9 and len(digits) < 20
    return (
        int(digits) if text.strip() and fits and digits.isascii() and digits.isdecimal() else None
    )
