"""Who may not sign in for a while, and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.members import clock


class Block(models.Model):
    """A time in which someone may not sign in; open until it is lifted. By whom of None: a command.

    While one is open its person is not active.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="blocks"
    )
    reason = models.CharField(_("reason"), max_length=200)
    blocked_at = models.DateTimeField(_("blocked at"), default=clock.now)
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("blocked by"),
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )
    lifting_reason = models.CharField(_("reason for lifting"), max_length=200, blank=True)

    class Meta:
        """One open at a time."""

        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("person",),
                condition=Q(lifted_at__isnull=True),
                name="members_block_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"{self.blocked_at:%F}: {self.reason}"
