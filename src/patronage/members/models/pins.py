"""The pay PIN, hashed, and how many tries are left."""

from django.conf import settings
from django.db import models

from patronage.members import clock


class Pin(models.Model):
    """A member's pay PIN.

    Each try takes one of `tries_left` before it is looked at; the right one gives them back. None
    left: locked until `locked_until`. After a reset withdrawals wait until `withdrawals_from`.
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="pin"
    )
    digest = models.CharField(max_length=160)
    tries_left = models.PositiveSmallIntegerField()
    locked_until = models.DateTimeField(null=True)
    withdrawals_from = models.DateTimeField(null=True)
    set_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"{self.person_id}, set {self.set_at:%F %T}"
