"""What members are told of what happened to what they hold."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock


class NoticeKind(models.TextChoices):
    """What a notice tells of, as a member chooses by it."""

    POINTS_GRANTED = "points_granted", _("Points for an order")
    REFERRAL_GRANTED = "referral_granted", _("Points for an invitation")
    POINTS_TAKEN_BACK = "points_taken_back", _("Points taken back after a refund")
    POINTS_REDEEMED = "points_redeemed", _("Points redeemed")
    POINTS_CONVERTED = "points_converted", _("Points converted")
    QUOTA_NEAR = "quota_near", _("Quota at 80 % and at 95 %")
    BOUGHT_OUT = "bought_out", _("Compulsory redemption")
    DIVIDENDS = "dividends", _("Dividends of the week")
    COINS_PAID = "coins_paid", _("Paid by coins")
    COINS_BACK = "coins_back", _("Coins that came back")
    CASH_CREDITED = "cash_credited", _("Cash credited")
    CASH_CHARGED = "cash_charged", _("Cash charged")
    CASH_BACK = "cash_back", _("Cash that came back")
    PAYOUT = "payout", _("What became of a withdrawal")
    INVOICE = "invoice", _("What became of an invoice")
    AFTERSALE = "aftersale", _("Steps of an after-sale case")
    STOREFRONT = "storefront", _("What became of a storefront")
    REWARD = "reward", _("What became of a reward")


class Notice(models.Model):
    """One thing a member is told: a kind, and the figures that its sentence is made of.

    `source` is what it comes from, so that nothing is told twice. Where the member asked for a
    text message too, `text_due_at` is when it is to be sent next, None when there is nothing to
    send any more; `texted_at` is when it was.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)
    source = models.CharField(max_length=80)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True)
    text_due_at = models.DateTimeField(null=True)
    text_tries = models.PositiveSmallIntegerField(default=0)
    texted_at = models.DateTimeField(null=True)

    class Meta:
        """Each thing once. One read each finds the newest, the unread and the texts to be sent."""

        constraints = (
            models.UniqueConstraint(
                fields=("person", "kind", "source"), name="members_notice_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=NoticeKind.values), name="members_notice_kind"
            ),
        )
        indexes = (
            models.Index(fields=("person", "-id"), name="members_notice_newest"),
            models.Index(
                fields=("person",), name="members_notice_unread", condition=Q(read_at__isnull=True)
            ),
            models.Index(
                fields=("text_due_at",),
                name="members_notice_text_due",
                condition=Q(text_due_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"


class NoticeChoice(models.Model):
    """A kind of notice that a member wants as a text message too."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices"
    )
    kind = models.CharField(max_length=20, choices=NoticeKind.choices)

    class Meta:
        """Each kind once."""

        constraints = (
            models.UniqueConstraint(fields=("person", "kind"), name="members_notice_choice_once"),
        )

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind}"


class NoticePosition(models.Model):
    """How far in the journal notices were written: the number of the last record looked at."""

    name = models.CharField(max_length=12, primary_key=True)
    seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.seq}"
