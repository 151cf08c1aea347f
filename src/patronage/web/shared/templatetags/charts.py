"""The chart of the price, with a table beside it that says the same."""

from typing import Any

from django import template
from django.conf import settings

from patronage.web.shared import prices

register = template.Library()


@register.inclusion_tag("shared/price_chart.html", takes_context=True)
def price_chart(context: dict[str, Any]) -> dict[str, Any]:
    """Draw the price over the span in the address (`?span=`), a month unless told otherwise.

    The page loads what it needs by `shared/price_chart_head.html` in its head.
    """
    asked = context["request"].GET.get("span", "")
    span = asked if asked in prices.SPANS else "month"
    return {
        "request": context["request"],
        "spans": prices.SPANS.items(),
        "span": span,
        "rows": prices.table(span),
        "zone": settings.TIME_ZONE,
    }
