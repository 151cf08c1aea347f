"""Which part of the console a page belongs to, and whether a reader's roles open it.

Every request to the console is asked about here, by its path and method; what is in no table is the
owners' alone. What the roles may do stands in `members.roles`.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patronage.members import roles
from patronage.members.models import Person, Role
from patronage.members.roles import Area, Right

AREAS: Final[dict[Area, tuple[str | Promise, tuple[str, ...]]]] = {
    Area.TODAY: (_("Today"), ()),
    Area.ORDERS: (
        _("Orders"),
        (
            *("commerce.order", "commerce.purchaseorder", "commerce.return", "commerce.aftersale"),
            "commerce.invoice",
            *("commerce.payment", "commerce.refund"),
            *("commerce.counterpayment", "commerce.counterrefund"),
        ),
    ),
    Area.GOODS: (
        pgettext_lazy("of a mall", "Goods"),
        (
            *("commerce.product", "commerce.category", "commerce.coupon", "commerce.freightrule"),
            *("commerce.banner", "commerce.announcement"),
        ),
    ),
    Area.MERCHANTS: (
        _("Merchants"),
        (
            *("commerce.merchant", "commerce.application", "commerce.agreement"),
            *("commerce.distributor", "commerce.debt"),
        ),
    ),
    Area.MEMBERS: (
        _("Members"),
        (
            *("members.person", "members.level", "members.reward", "members.cutoff"),
            *("members.award", "members.partner"),
        ),
    ),
    Area.VALUE: (_("Payouts"), ("commerce.reward", "members.withdrawal", "members.testpayout")),
    Area.ECONOMY: (_("Economy"), ("commerce.proposal", "commerce.amendment")),
    Area.CUSTODY: (
        _("Custody"),
        ("commerce.custodystatement", "commerce.bill", "commerce.billcase"),
    ),
    Area.STAFF: (_("Staff"), ()),
    Area.RECORDS: (_("Records"), ("members.auditentry", "commerce.alarm")),
}
"""What each is called, and the models it has, in the order of the menu."""

PAGES: Final = {
    "": Area.TODAY,
    "today": Area.TODAY,
    "today/placed": Area.ORDERS,
    "today/paid": Area.ORDERS,
    "today/completed": Area.ORDERS,
    "today/joined": Area.MEMBERS,
    "today/redemptions": Area.ECONOMY,
    "today/refunds": Area.ECONOMY,
    "waterfall": Area.ORDERS,
    "economy": Area.ECONOMY,
    "economy/propose/unfreeze": Area.MEMBERS,
    "economy/propose/payout": Area.VALUE,
    "custody": Area.CUSTODY,
}
"""Pages of no model, by how their paths begin; the longest that fits counts."""

MENU: Final = {
    Area.TODAY: (("index", _("Overview")),),
    Area.ORDERS: (("waterfall", _("Waterfall")),),
    Area.ECONOMY: (
        ("economy", _("Overview")),
        ("economy_charter", _("Charter")),
        ("economy_days", _("Closed days")),
        ("economy_journal", _("Journal")),
        ("economy_policy", _("Policy")),
    ),
}
"""Which of them stand in the menu: their addresses' names, before the models of their area."""

ACTIONS: Final = {
    "members.award/pay": Area.ECONOMY,
    "members.person/appoint": Area.STAFF,
    "members.person/charge": Area.ECONOMY,
    "members.person/credit": Area.ECONOMY,
    "members.person/renew": Area.STAFF,
    "members.person/roles": Area.STAFF,
}
"""Actions that are of another area than their model."""

READING: Final = frozenset(
    {
        *("picture", "statement", "settlement", "brought", "slip", "file", "evidence", "history"),
    }
)
"""Pages of a model beside its own that change nothing. Actions on rows that only send a file are
named `export_…`."""

FRAME: Final = frozenset({"autocomplete", "jsi18n", "login", "logout", "password_change", "search"})
"""What belongs to every page; which rows are found there is a matter of the models."""

_BY_MODEL: Final = {model: area for area, (_name, models) in AREAS.items() for model in models}
_OF_A_LIST: Final = 2
_SAFE: Final = ("GET", "HEAD", "OPTIONS")


class Needed(NamedTuple):
    """What a request needs: a right in an area, None for an area of none but owners."""

    area: Area | None
    right: Right


def lets(request: HttpRequest) -> bool:
    """Tell whether the reader's roles open what is asked for."""
    inside = request.path.removeprefix(reverse("console:index"))
    needed = needed_for(inside, request.method or "", request.POST.get("action", ""))
    return needed is None or has(request, needed)


def needed_for(path: str, method: str, action: str) -> Needed | None:
    """Return what a path within the console needs, None for what every reader may have.

    `action` is what is to be done with rows of a list.
    """
    parts = path.strip("/").split("/")
    if parts[0] in FRAME or parts[0] == "r":
        return None
    is_safe = method in _SAFE
    model = ".".join(parts[:2])
    if model not in _BY_MODEL:
        right = Right.READ if is_safe else Right.CHANGE
        return Needed(_page_area(parts), right)
    last = parts[-1] if len(parts) > _OF_A_LIST else ""
    is_sent = last == "" and action.startswith("export_")
    if is_sent or (is_safe and last in ("", "change", *READING)):
        return Needed(_BY_MODEL[model], Right.READ)
    return Needed(ACTIONS.get(f"{model}/{last}", _BY_MODEL[model]), Right.CHANGE)


def _page_area(parts: list[str]) -> Area | None:
    for length in range(len(parts), 0, -1):
        if (area := PAGES.get("/".join(parts[:length]))) is not None:
            return area
    return None


def label_of(model: type[Model]) -> str:
    """Return what a model is called here: `commerce.order`."""
    return model._meta.label_lower  # noqa: SLF001  (Django's own name for what anybody may read)


def opens(request: HttpRequest, path: str) -> bool:
    """Tell whether the reader may look at a page, by its path within the console."""
    needed = needed_for(path, "GET", "")
    return needed is None or has(request, needed)


def may(request: HttpRequest, model: type[Model], right: Right) -> bool:
    """Tell whether the reader has a right over rows of a model."""
    return has(request, Needed(_BY_MODEL.get(label_of(model)), right))


def may_press(request: HttpRequest, model: type[Model], action: str) -> bool:
    """Tell whether the reader may use an action of a model's pages, by its path or name."""
    label = label_of(model)
    right = Right.READ if action in READING or action.startswith("export_") else Right.CHANGE
    return has(request, Needed(ACTIONS.get(f"{label}/{action}", _BY_MODEL.get(label)), right))


def has(request: HttpRequest, needed: Needed) -> bool:
    """Tell whether the reader's roles give what is needed."""
    held = held_by(request)
    if needed.area is None:
        return Role.OWNER in held
    return roles.right_of(held, needed.area) >= needed.right


def held_by(request: HttpRequest) -> Collection[Role]:
    """Return the reader's roles, read once a request."""
    if not hasattr(request, "staff_roles"):
        user = request.user
        found = roles.roles_of(user) if isinstance(user, Person) else frozenset()
        request.staff_roles = found  # type: ignore[attr-defined]
    return request.staff_roles  # type: ignore[attr-defined, no-any-return]
