"""How a member invites others: link, QR code, poster."""

import io

import segno
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage.commerce import referrals
from patronage.web.mall.invited import PARAMETER
from patronage.web.shared import codes
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import whole
from patronage.web.shared.requests import MemberRequest

_SVG = "image/svg+xml"


@never_cache
@require_safe
@member_required
def referral(request: MemberRequest) -> HttpResponse:
    """Show the member's link, QR code and poster, and whom they brought."""
    before = whole(request.GET.get("before")) or None
    page = referrals.brought_by(request.user, before=before, limit=referrals.PAGE + 1)
    shown = page[: referrals.PAGE]
    return render(
        request,
        "mall/members/referral.html",
        {
            "tab": "mine",
            "link": _link(request),
            "referred": shown,
            "older": shown[-1].id if len(page) > referrals.PAGE else None,
            "sums": referrals.sums_of(request.user),
        },
    )


@never_cache
@require_safe
@member_required
def referral_qr(request: MemberRequest) -> HttpResponse:
    """Draw the QR code of the member's link."""
    file = io.BytesIO()
    segno.make(_link(request), error="m").save(file, kind="svg", border=2, omitsize=True)
    return HttpResponse(file.getvalue(), content_type=_SVG)


@never_cache
@require_safe
@member_required
def referral_poster(request: MemberRequest) -> HttpResponse:
    """Draw a poster with the QR code, to be shown or kept."""
    code = codes.qr(_link(request))
    response = render(
        request,
        "mall/members/poster.html",
        {"code": code, "person": request.user, "company": settings.COMPANY_NAME},
        content_type=_SVG,
    )
    if "keep" in request.GET:
        response["Content-Disposition"] = 'attachment; filename="poster.svg"'
    return response


def _link(request: MemberRequest) -> str:
    code = request.user.referral_code
    return request.build_absolute_uri(f"{reverse('sign_in')}?{PARAMETER}={code}")
