"""What a merchant sold: orders to ship, returns and after-sales to answer, what it owes.

Of what a storefront sold for it, its own part of the money alone.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from patronage.commerce.models import (
    AfterSale,
    Bearer,
    Debt,
    Invoice,
    Line,
    Order,
    PurchaseOrder,
    Return,
)
from patronage.web.merchant.site import site
from patronage.web.shared.office import aftersales, selling
from patronage.web.shared.office.debts import DebtAdmin
from patronage.web.shared.office.invoices import InvoiceAdmin
from patronage.web.shared.office.purchases import PurchaseOrderAdmin
from patronage.web.shared.office.returns import ReturnAdmin
from patronage.web.shared.templatetags.amounts import money


class LineInline(selling.LineInline):
    """An order's lines, at the supply price where a storefront sold them."""

    @admin.display(description=gettext_lazy("sum"))
    def shown_net(self, line: Line) -> str:
        """What the merchant sells them for."""
        if line.supply_minor is None:
            return money(line.net_minor)
        return money(line.supply_minor * line.quantity)


class OrderAdmin(selling.OrderAdmin):
    """Orders as their merchant sees them."""

    list_select_related = ("merchant", "purchase")
    inlines = (LineInline, selling.TenderInline, selling.TransitionInline)

    @admin.display(description=gettext_lazy("goods"))
    def shown_goods(self, order: Order) -> str:
        """The goods, as the merchant sells them."""
        return money(_goods(order))

    @admin.display(description=gettext_lazy("sum"))
    def shown_total(self, order: Order) -> str:
        """All of it that is the merchant's business."""
        return money(_goods(order) - order.discount_minor + order.freight_minor)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Show how an order was paid, unless a storefront was."""
        shown = super().get_inlines(request, obj)
        if obj is None or obj.distributor_id is None:
            return shown
        return [one for one in shown if one is not selling.TenderInline]


def _goods(order: Order) -> int:
    if order.distributor_id is None:
        return order.goods_minor
    purchase: PurchaseOrder | None = getattr(order, "purchase", None)
    if purchase is not None:
        return purchase.amount_minor
    return sum((line.supply_minor or 0) * line.quantity for line in order.lines.all())


class ShareInline(aftersales.ShareInline):
    """What of a refund the merchant bears."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what others bear."""
        found: QuerySet[Any] = super().get_queryset(request)
        return found.filter(bearer=Bearer.MERCHANT)


class AfterSaleAdmin(aftersales.AfterSaleAdmin):
    """Cases as their merchant sees them."""

    inlines = (aftersales.LineInline, ShareInline, aftersales.StepInline)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show what goes back, unless a storefront was paid it."""
        shown = super().get_fields(request, obj)
        if obj is None or obj.order.distributor_id is None:
            return shown
        theirs = ("shown_refund", "shown_taken_out")
        return [row for row in shown if not (isinstance(row, tuple) and row[0] in theirs)]


site.register(Order, OrderAdmin)
site.register(PurchaseOrder, PurchaseOrderAdmin)
site.register(Return, ReturnAdmin)
site.register(Invoice, InvoiceAdmin)
site.register(AfterSale, AfterSaleAdmin)
site.register(Debt, DebtAdmin)
