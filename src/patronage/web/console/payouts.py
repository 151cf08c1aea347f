"""Withdrawals: approved, confirmed by somebody else, declined; and a file for the tax office."""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from patronage.members import payouts, testpayout
from patronage.members.amounts import money
from patronage.members.models import TestPayout, Withdrawal, WithdrawalState
from patronage.members.payout_port import Standing
from patronage.members.refusals import Refusal
from patronage.web.console.site import site
from patronage.web.shared.exports import Cell, Table, amount, send
from patronage.web.shared.office.fields import ReasonForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import ReadOnlyAdmin, person

_DECLINABLE = (WithdrawalState.REQUESTED, WithdrawalState.APPROVED)


@admin.register(Withdrawal, site=site)
class WithdrawalAdmin(KeysetReadOnlyAdmin):
    """Withdrawals, the newest first."""

    holds_personal_data = True

    list_display = (
        *("shown_number", "requested_at", "shown_payee", "shown_amount", "shown_net"),
        *("state", "shown_staff"),
    )
    list_filter = ("state",)
    list_select_related = ("approved_by", "confirmed_by")
    keyset = ("-requested_at", "-pk")
    search_fields = ("number", "payee_name")
    actions = ("approve", "confirm", "export_for_tax")
    actions_detail = ("propose", "decline")
    fields = (
        ("number", "state"),
        ("shown_amount", "shown_fee"),
        ("shown_tax", "shown_net"),
        ("payee_name", "payee_bank"),
        "payee_account",
        ("requested_at", "taken_at"),
        ("approved_by", "approved_at"),
        ("confirmed_by", "confirmed_at"),
        ("ended_at", "reason"),
    )
    readonly_fields = ("shown_amount", "shown_fee", "shown_tax", "shown_net")

    @admin.display(description=gettext_lazy("number"))
    def shown_number(self, withdrawal: Withdrawal) -> str:
        """The number's beginning, which tells a page's rows apart."""
        return f"{withdrawal.number[:8]}…"

    @admin.display(description=gettext_lazy("paid to"))
    def shown_payee(self, withdrawal: Withdrawal) -> str:
        """The name, and the account number but for its last digits hidden."""
        return f"{withdrawal.payee_name} {withdrawal.masked_account}"

    @admin.display(description=gettext_lazy("approved, confirmed by"))
    def shown_staff(self, withdrawal: Withdrawal) -> str:
        """Whose two pairs of eyes saw it."""
        seen = (withdrawal.approved_by, withdrawal.confirmed_by)
        return ", ".join(str(one) for one in seen if one is not None)

    @admin.display(description=gettext_lazy("amount"))
    def shown_amount(self, withdrawal: Withdrawal) -> str:
        """What left the cash."""
        return money(withdrawal.amount_minor)

    @admin.display(description=gettext_lazy("fee"))
    def shown_fee(self, withdrawal: Withdrawal) -> str:
        """What is kept of it as a fee."""
        return money(withdrawal.fee_minor)

    @admin.display(description=gettext_lazy("withheld tax"))
    def shown_tax(self, withdrawal: Withdrawal) -> str:
        """What is kept of it as tax."""
        return money(withdrawal.tax_minor)

    @admin.display(description=gettext_lazy("to be paid out"))
    def shown_net(self, withdrawal: Withdrawal) -> str:
        """What is paid out."""
        return money(withdrawal.net_minor)

    @admin.action(description=gettext_lazy("Approve"), permissions=["view"])
    def approve(self, request: HttpRequest, chosen: QuerySet[Withdrawal]) -> None:
        """Approve what was requested."""
        self._each(request, chosen, payouts.approve, _("Approved."))

    @admin.action(description=gettext_lazy("Confirm, and have it paid out"), permissions=["view"])
    def confirm(self, request: HttpRequest, chosen: QuerySet[Withdrawal]) -> None:
        """Confirm what somebody else approved, and give it to the provider."""
        self._each(request, chosen, payouts.confirm, _("Confirmed."))

    def _each(
        self,
        request: HttpRequest,
        chosen: QuerySet[Withdrawal],
        do: Callable[..., Refusal | None],
        said: str,
    ) -> None:
        for number in chosen.order_by("requested_at").values_list("number", flat=True):
            answer = do(number=number, who=person(request))
            text = said if answer is None else str(answer)
            level = messages.SUCCESS if answer is None else messages.ERROR
            messages.add_message(request, level, f"{number}: {text}")

    def has_propose_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for what is too large to be approved without."""
        del request
        return object_id is not None and payouts.large_refused(object_id) is None

    @action(
        description=gettext_lazy("Propose the payout"), url_path="propose", permissions=["propose"]
    )
    def propose(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send to where it is proposed."""
        del request
        to = reverse("console:economy_propose", args=["payout"])
        return redirect(f"{to}?{urlencode({'withdrawal': object_id})}")

    def has_decline_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it while no provider was asked."""
        del request
        return Withdrawal.objects.filter(number=object_id, state__in=_DECLINABLE).exists()

    @action(description=gettext_lazy("Decline"), url_path="decline", permissions=["decline"])
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let it fail for a reason that the member reads; the amount comes back."""
        return self.ask_and_do(
            request,
            object_id,
            ReasonForm,
            partial(payouts.decline, number=object_id, who=person(request)),
            said=_("Declined. The amount is back in the member's cash."),
            title=_("Decline withdrawal %(number)s") % {"number": object_id},
            told=_("The amount goes back to the member's cash, and they read the reason."),
            button=_("Decline"),
        )

    @admin.action(
        description=gettext_lazy("Export those paid for the tax declaration (CSV)"),
        permissions=["view"],
    )
    def export_for_tax(
        self, request: HttpRequest, chosen: QuerySet[Withdrawal]
    ) -> HttpResponseBase | None:
        """Send a file of those chosen that are paid, by the day of payment."""
        paid = chosen.filter(state=WithdrawalState.PAID).order_by("ended_at")
        if not paid:
            messages.error(request, _("None of these is paid."))
            return None
        header = (
            *(_("Number"), _("Paid at"), _("Real name"), _("Bank"), _("Account number")),
            *(_("Amount"), _("Fee"), _("Tax withheld"), _("Paid out")),
        )
        return send(request, Table("withdrawals", header, map(_row, paid)), "csv")


def _row(one: Withdrawal) -> list[Cell]:
    sums = (one.amount_minor, one.fee_minor, one.tax_minor, one.net_minor)
    return [
        *(one.number, one.ended_at, one.payee_name, one.payee_bank, one.payee_account),
        *map(amount, sums),
    ]


@admin.register(TestPayout, site=site)
class TestPayoutAdmin(ReadOnlyAdmin):
    """What the embedded payout provider was asked for; staff play the bank."""

    list_display = ("reference", "shown_amount", "state", "reason", "opened_at")
    list_filter = ("state",)
    ordering = ("-opened_at",)
    actions = ("pay", "fail")
    fields = ("reference", "shown_amount", "state", "reason", "opened_at")
    readonly_fields = ("shown_amount",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show it in a demonstration alone."""
        return settings.DEMO and super().has_module_permission(request)

    @admin.display(description=gettext_lazy("amount"))
    def shown_amount(self, payout: TestPayout) -> str:
        """What is to be sent."""
        return money(payout.amount_minor)

    @admin.action(description=gettext_lazy("Play the bank: paid"), permissions=["view"])
    def pay(self, request: HttpRequest, chosen: QuerySet[TestPayout]) -> None:
        """Let the bank say that it paid."""
        self._answer(request, chosen, Standing.PAID, "")

    @admin.action(description=gettext_lazy("Play the bank: failed"), permissions=["view"])
    def fail(self, request: HttpRequest, chosen: QuerySet[TestPayout]) -> None:
        """Let the bank say that it could not."""
        self._answer(request, chosen, Standing.FAILED, _("The bank says: no such account."))

    def _answer(
        self,
        request: HttpRequest,
        chosen: QuerySet[TestPayout],
        standing: Standing,
        reason: str,
    ) -> None:
        for reference in chosen.values_list("reference", flat=True):
            testpayout.answer(reference=reference, standing=standing, reason=reason)
            payouts.ask(reference)
        messages.success(request, _("Done."))
