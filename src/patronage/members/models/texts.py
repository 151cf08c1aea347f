"""What the embedded sender of texts would have sent."""

from django.db import models

from patronage.members import clock


class SentText(models.Model):
    """A text message that stayed in the house, for the development inbox."""

    phone = models.CharField(max_length=16)
    text = models.CharField(max_length=300)
    sent_at = models.DateTimeField(default=clock.now)

    class Meta:
        """The newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.phone}: {self.text}"
