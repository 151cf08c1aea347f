"""Invoices that members ask for."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patronage.commerce.models.orders import Order
from patronage.members import clock


class InvoiceKind(models.TextChoices):
    """To whom an invoice is made out."""

    PERSON = "person", _("a person")
    COMPANY = "company", _("a company")


class InvoiceState(models.TextChoices):
    """What became of an invoice that was asked for."""

    ASKED = "asked", _("asked for")
    ISSUED = "issued", _("issued")
    DECLINED = "declined", _("declined")


class Invoice(models.Model):
    """The invoice of an order: asked for by its member, issued by its merchant or the operator.

    `amount_minor` is over what it was issued. `file` is the member's and the staff's alone.
    Declined, it may be asked for again.
    """

    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="invoice", verbose_name=_("order")
    )
    kind = models.CharField(_("made out to"), max_length=8, choices=InvoiceKind.choices)
    title = models.CharField(pgettext_lazy("of an invoice", "title"), max_length=80)
    tax_number = models.CharField(_("tax number"), max_length=30, blank=True)
    state = models.CharField(
        _("state"), max_length=8, choices=InvoiceState.choices, default=InvoiceState.ASKED
    )
    asked_at = models.DateTimeField(_("asked for at"), default=clock.now)
    amount_minor = models.BigIntegerField(_("amount"), null=True)
    number = models.CharField(_("invoice number"), max_length=40, blank=True)
    file = models.FileField(_("file"), upload_to="private/invoices", blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("answered by"),
    )

    class Meta:
        """A company has a tax number; what is issued has a number and an amount."""

        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=InvoiceKind.PERSON)
                | Q(kind=InvoiceKind.COMPANY, tax_number__gt=""),
                name="commerce_invoice_tax_number",
            ),
            models.CheckConstraint(
                condition=Q(state=InvoiceState.ISSUED, number__gt="", amount_minor__gte=1)
                | Q(state__in=(InvoiceState.ASKED, InvoiceState.DECLINED)),
                name="commerce_invoice_issued",
            ),
        )
        indexes = (
            models.Index(
                fields=("-id",),
                name="commerce_invoice_asked",
                condition=Q(state=InvoiceState.ASKED),
            ),
        )

    def __str__(self) -> str:
        return self.number or self.title
