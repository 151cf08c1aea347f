"""Selling on behalf: suppliers' terms, distributors and what their storefronts offer.

One level: a distributor is a member, and nothing here can name another one above or below.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models.catalogue import Sku
from patronage.commerce.models.merchants import ApplicationState
from patronage.members import clock


class Supply(models.Model):
    """The terms on which a merchant's SKU may be sold by distributors, in minor units a piece.

    `supply_minor` is what the distributor's purchase order pays for a piece; the retail price lies
    from `retail_min_minor` to `retail_max_minor`. Open to distributors while `offered_at` is set.
    The commission is the product's.
    """

    sku = models.OneToOneField(
        Sku, on_delete=models.PROTECT, related_name="supply", verbose_name=_("SKU")
    )
    supply_minor = models.BigIntegerField(_("supply price"))
    retail_min_minor = models.BigIntegerField(_("lowest retail price"))
    retail_max_minor = models.BigIntegerField(_("highest retail price"))
    offered_at = models.DateTimeField(_("offered since"), null=True, blank=True, editable=False)

    class Meta:
        """Nothing is sold on below what it is bought for."""

        verbose_name = _("terms of supply")
        verbose_name_plural = _("terms of supply")
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    supply_minor__gte=1,
                    retail_min_minor__gte=F("supply_minor"),
                    retail_max_minor__gte=F("retail_min_minor"),
                    retail_max_minor__lte=10**10,
                ),
                name="commerce_supply_prices",
            ),
        )

    def __str__(self) -> str:
        return f"{self.sku_id}: {self.supply_minor}"


class Distributor(models.Model):
    """A member who sells suppliers' goods in a storefront of their own, or asked to.

    The storefront's address carries the member's referral code. While `suspended_at` is set it is
    closed and what it earns waits; orders that are placed go their way.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="distributor",
        verbose_name=_("member"),
    )
    title = models.CharField(_("name of the storefront"), max_length=40)
    intro = models.CharField(_("introduction"), max_length=200, blank=True)
    picture = models.FileField(_("picture"), upload_to="storefronts", blank=True)
    plan = models.TextField(_("how they mean to sell"), max_length=500, blank=True)
    applied_at = models.DateTimeField(_("applied at"), default=clock.now)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=ApplicationState.choices,
        default=ApplicationState.WAITING,
        editable=False,
    )
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True)
    suspended_reason = models.CharField(_("why suspended"), max_length=200, blank=True)

    class Meta:
        """States there are; who waits by index."""

        verbose_name = _("distributor")
        verbose_name_plural = _("distributors")
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=ApplicationState.values), name="commerce_distributor_state"
            ),
        )
        indexes = (models.Index(fields=("state", "-id"), name="commerce_distributor_state"),)

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether the storefront sells: approved, and not suspended."""
        return self.state == ApplicationState.APPROVED and self.suspended_at is None


class StorefrontItem(models.Model):
    """A supplier's SKU in a distributor's storefront: own title, price and picture.

    Shown while `listed_at` is set, and the SKU's supply and product are on offer.
    """

    distributor = models.ForeignKey(
        Distributor, on_delete=models.PROTECT, related_name="items", verbose_name=_("distributor")
    )
    sku = models.ForeignKey(
        Sku, on_delete=models.PROTECT, related_name="items", verbose_name=_("SKU")
    )
    title = models.CharField(_("title"), max_length=120)
    price_minor = models.BigIntegerField(_("retail price"))
    picture = models.FileField(_("picture"), upload_to="storefronts", blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    listed_at = models.DateTimeField(_("listed at"), null=True, blank=True, editable=False)

    class Meta:
        """A SKU once a storefront."""

        verbose_name = _("item of a storefront")
        verbose_name_plural = _("items of storefronts")
        ordering = ("position", "id")
        constraints = (
            models.UniqueConstraint(fields=("distributor", "sku"), name="commerce_item_once"),
            models.CheckConstraint(
                condition=Q(price_minor__gte=1, price_minor__lte=10**10), name="commerce_item_price"
            ),
        )

    def __str__(self) -> str:
        return self.title
