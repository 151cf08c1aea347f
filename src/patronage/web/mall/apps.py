"""Django's description of the web's mall pages."""

from django.apps import AppConfig


class MallConfig(AppConfig):
    """The mall pages as a Django app."""

    name = "patronage.web.mall"
    label = "web_mall"
