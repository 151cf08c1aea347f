"""What merchants owe for refunds."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from patronage.commerce.models import Debt
from patronage.web.shared.office.site import ReadOnlyAdmin
from patronage.web.shared.templatetags.amounts import money


class DebtAdmin(ReadOnlyAdmin):
    """Debts, the newest first."""

    of_merchant = "merchant"
    list_display = (
        *("aftersale", "merchant", "shown_amount", "shown_paid", "shown_left"),
        "since",
    )
    list_select_related = ("aftersale", "merchant")
    list_filter = ("merchant",)
    ordering = ("-id",)
    fields = ("aftersale", "merchant", "shown_amount", "shown_paid", "shown_left", "since")
    readonly_fields = ("shown_amount", "shown_paid", "shown_left")

    @admin.display(description=gettext_lazy("owed for the refund"))
    def shown_amount(self, debt: Debt) -> str:
        """All of it."""
        return money(debt.amount_minor)

    @admin.display(description=gettext_lazy("charged so far"))
    def shown_paid(self, debt: Debt) -> str:
        """What was taken from the merchant's cash."""
        return money(debt.paid_minor)

    @admin.display(description=gettext_lazy("still owed"))
    def shown_left(self, debt: Debt) -> str:
        """What still is owed."""
        return money(debt.left_minor)
