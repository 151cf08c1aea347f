"""What was sold: orders and returns, of every merchant."""

from patronage.commerce.models import Invoice, Order, Return
from patronage.web.console.site import site
from patronage.web.shared.office.invoices import InvoiceAdmin
from patronage.web.shared.office.returns import ReturnAdmin
from patronage.web.shared.office.selling import OrderAdmin

site.register(Order, OrderAdmin)
site.register(Return, ReturnAdmin)
site.register(Invoice, InvoiceAdmin)
