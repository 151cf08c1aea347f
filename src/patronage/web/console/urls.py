"""The addresses of the console."""

from django.urls import include, path

from patronage.web.console import (
    catalogue,
    economy,
    merchants,
    payouts,
    people,
    persons,
    rewards,
    selling,
    storefront,
)
from patronage.web.console.site import site

REGISTERED = (
    *(catalogue, economy, merchants, payouts, people),
    *(persons, rewards, selling, storefront),
)
"""Importing them registers their pages."""

urlpatterns = [
    path("staff/", include("patronage.web.console.staff_urls")),
    path("console/", site.urls),
]
