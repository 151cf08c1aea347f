"""Counting what each day came to: the same numbers however often it is done."""

from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Sum

from patronage import ledger
from patronage.commerce import days, posting
from patronage.commerce.models import DayFigures, Order
from patronage.members import clock
from patronage.members.models import Person

_AT_ONCE: Final = 31
_SETTLED_AFTER: Final = timedelta(hours=1)
"""So long after its midnight everything of a day has been written."""
_OPENING: Final = 1


class Span(NamedTuple):
    """The moments from one midnight to another: `start` is within, `end` is not."""

    start: datetime
    end: datetime


def count_days() -> int:
    """Count the days since the last final one, a month of them at most; return how many.

    Not inside a transaction. However many do it at once, each record is counted once.
    """
    zone = days.zone_of(posting.charter())
    today = clock.now().astimezone(zone).date()
    last = DayFigures.objects.filter(is_final=True).first()
    first = _first_day(zone) if last is None else last.day + timedelta(days=1)
    after = _OPENING if last is None else last.through_seq
    wanted = [first + timedelta(days=n) for n in range((today - first).days + 1)][:_AT_ONCE]
    # In this order: of a day without a close no record up to the tip can be a later day's.
    tip = ledger.tip(settings.ECONOMY).seq
    closes = ledger.days(settings.ECONOMY, after=after, limit=len(wanted))
    for day in wanted:
        close = next((one for one in closes if one.date >= f"{day}"), None)
        after = _count(day, span_of(day, day, zone), after, tip, close)
    return len(wanted)


def span_of(first: date, last: date, zone: ZoneInfo) -> Span:
    """Return the moments of some days, the last among them, in a time zone."""
    end = last + timedelta(days=1)
    return Span(datetime.combine(first, time(), zone), datetime.combine(end, time(), zone))


def within(field: str, span: Span) -> dict[str, datetime]:
    """Return the conditions that a moment lies in a span."""
    return {f"{field}__gte": span.start, f"{field}__lt": span.end}


def _first_day(zone: ZoneInfo) -> date:
    return ledger.opened_at(settings.ECONOMY).astimezone(zone).date()


def _count(day: date, span: Span, after: int, tip: int, close: ledger.Day | None) -> int:
    """Count a day whose records begin after a number; return the number of its last.

    The ledger's part grows by what was not counted yet, under the row's lock.
    """
    DayFigures.objects.get_or_create(day=day, defaults={"through_seq": after})
    with transaction.atomic():
        row = DayFigures.objects.select_for_update().get(day=day)
        row.counted_at = clock.now()
        row.is_final = close is not None and row.counted_at >= span.end + _SETTLED_AFTER
        _count_the_clocks(row, span)
        # Records of before a late close were the next day's for a while: it had none of its own.
        start = max(after, row.through_seq)
        row.through_seq = max(start, tip if close is None else close.seq)
        _add_the_ledgers(row, start)
        if close is not None and close.date == f"{day}":
            row.dividend_minor = close.dividend
        row.save()
    return row.through_seq


def _count_the_clocks(row: DayFigures, span: Span) -> None:
    """Count what was ordered and who joined between two moments."""
    paid = Order.objects.filter(**within("paid_at", span)).aggregate(
        count=Count("id"),
        sales=Sum("total_minor", default=0),
        members=Count("person", distinct=True),
    )
    row.orders_placed = Order.objects.filter(**within("placed_at", span)).count()
    row.orders_paid, row.sales_minor = paid["count"], paid["sales"]
    row.members_active = paid["members"]
    row.members_new = Person.objects.filter(is_staff=False, **within("joined_at", span)).count()


def _add_the_ledgers(row: DayFigures, after: int) -> None:
    """Add what the records after a number and through the row's did, and how they left it."""
    flows = ledger.flows(settings.ECONOMY, after=after, through=row.through_seq)
    asked, compulsory = flows.of("redemption"), flows.of("compulsory_redemption")
    redeemed = flows.of("redemption", "compulsory_redemption")
    row.orders_completed += flows.orders
    row.contributed_minor += flows.contributed
    row.dividend_contributed_minor += flows.dividend_contributed
    row.given_back_minor += flows.given_back
    row.redemptions += asked.times
    row.compulsory += compulsory.times
    row.redeemed_minor += redeemed.cash + redeemed.fee
    row.redemption_fee_minor += redeemed.fee
    record = ledger.record_at(settings.ECONOMY, row.through_seq)
    assert record is not None  # noqa: S101  (numbers have no gaps)
    state = {name: int(n) for name, n in record.told["state"].items() if name != "last_closed"}
    row.reserve_minor = state["reserve"]
    row.circulating_nano = state["issued"] - state["burned"]
    row.owed_minor = state["paid_in"] - state["paid_out"] - state["returned"]
