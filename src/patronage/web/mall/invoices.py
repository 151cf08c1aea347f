"""The invoice of an order: asking for it, and its file."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from patronage.commerce import invoices
from patronage.commerce import orders as of
from patronage.commerce.invoices import InvoiceRefusal
from patronage.commerce.models import InvoiceKind, Order
from patronage.web.shared import private_files
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest


class InvoiceForm(forms.Form):
    """To whom it is made out."""

    kind = forms.ChoiceField(label=gettext_lazy("made out to"), choices=InvoiceKind.choices)
    title = forms.CharField(
        label=pgettext_lazy("of an invoice", "title"),
        max_length=80,
        error_messages={"required": InvoiceRefusal.TITLE_NEEDED.sentence},
    )
    tax_number = forms.CharField(
        label=gettext_lazy("tax number"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("For a company alone."),
    )


_FIELDS = {
    InvoiceRefusal.TITLE_NEEDED: "title",
    InvoiceRefusal.BAD_TAX_NUMBER: "tax_number",
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def invoice(request: MemberRequest, number: str) -> HttpResponse:
    """Ask for the invoice of an order of the member's."""
    order = _order(request, number)
    form = InvoiceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = {**form.cleaned_data, "kind": InvoiceKind(form.cleaned_data["kind"])}
        answer = invoices.ask(person=request.user, number=order.number, **told)
        if not isinstance(answer, InvoiceRefusal):
            messages.success(request, _("The invoice is asked for."))
            return redirect("order", order.number)
        form.add_error(_FIELDS.get(answer), str(answer))
    return render(
        request,
        "mall/invoice.html",
        {"tab": "mine", "order": order, "form": form, "can_ask": invoices.can_ask(order)},
    )


@never_cache
@require_safe
@member_required
def invoice_file(request: MemberRequest, number: str) -> HttpResponseBase:
    """Send the file of an invoice that was issued."""
    found = getattr(_order(request, number), "invoice", None)
    if found is None:
        raise Http404
    return private_files.send(found.file, f"invoice-{number}")


def _order(request: MemberRequest, number: str) -> Order:
    found = of.order_of(person=request.user, number=number)
    if found is None:
        raise Http404
    return found
