"""The demonstration's clock: moved on by a day or a week, with all that is due done meanwhile."""

from datetime import timedelta
from fractions import Fraction
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Max
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from patronage.commerce import jobs, orders, posting
from patronage.commerce.models import Order, State, Transition
from patronage.members import clock
from patronage.members.holdings import holding_of
from patronage.members.models import Person
from patronage.web.shared.access import member_required
from patronage.web.shared.forms import whole
from patronage.web.shared.requests import MemberRequest

_TOLD = "clock_told"
STEPS: Final = (1, 7)

_DONE: Final = {
    "days": gettext_lazy("Days closed"),
    State.SHIPPED: gettext_lazy("Orders shipped"),
    State.RECEIVED: gettext_lazy("Orders counted as received"),
    State.COMPLETED: gettext_lazy("Orders completed"),
    State.CANCELLED: gettext_lazy("Unpaid orders cancelled"),
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
        before, last = _figures(request.user), _last_step()
        # Day by day, so that each is closed with what happened on it.
        for _ in range(days):
            clock.move_on(timedelta(days=1))
            _ship_waiting()
            jobs.run_all()
        after = _figures(request.user)
        # The worker does what is due as well, so it is what was done that is counted.
        steps = Transition.objects.filter(id__gt=last, who=None).values_list("to_state")
        done = dict(steps.annotate(count=Count("id")))
        done["days"] = after["closed"] - before["closed"]
        request.session[_TOLD] = {"days": days, "done": done, "figures": [before, after]}
        return redirect("move_clock")
    context: dict[str, Any] = {"tab": "mine", "now": clock.now(), "steps": STEPS}
    told = request.session.pop(_TOLD, None)
    if told is not None:
        context["days"] = told["days"]
        context["done"] = [(said, told["done"].get(name, 0)) for name, said in _DONE.items()]
        context["figures"] = [{**one, "price": Fraction(*one["price"])} for one in told["figures"]]
    return render(request, "mall/clock.html", context)


def _last_step() -> int:
    return Transition.objects.aggregate(last=Max("id"))["last"] or 0


def _ship_waiting() -> None:
    """Let the demonstration's merchants ship what was paid a day ago: nobody else would."""
    since = clock.now() - timedelta(days=1)
    for order in Order.objects.filter(state=State.PAID, paid_at__lte=since).select_related():
        orders.ship_order(merchant=order.merchant, number=order.number, who=None)


def _figures(person: Person) -> dict[str, Any]:
    """Return the price, exactly, and what a member holds, as a session can keep them."""
    held = holding_of(person)
    names = ("points", "quota", "coins", "cash", "dividend")
    state = posting.state()
    return {
        "price": state.price,
        "closed": state.days_closed,
        **{name: getattr(held, name) if held else 0 for name in names},
    }
