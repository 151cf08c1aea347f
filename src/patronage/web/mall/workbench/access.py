"""Who may see the workbench: members whose storefront was approved, suspended or not."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect

from patronage.commerce import distributors
from patronage.commerce.models import ApplicationState, Distributor
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest, Request

P = ParamSpec("P")


def distributor_required(
    view: Callable[Concatenate[MemberRequest, Distributor, P], HttpResponseBase],
) -> Callable[Concatenate[Request, P], HttpResponseBase]:
    """Give a page the reader's own storefront; whoever has none is led to the application."""

    @wraps(view)
    def guarded(request: MemberRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        distributor = distributors.distributor_of(request.user)
        if distributor is None or distributor.state != ApplicationState.APPROVED:
            if kwargs:  # what is somebody's own does not exist for others
                raise Http404
            return redirect("workbench")
        distributor.person = request.user
        return view(request, distributor, *args, **kwargs)

    return member_required(
        cast("Callable[Concatenate[MemberRequest, P], HttpResponseBase]", guarded)
    )
