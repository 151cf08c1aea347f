"""Coupons, and the vouchers that members hold of them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models.merchants import Merchant
from patronage.members import clock
from patronage.members.bilingual import shown


class Coupon(models.Model):
    """A merchant's offer: so much off its goods from a threshold on, within a time.

    `off_minor` off, or `off_micro` millionths of the goods. At most `total` may be claimed (None:
    any number), one a member; `claimed` counts them.
    """

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="coupons", verbose_name=_("merchant")
    )
    name = models.CharField(_("name"), max_length=60)
    name_en = models.CharField(_("name in English"), max_length=60, blank=True)
    threshold_minor = models.BigIntegerField(_("from so much"), default=0)
    off_minor = models.BigIntegerField(_("so much off"), null=True, blank=True)
    off_micro = models.PositiveIntegerField(_("such a part off"), null=True, blank=True)
    starts_at = models.DateTimeField(_("starts at"), default=clock.now)
    ends_at = models.DateTimeField(_("ends at"))
    total = models.PositiveIntegerField(_("how many"), null=True, blank=True)
    claimed = models.PositiveIntegerField(_("claimed"), default=0, editable=False)

    class Meta:
        """Either an amount or a part off."""

        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        constraints = (
            models.CheckConstraint(
                condition=Q(off_minor__gte=1, off_micro__isnull=True)
                | Q(off_minor__isnull=True, off_micro__gte=1, off_micro__lte=1_000_000),
                name="commerce_coupon_off",
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(claimed__lte=F("total")),
                name="commerce_coupon_total",
            ),
        )

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name in the active language."""
        return shown(self.name, self.name_en)


class Voucher(models.Model):
    """A coupon in a member's hands. Used once: `order` is the order it reduced."""

    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="vouchers")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="vouchers"
    )
    claimed_at = models.DateTimeField(default=clock.now)
    order = models.OneToOneField(
        "commerce.Order", on_delete=models.PROTECT, null=True, related_name="voucher"
    )

    class Meta:
        """One a member."""

        verbose_name = _("voucher")
        verbose_name_plural = _("vouchers")
        constraints = (
            models.UniqueConstraint(fields=("coupon", "person"), name="commerce_voucher_once"),
        )

    def __str__(self) -> str:
        return str(self.coupon)
