"""What was chosen when the economy was opened, and cannot be changed afterwards."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from patronage.members import clock


class Payout(models.TextChoices):
    """What members may do with cash."""

    CASH = "cash", _("cash pays orders, and can be withdrawn")
    MALL_ONLY = "mall_only", _("cash pays orders, and cannot be withdrawn")


class PayoutChoice(models.Model):
    """What an economy's cash may do, chosen when it was opened in the console, for good."""

    economy = models.CharField(max_length=63, primary_key=True)
    payout = models.CharField(max_length=9, choices=Payout.choices)
    chosen_at = models.DateTimeField(default=clock.now)

    class Meta:
        """One of the two."""

        constraints = (
            models.CheckConstraint(
                condition=models.Q(payout__in=Payout.values), name="members_payout_choice"
            ),
        )

    def __str__(self) -> str:
        return f"{self.economy}: {self.payout}"
