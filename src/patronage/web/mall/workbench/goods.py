"""Choosing goods, and the items of the own storefront."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.base import ContentFile
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patronage.commerce import search, storefronts
from patronage.commerce.distributors import NewPicture
from patronage.commerce.models import Distributor, StorefrontItem, Supply
from patronage.commerce.storefronts import StorefrontRefusal
from patronage.web.mall import posters
from patronage.web.mall.workbench.access import distributor_required
from patronage.web.shared.amount_fields import AmountField
from patronage.web.shared.pictures import PictureField
from patronage.web.shared.requests import MemberRequest


class ItemForm(forms.Form):
    """What a SKU is called in the storefront, and what it costs there."""

    title = forms.CharField(label=gettext_lazy("title"), max_length=storefronts.TITLE_LENGTH)
    price_minor = AmountField(of="price_minor", label=gettext_lazy("retail price"), min_value=1)
    picture = PictureField(
        label=gettext_lazy("picture"),
        required=False,
        help_text=gettext_lazy("Without one of yours, the supplier's pictures are shown."),
    )


def new_picture(cleaned: Any) -> NewPicture:
    """Return what a form says of a picture: a new one, False to take it away, None for neither."""
    return cleaned if isinstance(cleaned, ContentFile) or cleaned is False else None


@never_cache
@require_safe
@distributor_required
def goods(request: MemberRequest, distributor: Distributor) -> HttpResponse:
    """Show what suppliers offer to distributors, and what a piece of it would earn."""
    query = request.GET.get("goods", "").strip()[:40]
    found = storefronts.offers()
    for word in search.wanted(query):
        found = found.filter(sku__product__search_words__word=word)
    page = Paginator(found, storefronts.PAGE).get_page(request.GET.get("page"))
    mine = set(
        distributor.items.filter(sku__in=[one.sku_id for one in page]).values_list("sku", flat=True)
    )
    rows = [
        (
            supply,
            storefronts.earning_of(supply, supply.retail_min_minor),
            storefronts.earning_of(supply, supply.retail_max_minor),
            supply.sku_id in mine,
        )
        for supply in page
    ]
    context = {"tab": "mine", "page": page, "rows": rows, "query": query}
    return render(request, "mall/workbench/goods.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@distributor_required
def take(request: MemberRequest, distributor: Distributor, id: int) -> HttpResponse:
    """Take a SKU into the storefront under an own title and price."""
    supply = storefronts.offers().filter(sku=id).first()
    if supply is None:
        raise Http404
    mine = distributor.items.filter(sku=id).first()
    if mine is not None:
        return redirect("workbench_item", mine.pk)
    product = supply.sku.product
    usual = min(max(supply.sku.price_minor, supply.retail_min_minor), supply.retail_max_minor)
    name = f"{product.shown_name} {supply.sku.shown_name}".strip()[: storefronts.TITLE_LENGTH]
    form = ItemForm(
        request.POST or None,
        request.FILES or None,
        initial={"title": name, "price_minor": usual},
    )
    save = partial(storefronts.take, distributor=distributor, sku_id=id)
    saved = _saved(request, form, save, _("It is in your storefront now."))
    return saved or _form(request, form, supply, usual)


@never_cache
@require_safe
@distributor_required
def items(request: MemberRequest, distributor: Distributor) -> HttpResponse:
    """Show all items of the storefront, with what each earns or why it is not on sale."""
    found = Paginator(storefronts.items_of(distributor), storefronts.PAGE)
    page = found.get_page(request.GET.get("page"))
    rows = []
    for item in page:
        item.distributor = distributor
        supply: Supply | None = getattr(item.sku, "supply", None)
        earning = storefronts.earning_of(supply, item.price_minor) if supply else None
        rows.append((item, supply, earning, storefronts.why_not(item)))
    context = {"tab": "mine", "page": page, "rows": rows}
    return render(request, "mall/workbench/items.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@distributor_required
def item(request: MemberRequest, distributor: Distributor, id: int) -> HttpResponse:
    """Change an item's title, price and picture, or show how to share it."""
    found = _mine(distributor, id)
    supply: Supply | None = getattr(found.sku, "supply", None)
    form = ItemForm(
        request.POST or None,
        request.FILES or None,
        initial={"title": found.title, "price_minor": found.price_minor, "picture": found.picture},
    )
    save = partial(storefronts.change, distributor=distributor, item_id=id)
    if saved := _saved(request, form, save, _("Saved.")):
        return saved
    more = {
        "item": found,
        "why_not": storefronts.why_not(found),
        "link": request.build_absolute_uri(_path(found)),
    }
    return _form(request, form, supply, found.price_minor, **more)


def _saved(
    request: MemberRequest,
    form: ItemForm,
    save: Callable[..., StorefrontItem | StorefrontRefusal],
    said: str,
) -> HttpResponse | None:
    """Save an item as filled in, and lead to all; None where it is not, and the form says why."""
    if request.method != "POST" or request.htmx or not form.is_valid():
        return None
    told = form.cleaned_data
    answer = save(
        title=told["title"],
        price_minor=told["price_minor"],
        picture=new_picture(told["picture"]),
    )
    if isinstance(answer, StorefrontRefusal):
        form.add_error(None, str(answer))
        return None
    messages.success(request, said)
    return redirect("workbench_items")


def _form(
    request: MemberRequest, form: ItemForm, supply: Supply | None, price_minor: int, **more: Any
) -> HttpResponse:
    """Show an item's form with the sum at its price; the sum alone for htmx."""
    if form.is_bound and form.is_valid():
        price_minor = form.cleaned_data["price_minor"]
    context = {
        "tab": "mine",
        "form": form,
        "supply": supply,
        "price_minor": price_minor,
        "earning": storefronts.earning_of(supply, price_minor) if supply else None,
        **more,
    }
    name = "earning" if request.htmx else "item"
    return render(request, f"mall/workbench/{name}.html", context)


@require_POST
@distributor_required
def out(request: MemberRequest, distributor: Distributor, id: int) -> HttpResponse:
    """Take an item off sale."""
    if storefronts.take_out(distributor=distributor, item_id=id) is not None:
        raise Http404
    messages.success(request, _("It is off sale. Orders placed stay."))
    return redirect("workbench_items")


@require_POST
@distributor_required
def remove(request: MemberRequest, distributor: Distributor, id: int) -> HttpResponse:
    """Remove an item for good."""
    if storefronts.remove(distributor=distributor, item_id=id) is not None:
        raise Http404
    messages.success(request, _("It is no longer in your storefront."))
    return redirect("workbench_items")


@never_cache
@require_safe
@distributor_required
def code(request: MemberRequest, distributor: Distributor, id: int) -> HttpResponse:
    """Draw the QR code of an item's link."""
    return posters.qr(request.build_absolute_uri(_path(_mine(distributor, id))))


@never_cache
@require_safe
@distributor_required
def poster(request: MemberRequest, distributor: Distributor, id: int) -> HttpResponse:
    """Draw an item's poster, to be shown or kept."""
    found = _mine(distributor, id)
    link = request.build_absolute_uri(_path(found))
    return posters.poster(request, link, title=found.title, price_minor=found.price_minor)


def _mine(distributor: Distributor, id: int) -> StorefrontItem:
    found = storefronts.items_of(distributor).filter(id=id).first()
    if found is None:
        raise Http404
    return found


def _path(item: StorefrontItem) -> str:
    code = item.distributor.person.referral_code
    return reverse("storefront_item", args=[code, item.pk])
