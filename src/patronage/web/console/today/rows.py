"""The rows behind the figures: by page and by place, never by a number of pages."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patronage import ledger
from patronage.commerce import figures, jobs, schedule
from patronage.commerce.models import DayFigures, Job, Order, SplitKind
from patronage.members.models import Person
from patronage.web.console.today.figures import FIGURES, Text, price
from patronage.web.console.today.period import Period, day_of
from patronage.web.shared.exports import Cell, amount, points

PAGE: Final = 50
_FILE_PAGE: Final = 500
Place = str
"""Where the next page begins, as an address has it."""


class Row(NamedTuple):
    """A row: its cells, and the page of what it tells of, if there is one."""

    cells: tuple[Cell, ...]
    link: str = ""


class Page(NamedTuple):
    """Some rows, and where the next page begins: empty where there is none."""

    rows: list[Row]
    next: Place = ""


class Listing(NamedTuple):
    """A kind of rows."""

    title: Text
    header: Callable[[], tuple[str, ...]]
    read: Callable[[Period, Place, int], Page]
    is_of_days: bool = True


def all_rows(listing: Listing, period: Period) -> Iterator[tuple[Cell, ...]]:
    """Yield every row of a period, page after page."""
    page = listing.read(period, "", _FILE_PAGE)
    while True:
        yield from (row.cells for row in page.rows)
        if not page.next:
            return
        page = listing.read(period, page.next, _FILE_PAGE)


def _after(field: str, place: Place) -> Q:
    """Return the condition of what comes after a place, in the order of falling time and id."""
    written, _sep, id = place.rpartition("_")
    try:
        at = datetime.fromisoformat(written)
        number = int(id)
    except ValueError:
        return Q()
    # The first condition bounds the index; the others tell moments apart that are the same.
    return Q(**{f"{field}__lte": at}) & (Q(**{f"{field}__lt": at}) | Q(id__lt=number))


def _by_time(found: QuerySet[Any], field: str, period: Period, place: Place, limit: int) -> Any:
    """Return a page of what has a moment in a period, the newest first, and the next place."""
    inside = found.filter(_after(field, place), **figures.within(field, period.span))
    page = list(inside.order_by(f"-{field}", "-id")[: limit + 1])
    if len(page) <= limit:
        return page, ""
    last = page[limit - 1]
    at: datetime = getattr(last, field)
    return page[:limit], f"{at.isoformat()}_{last.pk}"


def _orders_by(field: str) -> Callable[[Period, Place, int], Page]:
    def read(period: Period, place: Place, limit: int) -> Page:
        found = Order.objects.select_related("person", "merchant").prefetch_related("splits")
        orders, older = _by_time(found, field, period, place, limit)
        return Page([_order(one, getattr(one, field)) for one in orders], older)

    return read


def _order_header() -> tuple[str, ...]:
    return (
        *(_("Order"), _("When"), _("Member"), _("Merchant"), _("State"), _("Sum")),
        *(_("To the reserve"), _("To the dividend pool")),
    )


def _order(order: Order, at: datetime) -> Row:
    parts = {part.kind: part.amount_minor for part in order.splits.all()}
    reserve, pool = (parts.get(kind) for kind in (SplitKind.CONTRIBUTION, SplitKind.DIVIDEND))
    state = str(order.get_state_display())
    cells = (order.number, at, str(order.person), str(order.merchant), state)
    return Row(
        (*cells, amount(order.total_minor), amount(reserve), amount(pool)),
        reverse("console:commerce_order_change", args=[order.pk]),
    )


def _people(period: Period, place: Place, limit: int) -> Page:
    found = Person.objects.filter(is_staff=False).select_related("referrer")
    people, older = _by_time(found, "joined_at", period, place, limit)
    return Page([_person(one) for one in people], older)


def _person_header() -> tuple[str, ...]:
    return _("Member"), _("Phone"), _("Joined"), _("Invited by")


def _person(person: Person) -> Row:
    referrer = str(person.referrer or "")
    return Row(
        (str(person), person.masked_phone, person.joined_at, referrer),
        reverse("console:members_person_change", args=[person.pk]),
    )


CAUSES: Final = {
    "redemption": gettext_lazy("redemption"),
    "compulsory_redemption": gettext_lazy("compulsory redemption"),
    "refund": gettext_lazy("refund of a completed order"),
}


def _movements_of(*causes: str) -> Callable[[Period, Place, int], Page]:
    def read(period: Period, place: Place, limit: int) -> Page:
        seq, _sep, position = place.partition(".")
        is_place = seq.isdecimal() and position.isdecimal()
        after, through = period.records()
        found, older = ledger.movements(
            settings.ECONOMY,
            causes,
            after=after,
            through=through,
            before=(int(seq), int(position)) if is_place else None,
            limit=limit,
        )
        accounts = {one.account for one in found}
        people = {one.account: one for one in Person.objects.filter(account__in=accounts)}
        rows = [_movement(one, people.get(one.account)) for one in found]
        return Page(rows, "{}.{}".format(*older) if older else "")

    return read


def _movement_header() -> tuple[str, ...]:
    return (
        *(_("Record"), _("When"), _("Member"), _("Why"), _("Points")),
        *(_("Before the fee"), _("Fee"), _("Event")),
    )


def _movement(one: ledger.Moving, person: Person | None) -> Row:
    whose = one.account if person is None else str(person)
    at = parse_datetime(one.at) or one.at
    return Row(
        (
            *(one.place[0], at, whose, str(CAUSES[one.cause]), points(one.points)),
            *(amount(one.cash + one.fee), amount(one.fee), one.event_id),
        ),
        reverse("console:economy_record", args=[one.place[0]]),
    )


def _days(period: Period, place: Place, limit: int) -> Page:
    before = day_of(place)
    found = period.days() if before is None else period.days().filter(day__lt=before)
    page = list(found[: limit + 1])
    older = f"{page[limit - 1].day}" if len(page) > limit else ""
    return Page(list(map(day_row, page[:limit])), older)


def day_header() -> tuple[str, ...]:
    """Return the names of what `day_row` tells."""
    names = (str(one.label) for one in FIGURES.values())
    own = (_("Dividend"), _("Price of a point"), _("Reserve"), _("Circulating"), _("Owed in all"))
    return _("Day"), *names, *own


def day_row(day: DayFigures) -> Row:
    """Return all that a day came to; its page is that day's own."""
    numbers = (one.cell(one.of(day)) for one in FIGURES.values())
    own = (
        *(amount(day.dividend_minor), price(day), amount(day.reserve_minor)),
        *(points(day.circulating_nano), amount(day.owed_minor)),
    )
    query = f"?from={day.day}&to={day.day}"
    return Row((day.day, *numbers, *own), f"{reverse('console:index')}{query}")


def _jobs(_period: Period, _place: Place, _limit: int) -> Page:
    late = set(schedule.late())
    told = {job.name: job for job in Job.objects.all()}
    return Page([_job(job, told.get(job.name), late) for job in jobs.JOBS])


def _job_header() -> tuple[str, ...]:
    return _("Job"), _("Every"), _("State"), _("Due"), _("Ended well"), _("Error")


def _job(job: jobs.Job, told: Job | None, late: Collection[str]) -> Row:
    error = "" if told is None else told.error
    state = _("failed") if error else _("late") if job.name in late else _("in time")
    due, ended = (None, None) if told is None else (told.due_at, told.finished_at)
    return Row((str(job.label), f"{job.every}", state, due, ended, error))


LISTINGS: Final = {
    "days": Listing(gettext_lazy("Day by day"), day_header, _days),
    "placed": Listing(gettext_lazy("Orders placed"), _order_header, _orders_by("placed_at")),
    "paid": Listing(gettext_lazy("Orders paid"), _order_header, _orders_by("paid_at")),
    "completed": Listing(
        gettext_lazy("Orders completed"), _order_header, _orders_by("completed_at")
    ),
    "refunds": Listing(
        gettext_lazy("Refunds of completed orders"), _movement_header, _movements_of("refund")
    ),
    "redemptions": Listing(
        gettext_lazy("Redemptions"),
        _movement_header,
        _movements_of("redemption", "compulsory_redemption"),
    ),
    "joined": Listing(gettext_lazy("New members"), _person_header, _people),
    "jobs": Listing(gettext_lazy("Jobs"), _job_header, _jobs, is_of_days=False),
}
