"""Amendments of the charter that are announced."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from patronage.members import clock
from patronage.members.bilingual import shown


class Amendment(models.Model):
    """A whole new charter, as TOML, announced to come into force at a moment.

    Handed to the ledger when that has come (`submitted_at`), unless it was withdrawn before.
    """

    charter = models.TextField(_("charter, as in its file"))
    why = models.CharField(_("why"), max_length=200)
    why_en = models.CharField(_("why, in English"), max_length=200, blank=True)
    in_force_from = models.DateTimeField(_("in force from"))
    announced_at = models.DateTimeField(_("announced at"), default=clock.now, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True, editable=False)

    class Meta:
        """In the order in which they come into force."""

        verbose_name = _("amendment of the charter")
        verbose_name_plural = _("amendments of the charter")
        ordering = ("in_force_from", "id")

    def __str__(self) -> str:
        return self.why

    @property
    def shown_why(self) -> str:
        """The reason in the active language."""
        return shown(self.why, self.why_en)
