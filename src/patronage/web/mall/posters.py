"""Links as QR codes and posters."""

import io

import segno
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render

from patronage.web.shared import codes
from patronage.web.shared.requests import MemberRequest

_SVG = "image/svg+xml"


def qr(link: str) -> HttpResponse:
    """Draw a link's QR code."""
    file = io.BytesIO()
    segno.make(link, error="m").save(file, kind="svg", border=2, omitsize=True)
    return HttpResponse(file.getvalue(), content_type=_SVG)


def poster(
    request: MemberRequest, link: str, *, title: str, price_minor: int | None = None
) -> HttpResponse:
    """Draw a poster of a member's link, to be shown, or kept as a file with `?keep`."""
    context = {
        "code": codes.qr(link),
        "person": request.user,
        "company": settings.COMPANY_NAME,
        "title": title,
        "price_minor": price_minor,
    }
    response = render(request, "mall/members/poster.html", context, content_type=_SVG)
    if "keep" in request.GET:
        response["Content-Disposition"] = 'attachment; filename="poster.svg"'
    return response
