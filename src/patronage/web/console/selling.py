"""What was sold: orders and returns, of every merchant."""

from patronage.commerce.models import Invoice, Order, Return
from patronage.web.console.site import site
from patronage.web.shared.office.invoices import InvoiceAdmin
from patronage.web.shared.office.selling import OrderAdmin, ReturnAdmin

site.register(Order, OrderAdmin)
site.register(Return, ReturnAdmin)
site.register(Invoice, InvoiceAdmin)
