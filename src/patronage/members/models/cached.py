"""What workers remember together for a while: how often staff tried to sign in."""

from django.db import models


class Cached(models.Model):
    """A row of the table behind Django's cache, whose columns Django chooses."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        """The name that the settings give."""

        db_table = "members_cached"

    def __str__(self) -> str:
        return self.cache_key
