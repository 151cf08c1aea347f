"""What the storefront sold: orders, purchase orders, and what they earn."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage.commerce import sales as of
from patronage.commerce.models import Distributor
from patronage.web.mall.workbench.access import distributor_required
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest

PAGE = 20


@never_cache
@require_safe
@distributor_required
def orders(request: MemberRequest, distributor: Distributor) -> HttpResponse:
    """List the storefront's orders that were paid, with what each earns."""
    page = Paginator(of.orders_of(distributor), PAGE).get_page(request.GET.get("page"))
    rows = [of.sale_of(order, request.user) for order in page]
    return render(
        request, "mall/workbench/orders.html", {"tab": "mine", "page": page, "rows": rows}
    )


@never_cache
@require_safe
@distributor_required
def order(request: MemberRequest, distributor: Distributor, number: str) -> HttpResponse:
    """Show an order of the storefront: where it stands, its purchase order, whose the money is."""
    found = of.order_of(distributor, number)
    if found is None:
        raise Http404
    context = {"tab": "mine", "sale": of.sale_of(found, request.user), "order": found}
    return render(request, "mall/workbench/order.html", context)


@never_cache
@require_safe
@distributor_required
def purchases(request: MemberRequest, distributor: Distributor) -> HttpResponse:
    """List the purchase orders to suppliers, with where each stands."""
    page = Paginator(of.purchases_of(distributor), PAGE).get_page(request.GET.get("page"))
    return render(request, "mall/workbench/purchases.html", {"tab": "mine", "page": page})


@never_cache
@require_safe
@member_required
def earnings(request: MemberRequest) -> HttpResponse:
    """Show what a member earns on others' orders, by a storefront, by links or by referring."""
    found = Paginator(of.earning_orders(request.user), PAGE)
    page = found.get_page(request.GET.get("page"))
    context = {
        "tab": "mine",
        "page": page,
        "rows": [of.sale_of(order, request.user) for order in page],
        "sums": of.sums_of(request.user),
    }
    return render(request, "mall/workbench/earnings.html", context)
