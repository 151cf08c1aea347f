"""The two languages of a report, and how figures are written in it."""

from enum import StrEnum


class Language(StrEnum):
    """English or simplified Chinese; both texts stand at the place of use."""

    ENGLISH = "en"
    CHINESE = "zh-Hans"

    def say(self, english: str, chinese: str) -> str:
        """Return the one text or the other."""
        return chinese if self is Language.CHINESE else english


def decimal(value: float, places: int) -> str:
    """Write a number with so many decimals, thousands grouped; a dash for none."""
    text = f"{value:,.{places}f}"
    return text.replace("-", "−") if text.strip("-0.,") else text.lstrip("-")


def money(minor: float, exponent: int) -> str:
    """Write minor units as money of a currency with so many decimals."""
    return decimal(minor / 10**exponent, exponent)


def whole(minor: float, exponent: int) -> str:
    """Write minor units as money without decimals."""
    return decimal(minor / 10**exponent, 0)


def percent(share: float, places: int = 1) -> str:
    """Write a share in per cent; the sign stays on the number's line."""
    return decimal(share * 100, places) + "\N{NO-BREAK SPACE}%"


def price(minor: float, exponent: int) -> str:
    """Write a price in minor units a point as money, with four decimals below 1000."""
    value = minor / 10**exponent
    return decimal(value, 4 if abs(value) < 1000 else 2)
