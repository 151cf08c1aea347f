"""What parties of an order owe, where they can no longer cover their share of a refund."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models.aftersales import AfterSale
from patronage.commerce.models.merchants import Merchant
from patronage.commerce.models.orders import Order
from patronage.members import clock


class Debt(models.Model):
    """What a merchant or a member owes for an order, collected from its cash as far as that goes.

    For the refund of `aftersale`; without one, for the order's own split. The house is the
    merchant of what the operator owes. `trying_minor` is the charge that is under way, by the event
    of number `tries`. What is not paid stands as owed.
    """

    merchant = models.ForeignKey(
        Merchant,
        on_delete=models.PROTECT,
        null=True,
        related_name="debts",
        verbose_name=_("merchant"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="debts",
        verbose_name=_("member"),
    )
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="debts", verbose_name=_("order")
    )
    aftersale = models.ForeignKey(
        AfterSale,
        on_delete=models.PROTECT,
        null=True,
        related_name="debts",
        verbose_name=_("after-sale case"),
    )
    amount_minor = models.BigIntegerField(_("amount"))
    paid_minor = models.BigIntegerField(_("paid"), default=0)
    trying_minor = models.BigIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    since = models.DateTimeField(_("owed since"), default=clock.now)

    class Meta:
        """One owes once for one thing, never more than is owed; what is open by index."""

        verbose_name = _("debt")
        verbose_name_plural = _("debts")
        constraints = (
            models.CheckConstraint(
                condition=Q(merchant__isnull=True, person__isnull=False)
                | Q(merchant__isnull=False, person__isnull=True),
                name="commerce_debt_of_one",
            ),
            models.UniqueConstraint(
                fields=("order", "aftersale", "merchant"),
                name="commerce_debt_of_merchant",
                condition=Q(aftersale__isnull=False, merchant__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("order", "aftersale", "person"),
                name="commerce_debt_of_person",
                condition=Q(aftersale__isnull=False, person__isnull=False),
            ),
            models.UniqueConstraint(
                fields=("order", "merchant"),
                name="commerce_debt_of_split",
                condition=Q(aftersale__isnull=True, merchant__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(
                    paid_minor__gte=0,
                    trying_minor__gte=0,
                    amount_minor__gte=F("paid_minor") + F("trying_minor"),
                ),
                name="commerce_debt_amounts",
            ),
        )
        indexes = (
            models.Index(
                fields=("id",),
                name="commerce_debt_open",
                condition=Q(paid_minor__lt=F("amount_minor")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id}: {self.left_minor}"

    @property
    def account(self) -> str:
        """The ledger account of whoever owes it."""
        holder = self.merchant or self.person
        assert holder is not None  # noqa: S101  (a constraint)
        return holder.account

    @property
    def left_minor(self) -> int:
        """What is still owed, in minor units."""
        return self.amount_minor - self.paid_minor
