"""The merchants' own pages within their office's frame."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from patronage.commerce.models import Merchant
from patronage.web.shared.office.site import Office

Page = Callable[..., HttpResponseBase]


def show(office: Office, request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Show a page; its links, like those of Django's own pages, lead within the office."""
    request.current_app = office.name
    told = {**office.each_context(request), **context}
    return render(request, template, told)


def within(office: Office, page: Page) -> Any:
    """Return a page about one merchant, for those who act for it; to others there is none."""

    def answered(request: HttpRequest, id: int, **kwargs: Any) -> HttpResponseBase:
        merchant = office.merchants(request).filter(id=id).first()
        if not isinstance(merchant, Merchant):
            raise Http404
        return page(office, request, merchant, **kwargs)

    return office.admin_view(answered)
