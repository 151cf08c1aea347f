"""The page that the console opens with, the rows behind its figures, and both as files."""

from fractions import Fraction
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from patronage import ledger
from patronage.commerce import days, posting, schedule
from patronage.commerce.custody import latest as stated
from patronage.commerce.jobs import JOBS
from patronage.commerce.models import Alarm, DayFigures, Job
from patronage.economy.state import INDEX_SCALE
from patronage.ledger.log.solvency import custody
from patronage.web.console import access
from patronage.web.console.today import rows
from patronage.web.console.today.figures import charts, tiles
from patronage.web.console.today.period import SPANS, Period, latest, period_of, today_in
from patronage.web.shared.exports import Table, send
from patronage.web.shared.office.site import Office

_SHOWN_DAYS = 14
_ALARMS = 100


def figures_of(request: HttpRequest) -> dict[str, Any]:
    """Return how the mall stands now, and what the days of the period asked for came to.

    Nothing before its economy was opened.
    """
    if not _is_open():
        return {}
    period, is_one = period_of(request.GET)
    if not is_one:
        messages.error(request, _("Give two days, the earlier one first, ten years apart at most."))
    found = list(period.days())
    nothing = DayFigures(day=period.last)
    last = found[0] if found and found[0].day == period.last else nothing
    return {
        "now": _now(),
        "late": _late(),
        "period": period,
        "spans": _spans(period),
        "last": last,
        "is_today": period.last == today_in(period.zone),
        "tiles": tiles(found, last),
        "opens": {kind for kind in rows.LISTINGS if access.opens(request, f"today/{kind}/")},
        "opens_economy": access.opens(request, "economy/"),
        "opens_custody": access.opens(request, "commerce/custodystatement/"),
        "opens_alarms": access.opens(request, "commerce/alarm/"),
        "charts": charts(found),
        "header": rows.day_header(),
        "days": [rows.day_row(one) for one in found[:_SHOWN_DAYS]],
        "is_more": len(found) > _SHOWN_DAYS,
    }


def urls(office: Office) -> list[URLPattern]:
    """Return the addresses of rows and files, for those whom an office lets in."""

    def listed(request: HttpRequest, kind: str) -> HttpResponse:
        request.current_app = office.name
        context = {**office.each_context(request), **_rows_of(request, kind)}
        return render(request, "console/today/rows.html", context)

    return [
        path("today/<slug:kind>/", office.admin_view(require_safe(listed)), name="today_rows"),
        path("today/<slug:kind>/file/", office.admin_view(require_safe(_file)), name="today_file"),
    ]


def _rows_of(request: HttpRequest, kind: str) -> dict[str, Any]:
    """Return a page of the rows behind a figure."""
    found = _listing(kind)
    period, _is_one = period_of(request.GET)
    query = f"{period.query}&" if found.is_of_days else ""
    page = found.read(period, request.GET.get("before", ""), rows.PAGE)
    return {
        "title": found.title,
        "kind": kind,
        "period": period if found.is_of_days else None,
        "header": found.header(),
        "rows": page.rows,
        "query": query,
        "older": page.next and f"?{query}{urlencode({'before': page.next})}",
        "is_first": not request.GET.get("before"),
    }


def _file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Send all rows behind a figure as a file."""
    found = _listing(kind)
    period, _is_one = period_of(request.GET)
    table = Table(f"today-{kind}", found.header(), rows.all_rows(found, period))
    return send(request, table, request.GET.get("form", ""))


def _is_open() -> bool:
    return settings.ECONOMY in ledger.economies()


def _listing(kind: str) -> rows.Listing:
    if kind not in rows.LISTINGS or not _is_open():
        raise Http404
    return rows.LISTINGS[kind]


def _now() -> dict[str, Any]:
    """Return how the economy stands; `per_point` is exact, minor units per nano-point."""
    state = ledger.tip(settings.ECONOMY).state
    close = posting.try_close(state)
    return {
        "price": Fraction(*state.price),
        "held": state.circulating - state.treasury - state.founding,
        "pool": state.dividend_pool,
        "per_point": Fraction(close.step, INDEX_SCALE),
        "reserve": state.reserve,
        "fees": state.fees,
        "coins": state.coins,
        "owed": custody(state),
        "stated": stated(),
        "cover": custody(state) - state.reserve,
    }


def _late() -> dict[str, Any]:
    """Return what does not run as it should; alarms are counted up to a hundred."""
    late = days.due(grace=days.LATE_AFTER)
    failed = Job.objects.exclude(error="").values_list("name", flat=True)
    bad = {*schedule.late(), *failed}
    names = [job.label for job in JOBS if job.name in bad]
    alarms = Alarm.objects.filter(cleared_at=None).values_list("id")[: _ALARMS + 1]
    return {
        "days": late,
        "names": names,
        "count": len(late) + len(names),
        "alarms": min(len(alarms), _ALARMS),
        "are_more_alarms": len(alarms) > _ALARMS,
    }


def _spans(period: Period) -> list[dict[str, Any]]:
    """Return the usual periods up to today, as links."""
    found = []
    for length, label in SPANS:
        one = latest(length, period.zone)
        link = f"{reverse('console:index')}?{one.query}"
        found.append({"label": label, "link": link, "is_here": one == period})
    return found
