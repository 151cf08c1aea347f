"""The charter's amendments: announced by the operator."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from patronage.commerce import amendments
from patronage.commerce.models import Amendment
from patronage.web.console.site import site
from patronage.web.shared.office.site import OfficeAdmin


class AmendmentForm(ModelForm[Amendment]):
    """A new charter and when it is to hold; refused with the reason."""

    class Meta:
        """What the operator writes."""

        model = Amendment
        fields = ("charter", "why", "why_en", "in_force_from")

    def clean(self) -> dict[str, Any]:
        """Ask whether it can be announced."""
        cleaned = super().clean() or self.cleaned_data
        if "charter" in cleaned and "in_force_from" in cleaned:
            refusal = amendments.refusal_of(cleaned["charter"], cleaned["in_force_from"])
            if refusal is not None:
                raise ValidationError(str(refusal))
        return cleaned


@admin.register(Amendment, site=site)
class AmendmentAdmin(OfficeAdmin):
    """Amendments of the charter: announced here, never changed afterwards."""

    form = AmendmentForm
    can_change = can_delete = False
    list_display = ("why", "in_force_from", "announced_at", "withdrawn_at", "submitted_at")
    actions = ("withdraw",)

    @admin.action(description=gettext_lazy("Withdraw the announcement"), permissions=["view"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Amendment]) -> None:
        """Take announcements back."""
        for one in chosen:
            refusal = amendments.withdraw(amendment_id=one.id)
            self.tell(request, refusal, gettext("The announcement is withdrawn."))
