"""What was sold: orders and codes, as every office shows them."""

import secrets
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from patronage.commerce import cancelling, fulfilment, orders, returns
from patronage.commerce.cancelling import CancellingRefusal
from patronage.commerce.fulfilment import CodeRefusal
from patronage.commerce.models import (
    Delivery,
    Line,
    Order,
    PurchaseOrder,
    RedemptionCode,
    State,
    Tender,
    Transition,
)
from patronage.members import auditing
from patronage.members.models import AuditVerb
from patronage.web.shared.office.keyset import KeysetAdmin
from patronage.web.shared.office.site import ReadOnlyInline, person
from patronage.web.shared.templatetags.amounts import money


class LineInline(ReadOnlyInline):
    """An order's lines."""

    model = Line
    verbose_name_plural = gettext_lazy("lines")
    fields = ("product_name", "sku_name", "delivery", "quantity", "returned", "shown_net")
    readonly_fields = ("shown_net",)

    @admin.display(description=gettext_lazy("sum"))
    def shown_net(self, line: Line) -> str:
        """Goods less discount."""
        return money(line.net_minor)


class TenderInline(ReadOnlyInline):
    """How an order was paid."""

    model = Tender
    fields = ("channel", "shown_amount", "payment")
    readonly_fields = ("shown_amount",)

    @admin.display(description=gettext_lazy("sum"))
    def shown_amount(self, tender: Tender) -> str:
        """What was paid by it."""
        return money(tender.amount_minor)


class TransitionInline(ReadOnlyInline):
    """An order's steps."""

    model = Transition
    verbose_name_plural = gettext_lazy("steps")
    fields = ("at", "from_state", "to_state", "who", "note")


class CodeForm(forms.Form):
    """A code, as a customer shows it."""

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=24, widget=UnfoldAdminTextInputWidget
    )


class CancelForm(forms.Form):
    """How many of each line cannot be delivered, and why."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=gettext_lazy("Reason, which the shopper reads"),
        max_length=cancelling.REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )
    fit = forms.BooleanField(
        label=gettext_lazy("The pieces can be sold to others"),
        required=False,
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, order: Order, told: QueryDict | None) -> None:
        """Ask for each line that is still to be delivered; all of it, unless told otherwise."""
        super().__init__(told, initial={"key": secrets.token_hex(16)})
        self._lines = {
            f"quantity-{line.id}": (line, left)
            for line in order.lines.all()
            if (left := returns.returnable(order)[line.id])
        }
        for name, (line, left) in self._lines.items():
            label = f"{line.shown_name} {line.shown_sku_name}".strip()
            self.fields[name] = forms.IntegerField(
                label=f"{label} (0–{left})",
                min_value=0,
                max_value=left,
                initial=left,
                widget=UnfoldAdminIntegerFieldWidget,
            )
        self.order_fields([*self._lines, "reason", "fit", "key"])

    def quantities(self) -> dict[int, int]:
        """Return how many of each line, by its id."""
        return {line.id: self.cleaned_data[name] for name, (line, _left) in self._lines.items()}


class OrderAdmin(KeysetAdmin):
    """Orders: read, shipped, cancelled by piece. Nothing else of them changes here."""

    of_merchant = "merchant"
    can_add = can_delete = False
    list_display = ("number", "merchant", "state", "shown_total", "name", "placed_at")
    list_filter = ("state",)
    list_select_related: tuple[str, ...] = ("merchant",)
    search_help_text = gettext_lazy("Number, phone or tracking number, in full")
    search_fields = ("number", "phone", "tracking")
    inlines = (LineInline, TenderInline, TransitionInline)
    actions_list = ("redeem",)
    actions_detail = ("slip", "cancel")
    actions_submit_line = ("ship",)
    fields = (
        ("number", "state"),
        "merchant",
        ("shown_goods", "shown_discount"),
        ("shown_freight", "shown_total"),
        ("name", "phone"),
        ("province", "city"),
        ("district", "street"),
        "note",
        ("carrier", "tracking"),
        ("placed_at", "paid_at"),
        ("shipped_at", "received_at"),
        ("completes_at", "completed_at"),
    )
    readonly_fields = tuple(
        name
        for row in (*fields, ("shown_storefront", "shown_purchase"))
        for name in ((row,) if isinstance(row, str) else row)
        if name not in ("carrier", "tracking")
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Say which storefront sold it, if one did, and what it ordered from the merchant."""
        shown = list(super().get_fields(request, obj))
        if obj is not None and obj.distributor_id is not None:
            shown.insert(2, ("shown_storefront", "shown_purchase"))
        return shown

    @admin.display(description=gettext_lazy("storefront"))
    def shown_storefront(self, order: Order) -> str:
        """Who sold it."""
        return str(order.distributor)

    @admin.display(description=gettext_lazy("purchase order"))
    def shown_purchase(self, order: Order) -> SafeString | str:
        """What the storefront ordered from the merchant, by its page."""
        purchase: PurchaseOrder | None = getattr(order, "purchase", None)
        if purchase is None:
            return _("made when the order is paid")
        url = reverse(f"{self.admin_site.name}:commerce_purchaseorder_change", args=[purchase.pk])
        link = '<a class="text-link" href="{}">{}</a> · {}'
        return format_html(link, url, purchase.number, purchase.get_state_display())

    @admin.display(description=gettext_lazy("goods"))
    def shown_goods(self, order: Order) -> str:
        """The goods."""
        return money(order.goods_minor)

    @admin.display(description=gettext_lazy("discount"))
    def shown_discount(self, order: Order) -> str:
        """The discount."""
        return money(order.discount_minor)

    @admin.display(description=gettext_lazy("freight"))
    def shown_freight(self, order: Order) -> str:
        """The freight."""
        return money(order.freight_minor)

    @admin.display(description=gettext_lazy("sum"))
    def shown_total(self, order: Order) -> str:
        """All of it."""
        return money(order.total_minor)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Offer to write carrier and tracking number until the order is received."""
        is_open = obj is None or obj.state in (State.PAID, State.SHIPPED)
        # Who presses a button that was offered a moment ago is told what has happened since.
        is_open = is_open or request.method == "POST"
        return is_open and super().has_change_permission(request, obj)

    def has_waiting_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer what can be done with an order that is paid and not shipped."""
        # Who presses a button that was offered a moment ago is told what has happened since; of
        # the buttons beside "Save" not even the order is told here.
        if request.method == "POST":
            return True
        found = None if object_id is None else self.get_object(request, str(object_id))
        return isinstance(found, Order) and found.state == State.PAID

    @action(description=gettext_lazy("Save and ship"), permissions=["waiting"])
    def ship(self, request: HttpRequest, order: Order) -> None:
        """Send an order on its way, with what was written of carrier and tracking number."""
        answer = orders.ship_order(
            merchant=order.merchant,
            number=order.number,
            who=person(request),
            carrier=order.carrier,
            tracking=order.tracking,
        )
        self.tell(request, answer, _("The order is on its way."))

    def has_slip_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for what goes to an address."""
        found = None if object_id is None else self.get_object(request, str(object_id))
        return isinstance(found, Order) and fulfilment.has_shipped_lines(found)

    @action(description=gettext_lazy("Packing slip"), url_path="slip", permissions=["slip"])
    def slip(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Show what goes into the parcel and where it goes, to be printed."""
        order = self.get_object(request, str(object_id))
        if not isinstance(order, Order):
            raise Http404
        auditing.record(
            actor=person(request), verb=AuditVerb.VIEWED, subject=order, facts={"page": "slip"}
        )
        lines = [
            (line, line.quantity - line.returned)
            for line in order.lines.all()
            if line.delivery == Delivery.SHIP and line.returned < line.quantity
        ]
        return render(request, "shared/office/slip.html", {"order": order, "lines": lines})

    @action(
        description=gettext_lazy("Cannot be delivered"), url_path="cancel", permissions=["waiting"]
    )
    def cancel(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Cancel what of a paid order cannot be delivered, and say why."""
        order = self.get_object(request, str(object_id))
        if not isinstance(order, Order):
            raise Http404
        form = CancelForm(order, request.POST or None)
        if request.method == "POST" and form.is_valid():
            answer = cancelling.cancel_lines(
                merchant=self.side(order.merchant),
                number=order.number,
                key=form.cleaned_data["key"],
                who=person(request),
                quantities=form.quantities(),
                reason=form.cleaned_data["reason"],
                fit=form.cleaned_data["fit"],
            )
            self.tell(request, answer, _("Cancelled. What was paid for it goes back."))
            if not isinstance(answer, CancellingRefusal):
                return self.page_of("change", order.pk)
        title = _("What of order %(number)s cannot be delivered") % {"number": order.number}
        told = _(
            "What was paid for these pieces goes back by the way it came, the freight too if "
            "nothing is left. Write 0 where a line can be delivered."
        )
        return self.ask(request, form, title=title, told=told, button=_("Cancel these pieces"))

    @action(description=gettext_lazy("Redeem a code"), url_path="redeem")
    def redeem(self, request: HttpRequest) -> HttpResponse:
        """Take a customer's code at the counter."""
        form = CodeForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            answer = self._redeem(request, form.cleaned_data["code"])
            if isinstance(answer, RedemptionCode):
                what = answer.line.shown_name
                messages.success(request, _("Redeemed: %(what)s.") % {"what": what})
                return self.page_of("redeem")
            messages.error(request, str(answer))
        return self.ask(request, form, title=_("Redeem a code"), told="", button=_("Redeem"))

    def _redeem(self, request: HttpRequest, code: str) -> RedemptionCode | CodeRefusal:
        """Try a code at each merchant whose things the reader may see."""
        answer: RedemptionCode | CodeRefusal = CodeRefusal.UNKNOWN_CODE
        for merchant in self.admin_site.merchants(request):
            answer = orders.redeem_code(merchant=merchant, code=code, who=person(request))
            if answer is not CodeRefusal.UNKNOWN_CODE:
                break
        return answer
