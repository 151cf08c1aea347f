"""Distributors' purchase orders: confirmed or declined by the supplier, shipped as orders are."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from patronage.commerce import purchasing
from patronage.commerce.models import PurchaseOrder, PurchaseState
from patronage.commerce.purchasing import PurchaseRefusal
from patronage.commerce.supplied import supplied_of
from patronage.web.shared.office.fields import ReasonForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import person
from patronage.web.shared.templatetags.amounts import money


class PurchaseOrderAdmin(KeysetReadOnlyAdmin):
    """Purchase orders as their supplier sees them: for whom, where to, and its own money alone."""

    of_merchant = "order__merchant"
    holds_personal_data = True
    list_display = ("number", "shown_storefront", "state", "shown_amount", "made_at", "due_at")
    list_filter = ("state",)
    list_select_related = ("order__distributor",)
    search_help_text = gettext_lazy("Number of the purchase order or the order, in full")
    search_fields = ("number", "order__number")
    actions_detail = ("confirm", "decline")
    fields = (
        ("number", "state"),
        ("shown_storefront", "shown_order"),
        "shown_lines",
        ("shown_amount", "shown_freight"),
        "shown_brings",
        ("shown_name", "shown_phone"),
        "shown_address",
        ("made_at", "due_at"),
        ("answered_at", "answered_by"),
        "reason",
    )
    readonly_fields = (
        *("shown_storefront", "shown_order", "shown_lines", "shown_amount", "shown_freight"),
        *("shown_brings", "shown_name", "shown_phone", "shown_address"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return what the reader may see, with the orders."""
        return super().get_queryset(request).select_related("order__distributor", "order__merchant")

    @admin.display(description=gettext_lazy("storefront"))
    def shown_storefront(self, purchase: PurchaseOrder) -> str:
        """Who sold it."""
        return str(purchase.order.distributor)

    @admin.display(description=gettext_lazy("order"))
    def shown_order(self, purchase: PurchaseOrder) -> SafeString:
        """The consumer's order, by the page from which it is shipped."""
        url = reverse(f"{self.admin_site.name}:commerce_order_change", args=[purchase.order_id])
        state = purchase.order.get_state_display()
        link = '<a class="text-link" href="{}">{}</a> · {}'
        return format_html(link, url, purchase.order.number, state)

    @admin.display(description=gettext_lazy("lines"))
    def shown_lines(self, purchase: PurchaseOrder) -> SafeString:
        """What is bought, at the supply price."""
        lines = purchase.order.lines.all()
        told = [
            (
                f"{line.product_name} {line.sku_name}".strip(),
                line.quantity - line.returned,
                money(line.supply_minor),
            )
            for line in lines
        ]
        return format_html_join("", "<div>{} × {} · {}</div>", told)

    @admin.display(description=gettext_lazy("amount"))
    def shown_amount(self, purchase: PurchaseOrder) -> str:
        """What the distributor buys for."""
        return money(purchase.amount_minor)

    @admin.display(description=gettext_lazy("freight"))
    def shown_freight(self, purchase: PurchaseOrder) -> str:
        """What the consumer paid for the way, which is the supplier's."""
        return money(purchase.order.freight_minor)

    @admin.display(description=gettext_lazy("the supplier's money"))
    def shown_brings(self, purchase: PurchaseOrder) -> str:
        """The supplier's part, as it was recorded at completion."""
        told = supplied_of(purchase.order)
        if told is None:
            return _("Credited when the order is completed.")
        return _(
            "%(sells)s − concession %(concession)s − commission %(commission)s = %(proceeds)s; "
            "freight %(freight)s"
        ) % {
            "sells": money(told.sells_minor),
            "concession": money(told.concession_minor),
            "commission": money(told.commission_minor),
            "proceeds": money(told.proceeds_minor),
            "freight": money(told.freight_minor),
        }

    @admin.display(description=gettext_lazy("recipient"))
    def shown_name(self, purchase: PurchaseOrder) -> str:
        """To whom it goes."""
        return purchase.order.name

    @admin.display(description=gettext_lazy("phone"))
    def shown_phone(self, purchase: PurchaseOrder) -> str:
        """Whom the carrier calls."""
        return purchase.order.phone

    @admin.display(description=gettext_lazy("address"))
    def shown_address(self, purchase: PurchaseOrder) -> str:
        """Where it goes."""
        order = purchase.order
        return f"{order.province} {order.city} {order.district} {order.street}"

    def has_waiting_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer to answer what waits."""
        found = None if object_id is None else self.get_object(request, str(object_id))
        if not isinstance(found, PurchaseOrder):
            return False
        # Who presses a button that was offered a moment ago is told what has happened since.
        return request.method == "POST" or found.state == PurchaseState.WAITING

    @action(description=gettext_lazy("Confirm"), url_path="confirm", permissions=["waiting"])
    def confirm(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Promise to ship it; the order's page, from which it is shipped, comes next."""
        found = self._found(request, object_id)
        if request.method == "POST":
            answer = purchasing.confirm(
                merchant=self.side(found.order.merchant), number=found.number, who=person(request)
            )
            self.tell(request, answer, _("Confirmed. Ship it to the consumer's address."))
            if isinstance(answer, PurchaseRefusal):
                return self.page_of("change", found.pk)
            return redirect(f"{self.admin_site.name}:commerce_order_change", found.order_id)
        told = _("You promise to ship it to the consumer. The consumer and the storefront see it.")
        title = _("Confirm")
        return self.ask(
            request, forms.Form(), title=f"{title}: {found.number}", told=told, button=title
        )

    @action(description=gettext_lazy("Decline"), url_path="decline", permissions=["waiting"])
    def decline(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Refuse it with a reason; the consumer gets all of it back."""
        found = self._found(request, object_id)
        title = _("Decline")
        return self.ask_and_do(
            request,
            object_id,
            ReasonForm,
            partial(
                purchasing.decline,
                merchant=self.side(found.order.merchant),
                number=found.number,
                who=person(request),
            ),
            said=_("Declined. The consumer gets back what was paid."),
            title=f"{title}: {found.number}",
            told=_(
                "The consumer gets back what was paid and reads the reason, as the storefront does."
            ),
            button=title,
        )

    def _found(self, request: HttpRequest, object_id: int) -> PurchaseOrder:
        found = self.get_object(request, str(object_id))
        if not isinstance(found, PurchaseOrder):
            raise Http404
        return found
