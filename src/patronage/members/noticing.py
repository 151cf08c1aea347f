"""Writing notices: of every movement in the journal, and of what a day's close brings near.

Each job goes on from a stored position, which moves with the notices or after them, and a source is
told of once: none is lost and none comes twice, whenever a process dies and however many run.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from patronage import ledger
from patronage.members.models import Notice, NoticeKind, NoticePosition, Person
from patronage.members.notices import Told, tell_all

NEAR_PERCENT: Final = (80, 95)
"""At these parts of their quota members are told."""

_KINDS: Final = {
    "order": NoticeKind.POINTS_GRANTED,
    "referral": NoticeKind.REFERRAL_GRANTED,
    "refund": NoticeKind.POINTS_TAKEN_BACK,
    "redemption": NoticeKind.POINTS_REDEEMED,
    "conversion": NoticeKind.POINTS_CONVERTED,
    "compulsory_redemption": NoticeKind.BOUGHT_OUT,
    "payment": NoticeKind.COINS_PAID,
    "payment_refund": NoticeKind.COINS_BACK,
    "credit": NoticeKind.CASH_CREDITED,
    "charge": NoticeKind.CASH_CHARGED,
    "restoration": NoticeKind.CASH_BACK,
}
"""By the rule's own name of a movement's cause. A withdrawal is told of when it is paid."""

_GRANTS: Final = (NoticeKind.POINTS_GRANTED, NoticeKind.REFERRAL_GRANTED)
_PAGE: Final = 500
_SUNDAY: Final = 6


def follow_journal() -> int:
    """Tell of every movement since the last time; return how many. Not inside a transaction."""
    told = 0
    while True:
        with transaction.atomic():
            position = _position("journal")
            found, through = ledger.moved(settings.ECONOMY, after=position.seq)
            if through == position.seq:
                return told
            for start in range(0, len(found), _PAGE):
                told += tell_all(_of_movements(found[start : start + _PAGE]))
            _move(position, through)


def _of_movements(found: Sequence[ledger.Moved]) -> Iterator[Told]:
    people = _people(one.account for one in found)
    for one in found:
        kind = _KINDS.get(one.cause)
        person_id = people.get(one.account)
        if kind is None or person_id is None or (kind in _GRANTS and not one.points):
            continue
        yield Told(person_id, kind, f"{one.place[0]}:{one.place[1]}", _facts(one))


def _facts(one: ledger.Moved) -> dict[str, Any]:
    """Return what a movement's sentence may say: figures as people speak of them, without signs."""
    facts: dict[str, Any] = {
        "points": abs(one.points),
        "quota": abs(one.quota + one.dividend),
        "cash": abs(one.cash - one.dividend),
        "coins": abs(one.coins),
        "fee": one.fee,
        "id": one.event.get("id"),
    }
    if "order" in one.event:
        facts["order"] = one.event["order"]
    return facts


def follow_closes() -> int:
    """Tell what the days closed since the last time bring; return how many notices.

    Who has come near their quota hears so at each close until they were told; each week that is
    over is told of as a whole. Not inside a transaction.
    """
    told = 0
    last = seen = _seen("closes")
    while days := ledger.days(settings.ECONOMY, after=last):
        last = days[-1].seq
    if last != seen:
        told += _warn()
        with transaction.atomic():
            _move(_position("closes"), last)
    while week := _week_over(_seen("weeks")):
        told += _digest(week)
        with transaction.atomic():
            _move(_position("weeks"), week[-1].seq)
    return told


def _warn() -> int:
    """Tell who has come near their quota, once for each part after each grant."""
    told = 0
    for page in ledger.nearing(settings.ECONOMY, NEAR_PERCENT[0] * 10_000):
        people = _people(view.id for view, _level in page)
        # A grant lifts the quota, and the way to it begins anew.
        grants = Notice.objects.filter(person__in=people.values(), kind__in=_GRANTS)
        newest = dict(grants.values_list("person").annotate(Max("id")).order_by())
        warnings = []
        for view, level in page:
            if (person_id := people.get(view.id)) is not None:
                near = max(part for part in NEAR_PERCENT if level * 100 >= part)
                source = f"{near}:{newest.get(person_id, 0)}"
                facts = {"percent": int(level * 100), "quota": view.quota}
                warnings.append(Told(person_id, NoticeKind.QUOTA_NEAR, source, facts))
        told += tell_all(warnings)
    return told


def _week_over(after: int) -> list[ledger.Day]:
    """Return the first closed days after a record up to a Sunday, none if that is not closed."""
    week = []
    for day in ledger.days(settings.ECONOMY, after=after, limit=7):
        week.append(day)
        if date.fromisoformat(day.date).weekday() == _SUNDAY:
            return week
    return []


def _digest(week: Sequence[ledger.Day]) -> int:
    """Tell everyone what they earned in a week."""
    told = 0
    for page in ledger.earned_by_all(settings.ECONOMY, week):
        people = _people(account for account, _earned in page)
        told += tell_all(
            Told(
                people[account],
                NoticeKind.DIVIDENDS,
                week[-1].date,
                {"first": week[0].date, "last": week[-1].date, "amount": int(earned)},
            )
            for account, earned in page
            if account in people and earned >= 1
        )
    return told


def _people(accounts: Iterable[str]) -> dict[str, int]:
    """Return the members, not those who left, whose accounts these are."""
    found = Person.objects.filter(account__in=set(accounts), closed_at=None)
    return dict(found.values_list("account", "id"))


def _seen(name: str) -> int:
    found = NoticePosition.objects.filter(name=name).values_list("seq", flat=True)
    return found.first() or 0


def _position(name: str) -> NoticePosition:
    """Return a position, kept from everyone else until the transaction ends."""
    NoticePosition.objects.get_or_create(name=name)
    return NoticePosition.objects.select_for_update().get(name=name)


def _move(position: NoticePosition, seq: int) -> None:
    position.seq = max(position.seq, seq)
    position.save(update_fields=["seq"])
