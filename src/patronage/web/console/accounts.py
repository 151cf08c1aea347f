"""A member's account as the operator reads it: what it holds, what moved it, whom they brought."""

from collections.abc import Iterator
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from unfold.decorators import action

from patronage import ledger
from patronage.commerce import referrals
from patronage.commerce.models import Order
from patronage.members import auditing
from patronage.members.holdings import holding_of
from patronage.members.levels import level_of
from patronage.members.models import AuditVerb, Person
from patronage.web.console.settlement import settlement
from patronage.web.shared import exports
from patronage.web.shared.office.site import OfficeAdmin, person
from patronage.web.shared.places import place_of, text_of
from patronage.web.shared.templatetags.amounts import coins, moment, money, points, signed

SHORT: Final = 8
PAGE: Final = 50
_FILE_PAGE: Final = 500

CAUSES: Final = {
    "opening": pgettext_lazy("cause", "account opened"),
    "order": pgettext_lazy("cause", "order completed"),
    "referral": pgettext_lazy("cause", "order of someone invited"),
    "refund": pgettext_lazy("cause", "order taken back"),
    "redemption": pgettext_lazy("cause", "points redeemed"),
    "compulsory_redemption": pgettext_lazy("cause", "compulsory redemption"),
    "conversion": pgettext_lazy("cause", "points converted"),
    "coin_redemption": pgettext_lazy("cause", "coins redeemed"),
    "payment": pgettext_lazy("cause", "paid in coins"),
    "payment_refund": pgettext_lazy("cause", "coins given back"),
    "withdrawal": pgettext_lazy("cause", "cash withdrawn or paid"),
    "restoration": pgettext_lazy("cause", "cash came back"),
    "credit": pgettext_lazy("cause", "credited"),
    "charge": pgettext_lazy("cause", "charged"),
}
"""What moved an account, by the rules' causes."""


def holdings(of: Person) -> list[tuple[str, str]]:
    """Return what a member holds, figure by figure."""
    held = holding_of(of)
    if held is None:
        return []
    level = level_of(held.points)
    return [
        (_("Points"), points(held.points)),
        (_("Worth at today's price"), money(int(held.worth))),
        (_("Level"), level.shown_name if level else "–"),
        (_("Quota left"), money(held.quota)),
        (pgettext("of an account", "Cash"), money(held.cash)),
        (_("Coins"), coins(held.coins)),
        (_("Dividends not yet settled"), money(held.dividend)),
    ]


def lines_of(of: Person, *, before: tuple[int, int] | None = None, limit: int) -> list[ledger.Line]:
    """Return the newest movements of an account, or those before a place."""
    try:
        return ledger.statement(settings.ECONOMY, of.account, before=before, limit=limit)
    except ledger.UnknownEconomyError:
        return []


def movements(lines: list[ledger.Line]) -> dict[str, Any]:
    """Return movements as a table."""
    return {
        "headers": [
            _("When"),
            _("Cause"),
            _("Points"),
            pgettext("of an account", "Cash"),
            _("Coins"),
            _("Cash after"),
            _("Record"),
        ],
        "rows": [
            [
                moment(parse_datetime(line.at)) or line.at,
                CAUSES[line.cause],
                *(
                    signed(amount, kind) if amount else ""
                    for amount, kind in (
                        (line.points, "points"),
                        (line.cash, "money"),
                        (line.coins, "coins"),
                    )
                ),
                money(line.cash_after),
                line.place[0],
            ]
            for line in lines
        ],
    }


class AccountPages(OfficeAdmin):
    """What the page of a person shows of their account. Mixed into the page of people."""

    change_form_after_template = "console/account.html"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a person with what they hold, the last movements and orders."""
        found = self.get_object(request, object_id)
        told = dict(extra_context or {})
        if isinstance(found, Person) and not found.is_staff:
            shown = Order.objects.filter(person=found).order_by("-id")
            told["account"] = {
                "figures": holdings(found),
                "movements": movements(lines_of(found, limit=SHORT)),
                "orders": _orders(list(shown.select_related("merchant")[:SHORT])),
                "referrer": found.referrer,
                "brought": referrals.sums_of(found),
            }
        response: HttpResponse = super().change_view(request, object_id, form_url, told)
        return response

    def has_account_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Offer it for members."""
        found = None if object_id is None else self.get_object(request, str(object_id))
        is_member = isinstance(found, Person) and not found.is_staff
        return is_member and self.has_view_permission(request)

    @action(description=gettext_lazy("Statement"), url_path="statement", permissions=["account"])
    def statement(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Show all that moved an account, a page at a time, or send it as a file."""
        of = self._member(request, object_id)
        if form := request.GET.get("file"):
            return exports.send(request, exports.Table("statement", _header(), _rows(of)), form)
        auditing.record(
            actor=person(request), verb=AuditVerb.VIEWED, subject=of, facts={"page": "statement"}
        )
        before = place_of(request.GET.get("before"))
        lines = lines_of(of, before=before, limit=PAGE + 1)
        shown = lines[:PAGE]
        older = f"?before={text_of(shown[-1].place)}" if len(lines) > PAGE else ""
        return self.show(
            request,
            "shared/office/table.html",
            title=_("Statement of %(who)s") % {"who": of},
            table=movements(shown),
            next_url=older,
            is_first=before is None,
            files=[(name.upper(), f"?file={name}") for name in exports.FORMS],
        )

    @action(
        description=gettext_lazy("Settlement statement"),
        url_path="settlement",
        permissions=["account"],
    )
    def settlement(self, request: HttpRequest, object_id: int) -> HttpResponseBase:
        """Show what a member earned and what else moved the account in a period."""
        return settlement(self, request, self._member(request, object_id))

    @action(
        description=gettext_lazy("Invited by them"), url_path="brought", permissions=["account"]
    )
    def brought(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """List whom a member brought, one level down, and what came of it."""
        of = self._member(request, object_id)
        before = request.GET.get("before", "")
        last = int(before) if before.isascii() and before.isdecimal() and len(before) < 18 else None
        page = referrals.brought_by(of, before=last, limit=PAGE + 1)
        shown = page[:PAGE]
        rows = [
            [
                _link("members_person_change", one.id, one.masked_phone),
                moment(one.joined_at),
                one.completed,
                points(one.granted_nano),
                one.on_the_way,
                points(one.pending_nano),
            ]
            for one in shown
        ]
        headers = [
            _("Member"),
            _("joined at"),
            _("Orders completed"),
            _("Points granted for them"),
            _("Orders on the way"),
            _("Points pending"),
        ]
        return self.show(
            request,
            "shared/office/table.html",
            title=_("Whom %(who)s invited") % {"who": of},
            table={"headers": headers, "rows": rows},
            next_url=f"?before={shown[-1].id}" if len(page) > PAGE else "",
            is_first=last is None,
        )

    def _member(self, request: HttpRequest, object_id: int) -> Person:
        found = self.get_object(request, str(object_id))
        if not isinstance(found, Person):
            raise Http404
        return found


def _orders(found: list[Order]) -> dict[str, Any]:
    return {
        "headers": [_("Number"), _("Merchant"), _("State"), _("Sum"), _("placed at")],
        "rows": [
            [
                _link("commerce_order_change", order.id, order.number),
                order.merchant,
                order.get_state_display(),
                money(order.total_minor),
                moment(order.placed_at),
            ]
            for order in found
        ],
    }


def _link(view: str, id: int, text: str) -> str:
    url = reverse(f"console:{view}", args=[id])
    return format_html('<a class="text-link" href="{}">{}</a>', url, text)


def _header() -> list[str]:
    return [
        _("Record"),
        _("When"),
        _("Cause"),
        _("Points"),
        _("Cash"),
        _("Coins"),
        _("Quota"),
        _("Points after"),
        _("Cash after"),
        _("Coins after"),
        _("Quota after"),
        _("Dividends in it"),
        _("Fee"),
        _("Event"),
    ]


def _rows(of: Person) -> Iterator[list[exports.Cell]]:
    """Yield the file's rows, page by page."""
    before: tuple[int, int] | None = None
    while page := lines_of(of, before=before, limit=_FILE_PAGE):
        for line in page:
            amount = exports.amount
            yield [
                text_of(line.place),
                line.at,
                str(CAUSES[line.cause]),
                exports.points(line.points),
                *(amount(one) for one in (line.cash, line.coins, line.quota)),
                exports.points(line.points_after),
                *(amount(one) for one in (line.cash_after, line.coins_after, line.quota_after)),
                *(amount(one) for one in (line.dividend, line.fee)),
                line.event_id or "",
            ]
        before = page[-1].place
