"""How a member invites others, to the mall or to one of its products: link, QR code, poster."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage.commerce import catalogue, referrals
from patronage.commerce.models import Product
from patronage.web.mall import posters
from patronage.web.mall.invited import PARAMETER
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import whole
from patronage.web.shared.requests import MemberRequest


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
    return posters.qr(_link(request))


@never_cache
@require_safe
@member_required
def referral_poster(request: MemberRequest) -> HttpResponse:
    """Draw a poster with the QR code, to be shown or kept."""
    return posters.poster(request, _link(request), title=_("Scan to sign up"))


@never_cache
@require_safe
@member_required
def share(request: MemberRequest, id: int) -> HttpResponse:
    """Show the member's link to a product, its QR code and poster, and what a sale earns them."""
    product = _product(id)
    context = {"product": product, "link": _link_to(request, product)}
    return render(request, "mall/share.html", context)


@never_cache
@require_safe
@member_required
def share_qr(request: MemberRequest, id: int) -> HttpResponse:
    """Draw the QR code of the member's link to a product."""
    return posters.qr(_link_to(request, _product(id)))


@never_cache
@require_safe
@member_required
def share_poster(request: MemberRequest, id: int) -> HttpResponse:
    """Draw a poster with the QR code of the member's link to a product."""
    product = _product(id)
    title = product.shown_name
    return posters.poster(
        request, _link_to(request, product), title=title, price_minor=product.price_minor
    )


def _product(id: int) -> Product:
    found = catalogue.listed().filter(id=id).first()
    if found is None:
        raise Http404
    return found


def _link(request: MemberRequest) -> str:
    return _to(request, reverse("sign_in"))


def _link_to(request: MemberRequest, product: Product) -> str:
    return _to(request, reverse("product", args=[product.id]))


def _to(request: MemberRequest, path: str) -> str:
    return request.build_absolute_uri(f"{path}?{PARAMETER}={request.user.referral_code}")
