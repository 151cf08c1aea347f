"""What a member means to buy."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from patronage.commerce.models.catalogue import Sku
from patronage.members import clock


class CartItem(models.Model):
    """So many of a SKU in a member's cart; `is_selected` for the next checkout."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="cart_items"
    )
    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()
    is_selected = models.BooleanField(default=True)
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        """A SKU stands in a cart once."""

        constraints = (
            models.UniqueConstraint(fields=("person", "sku"), name="commerce_cart_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="commerce_cart_quantity"),
        )

    def __str__(self) -> str:
        return f"{self.sku_id} × {self.quantity}"
