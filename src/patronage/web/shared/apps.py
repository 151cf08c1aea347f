"""Django's description of the web's shared pages."""

from django.apps import AppConfig


class SharedConfig(AppConfig):
    """The shared pages as a Django app."""

    name = "patronage.web.shared"
    label = "web_shared"
