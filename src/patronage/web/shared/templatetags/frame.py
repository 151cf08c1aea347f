"""The parts of the frame that look at settings or at the request."""

from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

register = template.Library()

TABS = (
    ("home", "house", _("Home")),
    ("categories", "layout-grid", _("Categories")),
    ("cart", "shopping-cart", _("Cart")),
    ("mine", "user-round", _("Mine")),
)


@register.simple_tag
@cache
def icon(name: str, size: str = "") -> SafeString:
    """Draw a symbol of the sprite; it says nothing to who cannot see it."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f" icon_{size}" if size else "",
        static("vendor/lucide/sprite.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def tabs(context: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the four places of the mall; a view says `tab` where it is one of them."""
    return _tabs(context.get("tab"), get_language())


@cache
def _tabs(tab: str | None, _language: str) -> list[dict[str, Any]]:
    return [
        {
            "url": reverse(name),
            "icon": symbol,
            "label": str(label),
            "here": tab == name,
            "name": name,
        }
        for name, symbol, label in TABS
    ]


@register.inclusion_tag("shared/footer.html")
def footer() -> dict[str, Any]:
    """Say who runs the mall, as the law asks."""
    return {
        "company": settings.COMPANY_NAME,
        "licence": settings.COMPANY_LICENCE,
        "icp": settings.COMPANY_ICP,
    }
