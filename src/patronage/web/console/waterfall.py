"""The waterfall in the console: on an order's page, and of all orders of some days, with files."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from patronage.commerce import figures, waterfall
from patronage.commerce.figures import Span
from patronage.commerce.models import AfterSale, Distributor, Order, SplitKind
from patronage.commerce.waterfall import Part, Ranked, Waterfall
from patronage.web.console.today.period import USUAL, Period, latest, period_of
from patronage.web.shared.exports import Cell, Table, amount, send
from patronage.web.shared.office.site import Office

DAYS: Final = 92
"""So many days at once, so that what is added up is bounded."""
_PAGE: Final = 500


def urls(office: Office) -> list[URLPattern]:
    """Return the addresses of the page and its files, for those whom an office lets in."""

    def shown(request: HttpRequest) -> HttpResponse:
        request.current_app = office.name
        context = {**office.each_context(request), **_told(request)}
        return render(request, "console/waterfall/days.html", context)

    return [
        path("waterfall/", office.admin_view(require_safe(shown)), name="waterfall"),
        path(
            "waterfall/file/<slug:kind>/",
            office.admin_view(require_safe(_file)),
            name="waterfall_file",
        ),
    ]


def of_order(order: Order) -> dict[str, Any]:
    """Return what an order's page shows of its waterfall."""
    found = waterfall.of_order(order)
    return {
        "before": order.total_minor - found.divided_minor if found.parts else 0,
        "header": _header(),
        "rows": [{"cells": cells} for cells in _rows(found)],
        "chart": drawn(found),
        "rewards": order.rewards.select_related("person").order_by("id"),
    }


def _told(request: HttpRequest) -> dict[str, Any]:
    period, is_one = _period(request)
    if not is_one:
        told = _("Give two days, the earlier one first, %(n)s days at most.") % {"n": DAYS}
        messages.error(request, told)
    found = waterfall.of_days(period.span)
    return {
        "title": _("Waterfall"),
        "period": period,
        "query": period.query,
        "header": _header(),
        "rows": [{"cells": cells} for cells in _rows(found)],
        "chart": drawn(found),
        "ranked_header": _ranked_header(),
        "distributors": _ranked(waterfall.distributors(period.span), "commerce_distributor"),
        "suppliers": _ranked(waterfall.suppliers(period.span), "commerce_merchant"),
    }


def _period(request: HttpRequest) -> tuple[Period, bool]:
    period, is_one = period_of(request.GET)
    if period.last - period.first >= timedelta(days=DAYS):
        return latest(USUAL, period.zone), False
    return period, is_one


def _file(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Send sums, orders, or who is foremost, as a file."""
    period, _is_one = _period(request)
    ranked = {"distributors": waterfall.distributors, "suppliers": waterfall.suppliers}
    if kind == "sums":
        table = Table("waterfall", _header(), _rows(waterfall.of_days(period.span)))
    elif kind == "orders":
        table = Table("waterfall-orders", _order_header(), order_rows(period.span))
    elif kind in ranked:
        rows = (row["cells"] for row in _ranked(ranked[kind](period.span), ""))
        table = Table(f"top-{kind}", _ranked_header(), rows)
    else:
        raise Http404
    return send(request, table, request.GET.get("form", ""))


def _header() -> tuple[str, ...]:
    return (
        *(pgettext("of money", "Part"), _("Whose"), _("At completion")),
        *(_("Taken back since"), _("Left")),
    )


def _rows(found: Waterfall) -> list[tuple[Cell, ...]]:
    rows = [_row(part) for part in found.parts]
    sums = (found.divided_minor, found.taken_minor, found.left_minor)
    return [*rows, (_("All of it"), "", *map(amount, sums))] if rows else []


def _row(part: Part) -> tuple[Cell, ...]:
    amounts = (part.recorded_minor, part.taken_minor, part.left_minor)
    return part.kind_label, part.party_label, *map(amount, amounts)


def _ranked_header() -> tuple[str, ...]:
    return pgettext("of a ranking", "Name"), _("Orders"), _("Earned at completion")


def _ranked(found: list[Ranked], page: str) -> list[dict[str, Any]]:
    rows = []
    for one in found:
        link = page and reverse(f"console:{page}_change", args=[one.who.pk])
        rows.append({"cells": (str(one.who), one.orders, amount(one.amount_minor)), "link": link})
    return rows


def drawn(found: Waterfall) -> dict[str, Any]:
    """Return what is drawn of a waterfall, as texts for a script; nothing where there are no parts.

    What refunds alone know hangs nowhere: the table has it.
    """
    if not found.parts:
        return {}
    names, starts = [_("All of it")], [amount(0)]
    left, taken = [amount(found.divided_minor)], [amount(0)]
    level = found.divided_minor
    for part in found.parts:
        if not part.recorded_minor:
            continue
        level -= part.recorded_minor
        size = abs(part.recorded_minor)
        gone = max(0, min(size, part.taken_minor))
        names.append(f"{part.party_label}: {part.kind_label}")
        starts.append(amount(min(level, level + part.recorded_minor)))
        left.append(amount(size - gone))
        taken.append(amount(gone))
    return {
        "names": names,
        "labels": [_("Left"), _("Taken back since")],
        **{
            name: [f"{one:f}" if one else "0" for one in values]
            for name, values in (("starts", starts), ("left", left), ("taken", taken))
        },
    }


_KINDS: Final = [SplitKind(kind) for kind in waterfall.ORDER if kind in SplitKind.values]


def _order_header() -> tuple[str, ...]:
    kinds = (str(kind.label) for kind in _KINDS)
    return (
        *(_("Order"), _("Completed"), _("Merchant"), _("Distributor"), _("Paid")),
        *(_("Given back before"), *kinds, _("Taken back since")),
    )


def order_rows(span: Span) -> Iterator[tuple[Cell, ...]]:
    """Yield the orders completed between two moments with their parts, page after page."""
    cases = Prefetch("aftersales", AfterSale.objects.filter(settled_at__isnull=False))
    found = (
        Order.objects.filter(**figures.within("completed_at", span))
        .select_related("merchant", "distributor")
        .prefetch_related("splits", cases)
        .order_by("completed_at", "id")
    )
    page = list(found[:_PAGE])
    while page:
        yield from map(_order, page)
        last = page[-1]
        # The first condition bounds the index; the others tell moments apart that are the same.
        after = Q(completed_at__gt=last.completed_at) | Q(id__gt=last.pk)
        page = list(found.filter(after, completed_at__gte=last.completed_at)[:_PAGE])


def _order(order: Order) -> tuple[Cell, ...]:
    parts = {one.kind: one.amount_minor for one in order.splits.all()}
    back = sum(one.refund_minor for one in order.aftersales.all())
    distributor: Distributor | None = order.distributor
    return (
        *(order.number, order.completed_at, str(order.merchant), str(distributor or "")),
        *(amount(order.total_minor), amount(order.total_minor - sum(parts.values()))),
        *(amount(parts.get(kind)) for kind in _KINDS),
        amount(back),
    )
