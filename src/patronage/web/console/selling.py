"""What was sold: orders and returns, of every merchant, with whose an order's money is."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from patronage.commerce.models import Invoice, Order, PurchaseOrder, Return
from patronage.web.console import waterfall
from patronage.web.console.site import site
from patronage.web.shared.office import selling
from patronage.web.shared.office.invoices import InvoiceAdmin
from patronage.web.shared.office.purchases import PurchaseOrderAdmin
from patronage.web.shared.office.returns import ReturnAdmin


class OrderAdmin(selling.OrderAdmin):
    """Orders as the operator sees them: with every party's part."""

    change_form_after_template = "console/waterfall/order.html"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an order with its waterfall."""
        told = dict(extra_context or {})
        found = self.get_object(request, object_id)
        if isinstance(found, Order):
            told["waterfall"] = waterfall.of_order(found)
        response: HttpResponse = super().change_view(request, object_id, form_url, told)
        return response


site.register(Order, OrderAdmin)
site.register(PurchaseOrder, PurchaseOrderAdmin)
site.register(Return, ReturnAdmin)
site.register(Invoice, InvoiceAdmin)
