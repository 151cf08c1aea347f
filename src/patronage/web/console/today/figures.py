"""The figures of a day: what each is called, how it is counted, and which rows it opens."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models import DayFigures
from patronage.members.amounts import money
from patronage.web.shared.exports import Cell, amount
from patronage.web.shared.templatetags.amounts import price_per_point

Text = str | Promise
_DRAWN: Final = ((92, 1), (732, 7), (10**6, 30))
"""Up to so many days so many are drawn as one."""


class Figure(NamedTuple):
    """A figure of a day; its sum over days means something unless it `is_a_head_count`."""

    label: Text
    meaning: Text
    of: Callable[[DayFigures], int]
    rows: str
    is_money: bool = False
    is_a_head_count: bool = False

    def shown(self, number: int) -> str:
        """Return a number of it as people read it."""
        return money(number) if self.is_money else f"{number:,}"

    def cell(self, number: int) -> Cell:
        """Return a number of it as a spreadsheet has it."""
        return amount(number) if self.is_money else number

    def over(self, days: Sequence[DayFigures]) -> int:
        """Return the sum over days; of heads, who come again, a day's average, rounded down."""
        total = sum(map(self.of, days))
        return total // max(1, len(days)) if self.is_a_head_count else total


FIGURES: Final = {
    "placed": Figure(
        _("Orders placed"),
        _("Every order placed that day, whatever became of it."),
        lambda day: day.orders_placed,
        "placed",
    ),
    "paid": Figure(
        _("Orders paid"),
        _("Orders whose payment succeeded that day, cancelled or returned later or not."),
        lambda day: day.orders_paid,
        "paid",
    ),
    "sales": Figure(
        _("Sales"),
        _("What those orders were paid with, freight and the ledger's part included."),
        lambda day: day.sales_minor,
        "paid",
        is_money=True,
    ),
    "completed": Figure(
        _("Orders completed"),
        _("Orders that the ledger completed: only these pay into the reserve and grant points."),
        lambda day: day.orders_completed,
        "completed",
    ),
    "contributions": Figure(
        _("Contributions"),
        _("What completed orders paid into the reserve and into the dividend pool."),
        lambda day: day.contributed_minor + day.dividend_contributed_minor,
        "completed",
        is_money=True,
    ),
    "given_back": Figure(
        _("Given back by refunds"),
        _("What of contributions went back because completed orders were returned."),
        lambda day: day.given_back_minor,
        "refunds",
        is_money=True,
    ),
    "redemptions": Figure(
        _("Redemptions"),
        _("How many times holders redeemed points."),
        lambda day: day.redemptions,
        "redemptions",
    ),
    "compulsory": Figure(
        _("Compulsory redemptions"),
        _("How many times an account reached its quota and its points were redeemed."),
        lambda day: day.compulsory,
        "redemptions",
    ),
    "redeemed": Figure(
        pgettext_lazy("sum of a day", "Redeemed"),
        _("What redeemed points brought, compulsory ones too, before the fee."),
        lambda day: day.redeemed_minor,
        "redemptions",
        is_money=True,
    ),
    "fees": Figure(
        _("Redemption fees"),
        _("Kept back of it; they lift the reserve when the day is closed."),
        lambda day: day.redemption_fee_minor,
        "redemptions",
        is_money=True,
    ),
    "joined": Figure(
        _("New members"),
        _("Who signed up that day."),
        lambda day: day.members_new,
        "joined",
    ),
    "active": Figure(
        _("Active members"),
        _("Members of whom an order was paid that day, each once."),
        lambda day: day.members_active,
        "paid",
        is_a_head_count=True,
    ),
}


class Tile(NamedTuple):
    """A figure as the page shows it: of the last day, and of all its days."""

    label: Text
    meaning: Text
    rows: str
    of_the_last: str
    of_all: str
    is_average: bool


def tiles(days: Sequence[DayFigures], last: DayFigures) -> list[Tile]:
    """Return all figures of some days, and of the last of them."""
    return [
        Tile(
            one.label,
            one.meaning,
            one.rows,
            one.shown(one.of(last)),
            one.shown(one.over(days)),
            one.is_a_head_count,
        )
        for one in FIGURES.values()
    ]


def charts(days: Sequence[DayFigures]) -> list[dict[str, Any]]:
    """Return what is drawn of some days, the newest first as they come: texts for a script.

    A long period is drawn by so many days together, so that it can be read.
    """
    together = next(size for most, size in _DRAWN if len(days) <= most)
    parts = [days[start : start + together] for start in range(0, len(days), together)][::-1]

    def cells(code: str, **drawn: Any) -> dict[str, Any]:
        one = FIGURES[code]
        values = [str(one.cell(one.over(part))) for part in parts]
        return {"name": str(one.label), "values": values, "counts": not one.is_money, **drawn}

    prices = [price(part[0]) for part in parts]
    drawn = {
        gettext("Orders and sales"): (
            cells("sales", bars=True),
            cells("paid", right=True),
            cells("completed", right=True),
        ),
        gettext("Contributions and redemptions"): (
            cells("contributions", bars=True),
            cells("redeemed", bars=True),
        ),
        (name := gettext("Price of a point")): ({"name": name, "values": prices, "fits": True},),
        gettext("Members"): (cells("joined", bars=True), cells("active", right=True)),
    }
    dates = [f"{part[-1].day}" for part in parts]
    return [
        {"title": title, "dates": dates, "lines": lines, "together": together}
        for title, lines in drawn.items()
    ]


def price(day: DayFigures) -> str | None:
    """Return the price of a point at a day's end as plain digits, None where nothing circulated."""
    if not day.circulating_nano:
        return None
    return price_per_point(Fraction(day.reserve_minor, day.circulating_nano)).replace(",", "")
