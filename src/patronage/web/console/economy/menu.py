"""The economy's place in the console's menu: its pages, and the lists that belong to them."""

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_PAGES: Final = (
    ("economy", gettext_lazy("Overview")),
    ("economy_charter", gettext_lazy("Charter")),
    ("economy_days", gettext_lazy("Closed days")),
    ("economy_journal", gettext_lazy("Journal")),
)
_LISTS: Final = ("Proposal", "Amendment", "AuditEntry")


def with_economy(apps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a menu that begins with the economy, and has its lists there alone."""
    lists = [model for app in apps for model in app["models"] if model["object_name"] in _LISTS]
    rest = [
        {**app, "models": [one for one in app["models"] if one["object_name"] not in _LISTS]}
        for app in apps
    ]
    pages = [
        {
            "name": label,
            "object_name": name,
            "admin_url": reverse(f"console:{name}"),
            "add_url": None,
            "view_only": True,
            "perms": {"view": True},
        }
        for name, label in _PAGES
    ]
    economy = {
        "name": _("Economy"),
        "app_label": "economy",
        "app_url": reverse("console:economy"),
        "has_module_perms": True,
        "models": pages + sorted(lists, key=lambda one: _LISTS.index(one["object_name"])),
    }
    return [economy, *rest]
