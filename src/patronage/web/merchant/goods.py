"""A merchant's goods: products, freight, coupons."""

from patronage.commerce.models import Coupon, FreightRule, Product
from patronage.web.merchant.site import site
from patronage.web.shared.office import goods


class ProductAdmin(goods.ProductAdmin):
    """Products, whose concession was agreed on with the mall."""

    readonly_fields = ("concession_micro",)


site.register(Product, ProductAdmin)
site.register(FreightRule, goods.FreightRuleAdmin)
site.register(Coupon, goods.CouponAdmin)
