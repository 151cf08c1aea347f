"""A distributor's storefront and its items, as everybody sees them."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patronage.commerce import distributors, estimates, storefronts
from patronage.commerce.models import Distributor
from patronage.web.shared.requests import Request


@require_safe
def storefront(request: Request, code: str) -> HttpResponse:
    """Show what a storefront sells now, or that it is closed; whose it is counts as an inviter."""
    distributor = _distributor(code)
    if not distributors.is_open(distributor):
        return _closed(request)
    found = storefronts.on_sale(distributor)
    page = Paginator(found, storefronts.PAGE).get_page(request.GET.get("page"))
    return render(request, "mall/storefront/front.html", {"distributor": distributor, "page": page})


@require_safe
def item(request: Request, code: str, id: int) -> HttpResponse:
    """Show an item of a storefront; one that is not sold now leads back to the storefront."""
    distributor = _distributor(code)
    found = storefronts.item_by(id)
    if found is None or found.distributor_id != distributor.pk:
        raise Http404
    if not distributors.is_open(distributor):
        return _closed(request)
    context: dict[str, Any] = {
        "distributor": distributor,
        "item": found,
        "product": found.sku.product,
    }
    if storefronts.why_not(found) is not None:
        return render(request, "mall/storefront/gone.html", context, status=404)
    context["estimate"] = estimates.estimate_item(found)
    return render(request, "mall/storefront/item.html", context)


def _distributor(code: str) -> Distributor:
    found = distributors.distributor_by(code)
    if found is None:
        raise Http404
    return found


def _closed(request: Request) -> HttpResponse:
    return render(request, "mall/storefront/closed.html", status=404)
