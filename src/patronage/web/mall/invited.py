"""By whose link someone came: the first binds who signs up, the last earns a sale's commission.

One parameter does both, `?ref=…` with a member's referral code, at any address of the mall, and so
does a visit to a member's storefront, whose address carries the code. The first valid one is kept
until they sign up; the last valid one of another member for so many days.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from patronage.members import clock
from patronage.members.models import Person
from patronage.members.referral import referrer_by

PARAMETER = COOKIE = "ref"
LAST: Final = "link"
_KEPT = timedelta(days=30)
_STOREFRONTS = ("storefront", "storefront_item")
_signer: Final = Signer(salt="patronage.link")

Answer = Callable[[HttpRequest], HttpResponseBase]


def remember_referrer(answer: Answer) -> Answer:
    """Keep the code of a member's link: the first until who came signs up, the last for a sale."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        code = request.GET.get(PARAMETER, "") or _visited(request, response)
        if code and code == code_of(request, code):
            _keep(response, COOKIE, code, _KEPT)
        if code and _anothers(request, code):
            since = int(clock.now().timestamp())
            _keep(response, LAST, _signer.sign(f"{code}.{since}"), _commission_time())
        return response

    return answered


def _visited(request: HttpRequest, response: HttpResponseBase) -> str:
    """Return the code of the storefront that was shown, "" of any other page."""
    match = request.resolver_match
    if match is None or match.url_name not in _STOREFRONTS or response.status_code != 200:
        return ""
    return str(match.kwargs["code"])


def code_of(request: HttpRequest, new: str = "") -> str:
    """Return the code of the invitation someone came by, "" without one; `new` is one just seen."""
    kept, new = request.COOKIES.get(COOKIE, ""), new or request.GET.get(PARAMETER, "")
    if kept and (not new or kept == new or referrer_by(kept)):
        return kept
    return new if new and referrer_by(new) else ""


def promoter_of(request: HttpRequest) -> Person | None:
    """Return by whose link the reader came last, while it may still earn a commission.

    Never the reader, and nobody who has left or is of the staff.
    """
    try:
        code, _dot, since = _signer.unsign(request.COOKIES.get(LAST, "")).rpartition(".")
    except BadSignature:
        return None
    if clock.now() - datetime.fromtimestamp(int(since), UTC) >= _commission_time():
        return None
    return _anothers(request, code)


def forget(response: HttpResponseBase) -> None:
    """Keep no invitation any longer."""
    response.delete_cookie(COOKIE, samesite="Lax")


def _anothers(request: HttpRequest, code: str) -> Person | None:
    found = referrer_by(code)
    return None if found is None or found == request.user else found


def _commission_time() -> timedelta:
    return timedelta(days=settings.COMMISSION_DAYS)


def _keep(response: Any, name: str, value: str, time: timedelta) -> None:
    response.set_cookie(
        name,
        value,
        max_age=time,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
