"""After-sales as a member sees them: asking, what it would come to, and the case."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.core.files.base import ContentFile
from django.forms import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from patronage.commerce import aftersales as of
from patronage.commerce import reversal
from patronage.commerce.aftersales import AfterSaleRefusal
from patronage.commerce.models import AfterSale, AfterSaleState
from patronage.commerce.orders import order_of
from patronage.members import clock
from patronage.web.shared import private_files
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import whole
from patronage.web.shared.pictures import PictureField
from patronage.web.shared.requests import MemberRequest

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def ask(request: MemberRequest, number: str) -> HttpResponse:
    """Ask to give back some of a completed order, with what it would come to."""
    order = order_of(person=request.user, number=number)
    if order is None:
        raise Http404
    returnable = of.returnable(order)
    chosen: dict[int, int] = {}
    if request.method == "POST":
        chosen = {
            line: quantity
            for line in returnable
            if (quantity := whole(request.POST.get(f"quantity-{line}")))
        }
    if request.POST.get("do") == "ask":
        answer = _asked(request, number, chosen)
        if isinstance(answer, AfterSale):
            messages.success(request, _("The merchant will answer your request."))
            return redirect("aftersale", answer.number)
        messages.error(request, answer)
    is_netted = settings.AFTERSALES_TAKEN_OUT == "netted"
    fits = all(chosen.get(line, 0) <= most for line, most in returnable.items())
    context = {
        "tab": "mine",
        "order": order,
        "lines": [
            (line, returnable[line.id], chosen.get(line.id, 0))
            for line in order.lines.all()
            if line.id in returnable
        ],
        "ends_at": of.ends_at(order),
        "hours": settings.AFTERSALES_ANSWER_HOURS,
        "outlook": reversal.outlook(order, chosen, is_netted=is_netted)
        if chosen and fits
        else None,
        "is_netted": is_netted,
        "reason": request.POST.get("reason", ""),
        "most_pictures": of.PICTURES_MAX,
        "key": request.POST.get("key", "")[:64] or secrets.token_hex(16),
    }
    name = "outlook" if request.htmx else "ask"
    return render(request, f"mall/aftersales/{name}.html", context)


def _asked(request: MemberRequest, number: str, chosen: dict[int, int]) -> AfterSale | str:
    """Open a case with what was sent, or say why not."""
    uploaded = request.FILES.getlist("pictures")
    if len(uploaded) > of.PICTURES_MAX:
        return str(AfterSaleRefusal.TOO_MANY_PICTURES)
    try:
        pictures = [_picture(one) for one in uploaded]
    except ValidationError as wrong:
        return " ".join(wrong.messages)
    answer = of.request(
        person=request.user,
        number=number,
        key=request.POST.get("key", ""),
        quantities=chosen,
        reason=request.POST.get("reason", ""),
        pictures=pictures,
    )
    return answer if isinstance(answer, AfterSale) else str(answer)


def _picture(uploaded: "UploadedFile[Any]") -> ContentFile[bytes]:
    written = PictureField().clean(uploaded)
    assert isinstance(written, ContentFile)  # noqa: S101  (something was uploaded)
    return written


@never_cache
@require_safe
@member_required
def case(request: MemberRequest, number: str) -> HttpResponse:
    """Show a case: where it stands, whose turn it is, what it comes to, and every step."""
    found = _case(request, number)
    is_open = found.is_open and found.settled_at is None
    quantities = {piece.line_id: piece.quantity for piece in found.lines.all()}
    may_ask = found.state == AfterSaleState.DECLINED and found.platform_at is None
    context = {
        "tab": "mine",
        "case": found,
        "order": found.order,
        "outlook": reversal.outlook(found.order, quantities, is_netted=found.is_netted)
        if is_open
        else None,
        "is_netted": found.is_netted,
        "may_withdraw": found.state in (AfterSaleState.REQUESTED, AfterSaleState.APPROVED),
        "may_ask_platform": may_ask and found.due_at is not None and found.due_at > clock.now(),
    }
    return render(request, "mall/aftersales/case.html", context)


@require_safe
@member_required
def picture(request: MemberRequest, number: str, id: int) -> HttpResponse:
    """Send a picture of a member's own case."""
    found = of.picture_of(person=request.user, number=number, id=id)
    if found is None:
        raise Http404
    return private_files.show(found.file)


@require_POST
@member_required
def withdraw(request: MemberRequest, number: str) -> HttpResponse:
    """Take a request back."""
    return _done(request, number, of.withdraw, _("The request is withdrawn."))


@require_POST
@member_required
def sent(request: MemberRequest, number: str) -> HttpResponse:
    """Note that the goods were sent back."""
    told = {name: request.POST.get(name, "") for name in ("carrier", "tracking")}
    return _done(request, number, of.send_goods, _("Noted. The merchant looks out for it."), **told)


@require_POST
@member_required
def ask_platform(request: MemberRequest, number: str) -> HttpResponse:
    """Ask the platform to decide."""
    note = request.POST.get("note", "")
    return _done(request, number, of.ask_platform, _("The platform decides now."), note=note)


def _done(
    request: MemberRequest,
    number: str,
    do: Callable[..., AfterSale | AfterSaleRefusal],
    said: str,
    **told: str,
) -> HttpResponse:
    answer = do(person=request.user, number=number, **told)
    if answer is AfterSaleRefusal.UNKNOWN_CASE:
        raise Http404
    if isinstance(answer, AfterSaleRefusal):
        messages.error(request, str(answer))
    else:
        messages.success(request, said)
    return redirect("aftersale", number)


def _case(request: MemberRequest, number: str) -> AfterSale:
    found = of.case_of(person=request.user, number=number)
    if found is None:
        raise Http404
    return found
