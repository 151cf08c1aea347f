"""What a member earned and what else moved their account in a period, to the last line."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patronage.web.shared import statements
from patronage.web.shared.access import member_required
from patronage.web.shared.exports import FORMS, send
from patronage.web.shared.requests import MemberRequest


@never_cache
@require_safe
@member_required
def settlement(request: MemberRequest) -> HttpResponse:
    """Show the settlement statement of a period, this month's unless another is asked for."""
    found = statements.asked(request, request.user)
    sums = statements.sums(found)
    context = {"tab": "mine", "statement": found, "sums": sums, "forms": FORMS}
    return render(request, "mall/wallet/settlement.html", context)


@never_cache
@require_safe
@member_required
def settlement_file(request: MemberRequest, form: str) -> HttpResponseBase:
    """Send the statement of a period as a file for spreadsheets."""
    found = statements.asked(request, request.user)
    return send(request, statements.table(found, request.user), form)
