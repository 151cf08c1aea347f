"""Who may stand at which cash desk."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import urlencode

from patronage.commerce.models import Merchant
from patronage.members.models import Person
from patronage.web.shared.requests import MemberRequest, Request

P = ParamSpec("P")


def desks_of(person: Person) -> QuerySet[Merchant]:
    """Return the merchants for which someone of the staff acts."""
    found = Merchant.objects.filter(staff=person, approved_at__isnull=False)
    return found.order_by("id") if person.is_staff else found.none()


def staff_required(
    view: Callable[Concatenate[MemberRequest, P], HttpResponse],
) -> Callable[Concatenate[Request, P], HttpResponse]:
    """Send whoever is not signed in to where staff sign in."""

    @wraps(view)
    def guarded(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            query = urlencode({"next": request.get_full_path()})
            return redirect(f"{resolve_url('account_login')}?{query}")
        return view(cast("MemberRequest", request), *args, **kwargs)

    return cast("Callable[Concatenate[Request, P], HttpResponse]", guarded)


def desk_of(request: MemberRequest, id: int) -> Merchant:
    """Return the merchant of a desk; to whoever does not act for it there is none."""
    merchant = desks_of(request.user).filter(id=id).first()
    if merchant is None:
        raise Http404
    return merchant
