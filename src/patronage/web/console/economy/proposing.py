"""Proposing what moves value or rules by hand: a form for each kind."""

from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from patronage import ledger
from patronage.commerce import amendments, proposals
from patronage.commerce.deeds import Ground
from patronage.commerce.models import Merchant, Proposal, ProposalKind
from patronage.economy.charter import load_charter
from patronage.economy.events import MONEY_MAX, POINTS_MAX
from patronage.members import clock
from patronage.members.auditing import REASON_LENGTH
from patronage.members.models import Person, Withdrawal
from patronage.members.phones import parsed
from patronage.web.console.economy.frame import show
from patronage.web.console.economy.verdicts import judged
from patronage.web.shared.amount_fields import AmountField
from patronage.web.shared.charters import changed, toml_of
from patronage.web.shared.office.fields import MomentInput
from patronage.web.shared.office.site import Office, person

_WHY_LENGTH: Final = 200


class ProposalForm(forms.Form):
    """Something to be done, and why; `facts` are what the proposal keeps."""

    told: Any = ""
    """What it does, for who proposes it."""

    reason = forms.CharField(
        label=pgettext_lazy("of what staff do", "Reason"),
        max_length=REASON_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )
    field_order: tuple[str, ...] = ()

    def facts(self) -> dict[str, Any]:
        """Return the proposal's facts."""
        return {name: told for name, told in self.cleaned_data.items() if name != "reason"}


class FundingForm(ProposalForm):
    """The operator's money for the reserve."""

    told = gettext_lazy(
        "The operator pays this into the custody account, and it joins the reserve: the price of "
        "all points rises at once. Whoever reaches their quota by it is bought out by the rules. "
        "It cannot be taken back."
    )
    field_order: tuple[str, ...] = ("amount_minor", "reason")
    amount_minor = AmountField(
        of="amount_minor", label=gettext_lazy("Amount"), min_value=1, max_value=MONEY_MAX
    )


class SurplusForm(FundingForm):
    """Surplus for the reserve."""

    told = gettext_lazy(
        "Surplus joins the reserve: the price of all points rises at once. Whoever reaches their "
        "quota by it is bought out by the rules. It cannot be taken back."
    )


class TreasuryForm(ProposalForm):
    """Points of the treasury to burn."""

    told = gettext_lazy(
        "Points of the treasury that no coin needs are burned; what they were worth joins the "
        "day's fees, which lift the reserve at the close."
    )
    field_order: tuple[str, ...] = ("points_nano", "reason")
    points_nano = AmountField(
        of="points_nano", label=gettext_lazy("Points"), min_value=1, max_value=POINTS_MAX
    )


class CreditForm(FundingForm):
    """Cash that the operator owes somebody."""

    told = gettext_lazy(
        "The operator pays this into the custody account, and the member or merchant has it as "
        "cash. The journal tells the ground to everybody, and nobody's name."
    )
    field_order: tuple[str, ...] = ("account", "amount_minor", "ground", "reason")
    account = forms.CharField(
        label=gettext_lazy("Account, or a member's phone"),
        max_length=60,
        widget=UnfoldAdminTextInputWidget,
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("Ground"), choices=Ground.choices, widget=UnfoldAdminSelectWidget
    )

    def clean_account(self) -> str:
        """Find whose account it is."""
        asked = self.cleaned_data["account"].strip()
        phone = parsed(asked)
        people = Person.objects.filter(closed_at=None)
        found = people.filter(phone=phone) if phone else people.filter(account=asked)
        account = found.values_list("account", flat=True).first()
        if account is None and Merchant.objects.filter(account=asked).exists():
            account = asked
        if account is None:
            raise forms.ValidationError(_("Nobody has this account."))
        return str(account)


class ChargeForm(CreditForm):
    """Cash that somebody owes the operator."""

    told = gettext_lazy(
        "The member's or merchant's cash falls by this, and the operator may take it out of the "
        "custody account."
    )


class PayoutForm(ProposalForm):
    """A large withdrawal to be let go."""

    told = gettext_lazy("Once accepted, the payout provider is asked to pay it at once.")
    field_order: tuple[str, ...] = ("withdrawal", "reason")
    withdrawal = forms.CharField(
        label=gettext_lazy("Number of the withdrawal"),
        max_length=24,
        widget=UnfoldAdminTextInputWidget,
    )

    def clean_withdrawal(self) -> str:
        """Find it."""
        number: str = self.cleaned_data["withdrawal"].strip()
        if not Withdrawal.objects.filter(number=number).exists():
            raise forms.ValidationError(_("There is no such withdrawal."))
        return number


class UnfreezeForm(ProposalForm):
    """An account to be thawed."""

    told = gettext_lazy(
        "Once accepted, they can redeem, convert, withdraw and pay from their balance again."
    )
    field_order: tuple[str, ...] = ("account", "reason")
    account = CreditForm.base_fields["account"]

    def clean_account(self) -> str:
        """Find whose account it is."""
        asked = self.cleaned_data["account"].strip()
        phone = parsed(asked)
        frozen = Person.objects.exclude(frozen_at=None)
        found = frozen.filter(phone=phone) if phone else frozen.filter(account=asked)
        self.person = found.first()
        if self.person is None:
            raise forms.ValidationError(_("This account is not frozen."))
        return str(asked)

    def facts(self) -> dict[str, Any]:
        """Name the person by their number."""
        assert self.person is not None  # noqa: S101  (clean_account found them)
        return {"person": self.person.pk}


class AmendmentForm(ProposalForm):
    """A new charter and when it is to hold."""

    told = gettext_lazy(
        "Once accepted, it is announced to members and in the open book, and comes into force by "
        "an event when its time has come. What was granted before stays as it was."
    )
    field_order: tuple[str, ...] = ("charter", "in_force_from", "why", "why_en", "reason")
    charter = forms.CharField(
        label=gettext_lazy("The whole new charter, as in its file"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24, "class": "font-mono"}),
    )
    in_force_from = forms.SplitDateTimeField(
        label=gettext_lazy("In force from"), widget=MomentInput
    )
    why = forms.CharField(
        label=gettext_lazy("Why, as members read it"),
        max_length=_WHY_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )
    why_en = forms.CharField(
        label=gettext_lazy("The same in English"),
        max_length=_WHY_LENGTH,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )

    def clean(self) -> dict[str, Any]:
        """Ask whether it can be announced."""
        told = super().clean() or self.cleaned_data
        if "charter" in told and "in_force_from" in told:
            refusal = amendments.refusal_of(told["charter"], told["in_force_from"])
            if refusal is not None:
                raise forms.ValidationError(str(refusal))
        return told

    def facts(self) -> dict[str, Any]:
        """Write the moment as text."""
        facts = super().facts()
        at: datetime = facts["in_force_from"]
        return {**facts, "in_force_from": at.isoformat()}


FORMS: Final[dict[str, type[ProposalForm]]] = {
    ProposalKind.AMENDMENT: AmendmentForm,
    ProposalKind.FUNDING: FundingForm,
    ProposalKind.SURPLUS: SurplusForm,
    ProposalKind.TREASURY: TreasuryForm,
    ProposalKind.CREDIT: CreditForm,
    ProposalKind.CHARGE: ChargeForm,
    ProposalKind.PAYOUT: PayoutForm,
    ProposalKind.UNFREEZE: UnfreezeForm,
}


def propose(office: Office, request: HttpRequest, kind: str) -> HttpResponse:
    """Ask what is to be done and why, and propose it; an amendment is shown first."""
    if kind not in FORMS:
        raise Http404
    initial = _initial(kind) | dict(request.GET.items())
    form = FORMS[kind](request.POST or None, initial=initial)
    looked: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        if "look" in request.POST:
            looked = looked_at(form.cleaned_data["charter"])
        else:
            made = proposals.propose(
                kind=ProposalKind(kind),
                facts=form.facts(),
                reason=form.cleaned_data["reason"],
                by=person(request),
            )
            if isinstance(made, Proposal):
                messages.success(request, _("Proposed. Somebody else decides."))
                return redirect("console:commerce_proposal_change", made.pk)
            form.add_error(None, str(made))
    return show(
        office,
        request,
        "propose.html",
        title=_("Propose: %(what)s") % {"what": ProposalKind(kind).label},
        form=form,
        told=form.told,
        is_amendment=kind == ProposalKind.AMENDMENT,
        **looked,
    )


def looked_at(charter: str) -> dict[str, Any]:
    """Return what a new charter changes, and the verdict on it."""
    new = load_charter(charter.encode())
    return {
        "changes": changed(ledger.state(settings.ECONOMY).charter, new),
        "judged": judged(new),
    }


def _initial(kind: str) -> dict[str, Any]:
    if kind != ProposalKind.AMENDMENT:
        return {}
    days = settings.AMENDMENT_NOTICE_DAYS + 1
    at = timezone.localtime(clock.now() + timedelta(days=days))
    return {
        "charter": toml_of(ledger.charters(settings.ECONOMY)[-1].document),
        "in_force_from": at.replace(hour=0, minute=0, second=0, microsecond=0),
    }
