"""Custody: statements of the account, bills, and what of them fits nothing of ours."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
)

from patronage.commerce import bills, custody
from patronage.commerce.bills import BadLine, Imported
from patronage.commerce.models import (
    Bill,
    BillCase,
    BillSource,
    CustodyStatement,
    StatementState,
)
from patronage.members import auditing
from patronage.members.amounts import money
from patronage.members.models import AuditVerb
from patronage.web.console.site import site
from patronage.web.shared.amount_fields import AmountField
from patronage.web.shared.office.fields import DayInput, ReasonForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import person
from patronage.web.shared.templatetags.amounts import signed


class StatementForm(forms.Form):
    """What lay in the custody account, and the bank's paper that shows it."""

    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput)
    balance_minor = AmountField(of="balance_minor", label=gettext_lazy("Balance at its end"))
    evidence = forms.FileField(
        label=gettext_lazy("The bank's statement, as a file"), widget=UnfoldAdminFileFieldWidget
    )


class BillForm(forms.Form):
    """A source's bill of a day."""

    source = forms.ChoiceField(
        label=gettext_lazy("Whose bill"),
        choices=BillSource.choices,
        widget=UnfoldAdminSelectWidget,
    )
    day = forms.DateField(label=gettext_lazy("Day"), widget=DayInput)
    file = forms.FileField(label=gettext_lazy("The bill (CSV)"), widget=UnfoldAdminFileFieldWidget)


@admin.register(CustodyStatement, site=site)
class CustodyStatementAdmin(KeysetReadOnlyAdmin):
    """What lay in the custody account, day by day."""

    keyset = ("-day", "-pk")
    list_display = (
        *("day", "shown_owed", "shown_balance", "shown_difference"),
        *("state", "stated_by", "decided_by"),
    )
    list_select_related = ("stated_by", "decided_by")
    actions_list = ("make",)
    actions_detail = ("confirm", "reject", "evidence")
    fields = (
        ("day", "state"),
        ("shown_owed", "shown_balance"),
        ("shown_difference", "evidence_name"),
        "evidence_hash",
        ("stated_by", "stated_at"),
        ("decided_by", "decided_at"),
        "reason",
    )
    readonly_fields = ("shown_owed", "shown_balance", "shown_difference")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CustodyStatement]:
        """Leave the evidence where it is until it is asked for."""
        return super().get_queryset(request).defer("evidence")

    @admin.display(description=gettext_lazy("owed at its close"))
    def shown_owed(self, one: CustodyStatement) -> str:
        """What had to be at hand."""
        return money(one.owed_minor)

    @admin.display(description=gettext_lazy("stated"))
    def shown_balance(self, one: CustodyStatement) -> str:
        """What lay there."""
        return money(one.balance_minor)

    @admin.display(description=gettext_lazy("difference"))
    def shown_difference(self, one: CustodyStatement) -> str:
        """How much more or less."""
        return signed(one.difference_minor, "money")

    def has_confirm_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it to whoever did not state it."""
        if object_id is None:
            return False
        waiting = CustodyStatement.objects.filter(pk=object_id, state=StatementState.STATED)
        return waiting.exclude(stated_by=request.user.pk).exists()

    has_reject_permission = has_confirm_permission

    @action(description=gettext_lazy("State a day"), url_path="state", permissions=["view"])
    def make(self, request: HttpRequest) -> HttpResponse:
        """State what lay in the account at the end of a day."""
        form = StatementForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            told = form.cleaned_data
            answer = custody.state(
                day=told["day"],
                balance_minor=told["balance_minor"],
                evidence=told["evidence"].read(custody.EVIDENCE_BYTES + 1),
                name=told["evidence"].name,
                by=person(request),
            )
            if isinstance(answer, CustodyStatement):
                messages.success(request, _("Stated. Somebody else confirms it."))
                return self.page_of("change", answer.pk)
            form.add_error(None, str(answer))
        told_ = _(
            "Somebody else confirms it with the bank's statement before the open book tells it."
        )
        title = _("State the custody account's balance")
        return self.ask(
            request, form, title=title, told=told_, button=pgettext("a balance", "State")
        )

    @action(description=gettext_lazy("Confirm"), url_path="confirm", permissions=["confirm"])
    def confirm(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Confirm what somebody else stated."""
        return self.ask_and_do(
            request,
            object_id,
            forms.Form,
            partial(custody.confirm, statement_id=object_id, by=person(request)),
            said=_("Confirmed. The open book tells it."),
            title=_("Confirm"),
            told=_("You have looked at the bank's statement, and it says the same."),
            button=_("Confirm"),
        )

    @action(
        description=pgettext_lazy("a statement", "Reject"),
        url_path="reject",
        permissions=["reject"],
    )
    def reject(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Reject what somebody else stated."""
        title = pgettext("a statement", "Reject")
        return self.ask_and_do(
            request,
            object_id,
            ReasonForm,
            partial(custody.reject, statement_id=object_id, by=person(request)),
            said=_("Rejected. The day can be stated anew."),
            title=title,
            told=_("The day can be stated anew."),
            button=title,
        )

    @action(description=gettext_lazy("Evidence"), url_path="evidence", permissions=["view"])
    def evidence(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Send the bank's statement as the file that it is, never shown as a page."""
        found = CustodyStatement.objects.filter(pk=object_id).first()
        if found is None:
            raise Http404
        auditing.record(actor=person(request), verb=AuditVerb.EXPORTED, subject=found)
        response = HttpResponse(bytes(found.evidence), content_type="application/octet-stream")
        shown = content_disposition_header(as_attachment=True, filename=found.evidence_name)
        response.headers["Content-Disposition"] = shown or "attachment"
        return response


@admin.register(Bill, site=site)
class BillAdmin(KeysetReadOnlyAdmin):
    """Bills that were imported."""

    keyset = ("-day", "-pk")
    list_display = ("day", "source", "line_count", "imported_by", "imported_at")
    list_filter = ("source",)
    list_select_related = ("imported_by",)
    actions_list = ("bring",)
    fields = (("day", "source"), "line_count", "file_hash", ("imported_by", "imported_at"))

    @action(description=gettext_lazy("Import a bill"), url_path="import", permissions=["view"])
    def bring(self, request: HttpRequest) -> HttpResponse:
        """Import a bill and match it."""
        form = BillForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            told = form.cleaned_data
            answer = bills.import_bill(
                source=BillSource(told["source"]),
                day=told["day"],
                data=told["file"].read(bills.BYTES_MAX + 1),
                by=person(request),
            )
            if isinstance(answer, Imported):
                said = _("%(lines)s new lines, %(matched)s of them fit; %(cases)s items are open.")
                messages.success(request, said % answer._asdict())
                return self.page_of("change", answer.bill.pk)
            form.add_error(None, _said(answer))
        told_ = _(
            "A CSV file whose first line names the columns kind (payment, refund or payout), "
            "reference (ours) and amount."
        )
        title = _("Import a bill")
        return self.ask(request, form, title=title, told=told_, button=title)


def _said(answer: object) -> str:
    if isinstance(answer, BadLine):
        told = _("Line %(n)s cannot be read; nothing is imported.")
        return told % {"n": answer.number}
    return str(answer)


class StandingFilter(admin.SimpleListFilter):
    """Open or closed."""

    title = gettext_lazy("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return what may be chosen."""
        del request, model_admin
        open_, closed = pgettext("of an item", "open"), pgettext("of an item", "closed")
        return [("open", open_), ("closed", closed)]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[BillCase]
    ) -> QuerySet[BillCase] | None:
        """Return those."""
        del request
        if self.value() is None:
            return None
        return queryset.filter(closed_at__isnull=self.value() == "open")


@admin.register(BillCase, site=site)
class BillCaseAdmin(KeysetReadOnlyAdmin):
    """What bills and mall do not agree on, until somebody closes it."""

    list_display = (
        *("reference", "kind", "source", "day", "shown_billed", "shown_ours"),
        *("opened_at", "closed_at", "closed_by"),
    )
    list_filter = (StandingFilter, "kind")
    list_select_related = ("closed_by",)
    search_fields = ("reference",)
    actions_detail = ("close",)
    fields = (
        ("reference", "kind"),
        ("source", "day"),
        ("shown_billed", "shown_ours"),
        ("opened_at", "closed_at"),
        ("closed_by", "reason"),
    )
    readonly_fields = ("shown_billed", "shown_ours")

    @admin.display(description=gettext_lazy("on the bill"))
    def shown_billed(self, case: BillCase) -> SafeString | str:
        """The bill's amount."""
        return money(case.billed_minor) or _("not there")

    @admin.display(description=gettext_lazy("in the mall"))
    def shown_ours(self, case: BillCase) -> SafeString | str:
        """The mall's amount."""
        return money(case.ours_minor) or _("not there")

    def has_close_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it while it is open."""
        del request
        if object_id is None:
            return False
        return BillCase.objects.filter(pk=object_id, closed_at=None).exists()

    @action(description=pgettext_lazy("an item", "Close"), url_path="close", permissions=["close"])
    def close(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Close it with a reason."""
        title = pgettext("an item", "Close")
        return self.ask_and_do(
            request,
            object_id,
            ReasonForm,
            partial(bills.close_case, case_id=object_id, by=person(request)),
            said=_("Closed."),
            title=title,
            told=_("Say why bill and mall differ, and what became of it."),
            button=title,
        )
