"""Where a member has things sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock
from patronage.members.regions import PROVINCES


class Address(models.Model):
    """An address in the Chinese form, one of a member's the default.

    `province` is one of `regions.PROVINCES`, by its Chinese name.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="addresses"
    )
    name = models.CharField(_("recipient"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20)
    province = models.CharField(_("province"), max_length=40, choices=PROVINCES)
    city = models.CharField(_("city"), max_length=40)
    district = models.CharField(_("district"), max_length=40, blank=True)
    street = models.CharField(_("street and number"), max_length=120)
    is_default = models.BooleanField(_("default address"), default=False)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        """The default first, then the one changed last."""

        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ("-is_default", "-changed_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("person",), condition=Q(is_default=True), name="members_address_one_default"
            ),
        )

    def __str__(self) -> str:
        return f"{self.province} {self.city} {self.district} {self.street}"
