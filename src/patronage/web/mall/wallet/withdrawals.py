"""Withdrawing cash: to whom, how much, and what becomes of it."""

import secrets

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from patronage.members import payouts
from patronage.members.gate import Verb, closed_to
from patronage.members.holdings import holding_of
from patronage.members.models import Payee, Withdrawal
from patronage.members.payouts import PayoutRefusal
from patronage.members.refusals import Refusal
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import amount_minor
from patronage.web.shared.requests import MemberRequest

_PAGE = 20


@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def withdraw(request: MemberRequest) -> HttpResponse:
    """Ask how much, say what becomes of it, and with the PIN take it from the cash."""
    held = holding_of(request.user)
    cash = held.cash + held.dividend if held else 0
    sent, wrong, parts = request.POST, "", None
    if request.method == "POST":
        amount = amount_minor(sent.get("amount", ""))
        if amount is None:
            wrong = str(PayoutRefusal.BAD_AMOUNT)
        elif "pin" not in sent:
            parts = payouts.parts_of(amount)
            if amount < settings.PAYOUT_MIN_MINOR or parts.net_minor < 1:
                wrong, parts = str(PayoutRefusal.TOO_LITTLE), None
            elif amount > cash:
                wrong, parts = str(PayoutRefusal.NOT_ENOUGH), None
        else:
            made = payouts.withdraw(
                person=request.user,
                key=sent.get("key", ""),
                amount_minor=amount,
                pin=sent.get("pin", ""),
            )
            if not isinstance(made, Refusal):
                return redirect("withdrawal", made.number)
            wrong, parts = str(made), payouts.parts_of(amount)
    return render(
        request,
        "mall/wallet/withdraw.html",
        {
            "tab": "mine",
            "cash": cash,
            "payee": Payee.objects.filter(person=request.user).first(),
            "closed": closed_to(request.user, Verb.WITHDRAW),
            "least": settings.PAYOUT_MIN_MINOR,
            "most": max(settings.PAYOUT_DAILY_MINOR - payouts.withdrawn_today(request.user), 0),
            "daily": settings.PAYOUT_DAILY_MINOR,
            "fee_micro": settings.PAYOUT_FEE_MICRO,
            "tax_micro": settings.PAYOUT_TAX_MICRO,
            "amount": sent.get("amount", ""),
            "parts": parts,
            "wrong": wrong,
            "key": sent.get("key") or secrets.token_hex(16),
        },
    )


@never_cache
@require_safe
@member_required
def withdrawals(request: MemberRequest) -> HttpResponse:
    """List the member's withdrawals, the newest first."""
    found = Withdrawal.objects.filter(person=request.user)
    page = Paginator(found, _PAGE).get_page(request.GET.get("page"))
    return render(request, "mall/wallet/withdrawals.html", {"tab": "mine", "page": page})


@never_cache
@require_safe
@member_required
def withdrawal(request: MemberRequest, number: str) -> HttpResponse:
    """Show one withdrawal: its parts, and each step with its time."""
    found = get_object_or_404(Withdrawal, person=request.user, number=number)
    return render(request, "mall/wallet/withdrawal.html", {"tab": "mine", "withdrawal": found})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def payee(request: MemberRequest) -> HttpResponse:
    """Ask to whom withdrawals are paid, and have it checked."""
    sent, wrong = request.POST, ""
    if request.method == "POST":
        saved = payouts.save_payee(
            person=request.user,
            name=sent.get("name", ""),
            bank=sent.get("bank", ""),
            account=sent.get("account", ""),
        )
        if isinstance(saved, Payee):
            messages.success(request, _("Saved."))
            return redirect("withdraw")
        wrong = str(saved)
    mine = Payee.objects.filter(person=request.user).first()
    return render(
        request,
        "mall/wallet/payee.html",
        {
            "tab": "mine",
            "payee": mine,
            "real_name": sent.get("name", mine.name if mine else ""),
            "bank": sent.get("bank", mine.bank if mine else ""),
            "account": sent.get("account", ""),
            "wrong": wrong,
        },
    )
