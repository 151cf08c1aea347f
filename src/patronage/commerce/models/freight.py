"""What shipping costs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models.merchants import Merchant
from patronage.members.regions import PROVINCES


class FreightBasis(models.TextChoices):
    """What freight is counted by."""

    PIECE = "piece", _("by piece")
    WEIGHT = "weight", _("by gram")


class FreightRule(models.Model):
    """A merchant's freight: so much for the first units, so much for each further block of units.

    Free from `free_from_minor` of goods after discount on (None: never). A merchant without a rule
    ships free.
    """

    merchant = models.OneToOneField(
        Merchant, on_delete=models.PROTECT, related_name="freight_rule", verbose_name=_("merchant")
    )
    basis = models.CharField(
        _("basis"), max_length=8, choices=FreightBasis.choices, default=FreightBasis.PIECE
    )
    first_units = models.PositiveIntegerField(_("first units"), default=1)
    first_minor = models.BigIntegerField(_("for the first units"), default=0)
    next_units = models.PositiveIntegerField(_("further units"), default=1)
    next_minor = models.BigIntegerField(_("for further units"), default=0)
    free_from_minor = models.BigIntegerField(_("free from so much"), null=True, blank=True)

    class Meta:
        """Blocks of at least one unit."""

        verbose_name = _("freight rule")
        verbose_name_plural = _("freight rules")
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    first_units__gte=1, next_units__gte=1, first_minor__gte=0, next_minor__gte=0
                ),
                name="commerce_freight_rule",
            ),
        )

    def __str__(self) -> str:
        return str(self.merchant)


class FreightZone(models.Model):
    """A province with freight of its own, or that is not served."""

    rule = models.ForeignKey(FreightRule, on_delete=models.CASCADE, related_name="zones")
    province = models.CharField(_("province"), max_length=40, choices=PROVINCES)
    is_served = models.BooleanField(_("is served"), default=True)
    first_minor = models.BigIntegerField(_("for the first units"), default=0)
    next_minor = models.BigIntegerField(_("for further units"), default=0)

    class Meta:
        """Each province once."""

        verbose_name = _("freight zone")
        verbose_name_plural = _("freight zones")
        constraints = (
            models.UniqueConstraint(fields=("rule", "province"), name="commerce_freight_zone"),
            models.CheckConstraint(
                condition=Q(first_minor__gte=0, next_minor__gte=0), name="commerce_freight_zone_fee"
            ),
        )

    def __str__(self) -> str:
        return self.get_province_display()
