"""The log's files as C2SP tlog-tiles has them served; any static server does as well."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from patronage.ledger.log.folder import CHECKPOINT, VKEY, WITNESSES, Folder
from patronage.ledger.log.headers import headers_of

_PATH: Final = re.compile(
    r"tile/(?:entries|[0-9]{1,2})/(?:x[0-9]{3}/)*[0-9]{3}(?:\.p/[0-9]{1,3})?"
    r"|balances/[0-9]{1,19}/(?:[0-9]{1,15}|sums|firsts)"
)
_FOR_ALL: Final = "Access-Control-Allow-Origin"


def folder() -> Folder:
    """Return the log's folder; raise Http404 where this installation has none."""
    if not settings.LOG:
        raise Http404
    return Folder(Path(settings.LOG))


@require_safe
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """Send the last checkpoint, which is asked for anew each time."""
    return _answer(CHECKPOINT)


@require_safe
def vkey(_request: HttpRequest) -> HttpResponse:
    """Send the log's public key, for those who have it from nowhere else."""
    return _answer(VKEY)


@require_safe
def witnesses(_request: HttpRequest) -> HttpResponse:
    """Send who cosigned, what and when."""
    return _answer(WITNESSES, empty=b"[]")


@require_safe
def immutable(_request: HttpRequest, path: str) -> HttpResponse:
    """Send what never changes: a tile, an entry bundle, a page of balances."""
    if not _PATH.fullmatch(path):
        raise Http404
    return _answer(path)


def keep_alike(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Say of the log's files that they are the same for every reader, so that caches share them."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if response.headers.get(_FOR_ALL) == "*":
            del response["Vary"], response["Content-Language"]
        return response

    return middleware


def _answer(path: str, *, empty: bytes | None = None) -> HttpResponse:
    data = folder().get(path)
    if data is None:
        data = empty
    if data is None:
        raise Http404
    # Whoever checks may do so from a page of their own.
    content_type, cache_control = headers_of(path)
    headers = {"Cache-Control": cache_control, _FOR_ALL: "*"}
    return HttpResponse(data, content_type=content_type, headers=headers)
