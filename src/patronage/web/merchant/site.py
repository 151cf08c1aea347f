"""The merchants' back office: each member of a merchant's staff sees what is that merchant's."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from patronage.web.merchant import account, menu, people
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
            "waiting": menu.waiting(self, request),
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
        """Return the menu: what waits, what is sold, and each merchant's account."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        return apps if app_label else menu.arranged(self, request, apps)


site = MerchantOffice(name="merchant")
