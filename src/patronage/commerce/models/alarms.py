"""What must not happen and did."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock


class Alarm(models.Model):
    """Something the operator must look at; `subject` names what it is about.

    The same kind about the same subject is raised once until it is cleared.
    """

    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("subject"), max_length=200)
    detail = models.TextField(_("detail"), blank=True)
    raised_at = models.DateTimeField(_("raised at"), default=clock.now)
    cleared_at = models.DateTimeField(_("cleared at"), null=True, blank=True)

    class Meta:
        """One open alarm a subject."""

        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "subject"),
                condition=Q(cleared_at__isnull=True),
                name="commerce_alarm_open_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.subject}"
