"""What `patronage check` says of a charter, as the console shows it."""

from fractions import Fraction
from typing import Any, Final, NamedTuple

from django.utils.translation import gettext_lazy, pgettext_lazy

from patronage.economy import Charter
from patronage.lab.check import Assumptions, check

BASKET_MAJOR: Final = 100
"""What an order comes to, as is assumed."""
SALES_MAJOR: Final = 10_000
"""What is sold in a day, as is assumed."""

_TITLES: Final[dict[str, Any]] = {
    "parties": gettext_lazy("An order gives less than it brings in"),
    "founding": gettext_lazy("Supply never gets thin"),
    "first_value": gettext_lazy("A buyer is not bought out at once"),
    "growth": gettext_lazy("Orders lift the price"),
    "authorised": gettext_lazy("The authorised points last"),
    "margin": gettext_lazy("The operator can afford it"),
    "fee": gettext_lazy("Who leaves pays those who stay"),
    "merchants": gettext_lazy("Merchants are paid for their coins"),
    "time_to_quota": gettext_lazy("How long to the quota"),
    "average_member": gettext_lazy("The average member after a year"),
    "quotas": gettext_lazy("All quotas against the reserve"),
    "stop": gettext_lazy("If sales stop"),
    "evening": gettext_lazy("Ordering only for the day's dividend"),
}
_VERDICTS: Final[dict[str, Any]] = {
    "holds": pgettext_lazy("of a promise", "holds"),
    "warning": pgettext_lazy("of a promise", "warning"),
    "fails": pgettext_lazy("of a promise", "fails"),
    "note": pgettext_lazy("of a promise", "to know"),
}


class Promise(NamedTuple):
    """A promise of the charter, judged; `inequality` is what makes it hold or fail."""

    title: str
    verdict: str
    told: str
    inequality: str


class Judged(NamedTuple):
    """All promises, and what was assumed of the shop, in minor units."""

    promises: list[Promise]
    is_sound: bool
    basket_minor: int
    sales_minor: int


def judged(charter: Charter) -> Judged:
    """Judge a charter for a shop of round figures whose profit is not known."""
    unit = 10**charter.minor_unit_exponent
    assumptions = Assumptions(
        basket_minor=BASKET_MAJOR * unit,
        sales_minor=SALES_MAJOR * unit,
        referred=Fraction(1, 2),
    )
    report = check(charter, assumptions)
    promises = [
        Promise(str(_TITLES[one.code]), one.verdict, str(_VERDICTS[one.verdict]), one.inequality)
        for one in report.findings
    ]
    return Judged(promises, report.is_sound, assumptions.basket_minor, assumptions.sales_minor)
