"""Goods given back after their order was completed: the case, its steps, and who bears what."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patronage.commerce.models.orders import Line, Order
from patronage.members import clock


class AfterSaleState(models.TextChoices):
    """Where an after-sale case stands."""

    REQUESTED = "requested", _("waiting for an answer")
    APPROVED = "approved", _("goods to be sent back")
    SENT = "sent", _("goods on their way back")
    REFUNDING = "refunding", _("refund under way")
    REFUNDED = "refunded", _("refunded")
    DECLINED = "declined", _("declined")
    ENDED = "ended", _("ended without a refund")


OPEN = (
    AfterSaleState.REQUESTED,
    AfterSaleState.APPROVED,
    AfterSaleState.SENT,
    AfterSaleState.REFUNDING,
)
"""The states from which a case still goes on by itself or by someone's answer."""


class AfterSale(models.Model):
    """Lines of a completed order that a member asks to give back, and what became of it.

    `due_at` is until when it is the turn of whoever must act: the merchant, or the member who is to
    send the goods or may still ask the platform. `platform_at` is when the platform took it over.
    `is_netted` is the setting when it was asked for: whether what the member took out of the
    order's points is kept back from the refund.

    Once the goods are back: `money_minor` is what `order.refunded` says, the money paid for these
    goods; `refund_minor` all that is given back before netting. Once that is settled, at
    `settled_at`: `record` is the journal's of it, `points_nano` what was to be taken of the
    member's points and `taken_nano` what was still there; `missing_minor` is the worth of the
    points that were gone, of it `member_missing_minor` the member's own (the rest is their
    referrer's), `dividends_minor` what the member earned on the points, `netted_minor` what was
    kept back for both.
    """

    number = models.CharField(_("number"), max_length=24, unique=True)
    order = models.ForeignKey(
        Order, on_delete=models.PROTECT, related_name="aftersales", verbose_name=_("order")
    )
    key = models.CharField(max_length=64)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=AfterSaleState.choices,
        default=AfterSaleState.REQUESTED,
        editable=False,
    )
    reason = models.CharField(_("reason"), max_length=200)
    asked_at = models.DateTimeField(_("asked for at"), default=clock.now)
    due_at = models.DateTimeField(pgettext_lazy("after-sale", "due by"), null=True, blank=True)
    platform_at = models.DateTimeField(_("with the platform since"), null=True, blank=True)
    is_netted = models.BooleanField(_("what was taken out is netted"))
    carrier = models.CharField(_("carrier"), max_length=40, blank=True)
    tracking = models.CharField(_("tracking number"), max_length=60, blank=True)
    restocked_at = models.DateTimeField(_("back in stock at"), null=True, blank=True)
    money_minor = models.BigIntegerField(default=0)
    refund_minor = models.BigIntegerField(default=0)
    record = models.BigIntegerField(_("record"), null=True, blank=True)
    points_nano = models.BigIntegerField(default=0)
    taken_nano = models.BigIntegerField(default=0)
    missing_minor = models.BigIntegerField(default=0)
    member_missing_minor = models.BigIntegerField(default=0)
    dividends_minor = models.BigIntegerField(default=0)
    netted_minor = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        """One open at a time an order; each press once; amounts that agree."""

        verbose_name = _("after-sale case")
        verbose_name_plural = _("after-sale cases")
        constraints = (
            models.UniqueConstraint(fields=("order", "key"), name="commerce_aftersale_key"),
            models.UniqueConstraint(
                fields=("order",),
                condition=Q(state__in=OPEN),
                name="commerce_aftersale_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=AfterSaleState.values), name="commerce_aftersale_state"
            ),
            models.CheckConstraint(
                condition=Q(
                    money_minor__gte=0,
                    money_minor__lte=F("refund_minor"),
                    netted_minor__gte=0,
                    netted_minor__lte=F("refund_minor"),
                    member_missing_minor__gte=0,
                    member_missing_minor__lte=F("missing_minor"),
                    dividends_minor__gte=0,
                ),
                name="commerce_aftersale_amounts",
            ),
        )
        indexes = (
            models.Index(
                fields=("due_at",),
                name="commerce_aftersale_due",
                condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=("settled_at",),
                name="commerce_aftersale_settled",
                condition=Q(settled_at__isnull=False),
            ),
            models.Index(
                fields=("id",),
                name="commerce_aftersale_refunding",
                condition=Q(state="refunding"),
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether the case still goes on by itself or by someone's answer."""
        return self.state in OPEN

    @property
    def sent_minor(self) -> int:
        """What the member is given back, in minor units."""
        return self.refund_minor - self.netted_minor

    @property
    def taken_out_minor(self) -> int:
        """What the member had taken out of the order's points, with the dividends on them."""
        return self.member_missing_minor + self.dividends_minor


class AfterSaleLine(models.Model):
    """So many pieces of a line to be given back."""

    aftersale = models.ForeignKey(AfterSale, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey(
        Line, on_delete=models.PROTECT, related_name="+", verbose_name=_("line")
    )
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        """A line once a case."""

        constraints = (
            models.UniqueConstraint(
                fields=("aftersale", "line"), name="commerce_aftersale_line_once"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1), name="commerce_aftersale_line_some"
            ),
        )

    def __str__(self) -> str:
        return f"{self.aftersale_id}: {self.line_id} × {self.quantity}"


class AfterSalePicture(models.Model):
    """A picture that a member showed; for the member, the merchant and the platform alone."""

    aftersale = models.ForeignKey(AfterSale, on_delete=models.PROTECT, related_name="pictures")
    file = models.FileField(upload_to="private/aftersales")

    class Meta:
        """In the order in which they were shown."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.aftersale_id}: {self.file}"


class AfterSaleDeed(models.TextChoices):
    """What was done in a case."""

    ASKED = "asked", pgettext_lazy("after-sale", "asked for")
    APPROVED = "approved", pgettext_lazy("after-sale", "approved; the goods are to be sent back")
    APPROVED_KEPT = "approved_kept", pgettext_lazy("after-sale", "approved without the goods")
    DECLINED = "declined", pgettext_lazy("after-sale", "declined")
    SENT = "sent", pgettext_lazy("after-sale", "the goods were sent back")
    RECEIVED = "received", pgettext_lazy("after-sale", "the goods are back")
    NOT_ACCEPTED = "not_accepted", pgettext_lazy("after-sale", "the goods were not accepted")
    TO_PLATFORM = "to_platform", pgettext_lazy("after-sale", "handed to the platform")
    SETTLED = "settled", pgettext_lazy("after-sale", "the refund was reckoned")
    REFUNDED = "refunded", pgettext_lazy("after-sale", "the refund was made")
    WITHDRAWN = "withdrawn", pgettext_lazy("after-sale", "withdrawn by the member")
    LAPSED = "lapsed", pgettext_lazy("after-sale", "ended, as the goods were not sent in time")


class AfterSaleStep(models.Model):
    """One step of a case; by whom of None: by itself, when time was up or a sum was known."""

    aftersale = models.ForeignKey(AfterSale, on_delete=models.PROTECT, related_name="steps")
    deed = models.CharField(_("step"), max_length=16, choices=AfterSaleDeed.choices)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("by whom"),
    )
    at = models.DateTimeField(_("time"), default=clock.now)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        """In the order of time."""

        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.aftersale_id}: {self.deed}"


class Bearer(models.TextChoices):
    """Who bears a part of a refund."""

    ECONOMY = "economy", _("the economy")
    MERCHANT = "merchant", _("the merchant")
    DISTRIBUTOR = "distributor", _("the distributor")
    PROMOTER = "promoter", _("whose link led to the sale")
    OPERATOR = "operator", _("the operator")
    MEMBER = "member", _("the member")


class ShareKind(models.TextChoices):
    """What a part of a refund is."""

    CONTRIBUTION = "contribution", _("contribution that came back from the reserve")
    DIVIDEND = "dividend", _("contribution that came back from the dividend pool")
    PROCEEDS = "proceeds", _("the merchant's proceeds")
    FREIGHT = "freight", _("freight")
    COINS = "coins", _("coins paid to the merchant")
    MARGIN = "margin", _("retail price less supply price")
    COMMISSION = "commission", _("sales commission")
    PLATFORM = "platform", _("the operator's part")
    NETTED = "netted", _("taken out before, kept back from the refund")
    BORNE = "borne", _("not recovered, borne by the operator")
    FUNDED = "funded", _("put into the reserve, for what was taken out of it")


class AfterSaleShare(models.Model):
    """A part of a case's refund and who bears it: the rows of a case sum to `refund_minor`.

    What goes into the reserve bears the other sign.
    """

    aftersale = models.ForeignKey(AfterSale, on_delete=models.PROTECT, related_name="shares")
    bearer = models.CharField(_("borne by"), max_length=12, choices=Bearer.choices)
    kind = models.CharField(_("kind"), max_length=16, choices=ShareKind.choices)
    amount_minor = models.BigIntegerField(_("amount"))

    class Meta:
        """A kind once a case."""

        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("aftersale", "kind"), name="commerce_aftersale_share_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.aftersale_id} {self.kind}: {self.amount_minor}"
