"""Goods given back, or never delivered, before their order is completed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models.orders import Line, Order
from patronage.members import clock


class ReturnState(models.TextChoices):
    """Where a return stands."""

    REQUESTED = "requested", _("waiting for an answer")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")


class Return(models.Model):
    """Lines of an order given back at the member's request, with its answer.

    `by_merchant` marks what the merchant could not deliver: it was never sent, nobody asked, and
    `answer` is the reason. `restocked_at` is when its pieces could be ordered again.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="returns", verbose_name=_("order")
    )
    key = models.CharField(max_length=64)
    state = models.CharField(
        _("state"), max_length=12, choices=ReturnState.choices, default=ReturnState.REQUESTED
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    requested_at = models.DateTimeField(_("requested at"), default=clock.now)
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    by_merchant = models.BooleanField(_("cancelled by the merchant"), default=False, editable=False)
    restocked_at = models.DateTimeField(_("back in stock at"), null=True, blank=True)

    class Meta:
        """One open at a time; each press once; nothing in stock that did not come back."""

        verbose_name = _("return")
        verbose_name_plural = _("returns")
        constraints = (
            models.UniqueConstraint(fields=("order", "key"), name="commerce_return_key"),
            models.UniqueConstraint(
                fields=("order",),
                condition=Q(state="requested"),
                name="commerce_return_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReturnState.values), name="commerce_return_state"
            ),
            models.CheckConstraint(
                condition=Q(restocked_at__isnull=True) | Q(state="approved"),
                name="commerce_return_restocked",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id}: {self.get_state_display()}"


class ReturnLine(models.Model):
    """So many pieces of a line to be given back."""

    ret = models.ForeignKey(
        Return, on_delete=models.PROTECT, related_name="lines", db_column="return_id"
    )
    line = models.ForeignKey(
        Line, on_delete=models.PROTECT, related_name="+", verbose_name=_("line")
    )
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        """A line once a return."""

        constraints = (
            models.UniqueConstraint(fields=("ret", "line"), name="commerce_return_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1), name="commerce_return_line_quantity"
            ),
        )

    def __str__(self) -> str:
        return f"{self.line_id} × {self.quantity}"
