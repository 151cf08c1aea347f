"""The pages of the open book."""

from datetime import date
from fractions import Fraction
from itertools import pairwise

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from patronage import ledger
from patronage.commerce import amendments
from patronage.members import policy
from patronage.web.book.files import PART
from patronage.web.shared import policies
from patronage.web.shared.charters import changed, rules_of
from patronage.web.shared.owed import owed, stated
from patronage.web.shared.records import moment_of, told

_NEWEST = 8
_DIGITS = 18


@require_safe
def book(request: HttpRequest) -> HttpResponse:
    """Show the economy's figures, the rules in force and the newest records."""
    tip = _tip()
    state = tip.state
    statement = stated()
    verified = ledger.last_verified(settings.ECONOMY)
    return _shown(
        request,
        "book/book.html",
        {
            "tip": tip,
            "state": state,
            "price": Fraction(*state.price),
            "held": state.circulating - state.treasury - state.founding,
            "unissued": state.charter.authorised_nano - state.issued,
            "dividends": ledger.dividends_in_all(settings.ECONOMY),
            "closed": date.fromisoformat(state.last_closed) if state.last_closed else None,
            "owed": owed(state),
            "stated": statement,
            "difference": statement
            and statement.owed is not None
            and statement.amount - statement.owed,
            "rules": rules_of(state.charter),
            "amendments": len(ledger.charters(settings.ECONOMY)) - 1,
            "announced": amendments.announced(),
            "records": [told(one) for one in ledger.records(settings.ECONOMY, limit=_NEWEST)],
            "verified": verified,
            "is_mall_only": policy.is_mall_only(),
        },
    )


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Show the rules in force, and every amendment ever with what it changed, the newest first."""
    charters = ledger.charters(settings.ECONOMY)
    if not charters:
        raise Http404
    earlier = [
        {"seq": new.seq, "at": moment_of(new.at), "changes": changed(old.charter, new.charter)}
        for old, new in pairwise(charters)
    ]
    return _shown(
        request,
        "book/rules.html",
        {
            "charter": charters[-1].charter,
            "rules": rules_of(charters[-1].charter),
            "announced": [
                {
                    "amendment": one.amendment,
                    "changes": changed(charters[-1].charter, one.charter),
                }
                for one in amendments.announced()
            ],
            "opened": moment_of(charters[0].at),
            "amendments": earlier[::-1],
        },
    )


@require_safe
def records(request: HttpRequest) -> HttpResponse:
    """Show the journal's records, the newest first, in pages."""
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isdecimal() and len(asked) < _DIGITS else None
    page = ledger.records(settings.ECONOMY, before=before)
    older = page[-1].seq if page and page[-1].seq > 1 else None
    return _shown(
        request,
        "book/records.html",
        {"records": [told(one) for one in page], "older": older, "is_first": before is None},
    )


@require_safe
def record(request: HttpRequest, seq: int) -> HttpResponse:
    """Show one record."""
    found = ledger.record_at(settings.ECONOMY, seq) if seq < 10**_DIGITS else None
    if found is None:
        raise Http404
    return _shown(request, "book/record.html", {"told": told(found)})


@require_safe
def mall_policy(request: HttpRequest) -> HttpResponse:
    """Say who issues points, what holds of them, and what is off and why."""
    return _shown(request, "book/policy.html", policies.shown())


@require_safe
def check(request: HttpRequest) -> HttpResponse:
    """Say how anybody checks the book without trusting it, and where the files are."""
    parts = -(-_tip().seq // PART)
    return _shown(
        request,
        "book/check.html",
        {
            "parts": parts,
            "part": PART,
            "origin": request.build_absolute_uri("/").rstrip("/"),
            "has_log": bool(settings.LOG),
        },
    )


def _tip() -> ledger.Tip:
    try:
        return ledger.tip(settings.ECONOMY)
    except ledger.UnknownEconomyError:
        raise Http404 from None


def _shown(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """Show a page, which is asked for anew each time: its frame is its reader's own."""
    response = render(request, template, context)
    patch_cache_control(response, private=True, no_cache=True)
    return response
