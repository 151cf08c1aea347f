"""Who sells, who asks to, and what was agreed with them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock
from patronage.members.bilingual import shown
from patronage.members.models import new_account_id


class Merchant(models.Model):
    """Who sells: the house, or an outside merchant, with a merchant's account in the ledger.

    Approved when `approved_at` is set; only then are its products shown. While `suspended_at` is
    set nothing new is sold and nothing leaves its account. `concession_micro` is the part of its
    goods' price that it leaves to the house, unless a product says otherwise: that of the agreement
    in force. `staff` act for it.
    """

    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    account = models.CharField(
        _("account"), max_length=40, unique=True, default=new_account_id, editable=False
    )
    is_house = models.BooleanField(_("is the house"), default=False)
    concession_micro = models.PositiveIntegerField(_("concession"), default=0)
    staff = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        blank=True,
        related_name="merchants",
        verbose_name=_("staff"),
        limit_choices_to={"is_staff": True},
    )
    applied_at = models.DateTimeField(_("applied at"), default=clock.now, editable=False)
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True, editable=False)
    suspended_at = models.DateTimeField(_("suspended at"), null=True, blank=True, editable=False)
    suspended_reason = models.CharField(
        _("why suspended"), max_length=200, blank=True, editable=False
    )

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

    @property
    def is_open(self) -> bool:
        """Whether it may sell: approved, and not suspended."""
        return self.approved_at is not None and self.suspended_at is None


class ApplicationState(models.TextChoices):
    """What became of an application."""

    WAITING = "waiting", _("waits for an answer")
    APPROVED = "approved", _("approved")
    DECLINED = "declined", _("declined")


class Application(models.Model):
    """Someone's wish to sell here, as they wrote it; `merchant` is what an approval made of it."""

    name = models.CharField(_("name of the shop"), max_length=80)
    company = models.CharField(_("company"), max_length=80)
    licence = models.CharField(_("registration number"), max_length=40)
    contact = models.CharField(_("whom to ask for"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20)
    email = models.EmailField(_("e-mail"))
    goods = models.TextField(_("what is to be sold"), max_length=1000)
    applied_at = models.DateTimeField(_("applied at"), default=clock.now)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=ApplicationState.choices,
        default=ApplicationState.WAITING,
    )
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    merchant = models.OneToOneField(
        Merchant,
        on_delete=models.PROTECT,
        null=True,
        related_name="application",
        verbose_name=_("merchant"),
    )

    class Meta:
        """A company waits once; what is approved has a merchant."""

        verbose_name = _("application of a merchant")
        verbose_name_plural = _("applications of merchants")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("licence",),
                condition=Q(state=ApplicationState.WAITING),
                name="commerce_application_waits_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ApplicationState.values), name="commerce_application_state"
            ),
            models.CheckConstraint(
                condition=Q(state=ApplicationState.APPROVED, merchant__isnull=False)
                | Q(merchant__isnull=True) & ~Q(state=ApplicationState.APPROVED),
                name="commerce_application_merchant",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Agreement(models.Model):
    """What a merchant and the operator agreed on, from the day `starts_on` through `ends_on`.

    Of several the one that began last holds. `ends_on` of None: until another begins.
    `in_force_at` is when its concession became the merchant's; what was ordered before stays as
    it was agreed then, on each order's lines. Never changed afterwards.
    """

    merchant = models.ForeignKey(
        Merchant, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("merchant")
    )
    concession_micro = models.PositiveIntegerField(_("concession"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    terms = models.TextField(_("terms"), max_length=4000, blank=True)
    made_at = models.DateTimeField(_("made at"), default=clock.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    in_force_at = models.DateTimeField(_("in force since"), null=True)

    class Meta:
        """One begins on a day; it ends no earlier than it begins."""

        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ("-starts_on",)
        constraints = (
            models.UniqueConstraint(
                fields=("merchant", "starts_on"), name="commerce_agreement_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(concession_micro__lte=1_000_000), name="commerce_agreement_concession"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="commerce_agreement_days",
            ),
        )
        indexes = (
            models.Index(
                fields=("starts_on",),
                name="commerce_agreement_to_come",
                condition=Q(in_force_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.merchant} {self.starts_on}"
