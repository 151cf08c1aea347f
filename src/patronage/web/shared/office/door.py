"""From signing in to the office of one's own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage.members.models import Person
from patronage.members.roles import roles_of


@never_cache
@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """Send those who have a role to the console, and the staff of merchants to theirs."""
    if not isinstance(request.user, Person):
        return redirect("account_login")
    return redirect("console:index" if roles_of(request.user) else "merchant:index")
