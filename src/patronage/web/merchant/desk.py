"""The cash desk: charge a pay code, give back, today's takings, the merchant's own QR code."""

import secrets
from datetime import date, timedelta
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patronage.commerce import counter
from patronage.commerce.models import CounterPayment, CounterState, Merchant
from patronage.members.refusals import Refusal
from patronage.web.merchant.access import desk_of, desks_of, staff_required
from patronage.web.shared import codes
from patronage.web.shared.forms import amount_minor
from patronage.web.shared.requests import MemberRequest
from patronage.web.shared.templatetags.amounts import coins, plain

_SHOWN: Final = 20


@never_cache
@require_safe
@staff_required
def desks(request: MemberRequest) -> HttpResponse:
    """Go to the reader's desk, or let them choose among several."""
    found = list(desks_of(request.user))
    if len(found) == 1:
        return redirect("desk", found[0].id)
    status = 200 if found else 403
    return render(request, "merchant/desks.html", {"desks": found}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def charge(request: MemberRequest, id: int) -> HttpResponse:
    """Take a code and an amount, and charge it."""
    merchant = desk_of(request, id)
    refusal: Refusal | None = None
    if request.method == "POST":
        answer = counter.charge(
            merchant=merchant,
            code=request.POST.get("code", ""),
            amount_minor=amount_minor(request.POST.get("amount", "")) or 0,
            key=request.POST.get("key", ""),
            who=request.user,
        )
        if not isinstance(answer, Refusal):
            return redirect("desk_payment", merchant.id, answer.number)
        refusal = answer
    return _page(
        request,
        "charge",
        merchant,
        refusal=refusal,
        is_code_wrong=refusal is counter.CounterRefusal.UNKNOWN_CODE,
        amount=request.POST.get("amount", ""),
        most=counter.CODE_MAX,
        # A new press: after a refusal the next code is another one.
        key=secrets.token_hex(16),
    )


@never_cache
@require_safe
@staff_required
def payment(request: MemberRequest, id: int, number: str) -> HttpResponse:
    """Show the receipt of a payment, and let it be given back."""
    merchant = desk_of(request, id)
    found = _payment(merchant, number)
    left = counter.left_of(found) if found.state == CounterState.SUCCEEDED else 0
    return _page(
        request,
        "payment",
        merchant,
        payment=found,
        is_desk=True,
        why_not=counter.why_refused(found),
        left=left,
        left_text=plain(left).replace(",", ""),
        key=secrets.token_hex(16),
    )


@require_POST
@staff_required
def refund(request: MemberRequest, id: int, number: str) -> HttpResponse:
    """Give coins of a payment back."""
    merchant = desk_of(request, id)
    found = _payment(merchant, number)
    answer = counter.refund(
        merchant=merchant,
        number=found.number,
        amount_minor=amount_minor(request.POST.get("amount", "")) or 0,
        key=request.POST.get("key", ""),
        who=request.user,
    )
    refusal = answer if isinstance(answer, Refusal) else counter.why_refused(answer)
    if refusal is not None:
        messages.error(request, str(refusal))
    elif not isinstance(answer, Refusal):
        said = _("%(coins)s coins were given back.") % {"coins": coins(answer.amount_minor)}
        messages.success(request, said)
    return redirect("desk_payment", merchant.id, found.number)


def _payment(merchant: Merchant, number: str) -> CounterPayment:
    found = CounterPayment.objects.filter(merchant=merchant, number=number)
    one = found.select_related("person", "merchant").prefetch_related("refunds").first()
    if one is None:
        raise Http404
    return one


@never_cache
@require_safe
@staff_required
def takings(request: MemberRequest, id: int) -> HttpResponse:
    """Add up a day's takings, today's unless another is asked for, and list them."""
    merchant = desk_of(request, id)
    today = counter.today()
    day = _day(request.GET.get("day", ""), today)
    found = Paginator(counter.taken_by(merchant, day), _SHOWN)
    return _page(
        request,
        "takings",
        merchant,
        day=day,
        is_today=day == today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today else None,
        sum=counter.takings_of(merchant, day),
        page=found.get_page(request.GET.get("page")),
    )


def _day(text: str, today: date) -> date:
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today


@never_cache
@require_safe
@staff_required
def qr(request: MemberRequest, id: int) -> HttpResponse:
    """Show the merchant's QR code, to be printed and put on the counter."""
    merchant = desk_of(request, id)
    link = request.build_absolute_uri(reverse("pay_merchant", args=[merchant.id]))
    return _page(request, "qr", merchant, link=link, drawing=codes.qr(link))


def _page(request: MemberRequest, name: str, merchant: Merchant, **context: Any) -> HttpResponse:
    return render(
        request, f"merchant/{name}.html", {"merchant": merchant, "place": name, **context}
    )
