"""Setting and changing the pay PIN."""

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from patronage.members import clock, pins, signin
from patronage.members.models import Pin
from patronage.members.refusals import Refusal
from patronage.web.mall.signin import onward_to
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest

_TICKET = "pin_ticket"


@never_cache
@sensitive_post_parameters("pin", "again", "code")
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def pin(request: MemberRequest) -> HttpResponse:
    """Show how to set a PIN by a code, and how to change the one there is; set it."""
    if request.method != "POST":
        return _page(request)
    sent = request.POST
    if sent.get("pin", "") != sent.get("again", ""):
        return _page(request, wrong=_("The two PINs differ."))
    refusal = pins.set_pin(
        person=request.user,
        ticket=request.session.get(_TICKET, ""),
        code=sent.get("code", ""),
        pin=sent.get("pin", ""),
        source=_source(request),
    )
    if refusal is not None:
        return _page(request, wrong=str(refusal))
    request.session.pop(_TICKET, None)
    messages.success(request, _("Your PIN is set."))
    return redirect(onward_to(request, "/wallet/"))


@never_cache
@require_POST
@member_required
def pin_code(request: MemberRequest) -> HttpResponse:
    """Send a code to the member's phone, and show the form again, ready for it."""
    answer = pins.ask_code(person=request.user, source=_source(request))
    is_sent = not isinstance(answer, Refusal)
    if is_sent:
        request.session[_TICKET] = answer
    told = {
        "is_sent": is_sent,
        "said": _("A text message with a code is on its way.") if is_sent else str(answer),
        "pause": signin.PAUSE_SECONDS if is_sent or answer is signin.SignInRefusal.TOO_SOON else 0,
    }
    if request.htmx:
        return render(request, "mall/members/code_said.html", told)
    return _page(request, **told)


@never_cache
@sensitive_post_parameters("old", "pin", "again")
@require_POST
@member_required
def pin_change(request: MemberRequest) -> HttpResponse:
    """Change the PIN by the old one."""
    sent = request.POST
    if sent.get("pin", "") != sent.get("again", ""):
        return _page(request, changing=_("The two PINs differ."))
    refusal = pins.change_pin(person=request.user, old=sent.get("old", ""), new=sent.get("pin", ""))
    if refusal is not None:
        return _page(request, changing=str(refusal))
    messages.success(request, _("Your PIN is changed."))
    return redirect("pin")


def _page(request: MemberRequest, **told: object) -> HttpResponse:
    mine = Pin.objects.filter(person=request.user).first()
    return render(
        request,
        "mall/wallet/pin.html",
        {
            "tab": "mine",
            "mine": mine,
            "waits": mine and mine.withdrawals_from and mine.withdrawals_from > clock.now(),
            "minutes": signin.CODE_MINUTES,
            "next": onward_to(request, ""),
            **told,
        },
    )


def _source(request: MemberRequest) -> str:
    source: str = get_adapter().get_client_ip(request)
    return source
