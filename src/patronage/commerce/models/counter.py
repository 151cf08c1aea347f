"""Paying a merchant in coins at its counter."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models.merchants import Merchant
from patronage.members import clock


class PayCode(models.Model):
    """What a member shows at a counter: good once, until `expires_at`, for whoever reads it.

    `digest` is the keyed hash of its digits, which are stored nowhere.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pay_codes"
    )
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.digest[:8]}…"


class CounterWay(models.TextChoices):
    """Who read whose code."""

    CODE = "code", _("pay code")
    QR = "qr", _("merchant's QR code")


class CounterState(models.TextChoices):
    """Whether the ledger made it so."""

    REQUESTED = "requested", _("being settled")
    SUCCEEDED = "succeeded", _("done")
    REFUSED = "refused", _("not done")


class CounterPayment(models.Model):
    """Coins from a member to a merchant at its counter: the receipt of both.

    `key` names the press, of the desk or of the member. `staff` is who charged a pay code, None
    where the member paid by the merchant's QR code. `record` is the journal's number of it, and
    `refusal` the ledger's word where it was not done.
    """

    number = models.CharField(_("number"), max_length=24, unique=True)
    merchant = models.ForeignKey(
        Merchant,
        on_delete=models.PROTECT,
        related_name="counter_payments",
        verbose_name=_("merchant"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="counter_payments",
        verbose_name=_("member"),
    )
    way = models.CharField(_("way"), max_length=8, choices=CounterWay.choices)
    key = models.CharField(max_length=100, unique=True)
    amount_minor = models.BigIntegerField(_("coins"))
    state = models.CharField(
        _("state"), max_length=12, choices=CounterState.choices, default=CounterState.REQUESTED
    )
    refusal = models.CharField(_("refused as"), max_length=40, blank=True)
    record = models.BigIntegerField(_("record in the journal"), null=True)
    pay_code = models.OneToOneField(
        PayCode, on_delete=models.SET_NULL, null=True, related_name="payment"
    )
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("charged by"),
    )
    made_at = models.DateTimeField(_("made at"), default=clock.now)

    class Meta:
        """A member's and a merchant's in the order of time; those that are open are few."""

        verbose_name = _("payment at a counter")
        verbose_name_plural = _("payments at counters")
        constraints = (
            models.CheckConstraint(condition=Q(amount_minor__gte=1), name="commerce_counter_some"),
            models.CheckConstraint(
                condition=Q(state__in=CounterState.values, way__in=CounterWay.values),
                name="commerce_counter_state",
            ),
        )
        indexes = (
            models.Index(fields=("merchant", "-made_at"), name="commerce_counter_takings"),
            models.Index(fields=("person", "-id"), name="commerce_counter_receipts"),
            models.Index(
                fields=("id",),
                name="commerce_counter_open",
                condition=Q(state="requested"),
            ),
        )

    def __str__(self) -> str:
        return self.number


class CounterRefund(models.Model):
    """Coins of a payment at a counter that its merchant gives back, all or part."""

    payment = models.ForeignKey(
        CounterPayment, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment")
    )
    number = models.CharField(_("number"), max_length=24, unique=True)
    key = models.CharField(max_length=100, unique=True)
    amount_minor = models.BigIntegerField(_("coins"))
    state = models.CharField(
        _("state"), max_length=12, choices=CounterState.choices, default=CounterState.REQUESTED
    )
    refusal = models.CharField(_("refused as"), max_length=40, blank=True)
    record = models.BigIntegerField(_("record in the journal"), null=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("refunded by"),
    )
    made_at = models.DateTimeField(_("made at"), default=clock.now)

    class Meta:
        """Something goes back."""

        verbose_name = _("refund at a counter")
        verbose_name_plural = _("refunds at counters")
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gte=1), name="commerce_counter_refund_some"
            ),
            models.CheckConstraint(
                condition=Q(state__in=CounterState.values), name="commerce_counter_refund_state"
            ),
        )
        indexes = (
            models.Index(
                fields=("id",),
                name="commerce_counter_refund_open",
                condition=Q(state="requested"),
            ),
        )

    def __str__(self) -> str:
        return self.number
