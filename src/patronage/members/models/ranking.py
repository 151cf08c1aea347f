"""The leaderboard, and the rewards that are announced for it."""

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
