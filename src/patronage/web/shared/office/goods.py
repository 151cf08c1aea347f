"""What is sold, as every office shows it: products, freight, coupons."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from patronage.commerce import coupons, listing, supplying
from patronage.commerce.listing import Sums, loser
from patronage.commerce.models import (
    Coupon,
    Delivery,
    FreightRule,
    FreightZone,
    Picture,
    Product,
    Sku,
)
from patronage.web.shared.office import supply
from patronage.web.shared.office.site import Form, OfficeAdmin, OfficeInline
from patronage.web.shared.pictures import PictureField
from patronage.web.shared.templatetags.amounts import money, percent


class PictureForm(forms.ModelForm[Picture]):
    """Pictures are pictures."""

    class Meta:
        """Looked into when they come."""

        field_classes = {"file": PictureField}  # noqa: RUF012


class PictureInline(OfficeInline):
    """A product's pictures."""

    model = Picture
    form = PictureForm
    fields = ("file", "position")


class SkuInline(OfficeInline):
    """A product's SKUs."""

    model = Sku
    fields = (
        "name",
        "name_en",
        "price_minor",
        "cost_minor",
        "stock",
        "weight_gram",
        "position",
    )


class ProductAdmin(OfficeAdmin):
    """Products. What is shown is checked again whenever it is saved."""

    of_merchant = "merchant"
    list_display = ("name", "merchant", "category", "shown_price", "is_shown", "sold")
    list_filter = ("category",)
    list_select_related = ("merchant", "category")
    search_fields = ("name", "name_en")
    inlines = (SkuInline, PictureInline)
    actions = ("put_on_sale", "take_off_sale")
    actions_detail = ("supply",)

    def has_supply_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for what is sent to an address."""
        found = None if object_id is None else self.get_object(request, str(object_id))
        is_sent = isinstance(found, Product) and found.delivery == Delivery.SHIP
        return is_sent and self.has_change_permission(request, found)

    @action(
        description=gettext_lazy("Offer to distributors"), url_path="supply", permissions=["supply"]
    )
    def supply(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Say on what terms distributors may sell a product, with what that comes to."""
        product = self.get_object(request, str(object_id))
        if not isinstance(product, Product):
            raise Http404
        asked = supply.shown(product, request)
        is_whole = request.method == "POST" and all(one.form.is_valid() for one in asked)
        if is_whole and request.POST.get("do") == "save" and supply.save(request, asked):
            messages.success(request, _("Saved."))
            return self.page_of("supply", product.pk)
        return self.show(
            request,
            "shared/office/supply.html",
            title=_("Offer %(name)s to distributors") % {"name": product},
            product=product,
            skus=asked,
        )

    @admin.display(description=gettext_lazy("price"), ordering="price_minor")
    def shown_price(self, product: Product) -> str:
        """The lowest price of its SKUs."""
        return money(product.price_minor)

    @admin.display(description=gettext_lazy("on sale"), boolean=True)
    def is_shown(self, product: Product) -> bool:
        """Whether shoppers see it."""
        return product.listed_at is not None

    def save_model(self, request: HttpRequest, obj: Product, form: Form, change: Any) -> None:
        """Take its SKUs first, as whoever orders one does: under the old terms or the new."""
        if change:
            supplying.take_skus(obj.skus.all())
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Form, formsets: Any, change: Any) -> None:
        """Check a product that is on sale again, with its new prices."""
        super().save_related(request, form, formsets, change)
        if form.instance.listed_at is not None:
            self._list(request, form.instance)

    @admin.action(description=gettext_lazy("Put on sale"))
    def put_on_sale(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        """List the chosen products, if the sums allow it."""
        for product in products.select_related("merchant", "category"):
            self._list(request, product)

    @admin.action(description=gettext_lazy("Take off sale"))
    def take_off_sale(self, request: HttpRequest, products: QuerySet[Product]) -> None:
        """Unlist the chosen products."""
        for product in products:
            listing.unlist_product(product=product)
            messages.success(request, _("%(name)s is off sale.") % {"name": product})

    def _list(self, request: HttpRequest, product: Product) -> None:
        answer = listing.list_product(product=product)
        if answer.refusal is None:
            messages.success(request, _("%(name)s is on sale.") % {"name": product})
            return
        messages.error(request, f"{product}: {answer.refusal}")
        for one in answer.sums:
            messages.warning(request, _told(one))


def _told(one: Sums) -> str:
    """Say what a sale comes to."""
    return _(
        "At %(price)s: concession %(concession)s, commission %(commission)s, to the reserve "
        "%(contribution)s, to the dividend pool %(dividend)s, cost %(cost)s; left to the merchant "
        "%(merchant)s, to the house %(house)s."
    ) % {
        "price": money(one.price_minor),
        "concession": money(one.parts.concession_minor),
        "commission": money(one.parts.commission_minor),
        "contribution": money(one.parts.contribution_minor),
        "dividend": money(one.parts.dividend_minor),
        "cost": money(one.cost_minor) or "–",
        "merchant": money(one.parts.merchant_minor) or "–",
        "house": money(one.parts.house_minor),
    }


class ZoneInline(OfficeInline):
    """Provinces with freight of their own."""

    model = FreightZone


class FreightRuleAdmin(OfficeAdmin):
    """What shipping costs, a rule a merchant."""

    of_merchant = "merchant"
    list_display = ("merchant", "basis", "shown_first", "shown_free_from")
    list_select_related = ("merchant",)
    inlines = (ZoneInline,)

    @admin.display(description=gettext_lazy("freight"))
    def shown_first(self, rule: FreightRule) -> str:
        """The freight of the first units."""
        return money(rule.first_minor)

    @admin.display(description=gettext_lazy("free from"))
    def shown_free_from(self, rule: FreightRule) -> str:
        """From where on it is free."""
        return money(rule.free_from_minor)


class CouponForm(forms.ModelForm[Coupon]):
    """A coupon by which nobody loses money."""

    def clean(self) -> dict[str, Any]:
        """Refuse one that takes so much off that merchant or house would pay for the sale."""
        data = super().clean() or {}
        names = ("merchant", "threshold_minor", "off_minor", "off_micro")
        coupon = Coupon(**{name: data.get(name) for name in names if data.get(name) is not None})
        if bool(coupon.off_minor) == bool(coupon.off_micro):
            raise forms.ValidationError(_("Say either how much is off, or which part."))
        if coupon.merchant_id is not None:
            losses = coupons.losses_of(coupon)
            if losses:
                raise forms.ValidationError(_sentence(losses))
        return data


def _sentence(losses: list[Sums]) -> str:
    """Say what the first sale that loses comes to, and how many others do."""
    first = losses[0]
    what = f"{first.sku.product} {first.sku}".strip()
    told = f"{what}: {loser(first.parts)} {_told(first)}"
    others = len(losses) - 1
    if not others:
        return told
    more = ngettext("One other SKU loses too.", "%(n)s other SKUs lose too.", others)
    return f"{told} {more % {'n': others}}"


class CouponAdmin(OfficeAdmin):
    """Coupons."""

    of_merchant = "merchant"
    can_delete = False
    form = CouponForm
    list_display = ("name", "merchant", "shown_off", "starts_at", "ends_at", "claimed", "total")
    list_select_related = ("merchant",)

    @admin.display(description=gettext_lazy("off"))
    def shown_off(self, coupon: Coupon) -> str:
        """What it takes off."""
        return money(coupon.off_minor) if coupon.off_minor else percent(coupon.off_micro or 0)
