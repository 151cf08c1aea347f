"""Django's description of the cash desk's pages."""

from django.apps import AppConfig


class MerchantConfig(AppConfig):
    """The cash desk's pages as a Django app."""

    name = "patronage.web.merchant"
    label = "web_merchant"
