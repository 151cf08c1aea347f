"""What a merchant sold: orders to ship, returns to answer."""

from patronage.commerce.models import Order, Return
from patronage.web.merchant.site import site
from patronage.web.shared.office.selling import OrderAdmin, ReturnAdmin

site.register(Order, OrderAdmin)
site.register(Return, ReturnAdmin)
