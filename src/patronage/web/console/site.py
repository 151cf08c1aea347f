"""The back office of those who run the mall: what each opens is a matter of their roles."""

from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from patronage.members.roles import Right
from patronage.web.console import access, menu, waterfall
from patronage.web.console.economy import urls as economy
from patronage.web.console.today import pages as today
from patronage.web.shared.office.site import Office


class Console(Office):
    """For those of the staff who have a role."""

    site_header = site_title = _("Console")
    index_title = _("Today")
    index_template = "console/today/today.html"
    is_of_the_mall = True

    def has_permission(self, request: HttpRequest) -> bool:
        """Let those in who have a role."""
        return bool(access.held_by(request))

    def lets(self, request: HttpRequest) -> bool:
        """Tell whether the reader's roles open what is asked for."""
        return self.has_permission(request) and access.lets(request)

    def may(self, request: HttpRequest, model: type[Model], *, change: bool) -> bool:
        """Tell whether the reader's roles go so far."""
        return access.may(request, model, Right.CHANGE if change else Right.READ)

    def may_press(self, request: HttpRequest, model: type[Model], action: str) -> bool:
        """Tell whether the reader's roles allow an action."""
        return access.may_press(request, model, action)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """Return the menu: each part of the console with what the reader may open of it."""
        apps = super().get_app_list(request, app_label)
        return apps if app_label else menu.arranged(request, apps)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Open with how the mall stands and what the days came to."""
        context = {**today.figures_of(request), **(extra_context or {})}
        shown: HttpResponse = super().index(request, context)
        return shown

    def extra_urls(self) -> list[URLPattern]:
        """Return the addresses beside those of models."""
        return [*today.urls(self), *economy.urls(self), *waterfall.urls(self)]


site = Console(name="console")
