"""Redeeming and converting points: how many, the quote, the confirmation, what came of it."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from patronage.members import clock, value
from patronage.members.gate import Verb, closed_to
from patronage.members.holdings import holding_of
from patronage.members.models import Quote
from patronage.members.refusals import Refusal
from patronage.members.value import ValueRefusal
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import points_nano
from patronage.web.shared.requests import MemberRequest


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def redeem(request: MemberRequest) -> HttpResponse:
    """Ask how many points to redeem, and quote."""
    return _change(request, Quote.Verb.REDEEM)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def convert(request: MemberRequest) -> HttpResponse:
    """Ask how many points to convert into coins, and quote."""
    return _change(request, Quote.Verb.CONVERT)


def _change(request: MemberRequest, verb: Quote.Verb) -> HttpResponse:
    held = holding_of(request.user)
    points = held.points if held else 0
    text, wrong = request.POST.get("points", ""), ""
    if request.method == "POST":
        nano = points if "all" in request.POST else points_nano(text)
        quoted = (
            ValueRefusal.BAD_AMOUNT
            if nano is None
            else value.quote(person=request.user, verb=verb, points_nano=nano)
        )
        if isinstance(quoted, Quote):
            return redirect("quote", quoted.number)
        wrong = str(quoted)
    return render(
        request,
        "mall/wallet/change.html",
        {
            "tab": "mine",
            "verb": verb,
            "held": held,
            "points": points,
            "worth": int(held.worth) if held else 0,
            "text": text,
            "wrong": wrong,
            "closed": closed_to(request.user, Verb(verb)),
        },
    )


@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def quote(request: MemberRequest, number: str) -> HttpResponse:
    """Show a quote for its minute, carry it out, and then show what came of it."""
    mine = Quote.objects.filter(person=request.user, number=number).first()
    if mine is None:
        raise Http404
    refusal: Refusal | None = None
    if request.method == "POST":
        done = value.confirm(person=request.user, number=number, pin=request.POST.get("pin", ""))
        if not isinstance(done, Refusal):
            return redirect("quote", number)
        refusal = done
    elif mine.used_at is not None:
        done = value.done_by(person=request.user, number=number)
        return render(
            request,
            "mall/wallet/done.html",
            {"tab": "mine", "quote": mine, "done": done, "held": holding_of(request.user)}
            if not isinstance(done, Refusal)
            else {"tab": "mine", "quote": mine, "refusal": done},
        )
    left = int((mine.expires_at - clock.now()).total_seconds())
    is_over = left <= 0 or refusal in (ValueRefusal.EXPIRED, ValueRefusal.CHANGED)
    return render(
        request,
        "mall/wallet/quote.html",
        {
            "tab": "mine",
            "quote": mine,
            "seconds": max(left, 0),
            "is_over": is_over,
            "refusal": refusal,
        },
    )
