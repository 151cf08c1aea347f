"""What a merchant sold: orders to ship, returns and after-sales to answer, what it owes."""

from patronage.commerce.models import AfterSale, Debt, Invoice, Order, Return
from patronage.web.merchant.site import site
from patronage.web.shared.office.aftersales import AfterSaleAdmin
from patronage.web.shared.office.debts import DebtAdmin
from patronage.web.shared.office.invoices import InvoiceAdmin
from patronage.web.shared.office.returns import ReturnAdmin
from patronage.web.shared.office.selling import OrderAdmin

site.register(Order, OrderAdmin)
site.register(Return, ReturnAdmin)
site.register(Invoice, InvoiceAdmin)
site.register(AfterSale, AfterSaleAdmin)
site.register(Debt, DebtAdmin)
