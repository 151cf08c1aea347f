"""What every page of the mall shows of its reader."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from patronage.commerce import cart


def cart_count(request: HttpRequest) -> dict[str, Any]:
    """Count the pieces in the reader's cart, once a page and only where it is shown."""

    def count() -> int:
        user = getattr(request, "user", None)
        return cart.count(user) if user is not None and user.is_authenticated else 0

    return {"cart_count": SimpleLazyObject(count)}
