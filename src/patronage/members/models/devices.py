"""By which browsers members came in."""

from django.conf import settings
from django.db import models

from patronage.members import clock


class Device(models.Model):
    """A browser in which someone signed in or ordered, by the keyed hash of what its cookie says.

    Kept for a year after it was last seen, to notice who buys from themselves.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="devices"
    )
    digest = models.CharField(max_length=64)
    first_at = models.DateTimeField(default=clock.now)
    last_at = models.DateTimeField(default=clock.now)

    class Meta:
        """Once a person; what is to be forgotten by index."""

        constraints = (
            models.UniqueConstraint(fields=("person", "digest"), name="members_device_once"),
        )
        indexes = (models.Index(fields=("last_at",), name="members_device_last"),)

    def __str__(self) -> str:
        return f"{self.digest[:8]}…"
