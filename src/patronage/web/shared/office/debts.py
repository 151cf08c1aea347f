"""What merchants and sellers owe for refunds."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patronage.commerce.models import Debt
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.templatetags.amounts import money


class OpenFilter(admin.SimpleListFilter):
    """Whether something is still owed."""

    title = gettext_lazy("still owed")
    parameter_name = "open"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer those of which something is."""
        del request, model_admin
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Debt]) -> QuerySet[Debt]:
        """Return what is asked for, by its index."""
        del request
        return queryset.filter(paid_minor__lt=F("amount_minor")) if self.value() else queryset


class DebtAdmin(KeysetReadOnlyAdmin):
    """Debts, the newest first."""

    of_merchant = "merchant"
    list_display = (
        *("order", "shown_holder", "shown_amount", "shown_paid", "shown_left"),
        *("aftersale", "since"),
    )
    list_select_related = ("order", "aftersale", "merchant", "person")
    list_filter = (OpenFilter,)
    search_help_text = gettext_lazy("Number of the order or the after-sale case, in full")
    search_fields = ("order__number", "aftersale__number")
    fields = (
        ("order", "aftersale"),
        "shown_holder",
        ("shown_amount", "shown_paid", "shown_left"),
        "since",
    )
    readonly_fields = ("shown_holder", "shown_amount", "shown_paid", "shown_left")

    @admin.display(description=gettext_lazy("owed by"))
    def shown_holder(self, debt: Debt) -> str:
        """The merchant, or the member who sold."""
        return str(debt.merchant or debt.person)

    @admin.display(description=gettext_lazy("amount owed"))
    def shown_amount(self, debt: Debt) -> str:
        """All of it."""
        return money(debt.amount_minor)

    @admin.display(description=gettext_lazy("charged so far"))
    def shown_paid(self, debt: Debt) -> str:
        """What was taken from the holder's cash."""
        return money(debt.paid_minor)

    @admin.display(description=gettext_lazy("still owed"))
    def shown_left(self, debt: Debt) -> str:
        """What still is owed."""
        return money(debt.left_minor)
