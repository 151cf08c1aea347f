"""The addresses of the console."""

from django.urls import include, path

from patronage.web.console import (
    aftersales,
    alarms,
    audit,
    catalogue,
    custody,
    distributors,
    frontpage,
    merchants,
    payouts,
    people,
    persons,
    reviews,
    rewards,
    selling,
)
from patronage.web.console.economy import decisions
from patronage.web.console.site import site

REGISTERED = (
    *(aftersales, alarms, audit, catalogue, custody, decisions, distributors, merchants),
    *(payouts, people, persons, reviews, rewards, selling, frontpage),
)
"""Importing them registers their pages."""

urlpatterns = [
    path("staff/", include("patronage.web.console.staff_urls")),
    path("console/", site.urls),
]
