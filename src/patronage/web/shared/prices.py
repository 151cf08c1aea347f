"""The price and how it went, for every audience: a chart, and a table that says the same."""

from datetime import date, datetime, time
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from patronage import ledger
from patronage.web.shared.templatetags.amounts import price_per_point

SPANS = {"day": _("Day"), "month": _("Month"), "year": _("Year"), "all": _("All")}
_LAST = {"month": 31, "year": 366, "all": None}
_LINE, _TABLE = 400, 16


class Priced(NamedTuple):
    """The price at a moment, or at the close of a day; minor units per nano-point."""

    at: datetime | date
    price: Fraction


def history(span: str, *, most: int = _LINE) -> list[Priced]:
    """Return how the price went, in order, at most so many points of it.

    `span` is one of SPANS; "day" goes back to the close before the last. Empty without an economy
    and while nothing circulated.
    """
    if span == "day":
        moments = ledger.latest_moments(settings.ECONOMY, most=most)
        return [Priced(one.at, one.price) for one in moments if one.price is not None]
    days = ledger.latest_days(settings.ECONOMY, last=_LAST[span], most=most)
    return [Priced(date.fromisoformat(one.date), one.price) for one in days if one.price]


def table(span: str) -> list[Priced]:
    """Return the same for a table, the newest first."""
    return history(span, most=_TABLE)[::-1]


@require_safe
def prices(_request: HttpRequest, span: str) -> JsonResponse:
    """Send the points of the chart: seconds since 1970, and the price of a point as text."""
    if span not in SPANS:
        raise Http404
    # Of those within a second the last: a line has one price at a time.
    points = {_seconds(one.at): price_per_point(one.price) for one in history(span)}
    response = JsonResponse({"span": span, "points": list(points.items())})
    response["Cache-Control"] = "public, max-age=60"
    return response


def _seconds(at: datetime | date) -> int:
    """Return a moment, or a day's noon where the mall is, as seconds since 1970."""
    if not isinstance(at, datetime):
        at = datetime.combine(at, time(12), ZoneInfo(settings.TIME_ZONE))
    return int(at.timestamp())
