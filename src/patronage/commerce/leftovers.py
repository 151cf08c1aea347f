"""Removing what is of no more use, so that nothing grows for ever."""

from datetime import timedelta
from typing import Final

from django.contrib.sessions.models import Session
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from patronage.commerce.models import Order
from patronage.members import clock, devices

_RUNS_KEPT: Final = timedelta(days=1)


# Both of these are stamped by their makers with the machine's time, whatever the mall's clock says.


def clear_sessions() -> int:
    """Delete the sessions that have expired; return how many."""
    return Session.objects.filter(expire_date__lt=timezone.now()).delete()[0]


def clear_runs() -> int:
    """Delete the jobs' runs that ended a day ago; return how many."""
    ended = timezone.now() - _RUNS_KEPT
    return DBTaskResult.objects.finished().filter(finished_at__lt=ended).delete()[0]


def clear_devices() -> int:
    """Forget the devices that were not seen for a year, also on orders; return how many."""
    ordered_by = Order.objects.filter(placed_at__lt=clock.now() - devices.KEPT).exclude(device="")
    return ordered_by.update(device="") + devices.forget_old()
