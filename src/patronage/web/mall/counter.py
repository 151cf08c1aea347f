"""Paying a merchant in coins at its counter: a code to show, or the merchant's code to read."""

import secrets
from datetime import timedelta
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from patronage.commerce import counter
from patronage.commerce.models import CounterPayment, CounterState, Merchant, PayCode
from patronage.members import clock
from patronage.members.gate import Proof
from patronage.members.holdings import holding_of
from patronage.members.refusals import Refusal
from patronage.web.shared import codes
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import amount_minor, whole
from patronage.web.shared.requests import MemberRequest

_GIVEN: Final = "pin_given_at"
_UNLOCKED: Final = timedelta(minutes=5)
_TURNS: Final = timedelta(seconds=counter.CODE_SECONDS - 10)
"""A new code is shown before the old one ends, so that one just read is still good."""
_SHOWN: Final = 20


@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pay_code(request: MemberRequest) -> HttpResponse:
    """Ask for the PIN, and then show a pay code."""
    refusal: Refusal | None = None
    if request.method == "POST":
        refusal = counter.unlock(person=request.user, pin=request.POST.get("pin", ""))
        if refusal is None:
            request.session[_GIVEN] = clock.now().timestamp()
            return redirect("pay_code")
    elif _is_unlocked(request):
        shown = counter.show_code(person=request.user, pin=Proof.EARLIER)
        if not isinstance(shown, Refusal):
            return render(request, "mall/counter/pay_code.html", _code(request, shown))
        refusal = shown
    held = holding_of(request.user)
    context = {"tab": "mine", "refusal": refusal, "coins": held.coins if held else 0}
    return render(request, "mall/counter/unlock.html", context)


@never_cache
@require_safe
@member_required
def pay_code_state(request: MemberRequest, id: int) -> HttpResponse:
    """Say what became of a pay code that is shown: nothing yet, another one, or a receipt."""
    code = PayCode.objects.filter(person=request.user, id=id).select_related("payment").first()
    if code is None:
        raise Http404
    if not request.htmx:
        return redirect("pay_code")
    payment = getattr(code, "payment", None)
    if payment is not None and payment.state != CounterState.REQUESTED:
        return HttpResponseClientRedirect(reverse("receipt", args=[payment.number]))
    if clock.now() < code.made_at + _TURNS:
        return HttpResponse(status=204)
    shown = _is_unlocked(request) and counter.show_code(person=request.user, pin=Proof.EARLIER)
    if not isinstance(shown, counter.Shown):
        return HttpResponseClientRedirect(reverse("pay_code"))
    return render(request, "mall/counter/code.html", _code(request, shown))


def _code(request: MemberRequest, shown: counter.Shown) -> dict[str, Any]:
    held = holding_of(request.user)
    return {
        "tab": "mine",
        "shown": shown,
        "digits": " ".join(shown.digits[n : n + 6] for n in (0, 6, 12)),
        "qr": codes.qr(shown.digits),
        "bars": codes.bars(shown.digits),
        "coins": held.coins if held else 0,
        "most": counter.CODE_MAX,
    }


def _is_unlocked(request: MemberRequest) -> bool:
    """Tell whether the PIN was given in this session a moment ago."""
    given = request.session.get(_GIVEN)
    return given is not None and clock.now().timestamp() < given + _UNLOCKED.total_seconds()


@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pay_merchant(request: MemberRequest, id: int) -> HttpResponse:
    """Let a member who read a merchant's QR code type the amount and confirm it by the PIN."""
    merchant = Merchant.objects.filter(id=id, approved_at__isnull=False, suspended_at=None).first()
    if merchant is None:
        raise Http404
    refusal: Refusal | None = None
    if request.method == "POST":
        answer = counter.pay(
            person=request.user,
            merchant=merchant,
            amount_minor=amount_minor(request.POST.get("amount", "")) or 0,
            pin=request.POST.get("pin", ""),
            key=request.POST.get("key", ""),
        )
        if not isinstance(answer, Refusal):
            return redirect("receipt", answer.number)
        refusal = answer
    held = holding_of(request.user)
    context = {
        "tab": "mine",
        "merchant": merchant,
        "refusal": refusal,
        "coins": held.coins if held else 0,
        "amount": request.POST.get("amount", ""),
        "key": request.POST.get("key") or secrets.token_hex(16),
    }
    return render(request, "mall/counter/pay_merchant.html", context)


@never_cache
@require_safe
@member_required
def receipts(request: MemberRequest) -> HttpResponse:
    """List what a member paid at counters, in pages."""
    found = counter.receipts_of(request.user)
    if before := whole(request.GET.get("before")):
        found = found.filter(id__lt=before)
    page = list(found[: _SHOWN + 1])
    context = {
        "tab": "mine",
        "receipts": page[:_SHOWN],
        "older": page[_SHOWN - 1].id if len(page) > _SHOWN else None,
    }
    return render(request, "mall/counter/receipts.html", context)


@never_cache
@require_safe
@member_required
def receipt(request: MemberRequest, number: str) -> HttpResponse:
    """Show the receipt of a payment at a counter."""
    payment: CounterPayment | None = counter.receipts_of(request.user).filter(number=number).first()
    if payment is None:
        raise Http404
    return render(
        request,
        "mall/counter/receipt.html",
        {
            "tab": "mine",
            "payment": payment,
            "why_not": counter.why_refused(payment),
            # Of a payment's movements the first is the payer's.
            "entry_url": reverse("statement_entry", args=[f"{payment.record}.0"])
            if payment.state == CounterState.SUCCEEDED
            else None,
        },
    )
