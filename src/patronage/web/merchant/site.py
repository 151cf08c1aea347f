"""The merchants' back office: each member of a merchant's staff sees what is that merchant's."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from patronage.commerce.models import AfterSale, AfterSaleState, Order, Return, ReturnState, State
from patronage.web.merchant import account, people
from patronage.web.merchant.frame import within
from patronage.web.shared.office.site import Office, own


class MerchantOffice(Office):
    """For the staff of merchants."""

    site_header = site_title = _("Merchant's office")
    index_title = _("Today")
    index_template = "merchant/office/today.html"
    settings_name = "UNFOLD_MERCHANT"

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who act for a merchant."""
        is_staff = request.user.is_active and getattr(request.user, "is_staff", False)
        return bool(is_staff and own(request))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open with what waits to be done, and each merchant's pages."""
        context = {
            "waiting": _waiting(self, request),
            "merchants": self.merchants(request).order_by("id"),
            **(extra_context or {}),
        }
        shown: HttpResponse = super().index(request, context)
        return shown

    def extra_urls(self) -> list[URLPattern]:
        """Return the addresses of each merchant's own pages."""
        return [
            path("accounts/<int:id>/holdings/", within(self, account.account), name="account"),
            path("accounts/<int:id>/redeem/", within(self, account.redeem), name="redeem"),
            path("accounts/<int:id>/statement/", within(self, account.statement), name="statement"),
            path(
                "accounts/<int:id>/statement/file.<str:form>",
                within(self, account.statement_file),
                name="statement_file",
            ),
            path("accounts/<int:id>/staff/", within(self, people.people), name="people"),
        ]

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the menu: first each merchant's account, then what it sells and sold."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        return apps if app_label else [*_accounts(self, request), *apps]


def _accounts(office: Office, request: HttpRequest) -> list[dict[str, Any]]:
    menu = []
    for merchant in office.merchants(request).order_by("id"):
        pages = (
            (_("Account"), reverse(f"{office.name}:account", args=[merchant.id])),
            (_("Settlement statement"), reverse(f"{office.name}:statement", args=[merchant.id])),
            (_("Staff"), reverse(f"{office.name}:people", args=[merchant.id])),
            (_("Cash desk"), reverse("desk", args=[merchant.id])),
            (_("Our QR code"), reverse("desk_qr", args=[merchant.id])),
        )
        entries = [
            {"name": name, "object_name": str(url), "admin_url": url, "view_only": True}
            for name, url in pages
        ]
        told = {"name": str(merchant), "app_label": "", "app_url": pages[0][1]}
        menu.append({**told, "models": entries})
    return menu


def _waiting(office: Office, request: HttpRequest) -> list[tuple[str, str, int]]:
    """Return what waits for the merchant, the list that shows it, and how much there is."""
    theirs = office.merchants(request)
    orders = Order.objects.filter(merchant__in=theirs, state=State.PAID)
    returns = Return.objects.filter(order__merchant__in=theirs, state=ReturnState.REQUESTED)
    cases = AfterSale.objects.filter(order__merchant__in=theirs, platform_at=None)
    turns = (AfterSaleState.REQUESTED, AfterSaleState.SENT)
    lists = (
        (_("orders to ship"), "commerce_order", f"state__exact={State.PAID}", orders.count()),
        (
            _("returns to answer"),
            "commerce_return",
            f"state__exact={ReturnState.REQUESTED}",
            returns.count(),
        ),
        (
            _("after-sales to answer"),
            "commerce_aftersale",
            f"state__exact={AfterSaleState.REQUESTED}",
            cases.filter(state=turns[0]).count(),
        ),
        (
            _("goods on their way back"),
            "commerce_aftersale",
            f"state__exact={AfterSaleState.SENT}",
            cases.filter(state=turns[1]).count(),
        ),
    )
    return [
        (str(told), f"{reverse(f'{office.name}:{name}_changelist')}?{query}", count)
        for told, name, query, count in lists
    ]


site = MerchantOffice(name="merchant")
