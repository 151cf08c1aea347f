"""The pages of the economy within the console's frame."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from patronage.commerce import opening
from patronage.web.shared.office.site import Office

Page = Callable[..., HttpResponse]


def show(
    office: Office, request: HttpRequest, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """Show a page; its links, like those of Django's own pages, lead within the office."""
    request.current_app = office.name
    told = {**office.each_context(request), **context}
    return render(request, f"console/economy/{template}", told, status=status)


def within(office: Office, page: Page) -> Any:
    """Return a page for those whom the office lets in; it is given the office first.

    Before the economy is open, it leads to where that is done.
    """

    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not opening.is_open() and request.path != reverse("console:economy_open"):
            return redirect("console:economy_open")
        return page(office, request, *args, **kwargs)

    return office.admin_view(answered)
