"""Closing days: each at its midnight in the charter's time zone, late ones in their order."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from patronage import ledger
from patronage.commerce import alarms, posting
from patronage.economy import Charter
from patronage.members import clock

LATE_AFTER = timedelta(hours=1)


def zone_of(charter: Charter) -> ZoneInfo:
    """Return whose midnight closes the day: the charter's, or else the installation's."""
    return ZoneInfo(charter.timezone or settings.TIME_ZONE)


def due(*, grace: timedelta = timedelta()) -> list[date]:
    """Return the days whose midnight has passed and that are not closed, in their order.

    The first is the one after the last closed, or else that of the economy's opening. With a
    grace, those whose midnight has passed so long ago.
    """
    state = posting.state()
    zone = zone_of(state.charter)
    if state.last_closed:
        first = date.fromisoformat(state.last_closed) + timedelta(days=1)
    else:
        first = ledger.opened_at(settings.ECONOMY).astimezone(zone).date()
    today = (clock.now() - grace).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((today - first).days)]


def close_due() -> int:
    """Close the days that are due; return how many. Not inside a transaction.

    Whoever else closes them meanwhile hands in the same events, which count once.
    """
    days = due()
    with transaction.atomic():
        receipts = [
            posting.submit({"id": f"day:{day}", "type": "day.closed", "date": f"{day}"})
            for day in days
        ]
    for day, receipt in zip(days, receipts, strict=True):
        posting.require_applied(f"day:{day}", posting.settle(receipt))
    return len(days)


def watch() -> int:
    """Sound an alarm for days that are an hour late; return how many there are."""
    late = due(grace=LATE_AFTER)
    if late:
        alarms.sound("day_late", f"day:{late[0]}", f"{len(late)} not closed")
    return len(late)
