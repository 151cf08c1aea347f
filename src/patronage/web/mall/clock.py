"""The demonstration's clock: moved on by a day or a week, with all that is due done meanwhile."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from patronage.commerce import jobs, posting
from patronage.members import clock
from patronage.members.holdings import holding_of
from patronage.members.models import Person
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import whole
from patronage.web.shared.requests import MemberRequest

_TOLD = "clock_told"
STEPS: Final = (1, 7)

# What of the jobs' work a person cares about; the rest is what machines do among themselves.
_DONE: Final = {
    "close days": gettext_lazy("Days closed"),
    "cancel unpaid orders": gettext_lazy("Unpaid orders cancelled"),
    "receive orders": gettext_lazy("Orders counted as received"),
    "complete orders": gettext_lazy("Orders completed"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@member_required
def move_clock(request: MemberRequest) -> HttpResponse:
    """Show the mall's time, and move it on, in a demonstration; else there is no such page."""
    if not settings.DEMO_CLOCK:
        raise Http404
    days = whole(request.POST.get("days"))
    if request.method == "POST" and days in STEPS:
        before = _figures(request.user)
        done = Counter[str]()
        # Day by day, so that each is closed with what happened on it.
        for _ in range(days):
            clock.move_on(timedelta(days=1))
            done.update(jobs.run_all())
        after = _figures(request.user)
        request.session[_TOLD] = {"days": days, "done": done, "figures": [before, after]}
        return redirect("move_clock")
    context: dict[str, Any] = {"tab": "mine", "now": clock.now(), "steps": STEPS}
    told = request.session.pop(_TOLD, None)
    if told is not None:
        context["days"] = told["days"]
        context["done"] = [(said, told["done"].get(name, 0)) for name, said in _DONE.items()]
        context["figures"] = [{**one, "price": Fraction(*one["price"])} for one in told["figures"]]
    return render(request, "mall/clock.html", context)


def _figures(person: Person) -> dict[str, Any]:
    """Return the price, exactly, and what a member holds, as a session can keep them."""
    held = holding_of(person)
    names = ("points", "quota", "coins", "cash", "dividend")
    return {
        "price": posting.state().price,
        **{name: getattr(held, name) if held else 0 for name in names},
    }
