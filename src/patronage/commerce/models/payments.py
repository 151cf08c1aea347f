"""How checkouts are paid and money goes back."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models.orders import Checkout, Order
from patronage.members import clock


class Channel(models.TextChoices):
    """What pays: a provider outside, or the member's value in the ledger."""

    TEST = "test", _("test payment")
    CASH = "cash", _("cash balance")
    COINS = "coins", _("coins")
    POINTS = "points", _("points")


class PaymentState(models.TextChoices):
    """Where an attempt to pay stands."""

    CREATED = "created", _("being prepared")
    PENDING = "pending", _("waiting for the provider")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")
    CLOSED = "closed", _("closed")


class RefundState(models.TextChoices):
    """Where a refund stands."""

    REQUESTED = "requested", _("under way")
    SUCCEEDED = "succeeded", _("succeeded")
    FAILED = "failed", _("failed")


class Payment(models.Model):
    """One attempt to pay a checkout: `inner_minor` from the ledger, `amount_minor` by a provider.

    Either part may be nothing, its channel then blank. `attempt` counts a checkout's payments; the
    ledger's events carry it, so that a second attempt takes value again. `reference` is what the
    provider calls it by, `payer` the keyed hash of the account it says the money came from. A
    checkout has one open payment at most, and one that succeeded.
    """

    checkout = models.ForeignKey(
        Checkout, on_delete=models.PROTECT, related_name="payments", verbose_name=_("checkout")
    )
    attempt = models.PositiveIntegerField(_("attempt"))
    key = models.CharField(_("key"), max_length=64)
    reference = models.CharField(_("reference"), max_length=40, unique=True)
    inner_channel = models.CharField(
        _("channel of the ledger"), max_length=8, choices=Channel.choices, blank=True
    )
    inner_minor = models.BigIntegerField(_("from the ledger"), default=0)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, blank=True)
    amount_minor = models.BigIntegerField(_("amount"), default=0)
    points_nano = models.BigIntegerField(_("nano-points redeemed"), default=0)
    payer = models.CharField(max_length=64, blank=True, editable=False)
    state = models.CharField(
        _("state"), max_length=12, choices=PaymentState.choices, default=PaymentState.CREATED
    )
    created_at = models.DateTimeField(_("begun at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    asked_at = models.DateTimeField(_("last asked at"), default=clock.now)

    class Meta:
        """One at a time, one success, each press once."""

        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        constraints = (
            models.UniqueConstraint(
                fields=("checkout", "attempt"), name="commerce_payment_attempt"
            ),
            models.UniqueConstraint(fields=("checkout", "key"), name="commerce_payment_key"),
            models.UniqueConstraint(
                fields=("checkout",),
                condition=Q(state__in=("created", "pending")),
                name="commerce_payment_open_once",
            ),
            models.UniqueConstraint(
                fields=("checkout",),
                condition=Q(state="succeeded"),
                name="commerce_payment_succeeded_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=PaymentState.values), name="commerce_payment_state"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=0, inner_minor__gte=0)
                & (Q(channel="", amount_minor=0) | Q(channel=Channel.TEST, amount_minor__gte=1))
                & (
                    Q(inner_channel="", inner_minor=0)
                    | Q(inner_channel__in=("cash", "coins", "points"), inner_minor__gte=1)
                ),
                name="commerce_payment_parts",
            ),
        )
        indexes = (
            models.Index(
                fields=("state", "asked_at"),
                name="commerce_payment_open",
                condition=Q(state__in=("created", "pending")),
            ),
            models.Index(
                fields=("ended_at",),
                name="commerce_payment_ended",
                condition=Q(ended_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.reference


class Tender(models.Model):
    """What a payment pays of one order by one channel; `goods_minor` of it for goods.

    The rest is for freight. It counts once its payment has succeeded.
    """

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="tenders", verbose_name=_("payment")
    )
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="tenders", verbose_name=_("order")
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    amount_minor = models.BigIntegerField()
    goods_minor = models.BigIntegerField()

    class Meta:
        """A channel once an order and payment."""

        verbose_name = _("tender")
        verbose_name_plural = _("tenders")
        constraints = (
            models.UniqueConstraint(
                fields=("payment", "order", "channel"), name="commerce_tender_once"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=1, goods_minor__gte=0)
                & Q(goods_minor__lte=F("amount_minor")),
                name="commerce_tender_parts",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.channel}: {self.amount_minor}"


class Refund(models.Model):
    """Money or value going back, all or part of a tender, or of a payment that came too late.

    `tender` is None where nothing was paid by it: the money came for an order that no longer
    wanted it. `goods_minor` of the amount is for goods. `tries` counts the events handed to the
    ledger, as a refused one's id is spent. Of an after-sale case, `netted_minor` of the amount is
    kept back for what the member took out before; and coins that the merchant no longer has are
    advanced as cash, from `advanced_at` on.
    """

    payment = models.ForeignKey(
        Payment, on_delete=models.PROTECT, related_name="refunds", verbose_name=_("payment")
    )
    tender = models.ForeignKey(
        Tender,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        verbose_name=_("tender"),
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    key = models.CharField(_("key"), max_length=80, unique=True)
    amount_minor = models.BigIntegerField(_("amount"))
    goods_minor = models.BigIntegerField(_("of it for goods"), default=0)
    netted_minor = models.BigIntegerField(_("of it kept back"), default=0)
    aftersale = models.ForeignKey(
        "commerce.AfterSale",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        verbose_name=_("after-sale case"),
    )
    advanced_at = models.DateTimeField(_("advanced as cash at"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=RefundState.choices, default=RefundState.REQUESTED
    )
    tries = models.PositiveIntegerField(_("tries"), default=1)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    requested_at = models.DateTimeField(_("requested at"), default=clock.now)
    asked_at = models.DateTimeField(_("last asked at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        """Something goes back."""

        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = (
            models.CheckConstraint(
                condition=Q(amount_minor__gte=1, goods_minor__gte=0, netted_minor__gte=0)
                & Q(goods_minor__lte=F("amount_minor"), netted_minor__lte=F("amount_minor")),
                name="commerce_refund_parts",
            ),
        )
        indexes = (
            models.Index(
                fields=("asked_at",),
                name="commerce_refund_open",
                condition=Q(state="requested"),
            ),
            models.Index(
                fields=("ended_at",),
                name="commerce_refund_ended",
                condition=Q(state="succeeded"),
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def sent_minor(self) -> int:
        """What really goes back, in minor units."""
        return self.amount_minor - self.netted_minor


class Notification(models.Model):
    """A provider's verified message, kept once however often it comes."""

    channel = models.CharField(max_length=8, choices=Channel.choices)
    event_id = models.CharField(max_length=64)
    subject = models.CharField(max_length=80)
    kind = models.CharField(max_length=24)
    amount_minor = models.BigIntegerField()
    received_at = models.DateTimeField(default=clock.now)

    class Meta:
        """Each of a provider's events once."""

        constraints = (
            models.UniqueConstraint(
                fields=("channel", "event_id"), name="commerce_notification_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.event_id}"
