"""Returns before completion, as every office answers them."""

from functools import partial

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from patronage.commerce import returns
from patronage.commerce.models import Return, ReturnLine, ReturnState
from patronage.web.shared.office.forms import GoodsForm, GroundsForm
from patronage.web.shared.office.keyset import KeysetReadOnlyAdmin
from patronage.web.shared.office.site import ReadOnlyInline, person


class ReturnLineInline(ReadOnlyInline):
    """What is to go back."""

    model = ReturnLine
    verbose_name_plural = gettext_lazy("lines")
    fields = ("line", "quantity")


class ReturnAdmin(KeysetReadOnlyAdmin):
    """Returns: approved or declined, each with a word for the member or many at once without."""

    of_merchant = "order__merchant"
    list_display = ("order", "state", "shown_kind", "reason", "requested_at", "restocked_at")
    list_filter = ("state", "by_merchant")
    list_select_related = ("order",)
    search_fields = ("order__number",)
    inlines = (ReturnLineInline,)
    actions = ("approve", "approve_fit", "decline", "restock")
    actions_detail = ("approve_one", "decline_one")
    fields = (
        ("order", "state"),
        ("shown_kind", "reason"),
        ("requested_at", "restocked_at"),
        "answer",
        ("answered_at", "answered_by"),
    )
    readonly_fields = ("shown_kind",)

    @admin.display(description=gettext_lazy("kind"))
    def shown_kind(self, one: Return) -> str:
        """Whether it came back, or was never sent."""
        return _("cancelled by the merchant") if one.by_merchant else _("return")

    def has_waiting_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer an answer while it waits for one."""
        # Who presses a button that was offered a moment ago is told what has happened since.
        if request.method == "POST":
            return True
        found = None if object_id is None else self.get_object(request, str(object_id))
        return isinstance(found, Return) and found.state == ReturnState.REQUESTED

    @action(
        description=gettext_lazy("Approve, and refund"),
        url_path="approve",
        permissions=["waiting"],
    )
    def approve_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve, and refund at once."""
        told = _("The refund is made at once and cannot be taken back.")
        button = _("Approve, and refund")
        return self._asked(request, object_id, GoodsForm, told, button, approve=True)

    @action(description=gettext_lazy("Decline"), url_path="decline", permissions=["waiting"])
    def decline_one(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Decline, with the reason."""
        told = _("Nothing is refunded; the member reads the reason.")
        return self._asked(request, object_id, GroundsForm, told, _("Decline"), approve=False)

    def _asked(
        self,
        request: HttpRequest,
        object_id: str,
        kind: type[Form],
        told: str,
        button: str,
        *,
        approve: bool,
    ) -> HttpResponse:
        """Ask with a form, and answer."""
        one = self.get_object(request, object_id)
        if not isinstance(one, Return):
            raise Http404
        return self.ask_and_do(
            request,
            object_id,
            kind,
            partial(self._answered, request, one, approve=approve),
            said=_("The return is answered."),
            title=f"{button}: {one.order}",
            told=told,
            button=button,
        )

    @admin.action(description=gettext_lazy("Approve, and refund"))
    def approve(self, request: HttpRequest, chosen: QuerySet[Return]) -> None:
        """Approve the chosen returns."""
        for one in chosen.select_related("order__merchant"):
            self._answer(request, one, approve=True)

    @admin.action(description=gettext_lazy("Approve, refund, and put back into stock"))
    def approve_fit(self, request: HttpRequest, chosen: QuerySet[Return]) -> None:
        """Approve returns of goods that are here and can be sold again."""
        for one in chosen.select_related("order__merchant"):
            self._answer(request, one, approve=True, fit=True)

    @admin.action(description=gettext_lazy("Came back fit for sale: put back into stock"))
    def restock(self, request: HttpRequest, chosen: QuerySet[Return]) -> None:
        """Put the pieces of approved returns back into stock."""
        for one in chosen.select_related("order__merchant"):
            answer = returns.restock(merchant=self.side(one.order.merchant), return_id=one.id)
            self.tell(request, answer, _("The pieces can be ordered again."))

    @admin.action(description=gettext_lazy("Decline"))
    def decline(self, request: HttpRequest, chosen: QuerySet[Return]) -> None:
        """Decline the chosen returns."""
        for one in chosen.select_related("order__merchant"):
            self._answer(request, one, approve=False)

    def _answer(
        self, request: HttpRequest, one: Return, *, approve: bool, fit: bool = False
    ) -> None:
        answer = self._answered(request, one, approve=approve, fit=fit)
        self.tell(request, answer, _("The return is answered."))

    def _answered(
        self, request: HttpRequest, one: Return, *, approve: bool, note: str = "", fit: bool = False
    ) -> Return | returns.ReturnRefusal:
        return returns.answer_return(
            merchant=self.side(one.order.merchant),
            return_id=one.id,
            who=person(request),
            approve=approve,
            answer=note,
            fit=fit,
        )
