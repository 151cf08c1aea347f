"""The Django application."""

from django.apps import AppConfig


class LogConfig(AppConfig):
    """The public log's pages."""

    name = "patronage.web.log"
    label = "log"
