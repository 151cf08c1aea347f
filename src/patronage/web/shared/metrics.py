"""Figures for a monitor, in the form of Prometheus: off unless a token is set.

They are read from the database when they are asked for, so that all processes tell the same. Names
of people, orders or accounts are in none of them. Money is in minor units, points in nano-points.
"""

from collections.abc import Iterator
from hmac import compare_digest
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage import ledger
from patronage.commerce import days, schedule
from patronage.commerce.models import Alarm, DayFigures, Job
from patronage.ledger.log.solvency import custody

_SCHEME: Final = "Bearer "
_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_MOST: Final = 1000


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell them to whoever has the token; nobody else learns that they are here."""
    given = request.headers.get("Authorization", "").removeprefix(_SCHEME)
    token = settings.METRICS_TOKEN
    if not (token and compare_digest(given.encode(), token.encode())):
        raise Http404
    # An extra: whoever sets a token without it was told so at the start.
    from prometheus_client import CollectorRegistry, Gauge, generate_latest  # noqa: PLC0415

    registry = CollectorRegistry()
    for name, meaning, value in figures():
        Gauge(f"patronage_{name}", meaning, registry=registry).set(value)
    return HttpResponse(generate_latest(registry), content_type=_TYPE)


def figures() -> Iterator[tuple[str, str, int]]:
    """Yield what is told: name, meaning, number. Nothing of it scans what grows."""
    yield "jobs_late", "Jobs that should have ended well by now", len(schedule.late())
    failed = Job.objects.exclude(error="").count()
    yield "jobs_failed", "Jobs whose last run failed", failed
    alarms = Alarm.objects.filter(cleared_at=None).values_list("pk")[:_MOST]
    yield "alarms_open", f"Alarms nobody has cleared, {_MOST} at most", len(alarms)
    if settings.ECONOMY not in ledger.economies():
        return
    late = len(days.due(grace=days.LATE_AFTER))
    yield "days_late", "Days whose midnight is an hour past and that are not closed", late
    waiting = ledger.unsettled(settings.ECONOMY, most=_MOST)
    yield "events_unsettled", f"Events handed in and not settled, {_MOST} at most", waiting
    tip = ledger.tip(settings.ECONOMY)
    state = tip.state
    yield "journal_records", "Records of the journal", tip.seq
    yield "reserve_minor", "The reserve", state.reserve
    yield "owed_minor", "Money that must be at hand", custody(state)
    yield "dividend_pool_minor", "The dividend pool", state.dividend_pool
    yield "coins_minor", "Coins that members and merchants hold", state.coins
    yield "points_circulating_nano", "Points in circulation", state.circulating
    today = DayFigures.objects.first()
    if today is not None:
        yield "orders_paid_today", "Orders paid on the day counted last", today.orders_paid
        yield "sales_today_minor", "What they were paid with", today.sales_minor
        yield "members_new_today", "Members who signed up on that day", today.members_new
