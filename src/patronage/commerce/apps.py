"""Django's description of commerce."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommerceConfig(AppConfig):
    """Commerce as a Django app."""

    name = "patronage.commerce"
    label = "commerce"
    verbose_name = _("Commerce")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks."""
        from patronage.commerce import checks  # noqa: F401, PLC0415  (models are there only now)
