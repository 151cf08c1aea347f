"""A product, and taking a coupon."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from patronage.commerce import catalogue, coupons, estimates
from patronage.commerce.coupons import CouponRefusal
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest, Request


@require_safe
def product(request: Request, id: int) -> HttpResponse:
    """Show a product, one of its SKUs chosen; only what depends on the SKU for htmx."""
    skus = catalogue.skus_of(id)
    if not skus:
        raise Http404
    found = skus[0].product
    asked = request.GET.get("sku", "")
    chosen = next((sku for sku in skus if str(sku.id) == asked), None) or next(
        (sku for sku in skus if sku.stock), skus[0]
    )
    estimate = estimates.estimate(sku=chosen)
    context = {"product": found, "skus": skus, "chosen": chosen, "estimate": estimate}
    if request.htmx:
        return render(request, "mall/offer.html", context)
    person = request.user if request.user.is_authenticated else None
    context["is_on_sale"] = any(sku.stock for sku in skus)
    context["pictures"] = catalogue.pictures_of(id)
    context["offers"] = coupons.offers(person=person, merchant_id=found.merchant_id)
    return render(request, "mall/product.html", context)


@require_POST
@member_required
def claim(request: MemberRequest, id: int) -> HttpResponse:
    """Take a coupon and go back."""
    answer = coupons.claim(person=request.user, coupon_id=id)
    if isinstance(answer, CouponRefusal):
        messages.error(request, str(answer))
    else:
        messages.success(request, _("The coupon is yours. It is used at checkout by itself."))
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    return redirect(back)
