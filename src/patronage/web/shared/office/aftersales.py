"""After-sale cases: read, answered, and refunded when the goods are back."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from unfold.decorators import action

from patronage.commerce import aftersales, reversal
from patronage.commerce.models import (
    AfterSale,
    AfterSaleLine,
    AfterSaleShare,
    AfterSaleState,
    AfterSaleStep,
)
from patronage.members.refusals import Refusal
from patronage.web.shared import private_files
from patronage.web.shared.forms import whole
from patronage.web.shared.office.forms import GoodsForm, GroundsForm, NoteForm
from patronage.web.shared.office.site import ReadOnlyAdmin, ReadOnlyInline, person
from patronage.web.shared.templatetags.amounts import money


class LineInline(ReadOnlyInline):
    """What is to go back."""

    model = AfterSaleLine
    verbose_name_plural = gettext_lazy("What is given back")
    fields = ("line", "quantity")


class ShareInline(ReadOnlyInline):
    """Who bears what."""

    model = AfterSaleShare
    verbose_name_plural = gettext_lazy("who bears the refund")
    fields = ("bearer", "kind", "shown_amount")
    readonly_fields = ("shown_amount",)

    @admin.display(description=gettext_lazy("sum"))
    def shown_amount(self, share: AfterSaleShare) -> str:
        """The part; what goes into the reserve has the other sign."""
        sign = "−" if share.amount_minor < 0 else ""
        return f"{sign}{money(abs(share.amount_minor))}"


class StepInline(ReadOnlyInline):
    """What was done, by whom and why."""

    model = AfterSaleStep
    verbose_name_plural = pgettext_lazy("of a case", "Steps")
    fields = ("at", "deed", "who", "note")


class AfterSaleAdmin(ReadOnlyAdmin):
    """Cases, answered by their merchant, or by the platform where it has taken them over."""

    of_merchant = "order__merchant"
    holds_personal_data = True
    list_display = ("number", "order", "state", "reason", "asked_at", "due_at", "platform_at")
    list_filter = ("state", ("platform_at", admin.EmptyFieldListFilter))
    list_select_related = ("order",)
    search_fields = ("number", "order__number")
    ordering = ("-id",)
    inlines = (LineInline, ShareInline, StepInline)
    actions_detail: tuple[str, ...] = (
        *("approve", "approve_kept", "decline"),
        *("accept", "refuse"),
    )
    fields = (
        ("number", "state"),
        ("order", "reason"),
        "shown_pictures",
        ("asked_at", "due_at"),
        ("platform_at", "ended_at"),
        ("carrier", "tracking"),
        ("shown_refund", "shown_sent"),
        ("shown_taken_out", "shown_netted"),
    )
    readonly_fields = (
        *("shown_pictures", "shown_refund", "shown_sent"),
        *("shown_taken_out", "shown_netted"),
    )

    @admin.display(description=gettext_lazy("paid for the goods"))
    def shown_refund(self, case: AfterSale) -> str:
        """What is given back before netting."""
        return money(self._outlook(case)[0])

    @admin.display(description=gettext_lazy("given back"))
    def shown_sent(self, case: AfterSale) -> str:
        """What the member gets."""
        outlook = self._outlook(case)
        return money(outlook[0] - outlook[2])

    @admin.display(description=gettext_lazy("taken out of the points, with dividends on them"))
    def shown_taken_out(self, case: AfterSale) -> str:
        """What the member had taken out before."""
        return money(self._outlook(case)[1])

    @admin.display(description=gettext_lazy("of it kept back"))
    def shown_netted(self, case: AfterSale) -> str:
        """What of it is netted; the rest the operator bears."""
        return money(self._outlook(case)[2])

    def _outlook(self, case: AfterSale) -> tuple[int, int, int]:
        """Return refund, taken out and netted: as they were reckoned, or as they would be now."""
        if case.settled_at is not None or not case.is_open:
            return case.refund_minor, case.taken_out_minor, case.netted_minor
        quantities = dict(case.lines.values_list("line_id", "quantity"))
        told = reversal.outlook(case.order, quantities, is_netted=case.is_netted)
        return told.refund_minor, told.taken_out_minor, told.netted_minor

    @admin.display(description=gettext_lazy("pictures"))
    def shown_pictures(self, case: AfterSale) -> SafeString | str:
        """What the member showed."""
        name = f"{self.admin_site.name}:aftersale_picture"
        url = reverse(name, args=[case.pk])
        urls = [(f"{url}?n={one.pk}",) for one in case.pictures.all()]
        picture = '<a href="{0}"><img src="{0}" alt="" width="96" height="96"></a> '
        return format_html_join("", picture, urls) or "–"

    def get_urls(self) -> list[URLPattern]:
        """Add the addresses of pictures."""
        view = self.admin_site.admin_view(self.picture)
        there = "<path:object_id>/picture/"
        return [path(there, view, name="aftersale_picture"), *super().get_urls()]

    def picture(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send a picture of a case that the reader may see."""
        case = self.get_object(request, object_id)
        id = whole(request.GET.get("n"))
        found = None if case is None else case.pictures.filter(id=id).first()
        if found is None:
            raise Http404
        return private_files.show(found.file)

    def _is_at(self, request: HttpRequest, object_id: str | None, *states: str) -> bool:
        """Tell whether the reader may move a case that is at one of these states."""
        if object_id is None:
            return False
        case = self.get_object(request, str(object_id))
        if case is None:
            return False
        # Who presses a button that was offered a moment ago is told what has happened since.
        if request.method == "POST":
            return True
        is_theirs = self.admin_site.is_of_the_mall or case.platform_at is None
        return is_theirs and case.state in states

    def has_answer_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it while the request waits for an answer."""
        return self._is_at(request, object_id, AfterSaleState.REQUESTED)

    def has_goods_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it while the goods are on their way back."""
        return self._is_at(request, object_id, AfterSaleState.SENT)

    @action(
        description=gettext_lazy("Approve: goods back"),
        url_path="approve",
        permissions=["answer"],
    )
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve, and wait for the goods."""
        told = _("The member sends the goods back; the refund is made when they are here.")
        return self._answered(request, object_id, NoteForm, told, _("Approve it"), approve=True)

    @action(
        description=gettext_lazy("Approve: refund without goods"),
        url_path="approve-kept",
        permissions=["answer"],
    )
    def approve_kept(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Approve, and refund at once."""
        told = _("The refund is made at once; the goods are not asked for.")
        return self._answered(
            request, object_id, NoteForm, told, _("Refund"), approve=True, needs_goods=False
        )

    @action(description=gettext_lazy("Decline"), url_path="decline", permissions=["answer"])
    def decline(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Decline, with the reason."""
        told = _("The member reads the reason. A merchant's word they may bring to the platform.")
        return self._answered(request, object_id, GroundsForm, told, _("Decline"), approve=False)

    @action(
        description=gettext_lazy("Goods are back: refund"), url_path="accept", permissions=["goods"]
    )
    def accept(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that the goods are back, and refund."""
        told = _("The refund is made at once and cannot be taken back.")
        do = aftersales.receive_goods
        return self._done(request, object_id, GoodsForm, told, _("Refund"), do, accept=True)

    @action(
        description=gettext_lazy("Do not accept the goods"),
        url_path="refuse",
        permissions=["goods"],
    )
    def refuse(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say that what came back is not accepted, and why."""
        told = _("Nothing is refunded, and the goods go back to the member, who reads the reason.")
        do = aftersales.receive_goods
        return self._done(
            request, object_id, GroundsForm, told, _("Do not accept"), do, accept=False
        )

    def _answered(
        self,
        request: HttpRequest,
        object_id: str,
        kind: type[Form],
        told: str,
        button: str,
        **how: Any,
    ) -> HttpResponse:
        return self._done(request, object_id, kind, told, button, aftersales.answer, **how)

    def _done(
        self,
        request: HttpRequest,
        object_id: str,
        kind: type[Form],
        told: str,
        button: str,
        do: Callable[..., AfterSale | Refusal],
        **how: Any,
    ) -> HttpResponse:
        """Ask with a form, and do it as the merchant or as the platform."""
        case = self.get_object(request, object_id)
        if not isinstance(case, AfterSale):
            raise Http404
        side, who = self.side(case.order.merchant), person(request)
        return self.ask_and_do(
            request,
            object_id,
            kind,
            partial(do, merchant=side, number=case.number, who=who, **how),
            said=_("Done."),
            title=f"{button}: {case.number}",
            told=told,
            button=button,
        )
