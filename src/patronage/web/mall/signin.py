"""Signing in and out. One form: who has no account yet gets one by it."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from patronage.members import signin
from patronage.members.models import Document
from patronage.members.referral import referrer_by
from patronage.members.signin import SignInRefusal
from patronage.web.mall import invited
from patronage.web.shared.requests import Request

_TICKET = "sign_in_ticket"
_DEVICE = "device"
_BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInForm(forms.Form):
    """Phone, code, consent. What they mean is judged by `signin.enter`."""

    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=30,
        widget=forms.TextInput(
            {"inputmode": "tel", "autocomplete": "tel", "placeholder": gettext_lazy("11 digits")}
        ),
        error_messages={"required": SignInRefusal.BAD_PHONE.sentence},
    )
    code = forms.CharField(
        label=gettext_lazy("SMS code"),
        max_length=12,
        widget=forms.TextInput(
            {
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "placeholder": gettext_lazy("6 digits"),
            }
        ),
        error_messages={"required": gettext_lazy("Enter the code from the text message.")},
    )
    agreed = forms.BooleanField(
        error_messages={"required": SignInRefusal.CONSENT_NEEDED.sentence},
    )


_FIELDS = {
    SignInRefusal.BAD_PHONE: "phone",
    SignInRefusal.CONSENT_NEEDED: "agreed",
    SignInRefusal.WRONG_CODE: "code",
}


@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: Request) -> HttpResponse:
    """Show the form; with the right code, sign in and go on to where the person came from."""
    if request.user.is_authenticated:
        return redirect(onward(request))
    if request.method != "POST":
        return _page(request, SignInForm())
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    answer = signin.enter(
        ticket=request.session.get(_TICKET, ""),
        source=source_of(request),
        referral_code=invited.code_of(request),
        **form.cleaned_data,
    )
    if isinstance(answer, SignInRefusal):
        form.add_error(_FIELDS.get(answer), str(answer))
        return _page(request, form)
    request.session.pop(_TICKET, None)
    login(request, answer, backend=_BACKEND)
    response = redirect(onward(request))
    invited.forget(response)
    response.set_cookie(
        _DEVICE,
        signin.device_of(answer),
        max_age=signin.DEVICE_KEPT,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


@never_cache
@require_POST
def sign_in_code(request: Request) -> HttpResponse:
    """Send a code to the phone in the form, and show the form again, ready for it."""
    if request.user.is_authenticated:
        return redirect(onward(request))
    answer = signin.ask_code(
        phone=request.POST.get("phone", ""),
        source=source_of(request),
        device=request.COOKIES.get(_DEVICE, ""),
    )
    is_sent = not isinstance(answer, SignInRefusal)
    if is_sent:
        request.session[_TICKET] = answer
    told = {
        "is_sent": is_sent,
        "said": _("If the number is right, a text message with a code is on its way.")
        if is_sent
        else str(answer),
        "pause": signin.PAUSE_SECONDS if is_sent or answer is SignInRefusal.TOO_SOON else 0,
    }
    if request.htmx:
        return render(request, "mall/members/code_said.html", told)
    sent = request.POST
    form = SignInForm(initial={name: sent.get(name, "") for name in SignInForm.base_fields})
    return _page(request, form, **told)


@require_POST
def sign_out(request: Request) -> HttpResponse:
    """Sign out."""
    logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("home")


def onward(request: Request) -> str:
    """Return where to go after signing in: a page of ours that was asked for, or the member's."""
    return onward_to(request, "/mine/")


def onward_to(request: Request, usual: str) -> str:
    """Return the page of ours that `next` asks for, or the usual one."""
    to = request.POST.get("next") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return to if is_ours else usual


def _page(request: Request, form: SignInForm, **told: Any) -> HttpResponse:
    code = invited.code_of(request)
    return render(
        request,
        "mall/members/sign_in.html",
        {
            "form": form,
            "tab": "mine",
            "next": request.POST.get("next") or request.GET.get("next", ""),
            "documents": Document,
            "referrer": referrer_by(code),
            "minutes": signin.CODE_MINUTES,
            **told,
        },
    )


def source_of(request: Request) -> str:
    """Return where a request comes from, for limits."""
    source: str = get_adapter().get_client_ip(request)
    return source
