"""What everybody should know before they rely on points: plain words, and a page of figures."""

import hashlib
import re
from base64 import b64encode

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from patronage import ledger
from patronage.economy.charter import MICRO
from patronage.members import policy
from patronage.web.shared.sheets import sheet

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


@require_safe
def shown_sheet(request: HttpRequest) -> HttpResponseBase:
    """Show the operator's disclosure sheet as it is, or, while there is none, the words alone.

    Its style is allowed by its hash; no script is, whatever the file has.
    """
    path = sheet()
    if path is None:
        return redirect("disclosure")
    page = path.read_text("utf-8")
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    hashes = [b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in styles]
    allowed = {
        "default-src": ["'none'"],
        "style-src": [f"'sha256-{one}'" for one in hashes] or ["'none'"],
    }
    return csp_replace(allowed)(lambda _: HttpResponse(page))(request)
