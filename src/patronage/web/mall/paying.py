"""Paying a checkout, and what a provider tells."""

import secrets

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patronage.commerce import checkout as checkouts
from patronage.commerce import orders, paying, payments
from patronage.commerce.models import Checkout, Payment, PaymentState, State
from patronage.commerce.paying import PayingRefusal
from patronage.members.refusals import Refusal
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import amount_minor
from patronage.web.shared.requests import MemberRequest

_OPEN = (PaymentState.CREATED, PaymentState.PENDING)


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pay(request: MemberRequest, number: str) -> HttpResponse:
    """Let the member choose how to pay, and begin."""
    found = _checkout(request, number)
    due = paying.to_pay(found)
    if not due:
        return redirect("pay_result", number)
    means = paying.means_of(person=request.user, checkout=found)
    if request.method == "POST":
        inner = next((one for one in means if one.channel == request.POST.get("inner")), None)
        text = request.POST.get("amount", "")
        use = 0 if inner is None else inner.max_minor if not text else amount_minor(text) or 0
        rest = due - use
        answer = (
            PayingRefusal.BAD_AMOUNT
            if inner is not None and not use
            else paying.start_paying(
                person=request.user,
                checkout_number=number,
                key=request.POST.get("key", "")[:64],
                channel=request.POST.get("channel", "") if rest > 0 else "",
                inner=inner.channel if inner else "",
                inner_minor=use,
                pin=request.POST.get("pin", ""),
            )
        )
        if not isinstance(answer, Refusal):
            return redirect(answer.go_to) if answer.go_to else redirect("pay_result", number)
        messages.error(request, str(answer))
    return render(
        request,
        "mall/pay.html",
        {
            "checkout": found,
            "due": due,
            "channels": [one for one in means if one.channel not in ("cash", "coins", "points")],
            "inner": [
                (one, due - one.max_minor)
                for one in means
                if one.channel in ("cash", "coins", "points")
            ],
            "payment": _last(found, *_OPEN),
            "key": secrets.token_hex(16),
        },
    )


@require_safe
@member_required
def result(request: MemberRequest, number: str) -> HttpResponse:
    """Show what became of paying; the page asks again by itself while that is open."""
    found = _checkout(request, number)
    payment = _last(found)
    if payment is None and paying.to_pay(found):
        return redirect("pay", number)
    pending = [orders.pending_of(order) for order in found.orders.all()]
    template = "mall/result_state.html" if request.htmx else "mall/result.html"
    return render(
        request,
        template,
        {
            "checkout": found,
            "payment": payment,
            "is_open": payment is not None and payment.state in _OPEN,
            "is_paid": not paying.to_pay(found) and payment is not None,
            "points_nano": sum(one.points_nano for one in pending if one),
            "has_cancelled": any(one.state == State.CANCELLED for one in found.orders.all()),
        },
    )


@require_http_methods(["POST"])
@member_required
def go_on(request: MemberRequest, number: str) -> HttpResponse:
    """Go back to the payment that is under way."""
    _checkout(request, number)
    answer = paying.continue_paying(person=request.user, checkout_number=number)
    if isinstance(answer, PayingRefusal):
        messages.error(request, str(answer))
        return redirect("pay", number)
    return redirect(answer.go_to) if answer.go_to else redirect("pay_result", number)


@require_POST
@member_required
def give_up(request: MemberRequest, number: str) -> HttpResponse:
    """Give up the payment that is under way."""
    _checkout(request, number)
    refusal = paying.abandon_paying(person=request.user, checkout_number=number)
    if refusal is None:
        messages.success(request, _("The payment was given up. What it took has come back."))
        return redirect("pay", number)
    messages.error(request, str(refusal))
    return redirect("pay_result", number)


@csrf_exempt
@require_POST
def notify(request: HttpRequest, channel: str) -> HttpResponse:
    """Take in a provider's message: 200 where it is believed, 400 where not."""
    refusal = payments.receive(channel, dict(request.headers), request.body)
    return HttpResponse("" if refusal is None else refusal.value, status=400 if refusal else 200)


def _checkout(request: MemberRequest, number: str) -> Checkout:
    found = checkouts.checkout_of(person=request.user, number=number)
    if found is None:
        raise Http404
    return found


def _last(found: Checkout, *states: PaymentState) -> Payment | None:
    """Return the newest payment of a checkout, in some states or any."""
    of = found.payments.order_by("-attempt")
    return (of.filter(state__in=states) if states else of).first()
