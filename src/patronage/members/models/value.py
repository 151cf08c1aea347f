"""What members ask to be done with value: quotes, withdrawals, and whom withdrawals are paid to."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock


def new_number() -> str:
    """Return a random number for what the ledger's events are named after."""
    return secrets.token_hex(12)


class Quote(models.Model):
    """What redeeming or converting would bring, good until `expires_at` and once.

    `points_nano` is what the event asks for, `leaves_nano` what then really leaves: a remainder
    below one minor unit goes too. `gross_minor` is all that the points are worth: the quota covers
    it, as otherwise the holder would have been bought out before.
    """

    class Verb(models.TextChoices):
        """What is quoted."""

        REDEEM = "redeem", _("redemption")
        CONVERT = "convert", _("conversion")

    number = models.CharField(max_length=24, primary_key=True, default=new_number)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="quotes"
    )
    verb = models.CharField(max_length=8, choices=Verb.choices)
    points_nano = models.BigIntegerField()
    leaves_nano = models.BigIntegerField()
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    stays_nano = models.BigIntegerField()
    quota_after_minor = models.BigIntegerField()
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        """Sound figures."""

        constraints = (
            models.CheckConstraint(
                condition=Q(points_nano__gte=1, stays_nano__gte=0, fee_minor__gte=0)
                & Q(leaves_nano__gte=F("points_nano"))
                & Q(gross_minor__gte=F("fee_minor")),
                name="members_quote_figures",
            ),
        )

    def __str__(self) -> str:
        return f"{self.verb} {self.number}"

    @property
    def net_minor(self) -> int:
        """What the member gets, in minor units: cash, or coins."""
        return self.gross_minor - self.fee_minor


class Payee(models.Model):
    """The real name and account a member's withdrawals are paid to, checked by a KYC provider."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="payee"
    )
    name = models.CharField(_("real name"), max_length=40)
    bank = models.CharField(_("bank"), max_length=40)
    account = models.CharField(_("account number"), max_length=30)
    checked_at = models.DateTimeField(_("checked at"), default=clock.now)

    def __str__(self) -> str:
        return f"{self.name} {self.masked_account}"

    @property
    def masked_account(self) -> str:
        """The account number but for its last four digits."""
        return f"**** {self.account[-4:]}"


class WithdrawalState(models.TextChoices):
    """Where a withdrawal stands. The money has left the member's cash from the first on."""

    REQUESTED = "requested", _("requested")
    APPROVED = "approved", _("approved")
    CONFIRMED = "confirmed", _("being paid out")
    PAID = "paid", _("paid")
    FAILED = "failed", _("failed, the money comes back")
    RESTORED = "restored", _("failed, the money came back")
    REFUSED = "refused", _("not taken")


class Withdrawal(models.Model):
    """Cash on its way out: `amount_minor` leaves the member's cash, the rest of it is paid out.

    Fee and withheld tax are parts of the amount. `number` is what the ledger's events and the
    payout provider call it by. The payee stands here as it was, for the tax declaration. REFUSED
    is one that the ledger did not take from the cash: there was too little by then.
    """

    number = models.CharField(_("number"), max_length=24, primary_key=True, default=new_number)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="withdrawals",
        verbose_name=_("person"),
    )
    key = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField(_("amount"))
    fee_minor = models.BigIntegerField(_("fee"))
    tax_minor = models.BigIntegerField(_("withheld tax"))
    payee_name = models.CharField(_("real name"), max_length=40)
    payee_bank = models.CharField(_("bank"), max_length=40)
    payee_account = models.CharField(_("account number"), max_length=30)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=WithdrawalState.choices,
        default=WithdrawalState.REQUESTED,
    )
    requested_at = models.DateTimeField(_("requested at"), default=clock.now)
    taken_at = models.DateTimeField(_("taken from cash at"), null=True)
    approved_at = models.DateTimeField(_("approved at"), null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("approved by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    asked_at = models.DateTimeField(_("last asked at"), default=clock.now)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    reason = models.CharField(_("why it failed"), max_length=200, blank=True)

    class Meta:
        """Each press once; two pairs of eyes; parts that make the whole."""

        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        ordering = ("-requested_at",)
        constraints = (
            models.UniqueConstraint(fields=("person", "key"), name="members_withdrawal_key"),
            models.CheckConstraint(
                condition=Q(state__in=WithdrawalState.values), name="members_withdrawal_state"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=1, fee_minor__gte=0, tax_minor__gte=0)
                & Q(amount_minor__gt=F("fee_minor") + F("tax_minor")),
                name="members_withdrawal_parts",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("approved_by")),
                name="members_withdrawal_four_eyes",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("confirmed", "paid")) | Q(confirmed_by__isnull=False),
                name="members_withdrawal_confirmed",
            ),
        )
        indexes = (
            models.Index(
                fields=("state", "asked_at"),
                name="members_withdrawal_open",
                condition=Q(state__in=("requested", "confirmed", "failed")),
            ),
            models.Index(fields=("person", "-requested_at"), name="members_withdrawal_person"),
            models.Index(
                fields=("ended_at",), name="members_withdrawal_ended", condition=Q(state="paid")
            ),
            models.Index(fields=("-requested_at",), name="members_withdrawal_newest"),
            models.Index(fields=("payee_name",), name="members_withdrawal_payee"),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def net_minor(self) -> int:
        """What is paid out, in minor units."""
        return self.amount_minor - self.fee_minor - self.tax_minor

    @property
    def masked_account(self) -> str:
        """The account number but for its last four digits."""
        return f"**** {self.payee_account[-4:]}"


class TestPayout(models.Model):
    """A payout that the embedded provider knows: waiting, paid or failed."""

    __test__ = False  # no test class, whatever its name says

    reference = models.CharField(_("number"), max_length=24, primary_key=True)
    amount_minor = models.BigIntegerField(_("amount"))
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=(("waiting", _("waiting")), ("paid", _("paid")), ("failed", _("failed"))),
        default="waiting",
    )
    reason = models.CharField(_("why it failed"), max_length=200, blank=True)
    opened_at = models.DateTimeField(_("begun at"), default=clock.now)

    class Meta:
        """As the console calls them."""

        verbose_name = _("test payout")
        verbose_name_plural = _("test payouts")

    def __str__(self) -> str:
        return self.reference
