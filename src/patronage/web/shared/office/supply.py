"""Terms of supply: on what terms distributors may sell a product's SKUs, and what that comes to."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldBooleanWidget

from patronage.commerce import supplying
from patronage.commerce.models import Product, Sku, Supply
from patronage.commerce.sums import Parts
from patronage.commerce.supplying import Offer, Terms
from patronage.web.shared.amount_fields import AmountField

_MOST = 10**10


class SupplyForm(forms.Form):
    """The terms of one SKU; nothing written means none."""

    supply_minor = AmountField(
        of="supply_minor", label=gettext_lazy("supply price"), max_value=_MOST, required=False
    )
    retail_min_minor = AmountField(
        of="supply_minor",
        label=gettext_lazy("lowest retail price"),
        max_value=_MOST,
        required=False,
    )
    retail_max_minor = AmountField(
        of="supply_minor",
        label=gettext_lazy("highest retail price"),
        max_value=_MOST,
        required=False,
    )
    offered = forms.BooleanField(
        label=gettext_lazy("offered to distributors"), required=False, widget=UnfoldBooleanWidget
    )

    def clean(self) -> dict[str, Any]:
        """Ask for all three prices of what is offered."""
        told = super().clean() or {}
        if told.get("offered") and not self.errors and self.terms() is None:
            raise forms.ValidationError(_("Write all three prices."))
        return told

    def terms(self) -> Terms | None:
        """Return what was written, None unless it is all there."""
        told = [self.cleaned_data.get(name) for name in Terms._fields]
        return None if None in told else Terms(*told)  # type: ignore[arg-type]


class Row(NamedTuple):
    """What is said of one offer at one retail price."""

    retail_minor: int
    parts: Parts


class Shown(NamedTuple):
    """A SKU with its form and, where there are terms, what they come to."""

    sku: Sku
    form: SupplyForm
    offer: Offer | None
    rows: Sequence[Row]


def shown(product: Product, request: HttpRequest) -> list[Shown]:
    """Return the SKUs of a product with the forms as they were sent, or as they stand."""
    found = []
    for sku in product.skus.select_related("product__merchant", "supply").order_by(
        "position", "id"
    ):
        supply: Supply | None = getattr(sku, "supply", None)
        form = SupplyForm(request.POST or None, prefix=f"sku-{sku.pk}", initial=_initial(supply))
        terms = _terms(form, supply)
        offer = None if terms is None or not _is_possible(terms) else supplying.judge(sku, terms)
        rows = [] if offer is None or terms is None else _rows(terms, offer)
        found.append(Shown(sku, form, offer, rows))
    return found


def save(request: HttpRequest, asked: Sequence[Shown]) -> bool:
    """Offer what is to be offered and withdraw the rest; tell if anything was refused."""
    is_well = True
    for one in asked:
        terms = one.form.terms()
        name = str(one.sku) or str(one.sku.product)
        if not one.form.cleaned_data["offered"] or terms is None:
            supplying.withdraw(sku_id=one.sku.pk)
            continue
        answer = supplying.offer(sku_id=one.sku.pk, terms=terms)
        if answer.refusal is not None:
            messages.error(request, f"{name}: {answer.refusal}")
            is_well = False
    return is_well


def _initial(supply: Supply | None) -> dict[str, Any]:
    if supply is None:
        return {}
    told: dict[str, Any] = {name: getattr(supply, name) for name in Terms._fields}
    return {**told, "offered": supply.offered_at is not None}


def _terms(form: SupplyForm, supply: Supply | None) -> Terms | None:
    if form.is_bound:
        return form.terms() if form.is_valid() else None
    if supply is None:
        return None
    return Terms(supply.supply_minor, supply.retail_min_minor, supply.retail_max_minor)


def _is_possible(terms: Terms) -> bool:
    """Tell whether there are sums to be shown: no price is nothing."""
    return min(terms) > 0


def _rows(terms: Terms, offer: Offer) -> list[Row]:
    lowest = Row(terms.retail_min_minor, offer.at_least)
    if terms.retail_min_minor == terms.retail_max_minor:
        return [lowest]
    return [lowest, Row(terms.retail_max_minor, offer.at_most)]
