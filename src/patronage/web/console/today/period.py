"""Which days a page tells of."""

from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from patronage.commerce import days, figures, posting
from patronage.commerce.models import DayFigures
from patronage.members import clock

USUAL = 30
SPANS = ((1, _("Today")), (7, _("7 days")), (USUAL, _("30 days")), (365, _("A year")))
_MOST = timedelta(days=3660)


class Period(NamedTuple):
    """Days from `first` to `last`, both among them, in the time zone that closes them."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def span(self) -> figures.Span:
        """The moments from the first midnight to the last."""
        return figures.span_of(self.first, self.last, self.zone)

    @property
    def query(self) -> str:
        """What an address says of it."""
        return urlencode({"from": f"{self.first}", "to": f"{self.last}"})

    def days(self) -> QuerySet[DayFigures]:
        """Return what its days came to, the newest first."""
        return DayFigures.objects.filter(day__gte=self.first, day__lte=self.last)

    def records(self) -> tuple[int, int]:
        """Return after which record of the journal its days begin, and through which they go."""
        counted = DayFigures.objects.order_by("-day").values_list("through_seq", flat=True)
        through = counted.filter(day__lte=self.last).first()
        after = counted.filter(day__lt=self.first).first()
        return after or 0, through or 0


def today_in(zone: ZoneInfo) -> date:
    """Return the day it is where days are closed."""
    return clock.now().astimezone(zone).date()


def period_of(asked: QueryDict) -> tuple[Period, bool]:
    """Return the period that an address asks for, and whether it is one.

    The usual one where it asks for none, or for what is none.
    """
    zone = days.zone_of(posting.charter())
    usual = latest(USUAL, zone)
    if not ("from" in asked or "to" in asked):
        return usual, True
    first, last = (day_of(asked.get(name, "")) for name in ("from", "to"))
    if first is None or last is None or not timedelta() <= last - first <= _MOST:
        return usual, False
    return Period(first, last, zone), True


def latest(length: int, zone: ZoneInfo) -> Period:
    """Return so many days up to today."""
    today = today_in(zone)
    return Period(today - timedelta(days=length - 1), today, zone)


def day_of(written: str) -> date | None:
    """Return the day that an address names, None where it names none."""
    try:
        return parse_date(written)
    except ValueError:  # 31 February
        return None
