"""The addresses of the economy's pages within the console."""

from django.urls import URLPattern, path

from patronage.web.console.economy import opening, pages, proposing
from patronage.web.console.economy.frame import within
from patronage.web.shared.office.site import Office


def urls(office: Office) -> list[URLPattern]:
    """Return them, for those whom the office lets in."""
    return [
        path("economy/", within(office, pages.overview), name="economy"),
        path("economy/open/", within(office, opening.open_economy), name="economy_open"),
        path("economy/charter/", within(office, pages.charter), name="economy_charter"),
        path("economy/policy/", within(office, pages.mall_policy), name="economy_policy"),
        path("economy/days/", within(office, pages.days), name="economy_days"),
        path("economy/journal/", within(office, pages.journal), name="economy_journal"),
        path("economy/journal/<int:seq>/", within(office, pages.record), name="economy_record"),
        path("economy/accounts/<str:id>/", within(office, pages.account), name="economy_account"),
        path(
            "economy/propose/<slug:kind>/",
            within(office, proposing.propose),
            name="economy_propose",
        ),
    ]
