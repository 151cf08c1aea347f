"""Requests, as far as types can tell them apart."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from patronage.members.models import Person


class Request(HttpRequest):
    """A request to a page, by htmx or not."""

    htmx: HtmxDetails


class MemberRequest(Request):
    """A request by someone who is signed in."""

    user: Person
