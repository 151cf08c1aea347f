"""What everybody should know before they rely on points, in plain words."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patronage import ledger
from patronage.economy.charter import MICRO
from patronage.members import policy

_ORDER = 100_00
"""Of an order of so many minor units the page tells what it allows at most."""


@require_safe
def disclosure(request: HttpRequest) -> HttpResponse:
    """Show it, with the rates of the charter in force."""
    try:
        charter = ledger.state(settings.ECONOMY).charter
    except ledger.UnknownEconomyError:
        raise Http404 from None
    return render(
        request,
        "book/disclosure.html",
        {
            "charter": charter,
            "order": _ORDER,
            "most": _ORDER * charter.multiple_micro // MICRO,
            "is_mall_only": policy.is_mall_only(),
        },
    )
