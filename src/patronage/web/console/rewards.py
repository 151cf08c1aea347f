"""Rewards of the leaderboard: announced, decided by a frozen list, given; and partners."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from patronage.commerce import rewards
from patronage.members import awards, clock
from patronage.members.awards import AwardRefusal
from patronage.members.models import (
    Award,
    AwardState,
    CutOff,
    CutOffPlace,
    Partner,
    Person,
    Reward,
)
from patronage.members.refusals import Refusal
from patronage.web.console.site import site
from patronage.web.shared.amount_fields import AmountField
from patronage.web.shared.office.fields import ReasonForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import OfficeAdmin, ReadOnlyAdmin, ReadOnlyInline, person
from patronage.web.shared.templatetags.amounts import day, money, points


class RewardForm(forms.ModelForm[Reward]):
    """A reward for places that are not decided yet."""

    def clean_decided_on(self) -> Any:
        """Refuse a day whose places are known already."""
        decided_on = self.cleaned_data["decided_on"]
        if decided_on < timezone.localdate(clock.now(), timezone.get_default_timezone()):
            raise ValidationError(
                _("The places of this day are decided already. Take a later one.")
            )
        return decided_on


@admin.register(Reward, site=site)
class RewardAdmin(OfficeAdmin):
    """Rewards announced for places of the leaderboard; as they are, once their day is over."""

    form = RewardForm
    list_display = ("text", "text_en", "first_place", "last_place", "decided_on")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let it be changed until it is decided."""
        return self._is_to_come(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let it be deleted until it is decided."""
        return self._is_to_come(obj) and super().has_delete_permission(request, obj)

    def _is_to_come(self, reward: Any) -> bool:
        today = timezone.localdate(clock.now(), timezone.get_default_timezone())
        return not isinstance(reward, Reward) or reward.decided_on >= today


def member_link(account: str) -> str:
    """Return a link to the member whose account this is, the account itself for none."""
    found = Person.objects.filter(account=account).first()
    if found is None:
        return account
    url = reverse("console:members_person_change", args=[found.pk])
    return format_html('<a class="text-link" href="{}">{}</a>', url, found)


class PlaceInline(ReadOnlyInline):
    """The places of a cut-off list."""

    model = CutOffPlace
    fields = ("place", "shown_member", "account", "shown_points")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("member"))
    def shown_member(self, place: CutOffPlace) -> str:
        """Whose it is."""
        return member_link(place.account)

    @admin.display(description=gettext_lazy("points"))
    def shown_points(self, place: CutOffPlace) -> str:
        """What they held."""
        return points(place.points_nano)


@admin.register(CutOff, site=site)
class CutOffAdmin(ReadOnlyAdmin):
    """The places that decided rewards, as they were."""

    list_display = ("day", "taken_at", "record")
    inlines = (PlaceInline,)


class NoteForm(forms.Form):
    """What was given."""

    note = forms.CharField(
        label=gettext_lazy("What was given, and how"),
        max_length=awards.NOTE_LENGTH,
        widget=UnfoldAdminTextInputWidget,
    )


class CashForm(ReasonForm):
    """How much, and why."""

    amount = AmountField(of="amount_minor", label=gettext_lazy("amount"), min_value=1)

    field_order = ("amount", "reason")


@admin.register(Award, site=site)
class AwardAdmin(KeysetReadOnlyAdmin):
    """What became of each reward for each place."""

    list_display = ("shown_reward", "shown_place", "shown_day", "shown_member", "state", "ended_at")
    list_filter = ("state",)
    list_select_related = ("reward", "place__cut_off")
    actions_detail = ("propose", "give")
    fields = (
        ("shown_reward", "shown_day"),
        ("shown_place", "shown_member"),
        ("state", "shown_amount"),
        ("proposal", "note"),
        ("ended_at", "ended_by"),
    )
    readonly_fields = ("shown_reward", "shown_place", "shown_day", "shown_member", "shown_amount")

    @admin.display(description=gettext_lazy("reward"))
    def shown_reward(self, award: Award) -> str:
        """The reward in words."""
        return award.reward.shown_text

    @admin.display(description=gettext_lazy("place"))
    def shown_place(self, award: Award) -> int:
        """The place it is for."""
        return award.place.place

    @admin.display(description=gettext_lazy("day"))
    def shown_day(self, award: Award) -> str:
        """The day that decided it."""
        return day(award.place.cut_off.day)

    @admin.display(description=gettext_lazy("member"))
    def shown_member(self, award: Award) -> str:
        """Whose it is."""
        return member_link(award.place.account)

    @admin.display(description=gettext_lazy("amount"))
    def shown_amount(self, award: Award) -> str:
        """What is credited."""
        return money(award.amount_minor)

    def has_due_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it while it is due."""
        if not self._is_open(request) or object_id is None:
            return False
        found = self.get_object(request, str(object_id))
        is_due = isinstance(found, Award) and found.state == AwardState.DUE
        return is_due or (isinstance(found, Award) and request.method == "POST")

    @action(description=gettext_lazy("Pay as cash"), url_path="pay", permissions=["due"])
    def propose(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Propose that a reward be credited to the member's cash."""
        form = CashForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            answer = rewards.propose_cash(
                award_id=int(object_id),
                amount_minor=form.cleaned_data["amount"],
                by=person(request),
                reason=form.cleaned_data["reason"],
            )
            self.tell(request, answer, _("Proposed. Somebody else decides."))
            if not isinstance(answer, Refusal):
                return self.page_of("change", object_id)
        told = _(
            "A proposal that somebody else has to accept. The reward is paid by the operator: what "
            "it owes in cash grows by the amount."
        )
        return self.ask(request, form, title=_("Pay as cash"), told=told, button=_("Propose"))

    @action(description=gettext_lazy("Given in kind"), url_path="give", permissions=["due"])
    def give(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Note that a reward was given in kind."""
        form = NoteForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            answer = awards.give_in_kind(
                award_id=int(object_id), who=person(request), note=form.cleaned_data["note"]
            )
            self.tell(request, answer, _("Noted."))
            if not isinstance(answer, AwardRefusal):
                return self.page_of("change", object_id)
        told = _("A case of wine and its parcel's number, say. It is noted once, and for good.")
        return self.ask(request, form, title=_("Given in kind"), told=told, button=_("Note it"))


@admin.register(Partner, site=site)
class PartnerAdmin(KeysetReadOnlyAdmin):
    """Who held enough points to be a partner when they were last listed, within the hour."""

    keyset = ("-points_nano", "account")
    list_display = ("account", "shown_member", "shown_points", "listed_at")
    search_fields = ("account",)

    @admin.display(description=gettext_lazy("member"))
    def shown_member(self, partner: Partner) -> str:
        """Who it is."""
        return member_link(partner.account)

    @admin.display(description=gettext_lazy("points"))
    def shown_points(self, partner: Partner) -> str:
        """What they held."""
        return points(partner.points_nano)
