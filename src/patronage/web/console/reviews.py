"""What somebody earned on an order: looked at where there are signs of buying from oneself."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.decorators import action

from patronage.commerce import aftersales, rewarding
from patronage.commerce.models import Reward, RewardState
from patronage.commerce.rewarding import RewardRefusal
from patronage.commerce.signals import Signal
from patronage.web.console.site import site
from patronage.web.shared.office.fields import ReasonForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import person
from patronage.web.shared.templatetags.amounts import moment, money

_EARLIER = 10


@admin.register(Reward, site=site)
class RewardAdmin(KeysetReadOnlyAdmin):
    """Rewards, those that wait for a review first: released or cancelled, with a reason."""

    holds_personal_data = True
    keyset = ("-state", "-id")  # what waits comes last by name
    list_display = (
        *("shown_number", "shown_kind", "shown_whose", "shown_amount", "shown_names"),
        *("state", "made_at"),
    )
    list_filter = ("state",)
    list_select_related = ("order", "person")
    search_fields = ("order__number",)
    search_help_text = gettext_lazy("Number of the order")
    actions_detail = ("release", "cancel")
    fields = (
        ("state", "shown_kind"),
        ("shown_amount", "shown_taken"),
        ("shown_member", "shown_buyer"),
        ("shown_order", "shown_merchant"),
        "shown_signals",
        "shown_earlier",
        ("made_at", "shown_until"),
        ("ended_at", "ended_by"),
        "reason",
    )
    readonly_fields = (
        *("shown_kind", "shown_amount", "shown_taken", "shown_member", "shown_buyer"),
        *("shown_order", "shown_merchant", "shown_signals", "shown_earlier", "shown_until"),
    )

    @admin.display(description=gettext_lazy("order"))
    def shown_number(self, reward: Reward) -> str:
        """The order's number, which leads to the reward's page."""
        return reward.order.number

    @admin.display(description=gettext_lazy("member"))
    def shown_whose(self, reward: Reward) -> str:
        """Who earned it."""
        return str(reward.person)

    @admin.display(description=gettext_lazy("order"))
    def shown_order(self, reward: Reward) -> str:
        """The order, whose page has the rest."""
        return _linked("commerce_order_change", reward.order_id, reward.order.number)

    @admin.display(description=gettext_lazy("for what"))
    def shown_kind(self, reward: Reward) -> str:
        """By what it was earned."""
        return reward.get_kind_display()

    @admin.display(description=gettext_lazy("member"))
    def shown_member(self, reward: Reward) -> str:
        """Who earned it."""
        return _linked("members_person_change", reward.person_id, str(reward.person))

    @admin.display(description=gettext_lazy("buyer"))
    def shown_buyer(self, reward: Reward) -> str:
        """Who bought."""
        buyer = reward.order.person
        return _linked("members_person_change", buyer.pk, str(buyer))

    @admin.display(description=gettext_lazy("merchant"))
    def shown_merchant(self, reward: Reward) -> str:
        """Who sold, or supplied."""
        merchant = reward.order.merchant
        return _linked("commerce_merchant_change", merchant.pk, str(merchant))

    @admin.display(description=gettext_lazy("amount"))
    def shown_amount(self, reward: Reward) -> str:
        """What it would be if nothing were given back."""
        return money(reward.amount_minor)

    @admin.display(description=gettext_lazy("of it taken back by returns"))
    def shown_taken(self, reward: Reward) -> str:
        """What returns have lessened it by."""
        return money(reward.taken_minor)

    @admin.display(description=gettext_lazy("signals"))
    def shown_names(self, reward: Reward) -> str:
        """Why it waits, in short."""
        return "; ".join(str(Signal(one["signal"]).label) for one in reward.signals) or "–"

    @admin.display(description=gettext_lazy("signals"))
    def shown_signals(self, reward: Reward) -> SafeString | str:
        """Why it waits, and what matched."""
        told = [(Signal(one["signal"]).label, one["matched"]) for one in reward.signals]
        return render_to_string("console/signals.html", {"signals": told}) if told else "–"

    @admin.display(description=gettext_lazy("earlier rewards of this member"))
    def shown_earlier(self, reward: Reward) -> SafeString:
        """How often this member was rewarded, and how that ended."""
        others = Reward.objects.filter(person=reward.person_id).exclude(pk=reward.pk)
        sums = others.values_list("state").annotate(Count("id"), Sum("amount_minor"))
        told = {
            "sums": [
                (RewardState(state).label, count, money(amount))
                for state, count, amount in sums.order_by("state")
            ],
            "latest": others.select_related("order").order_by("-id")[:_EARLIER],
        }
        return render_to_string("console/earlier_rewards.html", told)

    @admin.display(description=gettext_lazy("can be returned until"))
    def shown_until(self, reward: Reward) -> str:
        """Until when something of the order may be given back."""
        return moment(aftersales.ends_at(reward.order))

    def has_decide_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it while it waits."""
        if not self._is_open(request) or object_id is None:
            return False
        found = self.get_object(request, str(object_id))
        if not isinstance(found, Reward):
            return False
        # Who presses a button that was offered a moment ago is told what has happened since.
        return request.method == "POST" or found.state == RewardState.WAITING

    @action(
        description=pgettext_lazy("a reward", "Release"),
        url_path="release",
        permissions=["decide"],
    )
    def release(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Have it paid."""
        told = _(
            "It is credited to the member's cash at once. A referral's is paid from the house's "
            "account. The member is told that it is released, and the audit log keeps your reason."
        )
        title = pgettext("a reward", "Release")
        return self._decided(request, object_id, rewarding.release, title, told)

    @action(
        description=pgettext_lazy("a reward", "Cancel"), url_path="cancel", permissions=["decide"]
    )
    def cancel(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Have it not paid."""
        told = _(
            "It is not paid. What was earned by selling goes to the merchant; the order stands. "
            "The member reads your reason, and the audit log keeps it."
        )
        title = pgettext("a reward", "Cancel")
        return self._decided(request, object_id, rewarding.cancel, title, told)

    def _decided(
        self,
        request: HttpRequest,
        object_id: int,
        decide: Callable[..., Reward | RewardRefusal],
        title: str,
        told: str,
    ) -> HttpResponse:
        found: Any = self.get_object(request, str(object_id))
        return self.ask_and_do(
            request,
            object_id,
            ReasonForm,
            partial(decide, reward_id=int(object_id), by=person(request)),
            said=_("Decided."),
            title=f"{title}: {money(found.left_minor)}",
            told=told,
            button=title,
        )


def _linked(page: str, key: object, text: str) -> SafeString:
    url = reverse(f"console:{page}", args=[key])
    return format_html('<a class="text-link" href="{}">{}</a>', url, text)
