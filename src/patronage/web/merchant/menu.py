"""The menu of a merchant's office, and what waits there: by what people do in a day."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from patronage.commerce.models import (
    AfterSale,
    AfterSaleState,
    Merchant,
    Order,
    PurchaseOrder,
    PurchaseState,
    Return,
    ReturnState,
    State,
)
from patronage.web.shared.office.site import Office

PARTS: Final[tuple[tuple[str | Promise, tuple[str, ...]], ...]] = (
    (
        gettext_lazy("Orders"),
        (
            *("commerce.purchaseorder", "commerce.order", "commerce.return"),
            *("commerce.aftersale", "commerce.invoice", "commerce.debt"),
        ),
    ),
    (
        pgettext_lazy("of a mall", "Goods"),
        ("commerce.product", "commerce.coupon", "commerce.freightrule"),
    ),
)
"""What each part is called, and its models in order; other models follow under their own names."""

SHOWN_MAX: Final = 99
"""What waits is counted so far and no further."""


class Waiting(NamedTuple):
    """Something to be done: what it is, the list that shows it, and how much there is."""

    told: str
    model: str
    url: str
    number: int

    @property
    def shown(self) -> str:
        """The count, as far as it is counted."""
        return _shown(self.number)


def waiting(office: Office, request: HttpRequest) -> list[Waiting]:
    """Return what waits for the reader's merchants, counted once a request."""
    if not hasattr(request, "merchants_waiting"):
        request.merchants_waiting = [  # type: ignore[attr-defined]
            Waiting(told, model, _list_of(office, model) + query, _count(found))
            for told, model, query, found in _kinds(office, request)
        ]
    return request.merchants_waiting  # type: ignore[attr-defined, no-any-return]


def _kinds(office: Office, request: HttpRequest) -> Iterable[tuple[str, str, str, QuerySet[Any]]]:
    theirs = office.merchants(request)
    waits = PurchaseState.WAITING
    bought = PurchaseOrder.objects.filter(order__merchant__in=theirs, state=waits)
    yield _("purchase orders to confirm"), "purchaseorder", f"?state__exact={waits}", bought
    orders = Order.objects.filter(merchant__in=theirs, state=State.PAID)
    yield _("orders to ship"), "order", f"?state__exact={State.PAID}", orders
    asked = ReturnState.REQUESTED
    returns = Return.objects.filter(order__merchant__in=theirs, state=asked)
    yield _("returns to answer"), "return", f"?state__exact={asked}", returns
    cases = AfterSale.objects.filter(order__merchant__in=theirs, platform_at=None)
    for told, state in (
        (_("after-sales to answer"), AfterSaleState.REQUESTED),
        (_("goods on their way back"), AfterSaleState.SENT),
    ):
        yield told, "aftersale", f"?state__exact={state}", cases.filter(state=state)


def _list_of(office: Office, model: str) -> str:
    return reverse(f"{office.name}:commerce_{model}_changelist")


def _count(found: QuerySet[Any]) -> int:
    return found[: SHOWN_MAX + 1].count()


def _shown(count: int) -> str:
    return f"{SHOWN_MAX}+" if count > SHOWN_MAX else f"{count}"


def arranged(
    office: Office, request: HttpRequest, apps: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the menu: today, what was sold, what is sold, and each merchant's account."""
    models = {
        one["model"]._meta.label_lower: one  # noqa: SLF001  (Django's own name for all to read)
        for app in apps
        for one in app["models"]
    }
    sums = Counter[str]()
    for one in waiting(office, request):
        sums[f"commerce.{one.model}"] += one.number
    for label, count in sums.items():
        if count:
            models[label]["name"] += f" · {_shown(count)}"
    index = reverse(f"{office.name}:index")
    # Unfold marks whatever address the path contains, so the first page on each of the others.
    here = index if request.path == index else f"{index}?"
    menu = [_part(_("Today"), [_page(_("Overview"), here)])]
    for name, labels in PARTS:
        entries = [models.pop(label) for label in labels if label in models]
        if entries:
            menu.append(_part(str(name), entries))
    if models:
        menu.append(_part("…", list(models.values())))
    merchants = office.merchants(request).order_by("id")
    return [*menu, *(_part(str(one), _pages_of(office, one)) for one in merchants)]


def _pages_of(office: Office, merchant: Merchant) -> list[dict[str, Any]]:
    pages = (
        (_("Account"), f"{office.name}:account"),
        (_("Settlement statement"), f"{office.name}:statement"),
        (_("Staff"), f"{office.name}:people"),
        (_("Cash desk"), "desk"),
        (_("Our QR code"), "desk_qr"),
    )
    return [_page(told, reverse(name, args=[merchant.id])) for told, name in pages]


def _page(name: str, url: str) -> dict[str, Any]:
    return {"name": name, "object_name": url, "admin_url": url, "view_only": True}


def _part(name: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": name,
        "app_label": "",
        "app_url": entries[0]["admin_url"],
        "models": entries,
    }
