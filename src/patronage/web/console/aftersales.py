"""After-sale cases of every merchant: the platform steps in; and what merchants owe for refunds."""

from functools import partial

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from patronage.commerce import aftersales
from patronage.commerce.models import AfterSale, AfterSaleState, Debt
from patronage.web.console.site import site
from patronage.web.shared.office.aftersales import AfterSaleAdmin
from patronage.web.shared.office.debts import DebtAdmin
from patronage.web.shared.office.forms import GroundsForm
from patronage.web.shared.office.site import person

_OPEN_TO_US = (AfterSaleState.REQUESTED, AfterSaleState.SENT, AfterSaleState.DECLINED)


@admin.register(AfterSale, site=site)
class PlatformAdmin(AfterSaleAdmin):
    """Cases as the platform sees them, which may take one over."""

    actions_detail = ("step_in", *AfterSaleAdmin.actions_detail)

    def has_step_in_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it while a merchant decides, or has declined."""
        case = None if object_id is None else self.get_object(request, str(object_id))
        if case is None:
            return False
        return request.method == "POST" or (case.state in _OPEN_TO_US and case.platform_at is None)

    @action(description=gettext_lazy("Take it over"), url_path="step-in", permissions=["step_in"])
    def step_in(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let the platform decide instead of the merchant."""
        case = self.get_object(request, object_id)
        if not isinstance(case, AfterSale):
            raise Http404
        return self.ask_and_do(
            request,
            object_id,
            GroundsForm,
            partial(aftersales.step_in, number=case.number, who=person(request)),
            said=_("Done."),
            title=f"{_('Take it over')}: {case.number}",
            told=_("From now on the platform decides, and the merchant has no say in it."),
            button=_("Take it over"),
        )


site.register(Debt, DebtAdmin)
