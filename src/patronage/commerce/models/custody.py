"""What lies in the custody account, stated day by day by one person and confirmed by another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patronage.members import clock


class StatementState(models.TextChoices):
    """Where a statement stands."""

    STATED = "stated", pgettext_lazy("of a statement", "waiting for confirmation")
    CONFIRMED = "confirmed", pgettext_lazy("of a statement", "confirmed")
    REJECTED = "rejected", pgettext_lazy("of a statement", "rejected")


class CustodyStatement(models.Model):
    """The custody account's balance at the end of a day, with evidence: the bank's own paper.

    `owed_minor` is what had to be at hand at that day's close. The evidence is kept here and not
    among the pictures, which are for everyone.
    """

    day = models.DateField(_("day"))
    balance_minor = models.BigIntegerField(_("balance"))
    owed_minor = models.BigIntegerField(_("owed"))
    evidence = models.BinaryField(_("evidence"))
    evidence_name = models.CharField(_("evidence"), max_length=120)
    evidence_hash = models.CharField(_("SHA-256 of the evidence"), max_length=64)
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("stated by"),
    )
    stated_at = models.DateTimeField(_("stated at"), default=clock.now)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=StatementState.choices,
        default=StatementState.STATED,
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("confirmed or rejected by"),
    )
    decided_at = models.DateTimeField(_("confirmed or rejected at"), null=True)
    reason = models.CharField(
        pgettext_lazy("of what staff do", "Reason"), max_length=200, blank=True
    )

    class Meta:
        """One a day that holds; two pairs of eyes."""

        verbose_name = _("custody statement")
        verbose_name_plural = _("custody statements")
        ordering = ("-day", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("day",),
                condition=Q(state__in=("stated", "confirmed")),
                name="commerce_custody_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=StatementState.values) & Q(balance_minor__gte=0),
                name="commerce_custody_figures",
            ),
            models.CheckConstraint(
                condition=(Q(state="stated") & Q(decided_by__isnull=True))
                | (~Q(state="stated") & Q(decided_by__isnull=False)),
                name="commerce_custody_decided",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("stated_by")),
                name="commerce_custody_four_eyes",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day:%F}"

    @property
    def difference_minor(self) -> int:
        """How much more lay there than had to, negative where less, in minor units."""
        return self.balance_minor - self.owed_minor
