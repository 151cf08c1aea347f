"""What a merchant sold: orders to ship, returns to answer."""

from patronage.commerce.models import Invoice, Order, Return
from patronage.web.merchant.site import site
from patronage.web.shared.office.invoices import InvoiceAdmin
from patronage.web.shared.office.selling import OrderAdmin, ReturnAdmin

site.register(Order, OrderAdmin)
site.register(Return, ReturnAdmin)
site.register(Invoice, InvoiceAdmin)
