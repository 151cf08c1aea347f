"""The page between the cart and an order."""

import secrets
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from patronage.commerce import checkout as checkouts
from patronage.commerce.checkout import AddressText, CheckoutRefusal, Quote, Wanted
from patronage.members.addresses import addresses_of
from patronage.members.models import Address, Person
from patronage.web.mall import invited
from patronage.web.shared import devices
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import whole
from patronage.web.shared.requests import MemberRequest, Request


class Choice(NamedTuple):
    """What the page was asked for; without a `sku_id` it is what is selected in the cart.

    `item_id` is the storefront's item as which a SKU is bought, 0 for none.
    """

    sku_id: int
    item_id: int
    quantity: int
    key: str
    address_id: int
    voucher_ids: dict[int, int | None]
    notes: dict[int, str]


@require_POST
def buy_now(request: Request) -> HttpResponse:
    """Lead from a product or an item to its checkout, whose address tells that alone."""
    names = ("sku", "quantity", *(["item"] if "item" in request.POST else []))
    chosen = {name: whole(request.POST.get(name)) for name in names}
    return redirect(f"{reverse('checkout')}?{urlencode(chosen)}")


@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def checkout(request: MemberRequest) -> HttpResponse:
    """Show what an order would cost, and place it."""
    person = request.user
    choice = _choice(person, request.POST if request.method == "POST" else request.GET)
    wanted = (
        [Wanted(choice.sku_id, choice.quantity, choice.item_id or None)]
        if choice.sku_id
        else checkouts.wanted_from_cart(person)
    )
    addresses = addresses_of(person)
    address = _address(addresses, choice.address_id)
    if request.POST.get("do") == "place":
        answer = checkouts.place(
            person=person,
            key=choice.key,
            wanted=wanted,
            total_minor=whole(request.POST.get("total")),
            address=_text(address),
            voucher_ids=choice.voucher_ids,
            notes=choice.notes,
            from_cart=not choice.sku_id,
            promoter=invited.promoter_of(request),
            device=devices.token_of(request),
        )
        if not isinstance(answer, CheckoutRefusal):
            return redirect("pay", answer.checkout.number)
        messages.error(request, str(answer))
    quote = checkouts.quote(
        person=person, wanted=wanted, address=_text(address), voucher_ids=choice.voucher_ids
    )
    if not quote.parts:
        if quote.refusal is not None:
            messages.error(request, str(quote.refusal))
        return redirect("cart")
    template = "mall/checkout_form.html" if request.htmx else "mall/checkout.html"
    return render(request, template, _context(choice, quote, addresses, address))


def _context(
    choice: Choice, quote: Quote, addresses: list[Address], address: Address | None
) -> dict[str, Any]:
    return {
        "choice": choice,
        "quote": quote,
        "parts": [(part, choice.notes.get(part.merchant.id, "")) for part in quote.parts],
        "addresses": addresses,
        "address": address,
    }


def _choice(person: Person, sent: QueryDict) -> Choice:
    sku_id = whole(sent.get("sku"))
    key = sent.get("key", "")[:64]
    if not key:
        key = secrets.token_hex(16) if sku_id else checkouts.cart_key(person)
    vouchers: dict[int, int | None] = {}
    notes: dict[int, str] = {}
    for name in sent:
        kind, _dash, merchant = name.partition("-")
        if kind == "voucher" and whole(merchant):
            vouchers[whole(merchant)] = whole(sent.get(name)) or None
        elif kind == "note" and whole(merchant):
            notes[whole(merchant)] = sent.get(name, "").strip()[:200]
    return Choice(
        sku_id,
        whole(sent.get("item")),
        whole(sent.get("quantity", "1")),
        key,
        whole(sent.get("address")),
        vouchers,
        notes,
    )


def _address(addresses: list[Address], id: int) -> Address | None:
    """Return the address asked for, or the first, which is the usual one."""
    return next((one for one in addresses if one.id == id), addresses[0] if addresses else None)


def _text(address: Address | None) -> AddressText | None:
    if address is None:
        return None
    return AddressText(
        address.name,
        address.phone,
        address.province,
        address.city,
        address.district,
        address.street,
    )
