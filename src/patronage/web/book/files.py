"""The open book for machines: its summary as JSON, and the journal in parts.

A record never changes, so neither does a part that is full. Whoever checks may do so from a page of
their own.
"""

from fractions import Fraction
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from patronage import ledger
from patronage.members import policy, profiles
from patronage.web.shared.charters import toml_of
from patronage.web.shared.owed import owed, stated

PART: Final = 10_000
"""So many records in a part."""

_FOR_EVER: Final = "public, max-age=31536000, immutable"
_A_MINUTE: Final = "public, max-age=60"
_LINES: Final = "application/x-ndjson"
_PARTS_MAX: Final = 10**12


@require_safe
def summary(_request: HttpRequest) -> HttpResponse:
    """Send the book's figures: money in minor units, points in nano-points, all integers as text.

    `price` is minor units per nano-point as two integers. `custody.stated` is what a statement of
    the custody account says, null while there is none.
    """
    try:
        tip = ledger.tip(settings.ECONOMY)
    except ledger.UnknownEconomyError:
        raise Http404 from None
    state, due = tip.state, owed(tip.state)
    statement, issuer = stated(), profiles.issuer()
    price = Fraction(*state.price)
    told: dict[str, Any] = {
        "economy": settings.ECONOMY,
        "currency": state.charter.currency,
        "minor_unit_exponent": state.charter.minor_unit_exponent,
        "records": tip.seq,
        "head": tip.hash,
        "last_closed": state.last_closed or None,
        "price": [str(price.numerator), str(price.denominator)],
        "reserve": str(state.reserve),
        "points": {
            "circulating": str(state.circulating),
            "founding": str(state.founding),
            "treasury": str(state.treasury),
            "issued": str(state.issued),
            "burned": str(state.burned),
            "authorised": str(state.charter.authorised_nano),
        },
        "coins": {"owed": str(due.coins), "treasury_worth": str(due.treasury_worth)},
        "dividends": {
            "in_all": str(ledger.dividends_in_all(settings.ECONOMY)),
            "unpaid": str(state.dividends_unpaid),
            "pool": str(state.dividend_pool),
        },
        "fees": str(state.fees),
        "surplus": str(state.surplus),
        "cash": str(due.cash),
        "custody": {
            "owed": str(due.custody),
            "stated": None if statement is None else str(statement.amount),
            "stated_on": None if statement is None else str(statement.day),
        },
        "policy": {
            "profile": profiles.profile().name,
            "issuer": issuer and str(issuer.name),
            "issuer_number": issuer and issuer.number,
            "payout": str(policy.payout()),
        },
        "compulsory_redemptions": state.compulsory_redemptions,
        "days_closed": state.days_closed,
        "charters": [
            {"record": one.seq, "charter": one.document}
            for one in ledger.charters(settings.ECONOMY)
        ],
    }
    return _open(JsonResponse(told), _A_MINUTE)


@require_safe
def record(_request: HttpRequest, seq: int) -> HttpResponse:
    """Send the canonical text of a record, of which its hash is the SHA-256."""
    found = ledger.record_texts(settings.ECONOMY, after=seq - 1, limit=1) if seq else []
    if not found:
        raise Http404
    return _open(HttpResponse(found[0], content_type="application/json"), _FOR_EVER)


@require_safe
def record_part(_request: HttpRequest, part: int) -> HttpResponse:
    """Send a part of the journal's records, one canonical text a line."""
    return _part(ledger.record_texts(settings.ECONOMY, after=_after(part), limit=PART), part)


@require_safe
def event_part(_request: HttpRequest, part: int) -> HttpResponse:
    """Send the events of the same part, as `patronage replay` takes them."""
    return _part(ledger.event_texts(settings.ECONOMY, after=_after(part), limit=PART), part)


@require_safe
def opening_charter(_request: HttpRequest) -> HttpResponse:
    """Send the charter that the economy was opened with; amendments stand among the events."""
    charters = ledger.charters(settings.ECONOMY)
    if not charters:
        raise Http404
    text = toml_of(charters[0].document)
    return _open(HttpResponse(text, content_type="application/toml; charset=utf-8"), _A_MINUTE)


def _after(part: int) -> int:
    if not 1 <= part <= _PARTS_MAX:
        raise Http404
    return (part - 1) * PART


def _part(lines: list[str], part: int) -> HttpResponse:
    if not lines:
        raise Http404
    full = PART - 1 if part == 1 else PART  # the opening is no event
    caching = _FOR_EVER if len(lines) >= full else _A_MINUTE
    return _open(HttpResponse("".join(f"{one}\n" for one in lines), content_type=_LINES), caching)


def _open(response: HttpResponse, caching: str) -> HttpResponse:
    response["Cache-Control"] = caching
    response["Access-Control-Allow-Origin"] = "*"
    return response
