"""Who sells on behalf: applications answered, storefronts suspended and let go on."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.db.models import F, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.decorators import action

from patronage.commerce import debts, distributors
from patronage.commerce.models import ApplicationState, Distributor, Reward, RewardState
from patronage.members import clock
from patronage.web.console.settlement import settlement
from patronage.web.console.site import site
from patronage.web.shared.office.fields import ReasonForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import person
from patronage.web.shared.templatetags.amounts import money

_LATELY: Final = timedelta(days=30)


@admin.register(Distributor, site=site)
class DistributorAdmin(KeysetReadOnlyAdmin):
    """Distributors, from their application on."""

    holds_personal_data = True
    list_display = ("title", "person", "shown_standing", "applied_at", "answered_at")
    list_filter = ("state", ("suspended_at", admin.EmptyFieldListFilter))
    list_select_related = ("person",)
    search_help_text = gettext_lazy("Phone, referral code or account, in full")
    search_fields = ("person__phone", "person__referral_code", "person__account")
    actions_detail = ("accept", "decline", "settlement", "suspend", "resume")
    fields = (
        ("title", "shown_person"),
        "intro",
        "plan",
        ("applied_at", "shown_standing"),
        ("answered_at", "answered_by"),
        "answer",
        ("suspended_at", "suspended_reason"),
        ("shown_items", "shown_orders"),
        ("shown_earned", "shown_waiting"),
        "shown_owed",
    )
    readonly_fields = (
        *("shown_person", "shown_standing", "shown_items", "shown_orders"),
        *("shown_earned", "shown_waiting", "shown_owed"),
    )

    @admin.display(description=pgettext_lazy("of a distributor", "standing"))
    def shown_standing(self, one: Distributor) -> str:
        """Whether it sells."""
        if one.state != ApplicationState.APPROVED:
            return str(one.get_state_display())
        return _("suspended") if one.suspended_at is not None else _("sells")

    @admin.display(description=gettext_lazy("member"))
    def shown_person(self, one: Distributor) -> str:
        """The member, by a link to their page."""
        url = reverse("console:members_person_change", args=[one.person_id])
        return format_html('<a class="text-link" href="{}">{}</a>', url, one.person)

    @admin.display(description=gettext_lazy("items on show"))
    def shown_items(self, one: Distributor) -> int:
        """How many; a storefront holds two hundred at most."""
        return one.items.filter(listed_at__isnull=False).count()

    @admin.display(description=gettext_lazy("orders paid in the last 30 days"))
    def shown_orders(self, one: Distributor) -> str:
        """How many, and what was paid for them."""
        since = clock.now() - _LATELY
        found = one.orders.filter(paid_at__gte=since)
        told = found.aggregate(sum=Sum("total_minor", default=0))["sum"]
        return f"{found.count()} · {money(told)}"

    @admin.display(description=gettext_lazy("earned in the last 30 days"))
    def shown_earned(self, one: Distributor) -> str:
        """What was paid to them of it, by when it was made."""
        since = clock.now() - _LATELY
        return money(_sum(one, state=RewardState.PAID, made_at__gte=since))

    @admin.display(description=gettext_lazy("waits for a review"))
    def shown_waiting(self, one: Distributor) -> str:
        """What is not paid yet."""
        return money(_sum(one, state=RewardState.WAITING))

    @admin.display(description=gettext_lazy("owed by them"))
    def shown_owed(self, one: Distributor) -> str:
        """What they owe for refunds."""
        return money(debts.owed_by(one.person))

    def has_answer_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it while the application waits."""
        return self._is(request, object_id, lambda one: one.state == ApplicationState.WAITING)

    def has_suspend_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for who sells."""
        return self._is(request, object_id, lambda one: one.is_open)

    def has_resume_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for who is suspended."""
        return self._is(request, object_id, lambda one: one.suspended_at is not None)

    def _is(self, request: HttpRequest, object_id: str | None, asked: Any) -> bool:
        found = None if object_id is None else self.get_object(request, str(object_id))
        if not isinstance(found, Distributor):
            return False
        # Who presses a button that was offered a moment ago is told what has happened since.
        return request.method == "POST" or bool(asked(found))

    @action(description=gettext_lazy("Accept"), url_path="accept", permissions=["answer"])
    def accept(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Open the storefront."""
        told = _("The member chooses from what suppliers offer and sells it under their own name.")
        said = _("The storefront is open. The member was told.")
        return self._asked(
            request, object_id, forms.Form, distributors.accept, _("Accept"), told, said
        )

    @action(description=gettext_lazy("Decline"), url_path="decline", permissions=["answer"])
    def decline(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Answer with no, and why."""
        told = _("The member reads the reason, and may apply again.")
        said = _("Declined. The member was told.")
        return self._asked(
            request, object_id, ReasonForm, distributors.decline, _("Decline"), told, said
        )

    @action(description=gettext_lazy("Settlement statement"), url_path="settlement")
    def settlement(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Show what they earned and what else moved their account in a period."""
        return settlement(self, request, self._found(request, object_id).person)

    @action(description=gettext_lazy("Suspend"), url_path="suspend", permissions=["suspend"])
    def suspend(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Close a storefront."""
        told = _(
            "The storefront is closed, and what it earns waits. Orders that are placed are "
            "delivered and completed. The member reads the reason."
        )
        said = _("Suspended. The member was told.")
        return self._asked(
            request, object_id, ReasonForm, distributors.suspend, _("Suspend"), told, said
        )

    @action(description=gettext_lazy("Let it go on"), url_path="resume", permissions=["resume"])
    def resume(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Open a suspended storefront again."""
        told = _("The storefront opens again with the items it had.")
        said = _("The storefront is open again.")
        return self._asked(
            request, object_id, forms.Form, distributors.resume, _("Let it go on"), told, said
        )

    def _asked(
        self,
        request: HttpRequest,
        object_id: int,
        kind: type[forms.Form],
        do: Callable[..., object],
        button: str,
        told: str,
        said: str,
    ) -> HttpResponse:
        found = self._found(request, object_id)
        return self.ask_and_do(
            request,
            object_id,
            kind,
            partial(do, distributor_id=found.pk, who=person(request)),
            said=said,
            title=f"{button}: {found}",
            told=told,
            button=button,
        )

    def _found(self, request: HttpRequest, object_id: int) -> Distributor:
        found = self.get_object(request, str(object_id))
        if not isinstance(found, Distributor):
            raise Http404
        return found


def _sum(one: Distributor, **asked: Any) -> int:
    rewards = Reward.objects.filter(person=one.person_id, **asked)
    left = rewards.aggregate(sum=Sum(F("amount_minor") - F("taken_minor"), default=0))["sum"]
    return int(left)
