"""The statement: every movement, a page of its own for each, and a file of all."""

from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage import ledger
from patronage.ledger import Entry
from patronage.members.models import Person
from patronage.web.mall.wallet import causes
from patronage.web.shared.access import member_required
from patronage.web.shared.exports import Cell, Table, amount, points, send
from patronage.web.shared.places import Place, place_of, text_of
from patronage.web.shared.requests import MemberRequest
from patronage.web.shared.templatetags.amounts import price_per_point

PAGE = 20
_FILE_PAGE = 500


class Told(NamedTuple):
    """An entry as a member reads it."""

    entry: Entry
    at: object
    words: str
    link: str | None
    place: str


def told(entry: Entry) -> Told:
    """Return an entry with its moment, its cause in words, and the page of what it came from."""
    at = _moment(entry.line.at)
    place = text_of(entry.line.place)
    return Told(entry, at, causes.words(entry), causes.link(entry), place)


def told_entries(person: Person, *, limit: int, before: Place | None = None) -> list[Told]:
    """Return a member's newest entries, or those before a place; none without an economy."""
    found = ledger.entries(settings.ECONOMY, person.account, before=before, limit=limit)
    return [told(entry) for entry in found]


@never_cache
@require_safe
@member_required
def statement(request: MemberRequest) -> HttpResponse:
    """Show the member's movements, the newest first, a page at a time."""
    before = place_of(request.GET.get("before"))
    found = told_entries(request.user, limit=PAGE + 1, before=before)
    shown = found[:PAGE]
    return render(
        request,
        "mall/wallet/statement.html",
        {
            "tab": "mine",
            "entries": shown,
            "is_first": before is None,
            "older": shown[-1].place if len(found) > PAGE else "",
        },
    )


@never_cache
@require_safe
@member_required
def statement_entry(request: MemberRequest, place: str) -> HttpResponse:
    """Show one movement with the journal's record it comes from."""
    at = place_of(place)
    entry = at and ledger.entry_at(settings.ECONOMY, request.user.account, at)
    if not entry:
        raise Http404
    return render(request, "mall/wallet/entry.html", {"tab": "mine", "told": told(entry)})


@never_cache
@require_safe
@member_required
def statement_file(request: MemberRequest) -> HttpResponseBase:
    """Send the whole statement as a file that spreadsheets open."""
    return send(request, Table("statement", _header(), _rows(request.user)), "csv")


def _rows(person: Person) -> Iterator[list[Cell]]:
    """Yield the file's rows, page by page."""
    before: Place | None = None
    while page := ledger.entries(settings.ECONOMY, person.account, before=before, limit=_FILE_PAGE):
        for entry in page:
            yield _row(entry)
        before = page[-1].line.place


def _header() -> list[str]:
    return [
        _("Record"),
        _("When"),
        _("Cause"),
        _("Points"),
        _("Cash"),
        _("Coins"),
        _("Quota"),
        _("Points after"),
        _("Cash after"),
        _("Coins after"),
        _("Quota after"),
        _("Dividends in it"),
        _("Fee"),
        _("Price of a point"),
        _("Event"),
        _("Hash of the record"),
    ]


def _row(entry: Entry) -> list[Cell]:
    line = entry.line
    return [
        text_of(line.place),
        line.at,
        causes.words(entry),
        points(line.points),
        *(amount(one) for one in (line.cash, line.coins, line.quota)),
        points(line.points_after),
        *(amount(one) for one in (line.cash_after, line.coins_after, line.quota_after)),
        amount(line.dividend),
        amount(line.fee),
        "" if entry.price is None else price_per_point(entry.price).replace(",", ""),
        line.event_id,
        entry.hash,
    ]


def _moment(at: str) -> object:
    """Return an event's time as a moment; as it is written where it is none."""
    try:
        return parse_datetime(at) or at
    except ValueError:
        return at
