"""Bills of payment channels and of the payout provider, and what of them fits nothing of ours."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patronage.commerce.models.payments import Channel
from patronage.members import clock


class BillSource(models.TextChoices):
    """Whose bill it is."""

    TEST = Channel.TEST.value, _("test payment")
    PAYOUT = "payout", _("payout provider")


class BillKind(models.TextChoices):
    """What a line is about."""

    PAYMENT = "payment", pgettext_lazy("of a bill", "payment")
    REFUND = "refund", pgettext_lazy("of a bill", "refund")
    PAYOUT = "payout", pgettext_lazy("of a bill", "payout")


class Bill(models.Model):
    """A file that was imported: a source's bill of a day. The same file again adds nothing."""

    source = models.CharField(_("whose bill"), max_length=8, choices=BillSource.choices)
    day = models.DateField(_("day"))
    file_hash = models.CharField(_("SHA-256 of the file"), max_length=64)
    line_count = models.PositiveIntegerField(_("new lines"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("imported by"),
    )
    imported_at = models.DateTimeField(_("imported at"), default=clock.now)

    class Meta:
        """Each file once."""

        verbose_name = _("channel bill")
        verbose_name_plural = _("channel bills")
        ordering = ("-day", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("source", "day", "file_hash"), name="commerce_bill_file"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.day:%F}"


class BillLine(models.Model):
    """A line of a bill, once however many files have it."""

    bill = models.ForeignKey(Bill, on_delete=models.PROTECT, related_name="lines")
    source = models.CharField(max_length=8, choices=BillSource.choices)
    kind = models.CharField(max_length=8, choices=BillKind.choices)
    reference = models.CharField(max_length=80)
    amount_minor = models.BigIntegerField()

    class Meta:
        """Each of a source's lines once."""

        constraints = (
            models.UniqueConstraint(
                fields=("source", "kind", "reference"), name="commerce_bill_line"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"


class BillCase(models.Model):
    """Something that bill and mall do not agree on, until it is closed with a reason.

    An amount is None on the side that does not know of it.
    """

    source = models.CharField(_("whose bill"), max_length=8, choices=BillSource.choices)
    kind = models.CharField(_("of what"), max_length=8, choices=BillKind.choices)
    reference = models.CharField(pgettext_lazy("of a bill", "reference"), max_length=80)
    day = models.DateField(_("day"))
    billed_minor = models.BigIntegerField(_("on the bill"), null=True)
    ours_minor = models.BigIntegerField(_("in the mall"), null=True)
    opened_at = models.DateTimeField(_("opened at"), default=clock.now)
    closed_at = models.DateTimeField(pgettext_lazy("of an item", "closed at"), null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("closed by"),
    )
    reason = models.CharField(
        pgettext_lazy("of what staff do", "Reason"), max_length=200, blank=True
    )

    class Meta:
        """Each once; none closed without a word."""

        verbose_name = _("open item of a bill")
        verbose_name_plural = _("open items of bills")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("source", "kind", "reference"), name="commerce_bill_case"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(reason=""),
                name="commerce_bill_case_reason",
            ),
        )
        indexes = (
            models.Index(
                fields=("id",),
                name="commerce_bill_case_open",
                condition=Q(closed_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"
