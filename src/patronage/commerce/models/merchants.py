"""Who sells."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock
from patronage.members.bilingual import shown
from patronage.members.models import new_account_id


class Merchant(models.Model):
    """Who sells: the house, or an outside merchant, with a merchant's account in the ledger.

    Approved when `approved_at` is set; only then are its products shown. `concession_micro` is the
    part of its goods' price that it leaves to the house, unless a product says otherwise. `staff`
    act for it.
    """

    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    account = models.CharField(
        _("account"), max_length=40, unique=True, default=new_account_id, editable=False
    )
    is_house = models.BooleanField(_("is the house"), default=False)
    concession_micro = models.PositiveIntegerField(_("concession"), default=0)
    staff = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="merchants", verbose_name=_("staff")
    )
    applied_at = models.DateTimeField(_("applied at"), default=clock.now, editable=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True, editable=False)

    class Meta:
        """There is one house at most."""

        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        constraints = (
            models.UniqueConstraint(
                fields=("is_house",), condition=Q(is_house=True), name="commerce_one_house"
            ),
            models.CheckConstraint(
                condition=Q(concession_micro__lte=1_000_000), name="commerce_merchant_concession"
            ),
        )

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name in the active language."""
        return shown(self.name, self.name_en)
