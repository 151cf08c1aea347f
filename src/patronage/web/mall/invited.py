"""Whose invitation someone came by: the first valid one, kept in a cookie until they sign up."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from patronage.members.referral import referrer_by

PARAMETER = COOKIE = "ref"
_KEPT = timedelta(days=30)

Answer = Callable[[HttpRequest], HttpResponseBase]


def remember_referrer(answer: Answer) -> Answer:
    """Keep the code of an invitation link, unless a valid one is kept already."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        # Any address of the mall may bring an invitation: `?ref=…`.
        code = request.GET.get(PARAMETER, "")
        if code and code == code_of(request):
            response.set_cookie(
                COOKIE,
                code,
                max_age=_KEPT,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    return answered


def code_of(request: HttpRequest) -> str:
    """Return the code of the invitation someone came by, "" without one."""
    kept, new = request.COOKIES.get(COOKIE, ""), request.GET.get(PARAMETER, "")
    if kept and (not new or kept == new or referrer_by(kept)):
        return kept
    return new if new and referrer_by(new) else ""


def forget(response: HttpResponseBase) -> None:
    """Keep no invitation any longer."""
    response.delete_cookie(COOKIE, samesite="Lax")
