"""How the numbers of a check's finding are written out in a sentence."""

from fractions import Fraction

from patronage.cli import show
from patronage.cli.words import say
from patronage.economy import Charter
from patronage.lab.check import Number


class Wording:
    """A finding's numbers by name, each written as what it is."""

    def __init__(self, numbers: dict[str, Number], charter: Charter) -> None:
        self.numbers = numbers
        self.charter = charter

    def has(self, name: str) -> bool:
        """Tell whether a number is there and not None."""
        return self.numbers.get(name) is not None

    def value(self, name: str) -> Fraction:
        """Return a number, None as 0."""
        return Fraction(self.numbers[name] or 0)

    def money(self, name: str) -> str:
        """Write an amount of money."""
        return rounded(self.value(name), self.charter.minor_unit_exponent)

    def price(self, name: str) -> str:
        """Write a price."""
        value = self.value(name)
        return rounded(value, 4 if value < 1000 else 2)

    def points(self, name: str) -> str:
        """Write an amount of points."""
        value = self.value(name)
        return rounded(value, 0 if value >= 1000 or value.denominator == 1 else 2)

    def count(self, name: str) -> str:
        """Write a whole number."""
        return rounded(self.value(name), 0)

    def times(self, name: str) -> str:
        """Write a factor."""
        value = self.value(name)
        return rounded(value, 0 if value.denominator == 1 else 2)

    def share(self, name: str) -> str:
        """Write a share in per cent."""
        value = self.value(name) * 100
        if 0 < value < Fraction(1, 100):
            return say("less than 0.01 %", "不到 0.01 %")
        return rounded(value, 2).rstrip("0").rstrip(".") + " %"

    def when(self, name: str) -> str:
        """Say after how many days or years; None is never within the horizon."""
        if not self.has(name):
            return say("not within 100 years", "100 年内达不到")
        days = self.value(name)
        if days < 1:
            return say("within a day", "一天之内")
        if days < 730:
            whole = rounded(days, 0)
            return say(f"after {whole} day{'s' * (whole != '1')}", f"{whole} 天后")
        years = rounded(days / 365, 1)
        return say(f"after {years} years", f"{years} 年后")


def rounded(value: Fraction, places: int) -> str:
    """Write a number rounded to so many decimals."""
    return show.decimal(round(value, places), places)


def needs_margin() -> str:
    """Say that a finding cannot be judged without the margin."""
    return say(
        "The reserve is fed from profit here: give --margin to have this judged.",
        "此章程的底池来自利润：给出 --margin 才能判断。",
    )
