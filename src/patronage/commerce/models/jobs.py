"""When each job is due, and how it went."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from patronage.members import clock


class Job(models.Model):
    """A job that comes again and again.

    `due_at` moves on when the job is queued, so that of two schedulers one queues it. `error` is
    what the last run ended with, empty where it ended well.
    """

    name = models.CharField(_("name"), max_length=40, primary_key=True)
    due_at = models.DateTimeField(_("due at"), default=clock.now)
    finished_at = models.DateTimeField(_("last finished at"), null=True, blank=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        """In the order of names."""

        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name
