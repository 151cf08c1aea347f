"""Who sells: applications answered, agreements made, merchants suspended and let go on."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.decorators import action

from patronage.commerce import merchants, search
from patronage.commerce.merchants import MerchantRefusal, Terms
from patronage.commerce.models import Agreement, Application, ApplicationState, Merchant
from patronage.web.console.settlement import settlement
from patronage.web.console.site import site
from patronage.web.shared.amount_fields import AmountField
from patronage.web.shared.office.fields import DayInput, LongText, ReasonForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import Form, OfficeAdmin, ReadOnlyInline, person
from patronage.web.shared.templatetags.amounts import percent


class AgreementForm(forms.Form):
    """What was agreed."""

    concession = AmountField(
        of="concession_micro", label=gettext_lazy("concession"), max_value=1_000_000
    )
    starts_on = forms.DateField(
        label=gettext_lazy("from"), initial=merchants.today, widget=DayInput
    )
    ends_on = forms.DateField(label=gettext_lazy("until"), required=False, widget=DayInput)
    terms = forms.CharField(
        label=gettext_lazy("terms"), max_length=4000, required=False, widget=LongText
    )

    def told(self) -> Terms:
        """Return what was written."""
        written = self.cleaned_data
        return Terms(
            written["concession"], written["starts_on"], written["ends_on"], written["terms"]
        )


@admin.register(Application, site=site)
class ApplicationAdmin(KeysetReadOnlyAdmin):
    """Applications, answered once."""

    holds_personal_data = True
    list_display = ("name", "company", "contact", "state", "applied_at")
    list_filter = ("state",)
    search_fields = ("name", "company", "licence")
    actions_detail = ("accept", "decline")
    fields = (
        ("name", "company"),
        ("licence", "email"),
        ("contact", "phone"),
        "goods",
        ("applied_at", "state"),
        ("answered_at", "answered_by"),
        ("answer", "merchant"),
    )

    def has_answer_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it while it waits for an answer."""
        if not self._is_open(request) or object_id is None:
            return False
        found = self.get_object(request, str(object_id))
        if not isinstance(found, Application):
            return False
        # Who presses a button that was offered a moment ago is told what has happened since.
        return request.method == "POST" or found.state == ApplicationState.WAITING

    @action(
        description=gettext_lazy("Accept, with an agreement"),
        url_path="accept",
        permissions=["answer"],
    )
    def accept(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make the applicant a merchant under an agreement."""
        found = self._application(request, object_id)
        form = AgreementForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            answer = merchants.accept(
                application_id=found.id, who=person(request), terms=form.told()
            )
            self.tell(request, answer, _("The merchant is there; it sells from the first day on."))
            if not isinstance(answer, MerchantRefusal):
                return self.page_of("change", found.pk)
        told = _(
            "The applicant becomes a merchant, with an account in the ledger, from the first day "
            "of the agreement on. Add their staff afterwards."
        )
        title = _("Agreement with %(name)s") % {"name": found}
        return self.ask(request, form, title=title, told=told, button=_("Accept"))

    @action(description=gettext_lazy("Decline"), url_path="decline", permissions=["answer"])
    def decline(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Answer with no, and why."""
        found = self._application(request, object_id)
        who = person(request)
        return self.ask_and_do(
            request,
            found.pk,
            ReasonForm,
            lambda reason: merchants.decline(application_id=found.id, who=who, answer=reason),
            said=_("Declined. Tell the applicant."),
            title=_("Decline the application of %(name)s") % {"name": found},
            told=_("Nothing is sent: tell the applicant by e-mail or phone."),
            button=_("Decline"),
        )

    def _application(self, request: HttpRequest, object_id: int) -> Application:
        found = self.get_object(request, str(object_id))
        if not isinstance(found, Application):
            raise Http404
        return found


class AgreementInline(ReadOnlyInline):
    """A merchant's agreements."""

    model = Agreement
    fields = ("concession_micro", "starts_on", "ends_on", "terms", "made_by", "in_force_at")
    readonly_fields = fields


@admin.register(Merchant, site=site)
class MerchantAdmin(OfficeAdmin):
    """Merchants, for the operator."""

    can_delete = False
    list_display = ("name", "shown_standing", "shown_concession", "applied_at", "approved_at")
    search_fields = ("name", "name_en")
    autocomplete_fields = ("staff",)
    inlines = (AgreementInline,)
    actions = ("approve",)
    actions_detail = ("settlement", "agree", "suspend", "resume")
    fields = (
        ("name", "name_en"),
        ("is_house", "shown_standing"),
        ("shown_concession", "account"),
        "staff",
        ("applied_at", "approved_at"),
        ("suspended_at", "shown_reason"),
    )
    readonly_fields = (
        *("shown_standing", "shown_concession", "account", "applied_at", "approved_at"),
        *("suspended_at", "shown_reason"),
    )

    def save_model(self, request: HttpRequest, obj: Merchant, form: Form, change: Any) -> None:
        """Let its products be found by its new name."""
        super().save_model(request, obj, form, change)
        search.index_all(obj.products.all())

    @admin.display(description=gettext_lazy("concession"))
    def shown_concession(self, merchant: Merchant) -> str:
        """The part of its prices that it leaves to the house."""
        return "–" if merchant.is_house else percent(merchant.concession_micro)

    @admin.display(description=pgettext_lazy("of a merchant", "standing"))
    def shown_standing(self, merchant: Merchant) -> str:
        """Whether it sells."""
        if merchant.suspended_at is not None:
            return _("suspended")
        if merchant.approved_at is None:
            return _("not approved yet")
        return _("the house, sells") if merchant.is_house else _("sells")

    @admin.display(description=gettext_lazy("why suspended"))
    def shown_reason(self, merchant: Merchant) -> str:
        """Why it is suspended: what staff wrote, or the jobs' own sentence."""
        reason = merchant.suspended_reason
        return _(reason) if reason == merchants.ENDED else reason

    @admin.action(description=gettext_lazy("Approve"), permissions=["change"])
    def approve(self, request: HttpRequest, chosen: QuerySet[Merchant]) -> None:
        """Approve the chosen merchants and open their accounts."""
        for merchant in chosen:
            refusal = merchants.approve(merchant_id=merchant.id)
            if refusal is None:
                messages.success(request, _("%(name)s is approved.") % {"name": merchant})
            else:
                messages.error(request, f"{merchant}: {refusal}")

    @action(description=gettext_lazy("Settlement statement"), url_path="settlement")
    def settlement(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Show what moved a merchant's account in a period; of the house, the platform's parts."""
        found = self.get_object(request, str(object_id))
        if not isinstance(found, Merchant):
            raise Http404
        return settlement(self, request, found)

    def has_agree_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for all but the house."""
        found = self._found(request, object_id)
        return found is not None and not found.is_house

    def has_suspend_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for who sells."""
        found = self._found(request, object_id)
        return found is not None and found.is_open

    def has_resume_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for who is suspended."""
        found = self._found(request, object_id)
        return found is not None and found.suspended_at is not None

    def _found(self, request: HttpRequest, object_id: str | None) -> Merchant | None:
        if object_id is None or not self.has_change_permission(request):
            return None
        found = self.get_object(request, str(object_id))
        return found if isinstance(found, Merchant) else None

    @action(description=gettext_lazy("New agreement"), url_path="agree", permissions=["agree"])
    def agree(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Make an agreement that takes the place of the one in force."""
        form = AgreementForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            answer = merchants.agree(
                merchant_id=int(object_id), who=person(request), terms=form.told()
            )
            self.tell(request, answer, _("Agreed."))
            if not isinstance(answer, MerchantRefusal):
                return self.page_of("change", object_id)
        told = _(
            "From its first day on it takes the place of the one before. What was ordered before "
            "keeps its concession; goods that would lose money under the new one leave the mall."
        )
        title = _("New agreement")
        which = self.get_object(request, str(object_id))
        return self.ask(request, form, title=f"{title}: {which}", told=told, button=title)

    @action(description=gettext_lazy("Suspend"), url_path="suspend", permissions=["suspend"])
    def suspend(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Take a merchant's goods out of the mall, and keep its money where it is."""
        told = _(
            "Its goods and coupons leave the mall, its counter takes no coins, and nothing leaves "
            "its account. Orders that are placed are delivered and completed, and what they bring "
            "is credited."
        )
        title = _("Suspend")
        return self.ask_and_do(
            request,
            object_id,
            ReasonForm,
            partial(merchants.suspend, merchant_id=int(object_id), who=person(request)),
            said=_("Suspended."),
            title=f"{title}: {self.get_object(request, str(object_id))}",
            told=told,
            button=title,
        )

    @action(description=gettext_lazy("Let it go on"), url_path="resume", permissions=["resume"])
    def resume(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Let a merchant sell again."""
        title = _("Let it go on")
        return self.ask_and_do(
            request,
            object_id,
            forms.Form,
            partial(merchants.resume, merchant_id=int(object_id), who=person(request)),
            said=_("It sells again."),
            title=f"{title}: {self.get_object(request, str(object_id))}",
            told=_("The goods that left the mall with it come back, where the sums allow it."),
            button=title,
        )
