"""What a sale on behalf or by a link brings whom: purchase orders and rewards."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patronage.commerce.models.orders import Order
from patronage.members import clock


class PurchaseState(models.TextChoices):
    """Where a purchase order stands; what it becomes later, its order tells."""

    WAITING = "waiting", _("waits for the supplier")
    CONFIRMED = "confirmed", _("confirmed")
    DECLINED = "declined", _("declined")
    CANCELLED = "cancelled", _("cancelled by the buyer")


class PurchaseOrder(models.Model):
    """A distributor's order to the supplier for what a consumer ordered and paid.

    The supplier is the order's merchant. `amount_minor` is the sum of the lines' supply prices as
    it was placed; what is returned later lessens it as the lines say. Unanswered at `due_at` it is
    declined by itself.
    """

    number = models.CharField(_("number"), max_length=24, unique=True)
    order = models.OneToOneField(
        Order, on_delete=models.PROTECT, related_name="purchase", verbose_name=_("order")
    )
    amount_minor = models.BigIntegerField(_("amount"))
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=PurchaseState.choices,
        default=PurchaseState.WAITING,
        editable=False,
    )
    made_at = models.DateTimeField(_("made at"), default=clock.now)
    due_at = models.DateTimeField(_("to be answered by"))
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        """States there are; what is due by index."""

        verbose_name = _("purchase order")
        verbose_name_plural = _("purchase orders")
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=PurchaseState.values, amount_minor__gte=1),
                name="commerce_purchase_state",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",), name="commerce_purchase_due", condition=Q(state="waiting")
            ),
        )

    def __str__(self) -> str:
        return self.number


class RewardKind(models.TextChoices):
    """What someone earns on another's order."""

    SALE = "sale", _("earned by selling")
    REFERRAL = "referral", _("earned by referring")


class RewardState(models.TextChoices):
    """Where a reward stands."""

    DUE = "due", _("about to be paid")
    WAITING = "waiting", _("waits for a review")
    PAID = "paid", pgettext_lazy("a reward", "paid")
    CANCELLED = "cancelled", pgettext_lazy("a reward", "cancelled")


class Reward(models.Model):
    """What a completed order brings the one who sold it or, where it must wait, who referred.

    SALE is the order's margin and commission; REFERRAL the worth of the points of a referrer with
    signals, in whose stead the order was completed without one. `signals` are why it waits for a
    review, each a name and what matched, masked. `taken_minor` of it was taken back by returns
    before it was paid. A sale's reward that is cancelled is the merchant's. `tries` counts how
    often the house was to pay a referral's.
    """

    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="rewards", verbose_name=_("order")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=RewardKind.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="rewards",
        verbose_name=_("member"),
    )
    amount_minor = models.BigIntegerField(_("amount"))
    taken_minor = models.BigIntegerField(default=0)
    tries = models.PositiveIntegerField(default=0)
    state = models.CharField(
        _("state"), max_length=12, choices=RewardState.choices, default=RewardState.DUE
    )
    signals = models.JSONField(_("signals"), default=list, blank=True)
    made_at = models.DateTimeField(_("made at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        """A kind once an order; by state and by person by index."""

        verbose_name = pgettext_lazy("of an order", "reward")
        verbose_name_plural = pgettext_lazy("of an order", "rewards")
        constraints = (
            models.UniqueConstraint(fields=("order", "kind"), name="commerce_reward_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=RewardState.values,
                    amount_minor__gte=1,
                    taken_minor__gte=0,
                    taken_minor__lte=F("amount_minor"),
                ),
                name="commerce_reward_amounts",
            ),
        )
        indexes = (
            models.Index(fields=("person", "-id"), name="commerce_reward_person"),
            models.Index(fields=("person", "made_at"), name="commerce_reward_day"),
            models.Index(fields=("-state", "-id"), name="commerce_reward_queue"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    @property
    def left_minor(self) -> int:
        """What of it is not taken back, in minor units."""
        return self.amount_minor - self.taken_minor
