"""Why accounts were moved, in templates."""

from django import template

from patronage.web.shared.records import cause_of

register = template.Library()


@register.filter
def cause(name: str) -> str:
    """Say a cause in the reader's language."""
    return cause_of(name)
