"""The operators' back office: what is every merchant's, and what is the mall's alone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from patronage.web.console.economy import urls as economy
from patronage.web.console.economy.menu import with_economy
from patronage.web.console.today import pages as today
from patronage.web.shared.office.site import Office


class Console(Office):
    """For operators."""

    site_header = site_title = _("Console")
    index_title = _("Today")
    index_template = "console/today/today.html"
    is_of_the_mall = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Let operators in."""
        return bool(request.user.is_active and is_operator(request))

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open with how the mall stands and what the days came to."""
        context = {**today.figures_of(request), **(extra_context or {})}
        shown: HttpResponse = super().index(request, context)
        return shown

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the menu, the economy first."""
        apps: list[dict[str, Any]] = super().get_app_list(request, app_label)
        return apps if app_label else with_economy(apps)

    def extra_urls(self) -> list[URLPattern]:
        """Return the addresses beside those of models."""
        return [*today.urls(self), *economy.urls(self)]


site = Console(name="console")


def is_operator(request: HttpRequest) -> bool:
    """Tell whether the reader runs the mall."""
    user = request.user
    return bool(getattr(user, "is_staff", False) and user.is_superuser)
