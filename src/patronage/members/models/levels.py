"""The operator's table of levels."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.members.bilingual import shown


class Level(models.Model):
    """What the operator calls members who hold at least so many points.

    `is_partner` marks the level from which on a member is a partner; `brings` is what the operator
    promises to who has reached it.
    """

    name = models.CharField(_("name"), max_length=20)
    name_en = models.CharField(_("name in English"), max_length=30, blank=True)
    from_nano = models.BigIntegerField(_("from so many points"), unique=True)
    is_partner = models.BooleanField(_("partner from here on"), default=False)
    brings = models.TextField(_("what it brings"), max_length=1000, blank=True)
    brings_en = models.TextField(_("what it brings, in English"), max_length=1000, blank=True)

    class Meta:
        """The lowest first; one partner threshold."""

        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ("from_nano",)
        constraints = (
            models.CheckConstraint(condition=Q(from_nano__gte=0), name="members_level_from"),
            models.UniqueConstraint(
                fields=("is_partner",),
                condition=Q(is_partner=True),
                name="members_level_one_partner",
            ),
        )

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """The name in the active language."""
        return shown(self.name, self.name_en)

    @property
    def shown_brings(self) -> str:
        """What it brings, in the active language."""
        return shown(self.brings, self.brings_en)
