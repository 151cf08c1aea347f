"""From signing in to the office of one's own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """Send operators to the console, and the staff of merchants to theirs."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    return redirect("console:index" if request.user.is_superuser else "merchant:index")
