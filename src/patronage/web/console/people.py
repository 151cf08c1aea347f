"""Levels, and how people paid: read by the operator."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from patronage.commerce.models import CounterPayment, CounterRefund, Payment, Refund
from patronage.members.models import Level
from patronage.web.console.site import site
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import OfficeAdmin
from patronage.web.shared.templatetags.amounts import coins, money, points


@admin.register(Level, site=site)
class LevelAdmin(OfficeAdmin):
    """Levels, as the operator names them."""

    list_display = ("name", "name_en", "shown_from", "is_partner")

    @admin.display(description=gettext_lazy("from so many points"), ordering="from_nano")
    def shown_from(self, level: Level) -> str:
        """The points from which it holds."""
        return points(level.from_nano)


@admin.register(CounterPayment, site=site)
class CounterPaymentAdmin(KeysetReadOnlyAdmin):
    """Payments at counters."""

    list_display = ("number", "merchant", "way", "shown_amount", "state", "made_at")
    list_filter = ("state", "way")
    list_select_related = ("merchant",)
    search_fields = ("number",)
    fields = (
        *("number", "merchant", "person", "way", "shown_amount"),
        *("state", "refusal", "record", "staff", "made_at"),
    )

    @admin.display(description=gettext_lazy("coins"))
    def shown_amount(self, payment: CounterPayment) -> str:
        """The coins paid."""
        return coins(payment.amount_minor)


@admin.register(CounterRefund, site=site)
class CounterRefundAdmin(KeysetReadOnlyAdmin):
    """Refunds at counters."""

    list_display = ("number", "payment", "shown_amount", "state", "made_at")
    list_filter = ("state",)
    list_select_related = ("payment",)
    search_fields = ("number", "payment__number")
    fields = ("number", "payment", "shown_amount", "state", "refusal", "record", "staff", "made_at")

    @admin.display(description=gettext_lazy("coins"))
    def shown_amount(self, refund: CounterRefund) -> str:
        """The coins given back."""
        return coins(refund.amount_minor)


@admin.register(Payment, site=site)
class PaymentAdmin(KeysetReadOnlyAdmin):
    """Payments."""

    list_display = ("reference", "checkout", "state", "shown_inner", "shown_amount", "created_at")
    list_filter = ("state",)
    list_select_related = ("checkout",)
    search_fields = ("reference", "checkout__number")

    @admin.display(description=gettext_lazy("from the ledger"))
    def shown_inner(self, payment: Payment) -> str:
        """What the ledger paid of it."""
        return money(payment.inner_minor)

    @admin.display(description=gettext_lazy("by the provider"))
    def shown_amount(self, payment: Payment) -> str:
        """What the provider paid of it."""
        return money(payment.amount_minor)


@admin.register(Refund, site=site)
class RefundAdmin(KeysetReadOnlyAdmin):
    """Refunds."""

    list_display = ("key", "channel", "shown_amount", "state", "requested_at", "ended_at")
    list_filter = ("state", "channel")
    search_fields = ("key",)

    @admin.display(description=gettext_lazy("sum"))
    def shown_amount(self, refund: Refund) -> str:
        """What goes back."""
        return money(refund.amount_minor)
