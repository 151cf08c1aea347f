"""What pages say before the economy is open."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from patronage.ledger import UnknownEconomyError


class OpenFirst:
    """Leads operators to where they open the economy, and tells everybody else to wait."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as if it were open."""
        return self._answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer for a page that needed the economy."""
        if not isinstance(error, UnknownEconomyError):
            return None
        if request.path.startswith("/console/"):
            return redirect("console:economy_open")
        return render(request, "shared/unopened.html", status=503)
