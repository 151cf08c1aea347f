"""The leaderboard, the rewards announced for it, and what was given; partners."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock
from patronage.members.bilingual import shown


class Rank(models.Model):
    """A place of the leaderboard as it was when members were last ranked."""

    place = models.PositiveSmallIntegerField(primary_key=True)
    account = models.CharField(max_length=40)
    points_nano = models.BigIntegerField()
    ranked_at = models.DateTimeField(default=clock.now)

    class Meta:
        """The first place first."""

        ordering = ("place",)

    def __str__(self) -> str:
        return f"{self.place}: {self.account}"


class Reward(models.Model):
    """What the operator announces for places of the leaderboard on a day."""

    first_place = models.PositiveSmallIntegerField(_("from place"))
    last_place = models.PositiveSmallIntegerField(_("to place"))
    text = models.CharField(_("reward"), max_length=120)
    text_en = models.CharField(_("reward in English"), max_length=120, blank=True)
    decided_on = models.DateField(_("places count as of the end of"))

    class Meta:
        """Those that are decided first stand first."""

        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        ordering = ("decided_on", "first_place", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(first_place__gte=1, last_place__gte=F("first_place"))
                & Q(last_place__lte=10),
                name="members_reward_places",
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_place}–{self.last_place}: {self.shown_text}"

    @property
    def shown_text(self) -> str:
        """The reward in the active language."""
        return shown(self.text, self.text_en)


class CutOff(models.Model):
    """The places as they were when a day that decides rewards had ended: taken once, for good.

    `record` is the number of the journal's last record at that moment.
    """

    day = models.DateField(_("day"), unique=True)
    taken_at = models.DateTimeField(_("taken at"), default=clock.now)
    record = models.BigIntegerField(_("record in the journal"))

    class Meta:
        """The newest first."""

        verbose_name = _("cut-off list")
        verbose_name_plural = _("cut-off lists")
        ordering = ("-day",)

    def __str__(self) -> str:
        return f"{self.day}"


class CutOffPlace(models.Model):
    """A place of a cut-off list."""

    cut_off = models.ForeignKey(
        CutOff, on_delete=models.PROTECT, related_name="places", verbose_name=_("cut-off list")
    )
    place = models.PositiveSmallIntegerField(_("place"))
    account = models.CharField(_("account"), max_length=40)
    points_nano = models.BigIntegerField(_("points"))

    class Meta:
        """The first place first, each once."""

        verbose_name = _("place")
        verbose_name_plural = _("places")
        ordering = ("place",)
        constraints = (
            models.UniqueConstraint(fields=("cut_off", "place"), name="members_cut_off_place_once"),
        )

    def __str__(self) -> str:
        return f"{self.cut_off} {self.place}"


class AwardState(models.TextChoices):
    """Whether a reward was given."""

    DUE = "due", _("due")
    PROPOSED = "proposed", _("proposed as a credit")
    PAID = "paid", _("credited")
    GIVEN = "given", _("given in kind")


class Award(models.Model):
    """A reward for a place of its cut-off list: due, until it is credited or given in kind.

    `proposal` is the number of the proposal by which `amount_minor` is credited, `note` says what
    was given in kind, and how.
    """

    reward = models.ForeignKey(
        Reward, on_delete=models.PROTECT, related_name="awards", verbose_name=_("reward")
    )
    place = models.ForeignKey(
        CutOffPlace, on_delete=models.PROTECT, related_name="awards", verbose_name=_("place")
    )
    state = models.CharField(
        _("state"), max_length=12, choices=AwardState.choices, default=AwardState.DUE
    )
    amount_minor = models.BigIntegerField(_("amount"), null=True)
    proposal = models.BigIntegerField(_("proposal"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    ended_at = models.DateTimeField(_("given at"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("given by"),
    )

    class Meta:
        """A reward once a place; what is given says what."""

        verbose_name = _("award")
        verbose_name_plural = _("awards")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(fields=("reward", "place"), name="members_award_once"),
            models.CheckConstraint(
                condition=Q(state=AwardState.DUE)
                | Q(state__in=("proposed", "paid"), proposal__isnull=False, amount_minor__gte=1)
                | Q(state=AwardState.GIVEN, note__gt=""),
                name="members_award_state",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reward}, {self.place}"


class Partner(models.Model):
    """A member who held as many points as make a partner when partners were last listed."""

    account = models.CharField(_("account"), max_length=40, primary_key=True)
    points_nano = models.BigIntegerField(_("points"))
    listed_at = models.DateTimeField(_("as of"), default=clock.now)

    class Meta:
        """The most points first."""

        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        indexes = (models.Index(fields=("-points_nano", "account"), name="members_partner_points"),)

    def __str__(self) -> str:
        return self.account
