"""What is the member's own: the page that leads to all of it, the profile, consents, leaving."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from patronage.commerce import orders
from patronage.commerce.models import State
from patronage.members import clock
from patronage.members.closing import close_account, hindrances
from patronage.members.consents import IN_FORCE, record_consents
from patronage.members.export import export_of
from patronage.members.holdings import holding_of
from patronage.members.levels import is_partner, level_of
from patronage.members.models import Document, Person
from patronage.members.notices import unread
from patronage.web.shared.access import member_required
from patronage.web.shared.requests import MemberRequest, Request

# Which orders a link of the page leads to: the list's tab, its symbol and name, what it counts.
_ORDERS = (
    ("unpaid", "credit-card", gettext_lazy("To pay"), (State.UNPAID, State.PAYING)),
    ("paid", "package", gettext_lazy("To ship"), (State.PAID,)),
    ("shipped", "truck", gettext_lazy("To receive"), (State.SHIPPED,)),
    ("received", "hourglass", gettext_lazy("Points pending"), (State.RECEIVED,)),
)


@never_cache
@require_safe
def mine(request: Request) -> HttpResponse:
    """Show the member's page, or the way to sign in."""
    person = request.user
    if not isinstance(person, Person):
        return render(request, "mall/mine.html", {"tab": "mine"})
    held = holding_of(person)
    points = held.points if held is not None else 0
    counts = orders.counts_of(person)
    return render(
        request,
        "mall/mine.html",
        {
            "tab": "mine",
            "held": held,
            "cash": held.cash + held.dividend if held is not None else 0,
            "points": points,
            "level": level_of(points),
            "is_partner": is_partner(points),
            "orders": [
                (tab, icon, label, sum(counts.get(state, 0) for state in states))
                for tab, icon, label, states in _ORDERS
            ],
            "unread": unread(person),
            "has_clock": bool(settings.DEMO_CLOCK),
            "has_log": bool(settings.LOG),
        },
    )


class ProfileForm(forms.ModelForm[Person]):
    """What a member tells of themselves."""

    class Meta:
        """The name alone; the phone is who they are."""

        model = Person
        fields = ("name",)
        widgets = {"name": forms.TextInput({"autocomplete": "nickname"})}  # noqa: RUF012


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def profile(request: MemberRequest) -> HttpResponse:
    """Show the member's profile, and change it."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("profile")
    return render(request, "mall/members/profile.html", {"tab": "mine", "form": form})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def consents(request: MemberRequest) -> HttpResponse:
    """Show what the member agreed to and when, and let them agree to what is new."""
    if request.method == "POST":
        record_consents(request.user)
        return redirect("consents")
    given: dict[str, list[tuple[str, object]]] = {}
    for consent in request.user.consents.all():
        given.setdefault(consent.document, []).append((consent.version, consent.agreed_at))
    rows = [(document, IN_FORCE[document], given.get(document.value, [])) for document in Document]
    return render(
        request,
        "mall/members/consents.html",
        {
            "tab": "mine",
            "rows": rows,
            "is_behind": any(
                version not in [known for known, _at in agreed] for _doc, version, agreed in rows
            ),
        },
    )


@never_cache
@require_safe
@member_required
def own_data(request: MemberRequest) -> HttpResponse:
    """Send the member a file of all that is stored of them."""
    response = JsonResponse(
        export_of(request.user, orders), json_dumps_params={"ensure_ascii": False, "indent": 1}
    )
    name = f"patronage-{clock.now():%Y%m%d}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def leave(request: MemberRequest) -> HttpResponse:
    """Say what closing the account means and what stands against it; close it."""
    is_wrong = False
    if request.method == "POST":
        if request.POST.get("sure"):
            found = close_account(person=request.user, orders=orders)
            if not found:
                logout(request)
                return render(request, "mall/members/left.html")
        else:
            is_wrong, found = True, hindrances(request.user, orders)
    else:
        found = hindrances(request.user, orders)
    return render(
        request,
        "mall/members/leave.html",
        {"tab": "mine", "hindrances": found, "is_wrong": is_wrong},
    )
