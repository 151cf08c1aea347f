"""Invoices that members asked for, as every office shows them: issued, or declined."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from patronage.commerce import invoices
from patronage.commerce.invoices import InvoiceRefusal
from patronage.commerce.models import Invoice, InvoiceState
from patronage.members import auditing
from patronage.members.models import AuditVerb
from patronage.web.shared import private_files
from patronage.web.shared.amount_fields import AmountField
from patronage.web.shared.office.fields import ReasonForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import person
from patronage.web.shared.templatetags.amounts import money


class IssueForm(forms.Form):
    """What stands on the invoice, and its file if there is one."""

    number = forms.CharField(
        label=gettext_lazy("invoice number"), max_length=40, widget=UnfoldAdminTextInputWidget
    )
    amount = AmountField(of="amount_minor", label=gettext_lazy("amount"), min_value=1)
    file = private_files.DocumentField(
        label=gettext_lazy("File (PDF or OFD), which the member can save"),
        required=False,
        widget=UnfoldAdminFileFieldWidget,
    )


class InvoiceAdmin(KeysetReadOnlyAdmin):
    """Invoices, the newest first."""

    of_merchant = "order__merchant"
    holds_personal_data = True
    list_display = ("shown_order", "title", "kind", "state", "shown_amount", "asked_at")
    list_filter = ("state",)
    list_select_related = ("order",)
    search_fields = ("order__number", "number")
    search_help_text = gettext_lazy("Number of the order or of the invoice, in full")
    actions_detail = ("issue", "decline", "download")
    fields = (
        ("order", "state"),
        ("kind", "title"),
        ("tax_number", "shown_paid"),
        ("number", "shown_amount"),
        ("asked_at", "answered_at"),
        ("answered_by", "answer"),
    )
    readonly_fields = ("shown_amount", "shown_paid")

    @admin.display(description=gettext_lazy("order"))
    def shown_order(self, invoice: Invoice) -> str:
        """The order's number."""
        return invoice.order.number

    @admin.display(description=gettext_lazy("amount"))
    def shown_amount(self, invoice: Invoice) -> str:
        """Over what it was issued."""
        return money(invoice.amount_minor)

    @admin.display(description=gettext_lazy("paid and not refunded"))
    def shown_paid(self, invoice: Invoice) -> str:
        """The most it can be over."""
        return money(invoices.paid_minor(invoice.order))

    def has_answer_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it while it waits for an answer."""
        # Who presses a button that was offered a moment ago is told what has happened since.
        if not self.may_answer(request):
            return False
        found = self._found(request, object_id)
        return found is not None and (request.method == "POST" or found.state == InvoiceState.ASKED)

    def may_answer(self, request: HttpRequest) -> bool:
        """Tell whether the reader issues invoices here at all."""
        return self._is_open(request)

    def has_file_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it where there is a file."""
        found = self._found(request, object_id)
        return found is not None and bool(found.file)

    def _found(self, request: HttpRequest, object_id: str | None) -> Invoice | None:
        found = None if object_id is None else self.get_object(request, str(object_id))
        return found if isinstance(found, Invoice) else None

    @action(description=gettext_lazy("Issue"), url_path="issue", permissions=["answer"])
    def issue(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Note that an invoice was issued, with its number and file."""
        invoice = self._asked(request, object_id)
        most = invoices.paid_minor(invoice.order)
        form = IssueForm(request.POST or None, request.FILES or None, initial={"amount": most})
        if request.method == "POST" and form.is_valid():
            answer = invoices.issue(
                merchant=self.side(invoice.order.merchant),
                invoice_id=invoice.id,
                who=person(request),
                number=form.cleaned_data["number"],
                amount_minor=form.cleaned_data["amount"],
                file=form.cleaned_data["file"],
            )
            self.tell(request, answer, _("Issued. The member is told."))
            if not isinstance(answer, InvoiceRefusal):
                return self.page_of("change", invoice.pk)
        told = _(
            "Made out to %(title)s %(tax_number)s. Not more than %(most)s were paid for the order "
            "and not refunded; what coins or points paid is for your tax rules to judge."
        ) % {"title": invoice.title, "tax_number": invoice.tax_number, "most": money(most)}
        title = _("Invoice of order %(number)s") % {"number": invoice.order.number}
        return self.ask(request, form, title=title, told=told, button=_("Issue"))

    @action(description=gettext_lazy("Decline"), url_path="decline", permissions=["answer"])
    def decline(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Decline it for a reason that the member reads; they may ask again."""
        invoice = self._asked(request, object_id)
        side = self.side(invoice.order.merchant)
        return self.ask_and_do(
            request,
            invoice.pk,
            ReasonForm,
            partial(invoices.decline, merchant=side, invoice_id=invoice.id, who=person(request)),
            said=_("Declined. The member is told."),
            title=_("Invoice of order %(number)s") % {"number": invoice.order.number},
            told=_("The member reads the reason, and may ask again."),
            button=_("Decline"),
        )

    @action(description=gettext_lazy("Save the file"), url_path="file", permissions=["file"])
    def download(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Send the invoice's file."""
        invoice = self._asked(request, object_id)
        told: dict[str, Any] = {"file": "invoice"}
        auditing.record(actor=person(request), verb=AuditVerb.EXPORTED, subject=invoice, facts=told)
        return private_files.send(invoice.file, f"invoice-{invoice.order.number}")

    def _asked(self, request: HttpRequest, object_id: int) -> Invoice:
        found = self._found(request, str(object_id))
        if found is None:
            raise Http404
        return found
