"""The development inbox: what the embedded sender of texts would have sent, and staff's codes."""

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage.members.models import SentText
from patronage.web.shared.second_factor import code_now

_SHOWN = 30


@never_cache
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the last text messages and the codes of staff, in a demo; else there is no such page."""
    if not settings.DEMO:
        raise Http404
    apps = Authenticator.objects.filter(type=Authenticator.Type.TOTP).select_related("user")
    return render(
        request,
        "mall/members/inbox.html",
        {
            "texts": SentText.objects.all()[:_SHOWN],
            "has_clock": bool(settings.DEMO_CLOCK),
            "codes": [(app.user, code_now(app)) for app in apps],
        },
    )
