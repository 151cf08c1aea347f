"""The console's menu: by what people do, not by where tables are kept."""

from collections.abc import Iterable
from typing import Any, Final

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from patronage.commerce.models import Reward, RewardState
from patronage.members.roles import Area, Right
from patronage.web.console import access

ABOVE: Final = frozenset({"index", "economy"})
"""Pages whose addresses are the beginning of others'."""

COUNTED: Final = 100


def arranged(request: HttpRequest, apps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the areas as Django's menu has applications, each with its pages and models."""
    models = {access.label_of(one["model"]): one for app in apps for one in app["models"]}
    menu = []
    for area, (name, labels) in access.AREAS.items():
        found = [_counted(one, models.pop(one)) for one in labels if one in models]
        entries = [*_pages(request, area), *found]
        if entries:
            menu.append(_part(str(name), entries))
    if models:  # in no table: owners alone see them
        menu.append(_part("…", list(models.values())))
    return menu


def _pages(request: HttpRequest, area: Area) -> list[dict[str, Any]]:
    if not access.has(request, access.Needed(area, Right.READ)):
        return []
    pages = []
    for name, label in access.MENU.get(area, ()):
        try:
            url = reverse(f"console:{name}")
        except NoReverseMatch:
            continue
        if name in ABOVE and request.path != url:
            url += "?"  # unfold marks whatever address the path contains, so each page above it
        pages.append({"name": label, "object_name": name, "admin_url": url, "view_only": True})
    return pages


def _counted(label: str, entry: dict[str, Any]) -> dict[str, Any]:
    """Return a model's entry, with how many wait for a decision, counted up to a hundred."""
    if label != "commerce.reward":
        return entry
    waiting = len(Reward.objects.filter(state=RewardState.WAITING).values_list("pk")[:COUNTED])
    more = "+" if waiting == COUNTED else ""
    return {**entry, "name": f"{entry['name']} ({waiting}{more})"} if waiting else entry


def _part(name: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    first = entries[0]["admin_url"]
    return {"name": name, "app_label": "", "app_url": first, "models": entries}
