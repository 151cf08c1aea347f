"""Proposals decided, and amendments that are announced."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.decorators import action

from patronage.commerce import amendments, proposals
from patronage.commerce.deeds import Ground
from patronage.commerce.models import (
    Amendment,
    Merchant,
    Proposal,
    ProposalKind,
    ProposalState,
)
from patronage.members.amounts import money, points
from patronage.members.models import Person
from patronage.web.console.economy.proposing import looked_at
from patronage.web.console.site import site
from patronage.web.shared.office.fields import ReasonForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import ReadOnlyAdmin, person
from patronage.web.shared.templatetags.amounts import moment


@admin.register(Proposal, site=site)
class ProposalAdmin(KeysetReadOnlyAdmin):
    """Proposals, the newest first: decided by somebody else than who proposed them."""

    list_display = ("__str__", "shown_what", "state", "proposed_by", "proposed_at", "decided_by")
    list_filter = ("state", "kind")
    list_select_related = ("proposed_by", "decided_by")
    actions_detail = ("accept", "refuse", "withdraw")
    fields = (
        "kind",
        "shown_facts",
        "reason",
        ("proposed_by", "proposed_at"),
        "state",
        ("decided_by", "decided_at"),
        "decision_reason",
        "shown_outcome",
    )
    readonly_fields = ("shown_facts", "shown_outcome")

    @admin.display(description=gettext_lazy("what"))
    def shown_what(self, proposal: Proposal) -> str:
        """The amount, or whom it is about, in short."""
        return _what(proposal)

    @admin.display(description=gettext_lazy("what exactly"))
    def shown_facts(self, proposal: Proposal) -> SafeString | str:
        """What exactly."""
        if proposal.kind != ProposalKind.AMENDMENT:
            return _whole(proposal)
        facts = proposal.facts
        told = {
            "proposal": proposal,
            "in_force_from": datetime.fromisoformat(facts["in_force_from"]),
            **looked_at(facts["charter"]),
        }
        return render_to_string("console/economy/amendment.html", told)

    @admin.display(description=gettext_lazy("what came of it"))
    def shown_outcome(self, proposal: Proposal) -> SafeString | str:
        """The journal's record, or that the ledger refused it."""
        if proposal.refusal:
            told = _("The ledger refused it as %(code)s: nothing changed.")
            return told % {"code": proposal.refusal}
        if proposal.record is not None:
            url = reverse("console:economy_record", args=[proposal.record])
            return format_html(
                '<a href="{}">{}</a>', url, _("Record %(n)s") % {"n": proposal.record}
            )
        return _("done") if proposal.concluded_at else "–"

    def has_accept_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it to whoever did not propose it, while it is open."""
        return self._is_open_to(request, object_id, is_own=False)

    has_refuse_permission = has_accept_permission

    def has_withdraw_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it to who proposed it, while it is open."""
        return self._is_open_to(request, object_id, is_own=True)

    def _is_open_to(self, request: HttpRequest, object_id: str | None, *, is_own: bool) -> bool:
        if object_id is None:
            return False
        found = Proposal.objects.filter(pk=object_id, state=ProposalState.OPEN).first()
        return found is not None and (found.proposed_by_id == request.user.pk) is is_own

    @action(
        description=pgettext_lazy("a proposal", "Accept"), url_path="accept", permissions=["accept"]
    )
    def accept(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Have it done."""
        told = _("It is done at once, and stands in the audit log under your name.")
        return self._decided(
            request, object_id, proposals.accept, pgettext("a proposal", "Accept"), told
        )

    @action(
        description=pgettext_lazy("a proposal", "Refuse"), url_path="refuse", permissions=["refuse"]
    )
    def refuse(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Have it not done."""
        told = _("Nothing is done. Who proposed it reads the reason.")
        return self._decided(
            request, object_id, proposals.refuse, pgettext("a proposal", "Refuse"), told
        )

    @action(description=gettext_lazy("Take back"), url_path="withdraw", permissions=["withdraw"])
    def withdraw(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Take one's own back."""
        return self.ask_and_do(
            request,
            object_id,
            forms.Form,
            partial(proposals.withdraw, proposal_id=object_id, by=person(request)),
            said=_("The proposal is taken back."),
            title=_("Take back"),
            told=_("Nothing is done."),
            button=_("Take back"),
        )

    def _decided(
        self,
        request: HttpRequest,
        object_id: int,
        decide: Callable[..., Any],
        title: str,
        told: str,
    ) -> HttpResponse:
        return self.ask_and_do(
            request,
            object_id,
            ReasonForm,
            partial(decide, proposal_id=object_id, by=person(request)),
            said=_("Decided."),
            title=f"{title}: {self.get_object(request, str(object_id))}",
            told=told,
            button=title,
        )


def _what(proposal: Proposal) -> str:
    """Say in short what a proposal is about."""
    facts = proposal.facts
    if "amount_minor" in facts:
        return money(facts["amount_minor"])
    if "points_nano" in facts:
        return points(facts["points_nano"])
    if "withdrawal" in facts:
        return str(facts["withdrawal"])
    if "person" in facts:
        return str(Person.objects.get(pk=facts["person"]))
    return moment(datetime.fromisoformat(facts["in_force_from"]))


def _whole(proposal: Proposal) -> SafeString | str:
    """Say all that a proposal does, with links to whom it is about."""
    facts = proposal.facts
    what = _what(proposal)
    if "withdrawal" in facts:
        return _linked("members_withdrawal_change", facts["withdrawal"], what)
    if "person" in facts:
        return _linked("members_person_change", facts["person"], what)
    if "account" not in facts:
        return what
    return format_html(
        "{} · {} · {}", what, Ground(facts["ground"]).label, _holder(facts["account"])
    )


def _holder(account: str) -> SafeString | str:
    """Say whose an account is, with a link."""
    found = Person.objects.filter(account=account).first()
    if found is not None:
        return _linked("members_person_change", found.pk, str(found))
    merchant = Merchant.objects.filter(account=account).first()
    if merchant is not None:
        return _linked("commerce_merchant_change", merchant.pk, str(merchant))
    return account


def _linked(page: str, key: object, text: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse(f"console:{page}", args=[key]), text)


@admin.register(Amendment, site=site)
class AmendmentAdmin(ReadOnlyAdmin):
    """Amendments that were announced; one is announced by a proposal."""

    list_display = ("why", "in_force_from", "announced_at", "withdrawn_at", "submitted_at")
    actions = ("withdraw",)
    fields = (
        ("why", "why_en"),
        ("announced_at", "in_force_from"),
        ("withdrawn_at", "submitted_at"),
        "shown_charter",
    )
    readonly_fields = ("shown_charter",)

    @admin.display(description=gettext_lazy("charter, as in its file"))
    def shown_charter(self, amendment: Amendment) -> SafeString:
        """Its lines as they are."""
        return format_html(
            '<pre class="font-mono overflow-x-auto" translate="no">{}</pre>', amendment.charter
        )

    @admin.action(description=gettext_lazy("Withdraw the announcement"), permissions=["view"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Amendment]) -> None:
        """Take announcements back."""
        for one in chosen:
            refusal = amendments.withdraw(amendment_id=one.pk, by=person(request))
            self.tell(request, refusal, _("The announcement is withdrawn."))
