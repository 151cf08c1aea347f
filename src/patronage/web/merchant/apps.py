"""Django's description of the merchants' pages."""

from django.apps import AppConfig


class MerchantConfig(AppConfig):
    """The merchants' pages as a Django app."""

    name = "patronage.web.merchant"
    label = "web_merchant"
