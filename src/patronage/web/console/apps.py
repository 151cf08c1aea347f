"""Django's description of the web's console pages."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The console pages as a Django app."""

    name = "patronage.web.console"
    label = "web_console"
