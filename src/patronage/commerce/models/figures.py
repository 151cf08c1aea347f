"""What each day came to, so that nobody adds up orders while a page waits."""

from typing import ClassVar

from django.db import models

from patronage.members import clock


class DayFigures(models.Model):
    """A day's sums, counted until it `is_final`; where the rows are removed, they are made again.

    Orders and members are counted by the clock, from midnight to midnight. What the ledger did is
    counted by its records, from the day's last close to its own: `through_seq` is its last record,
    and reserve, circulating points and what is owed are as that record left them. Money is in minor
    units, points in nano-points. `members_active` paid an order that day.
    """

    day = models.DateField(primary_key=True)
    orders_placed = models.BigIntegerField(default=0)
    orders_paid = models.BigIntegerField(default=0)
    sales_minor = models.BigIntegerField(default=0)
    orders_completed = models.BigIntegerField(default=0)
    members_new = models.BigIntegerField(default=0)
    members_active = models.BigIntegerField(default=0)
    contributed_minor = models.BigIntegerField(default=0)
    dividend_contributed_minor = models.BigIntegerField(default=0)
    given_back_minor = models.BigIntegerField(default=0)
    redemptions = models.BigIntegerField(default=0)
    redeemed_minor = models.BigIntegerField(default=0)
    compulsory = models.BigIntegerField(default=0)
    redemption_fee_minor = models.BigIntegerField(default=0)
    dividend_minor = models.BigIntegerField(default=0)
    reserve_minor = models.BigIntegerField(default=0)
    circulating_nano = models.BigIntegerField(default=0)
    owed_minor = models.BigIntegerField(default=0)
    through_seq = models.BigIntegerField()
    is_final = models.BooleanField(default=False)
    counted_at = models.DateTimeField(default=clock.now)

    class Meta:
        """The newest first."""

        ordering: ClassVar[tuple[str, ...]] = ("-day",)

    def __str__(self) -> str:
        return f"{self.day}"
