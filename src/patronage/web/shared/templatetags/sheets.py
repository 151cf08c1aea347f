"""Whether there is a disclosure sheet to link to."""

from django import template

from patronage.web.shared.sheets import sheet

register = template.Library()


@register.simple_tag
def has_sheet() -> bool:
    """Tell whether the operator has made a disclosure sheet."""
    return sheet() is not None
