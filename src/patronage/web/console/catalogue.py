"""What is sold: products, categories, freight, coupons."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from patronage.commerce import search
from patronage.commerce.models import Category, Coupon, FreightRule, Product
from patronage.web.console.site import site
from patronage.web.shared.office.goods import CouponAdmin, FreightRuleAdmin, ProductAdmin
from patronage.web.shared.office.site import Form, OfficeAdmin
from patronage.web.shared.pictures import PictureField

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
