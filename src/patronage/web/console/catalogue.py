"""What is sold, and by whom: products, categories, merchants, freight, coupons."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patronage.commerce import listing, search
from patronage.commerce.models import Category, Coupon, FreightRule, Merchant, Product
from patronage.web.console.site import site
from patronage.web.shared.office.goods import CouponAdmin, FreightRuleAdmin, ProductAdmin
from patronage.web.shared.office.site import Form, OfficeAdmin
from patronage.web.shared.pictures import PictureField
from patronage.web.shared.templatetags.amounts import percent

site.register(Product, ProductAdmin)
site.register(FreightRule, FreightRuleAdmin)
site.register(Coupon, CouponAdmin)


class CategoryForm(forms.ModelForm[Category]):
    """Pictures are pictures."""

    class Meta:
        """Looked into when they come."""

        field_classes = {"picture": PictureField}  # noqa: RUF012


@admin.register(Category, site=site)
class CategoryAdmin(OfficeAdmin):
    """Categories. Their names are found by search."""

    form = CategoryForm
    list_display = ("name", "name_en", "parent", "position")
    list_select_related = ("parent",)

    def save_model(self, request: HttpRequest, obj: Category, form: Form, change: Any) -> None:
        """Let its products be found by its new name."""
        super().save_model(request, obj, form, change)
        search.index_all(obj.products.all())


@admin.register(Merchant, site=site)
class MerchantAdmin(OfficeAdmin):
    """Merchants, for the operator."""

    can_delete = False
    list_display = ("name", "is_house", "shown_concession", "applied_at", "approved_at")
    autocomplete_fields = ("staff",)
    actions = ("approve",)

    def save_model(self, request: HttpRequest, obj: Merchant, form: Form, change: Any) -> None:
        """Let its products be found by its new name."""
        super().save_model(request, obj, form, change)
        search.index_all(obj.products.all())

    @admin.display(description=gettext_lazy("concession"))
    def shown_concession(self, merchant: Merchant) -> str:
        """The part of its prices that it leaves to the house."""
        return percent(merchant.concession_micro)

    @admin.action(description=gettext_lazy("Approve"))
    def approve(self, request: HttpRequest, merchants: QuerySet[Merchant]) -> None:
        """Approve the chosen merchants and open their accounts."""
        for merchant in merchants:
            listing.approve_merchant(merchant_id=merchant.id)
            messages.success(request, _("%(name)s is approved.") % {"name": merchant})
