"""The Django application."""

from django.apps import AppConfig


class BookConfig(AppConfig):
    """The open book and the disclosure page."""

    name = "patronage.web.book"
    label = "book"
