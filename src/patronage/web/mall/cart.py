"""The cart."""

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from patronage.commerce import cart as carts
from patronage.commerce.cart import CartRefusal
from patronage.members.models import Person
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import whole
from patronage.web.shared.requests import MemberRequest


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def cart(request: MemberRequest) -> HttpResponse:
    """Show what the member means to buy; take in what was changed on the page, all at once."""
    if request.method != "POST":
        return _shown(request, None)
    person = request.user
    refusal = _change(person, request.POST)
    if request.htmx:
        return _shown(request, refusal)
    if refusal is not None:
        messages.error(request, str(refusal))
        return redirect("cart")
    return redirect("checkout" if request.POST.get("do") == "checkout" else "cart")


@require_POST
@member_required
def add(request: MemberRequest) -> HttpResponse:
    """Put a SKU into the cart."""
    sku_id, quantity = whole(request.POST.get("sku")), whole(request.POST.get("quantity"))
    answer = carts.add(person=request.user, sku_id=sku_id, quantity=quantity)
    if isinstance(answer, CartRefusal):
        messages.error(request, str(answer))
    else:
        messages.success(request, _("It is in your cart."))
    if request.htmx:
        return render(request, "mall/added.html", {"count": carts.count(request.user)})
    if isinstance(answer, CartRefusal):
        return redirect(request.headers.get("Referer", reverse("cart")))
    return redirect("cart")


def _shown(request: MemberRequest, refusal: CartRefusal | None) -> HttpResponse:
    found = carts.cart_of(request.user)
    parts = [
        (part.merchant, [(item, carts.is_available(item)) for item in part.items])
        for part in found.parts
    ]
    context = {"tab": "cart", "cart": found, "parts": parts, "refusal": refusal}
    if request.htmx:
        return render(request, "mall/cart_form.html", {**context, "count": found.pieces})
    return render(request, "mall/cart.html", context)


def _change(person: Person, sent: QueryDict) -> CartRefusal | None:
    """Do what a page of the cart asks: only what was changed on it, as another may be open."""
    shown = {whole(id) for id in sent.getlist("shown")}
    selected = {whole(id) for id in sent.getlist("selected")}
    ticked = {whole(id) for id in sent.getlist("ticked")}
    if now := (selected - ticked) & shown:
        carts.select(person=person, item_ids=now, is_selected=True)
    if no_longer := (ticked - selected) & shown:
        carts.select(person=person, item_ids=no_longer, is_selected=False)
    verb, _dash, which = sent.get("do", "").partition("-")
    if verb == "remove":
        carts.remove(person=person, item_ids=[whole(which)])
    refusal = None
    for id in sorted(shown):
        was, asked = whole(sent.get(f"was-{id}")), whole(sent.get(f"quantity-{id}"))
        if str(id) == which:
            asked += {"more": 1, "less": -1}.get(verb, 0)
        if asked != was and (verb, which) != ("remove", str(id)):
            answer = carts.set_quantity(person=person, item_id=id, quantity=asked)
            if isinstance(answer, CartRefusal):
                refusal = answer
    return refusal
