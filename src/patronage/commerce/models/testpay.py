"""What the embedded test provider believes. Only the provider reads and writes these."""

from django.db import models

from patronage.members import clock


class TestKey(models.Model):
    """The secret with which the provider signs, made at its first use."""

    __test__ = False  # no test class, whatever its name says

    secret = models.CharField(max_length=64)

    def __str__(self) -> str:
        return "key"


class TestCharge(models.Model):
    """A sum asked for under a reference: waiting, succeeded, failed or closed."""

    __test__ = False

    reference = models.CharField(max_length=40, unique=True)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=12, default="waiting")
    opened_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.reference


class TestRefund(models.Model):
    """A sum sent back under a key; asked again under the same key it is the same."""

    __test__ = False

    charge = models.ForeignKey(TestCharge, on_delete=models.PROTECT, related_name="refunds")
    key = models.CharField(max_length=80, unique=True)
    amount_minor = models.BigIntegerField()
    made_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.key


class TestDelivery(models.Model):
    """A message to the mall, waiting in the outbox until it is due and was taken."""

    __test__ = False

    event_id = models.CharField(max_length=64)
    body = models.TextField()
    due_at = models.DateTimeField(default=clock.now)
    delivered_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        """Found by when it is due."""

        indexes = (
            models.Index(
                fields=("due_at",),
                name="commerce_test_delivery_due",
                condition=models.Q(delivered_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.event_id
