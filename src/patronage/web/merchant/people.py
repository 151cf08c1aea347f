"""A merchant's own staff: appointed and dismissed by those who act for it."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from patronage.commerce.models import Merchant
from patronage.members import auditing
from patronage.members.models import AuditVerb, Person
from patronage.web.merchant.frame import show
from patronage.web.shared import second_factor, staff
from patronage.web.shared.forms import whole
from patronage.web.shared.office.site import Office, person


def people(office: Office, request: HttpRequest, merchant: Merchant) -> HttpResponse:
    """List a merchant's staff; add one or let one go, with a code of the app."""
    if request.method == "POST":
        if not second_factor.gives_code(person(request), request.POST.get("code", "")):
            messages.error(request, _("The code of the app is wrong, or was used already."))
        elif request.POST.get("do") == "dismiss":
            _dismiss(request, merchant)
        else:
            answer = _appoint(request, merchant)
            if isinstance(answer, staff.Access):
                return _shown_once(office, request, answer)
            messages.error(request, str(answer))
        return redirect(f"{office.name}:people", merchant.id)
    return show(
        office,
        request,
        "merchant/office/people.html",
        title=_("Staff"),
        merchant=merchant,
        place="people",
        people=merchant.staff.order_by("id"),
    )


def _appoint(request: HttpRequest, merchant: Merchant) -> staff.Access | staff.StaffRefusal:
    email, name = request.POST.get("email", ""), request.POST.get("name", "").strip()
    with transaction.atomic():
        answer = staff.appoint(email=email, name=name, by=person(request))
        if isinstance(answer, staff.Access):
            merchant.staff.add(answer.person)
            _record(request, merchant, answer.person, AuditVerb.APPOINTED)
    return answer


def _dismiss(request: HttpRequest, merchant: Merchant) -> None:
    """Let one of the staff act for the merchant no more; nobody dismisses themselves."""
    with transaction.atomic():
        Merchant.objects.select_for_update().get(id=merchant.id)
        leaver = merchant.staff.filter(pk=whole(request.POST.get("person"))).first()
        if leaver is None or leaver.pk == request.user.pk:
            messages.error(request, _("Choose someone else of the merchant's staff."))
            return
        merchant.staff.remove(leaver)
        _record(request, merchant, leaver, AuditVerb.DISMISSED)
    messages.success(request, _("They act for the merchant no more."))


def _record(request: HttpRequest, merchant: Merchant, whom: Person, verb: AuditVerb) -> None:
    facts = {"person": whom.pk}
    auditing.record(actor=person(request), verb=verb, subject=merchant, facts=facts)


def _shown_once(office: Office, request: HttpRequest, access: staff.Access) -> HttpResponse:
    template = "shared/office/access.html"
    response = show(office, request, template, title=_("Shown once"), access=access)
    add_never_cache_headers(response)
    return response
