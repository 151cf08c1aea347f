"""The browser's own cookie: random, first-party, and kept by the mall as a keyed hash alone."""

import re
import secrets
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from patronage.members import devices
from patronage.members.models import Person

COOKIE: Final = "browser"
_TOKEN: Final = re.compile(r"[\w-]{43}", re.ASCII)

Answer = Callable[[HttpRequest], HttpResponseBase]


def remember_device(answer: Answer) -> Answer:
    """Note by which browser someone signs in, whoever they are and by whatever page.

    Whoever else asks for the browser's token gets the same one; its cookie goes with the answer.
    """

    def answered(request: HttpRequest) -> HttpResponseBase:
        if request.method != "POST":
            return answer(request)
        before = request.session.get(SESSION_KEY)
        response = answer(request)
        if request.session.get(SESSION_KEY) not in (None, before):
            assert isinstance(request.user, Person)  # noqa: S101  (whose id the session has)
            devices.note(request.user, token_of(request))
        token = getattr(request, "device_token", None)
        if token is not None:
            response.set_cookie(
                COOKIE,
                token,
                max_age=devices.KEPT,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    return answered


def token_of(request: HttpRequest) -> str:
    """Return the token of the reader's browser, which has it with this answer."""
    token = request.COOKIES.get(COOKIE, "")
    if not _TOKEN.fullmatch(token):
        token = secrets.token_urlsafe(32)
    request.device_token = token  # type: ignore[attr-defined]
    return token
