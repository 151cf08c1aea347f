"""A member's orders."""

import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patronage.commerce import aftersales, invoices, returns
from patronage.commerce import orders as of
from patronage.commerce.models import Order, ReturnState, State
from patronage.commerce.orders import OrderRefusal
from patronage.commerce.returns import ReturnRefusal
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import whole
from patronage.web.shared.requests import MemberRequest

PAGE = 10

# Which orders a tab of the list shows.
TABS = (
    ("", gettext_lazy("All"), ()),
    ("unpaid", gettext_lazy("To pay"), (State.UNPAID, State.PAYING)),
    ("paid", gettext_lazy("To ship"), (State.PAID,)),
    ("shipped", gettext_lazy("To receive"), (State.SHIPPED,)),
    ("received", gettext_lazy("Points pending"), (State.RECEIVED,)),
    ("completed", gettext_lazy("Completed"), (State.COMPLETED,)),
)


@require_safe
@member_required
def orders(request: MemberRequest) -> HttpResponse:
    """List the member's orders, all or those of a tab."""
    here = request.GET.get("state", "")
    states = next((states for name, _label, states in TABS if name == here), ())
    counts = of.counts_of(request.user)
    page = Paginator(of.orders_of(request.user, *states), PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "mall/orders.html",
        {
            "tab": "mine",
            "here": here,
            "page": page,
            "tabs_of_orders": [
                (name, label, sum(counts.get(state, 0) for state in states))
                for name, label, states in TABS
            ],
        },
    )


@require_safe
@member_required
def order(request: MemberRequest, number: str) -> HttpResponse:
    """Show an order: where it stands, what it cost, what comes of it."""
    found = _order(request, number)
    is_paid = found.state not in (State.UNPAID, State.PAYING)
    asked = returns.returns_of(found) if found.has_returns else {}
    cases = aftersales.cases_of(found) if found.has_cases else {}
    is_asked = any(one.state == ReturnState.REQUESTED for one in asked)
    return render(
        request,
        "mall/order.html",
        {
            "tab": "mine",
            "order": found,
            "pending": of.pending_of(found, list(found.tenders.all())) if is_paid else None,
            "is_paid": is_paid,
            "granted_nano": of.granted_of(found) if found.state == State.COMPLETED else None,
            "returns": asked,
            "can_return": returns.can_return(found) and not is_asked,
            "invoice": getattr(found, "invoice", None),
            "can_invoice": invoices.can_ask(found),
            "cases": cases,
            "can_ask": bool(aftersales.returnable(found))
            and not any(case.is_open for case in cases),
        },
    )


@require_POST
@member_required
def cancel(request: MemberRequest, number: str) -> HttpResponse:
    """Cancel an order that is not shipped."""
    answer = of.cancel_order(
        person=request.user, number=number, note=request.POST.get("note", "")[:200]
    )
    return _answered(request, number, answer, _("The order is cancelled."))


@require_POST
@member_required
def receive(request: MemberRequest, number: str) -> HttpResponse:
    """Confirm that an order has arrived."""
    answer = of.confirm_receipt(person=request.user, number=number)
    return _answered(request, number, answer, _("Received. The time for returns has begun."))


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def send_back(request: MemberRequest, number: str) -> HttpResponse:
    """Ask to give back some of an order."""
    found = _order(request, number)
    returnable = returns.returnable(found) if returns.can_return(found) else {}
    chosen: dict[int, int] = {}
    if request.method == "POST":
        chosen = {
            line: quantity
            for line in returnable
            if (quantity := whole(request.POST.get(f"quantity-{line}")))
        }
    if request.POST.get("do") == "ask":
        answer = returns.request_return(
            person=request.user,
            number=number,
            key=request.POST.get("key", "")[:64],
            quantities=chosen,
            reason=request.POST.get("reason", "").strip()[:200],
        )
        if not isinstance(answer, ReturnRefusal):
            messages.success(request, _("The merchant will answer your request."))
            return redirect("order", number)
        messages.error(request, str(answer))
    lines = [
        (line, returnable[line.id], chosen.get(line.id, 0))
        for line in found.lines.all()
        if returnable.get(line.id)
    ]
    fits = all(chosen.get(line.id, 0) <= most for line, most, _chosen in lines)
    context = {
        "tab": "mine",
        "order": found,
        "lines": lines,
        "refund_minor": returns.refund_of(found, chosen) if chosen and fits else 0,
        "reason": request.POST.get("reason", ""),
        "key": request.POST.get("key", "")[:64] or secrets.token_hex(16),
    }
    if request.htmx:
        return render(request, "mall/return_sum.html", context)
    return render(request, "mall/return.html", context)


def _order(request: MemberRequest, number: str) -> Order:
    found = of.order_of(person=request.user, number=number)
    if found is None:
        raise Http404
    return found


def _answered(
    request: MemberRequest, number: str, answer: Order | OrderRefusal, said: str
) -> HttpResponse:
    if answer is OrderRefusal.UNKNOWN_ORDER:
        raise Http404
    if isinstance(answer, OrderRefusal):
        messages.error(request, str(answer))
    else:
        messages.success(request, said)
    return redirect("order", number)
