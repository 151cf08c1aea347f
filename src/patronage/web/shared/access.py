"""Who may see a page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect

from patronage.web.shared.requests import MemberRequest, Request

P = ParamSpec("P")


def member_required(
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[Request, P], HttpResponseBase]:
    """Send whoever is not signed in to sign in, and then to the page they were on."""

    @wraps(view)
    def guarded(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(cast("MemberRequest", request), *args, **kwargs)
        query = urlencode({"next": _page_of(request)})
        to = f"{resolve_url(settings.LOGIN_URL)}?{query}"
        return HttpResponseClientRedirect(to) if request.htmx else redirect(to)

    return cast("Callable[Concatenate[Request, P], HttpResponseBase]", guarded)


def _page_of(request: Request) -> str:
    """Return the page a person is on: this one, or the one whose form this is."""
    if request.method == "GET" and not request.htmx:
        return request.get_full_path()
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.get_host():
        return "/"
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
