"""How what a member holds came to be: points and their price, pending ones, quota, dividends."""

from calendar import Calendar
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage import ledger
from patronage.commerce.pending import count_pending, pending_orders
from patronage.ledger import Day, Earned
from patronage.members.holdings import holding_of
from patronage.members.models import Person
from patronage.web.mall.wallet.home import reached_percent
from patronage.web.mall.wallet.statement import Told, told
from patronage.web.shared.access import member_required
from patronage.web.shared.places import Place, place_of
from patronage.web.shared.requests import MemberRequest

_SHOWN = 20
_LOOKED_AT = 60
_PAGES = 3
_DAYS = 31
_WEEKS = Calendar(firstweekday=0)
_WEEKDAYS = (
    pgettext_lazy("day of the week", "Mo"),
    pgettext_lazy("day of the week", "Tu"),
    pgettext_lazy("day of the week", "We"),
    pgettext_lazy("day of the week", "Th"),
    pgettext_lazy("day of the week", "Fr"),
    pgettext_lazy("day of the week", "Sa"),
    pgettext_lazy("day of the week", "Su"),
)


@never_cache
@require_safe
@member_required
def points(request: MemberRequest) -> HttpResponse:
    """Show the points, their price, and where each came from."""
    held = holding_of(request.user)
    pending, first = count_pending(request.user)
    before = place_of(request.GET.get("before"))
    moved, older = _moved_points(request.user, before)
    return render(
        request,
        "mall/wallet/points.html",
        {
            "tab": "mine",
            "held": held,
            "points": held.points if held else 0,
            "worth": int(held.worth) if held else 0,
            "pending": pending,
            "first": first,
            "entries": moved,
            "older": older,
            "is_first": before is None,
        },
    )


def _moved_points(person: Person, before: Place | None) -> tuple[list[Told], str]:
    """Return entries that moved points, and where to go on looking, "" at the end.

    So many entries are looked at in one page at most; coins and cash may have moved in most.
    """
    found: list[Told] = []
    for _page in range(_PAGES):
        page = ledger.entries(settings.ECONOMY, person.account, before=before, limit=_LOOKED_AT)
        for entry in page:
            before = entry.line.place
            if entry.line.points:
                found.append(told(entry))
            if len(found) == _SHOWN:
                return found, "{}.{}".format(*before)
        if len(page) < _LOOKED_AT:
            return found, ""
    return found, "{}.{}".format(*before) if before else ""


@never_cache
@require_safe
@member_required
def pending(request: MemberRequest) -> HttpResponse:
    """Show what orders under way would bring, and when."""
    orders = pending_orders(request.user)
    return render(
        request,
        "mall/wallet/pending.html",
        {
            "tab": "mine",
            "orders": orders,
            "points": sum(one.pending.points_nano for one in orders),
            "quota": sum(one.pending.quota_minor for one in orders),
        },
    )


@never_cache
@require_safe
@member_required
def quota(request: MemberRequest) -> HttpResponse:
    """Show the quota: granted, used, left; how near its end is, and what happens there."""
    held = holding_of(request.user)
    run = ledger.quota_run(settings.ECONOMY, request.user.account)
    return render(
        request,
        "mall/wallet/quota.html",
        {
            "tab": "mine",
            "held": held,
            "run": run,
            "left": held.quota if held else 0,
            "worth": int(held.worth + held.dividend) if held else 0,
            "reached": reached_percent(held) if held else 0,
            "orders": pending_orders(request.user),
        },
    )


Cell = tuple[date | None, Earned | None]


class Month(NamedTuple):
    """A month of a calendar: its weeks, each day with what was earned on it, and the sum."""

    first: date
    weeks: list[list[Cell]]
    total: Fraction


@never_cache
@require_safe
@member_required
def dividends(request: MemberRequest) -> HttpResponse:
    """Show what each day brought: the pool, the member's points, their share; and a calendar."""
    before = _before(request.GET.get("before"))
    found = ledger.earned(settings.ECONOMY, request.user.account, before=before, limit=_DAYS + 1)
    days = found[:_DAYS]
    return render(
        request,
        "mall/wallet/dividends.html",
        {
            "tab": "mine",
            "held": holding_of(request.user),
            "days": [(date.fromisoformat(one.day.date), one) for one in days],
            "months": _months(days),
            "weekdays": _WEEKDAYS,
            "older": _place_of_day(days[-1]) if len(found) > _DAYS else "",
            "is_first": before is None,
        },
    )


def _months(days: list[Earned]) -> list[Month]:
    """Return the months of some days, the newest first."""
    months = []
    for (year, month), group in groupby(days, lambda one: one.day.date[:7].split("-")):
        by_day = {date.fromisoformat(one.day.date): one for one in group}
        first = date(int(year), int(month), 1)
        days_of = _WEEKS.monthdatescalendar(first.year, first.month)
        weeks = [[_cell(day, by_day, first.month) for day in week] for week in days_of]
        total = sum((one.dividend for one in by_day.values()), Fraction())
        months.append(Month(first, weeks, total))
    return months


def _cell(day: date, by_day: dict[date, Earned], month: int) -> Cell:
    """Return a day of a calendar with what it brought, nothing for one of another month."""
    return (day, by_day.get(day)) if day.month == month else (None, None)


def _place_of_day(one: Earned) -> str:
    place = "" if one.place is None else ".{}.{}".format(*one.place)
    return f"{one.day.seq}{place}"


def _before(text: str | None) -> Earned | None:
    """Return the day behind which a page begins, as an address tells it: `day[.seq.position]`."""
    day, _point, place = (text or "").partition(".")
    if not (day.isascii() and day.isdecimal() and len(day) < 10):
        return None
    nothing = Day(int(day), "", 0, None, 0, 0)
    return Earned(nothing, 0, Fraction(), place_of(place))
