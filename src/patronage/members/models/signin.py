"""What signing in needs for a few minutes."""

from django.db import models
from django.db.models import Q

from patronage.members import clock


class SignInCode(models.Model):
    """A code sent to a phone, good for whoever asked for it and holds `ticket`.

    `digest` is the keyed hash of ticket, phone and code. Each try takes one of `tries_left` before
    it is looked at; the right one sets `used_at`.
    """

    ticket = models.CharField(max_length=43, unique=True)
    phone = models.CharField(max_length=16)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(db_index=True)
    tries_left = models.PositiveSmallIntegerField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.phone[-4:]}, {self.sent_at:%F %T}"


class Allowance(models.Model):
    """How often something was done within one window of time, by whoever `key` is the hash of."""

    key = models.CharField(max_length=64, unique=True)
    used = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        """Counts only go up."""

        constraints = (
            models.CheckConstraint(condition=Q(used__gte=0), name="members_allowance_used"),
        )

    def __str__(self) -> str:
        return f"{self.used} until {self.ends_at:%F %T}"
