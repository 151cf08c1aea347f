"""What must not happen and did, in words, until somebody has looked at it."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models import Alarm
from patronage.members import clock
from patronage.web.console.site import site
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin

KINDS: Final[dict[str, str | Promise]] = {
    "event_refused": _("the ledger refused an event of ours"),
    "day_late": _("a day is not closed"),
    "job_failed": _("a job failed"),
    "amount_differs": _("another amount was paid than asked for"),
    "payment_not_asked": _("a payment could not be asked about"),
    "refund_failed": _("the payment provider refused a refund"),
    "refund_not_made": _("a refund could not be made"),
    "order_not_completed": _("an order could not be completed"),
    "order_not_divided": _("an order's money could not be divided"),
    "order_not_cancelled": _("an order could not be cancelled"),
    "order_not_received": _("an order could not be taken as received"),
    "purchase_not_declined": _("a purchase order could not be declined"),
    "aftersale_not_passed_on": _("an after-sale case could not be passed on"),
    "aftersale_not_refunded": _("an after-sale case could not be refunded"),
    "debt_not_collected": _("a debt could not be collected"),
    "counter_not_concluded": _("a payment at a counter could not be concluded"),
    "agreement_not_begun": _("an agreement could not begin"),
    "agreement_not_ended": _("an agreement could not end"),
    "merchant_not_approved": _("a merchant could not be approved"),
    "award_not_noted": _("an award could not be noted"),
    "reward_not_paid": _("a released reward could not be paid"),
    "proposal": _("an accepted proposal could not be concluded"),
    "amendment": _("an amendment could not be put in force"),
}
"""Every kind that is sounded, in words."""


class KindFilter(admin.SimpleListFilter):
    """By kind, in words."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return what may be chosen."""
        del request, model_admin
        return [(kind, str(told)) for kind, told in KINDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alarm]) -> QuerySet[Alarm] | None:
        """Return those."""
        del request
        return None if self.value() is None else queryset.filter(kind=self.value())


@admin.register(Alarm, site=site)
class AlarmAdmin(KeysetReadOnlyAdmin):
    """Alarms."""

    list_display = ("shown_kind", "subject", "raised_at", "cleared_at")
    list_filter = (KindFilter,)
    actions = ("clear",)
    fields = ("shown_kind", "subject", "detail", ("raised_at", "cleared_at"))
    readonly_fields = ("shown_kind",)

    @admin.display(description=_("kind"))
    def shown_kind(self, alarm: Alarm) -> str:
        """What happened."""
        return str(KINDS.get(alarm.kind, alarm.kind))

    @admin.action(description=_("Clear"), permissions=["view"])
    def clear(self, request: HttpRequest, alarms: QuerySet[Alarm]) -> None:
        """Note that someone has looked at them."""
        del request
        alarms.filter(cleared_at=None).update(cleared_at=clock.now())
