"""What members are told, and can read later: notices, and text messages of them where asked for.

A notice is a kind and facts; its sentence is made when it is read, in the reader's language.
`noticing` writes them from the journal; whoever else has something to tell calls `tell`.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final, NamedTuple

from django.db.models import F, QuerySet

from patronage.members import clock, sms
from patronage.members.models import Notice, NoticeChoice, NoticeKind, Person

TEXT_TRIES: Final = 3
_TEXT_AGAIN: Final = timedelta(minutes=5)
_PAGE: Final = 500
_log = logging.getLogger(__name__)


class Told(NamedTuple):
    """What is to be told: whose, of what kind, from which source, with which facts."""

    person_id: int
    kind: NoticeKind
    source: str
    facts: dict[str, Any]


def tell(*told: Told) -> int:
    """Write notices, each source once a person and kind; return how many were asked for.

    In the transaction of what they tell of, or later: told again they are the same.
    """
    return tell_all(told)


def tell_all(told: Iterable[Told]) -> int:
    """Write notices as `tell` does, of any number."""
    waiting = list(told)
    for start in range(0, len(waiting), _PAGE):
        page = waiting[start : start + _PAGE]
        people = {one.person_id for one in page}
        texted = set(
            NoticeChoice.objects.filter(person__in=people).values_list("person_id", "kind")
        )
        now = clock.now()
        Notice.objects.bulk_create(
            [
                Notice(
                    person_id=one.person_id,
                    kind=one.kind,
                    source=one.source,
                    facts=one.facts,
                    created_at=now,
                    text_due_at=now if (one.person_id, one.kind) in texted else None,
                )
                for one in page
            ],
            ignore_conflicts=True,
        )
    return len(waiting)


def notices_of(person: Person) -> QuerySet[Notice]:
    """Return a member's notices, the newest first."""
    return Notice.objects.filter(person=person).order_by("-id")


def unread(person: Person) -> int:
    """Count the notices that a member has not seen."""
    return Notice.objects.filter(person=person, read_at=None).count()


def mark_read(shown: Iterable[Notice]) -> None:
    """Note that notices were shown to whose they are."""
    ids = [notice.id for notice in shown if notice.read_at is None]
    if ids:
        Notice.objects.filter(id__in=ids, read_at=None).update(read_at=clock.now())


def texted_kinds(person: Person) -> list[str]:
    """Return the kinds of which a member wants text messages."""
    found = NoticeChoice.objects.filter(person=person)
    return list(found.values_list("kind", flat=True))


def choose_texts(*, person: Person, kinds: Iterable[str]) -> None:
    """Set the kinds of which a member wants text messages, from now on; unknown ones are left."""
    wanted = set(kinds) & set(NoticeKind.values)
    NoticeChoice.objects.filter(person=person).exclude(kind__in=wanted).delete()
    rows = [NoticeChoice(person=person, kind=kind) for kind in sorted(wanted)]
    NoticeChoice.objects.bulk_create(rows, ignore_conflicts=True)


def send_texts() -> int:
    """Send the text messages that are due; return how many went. Not inside a transaction.

    What fails is tried again, three times in all. A process that dies after sending and before it
    noted so sends it again.
    """
    sent = 0
    due = Notice.objects.filter(text_due_at__lte=clock.now()).order_by("text_due_at")
    for notice in due.select_related("person")[:_PAGE]:
        # Whoever moves it on sends it; should they die, it is due again in a while.
        taken = Notice.objects.filter(id=notice.id, text_due_at=notice.text_due_at).update(
            text_due_at=clock.now() + _TEXT_AGAIN, text_tries=F("text_tries") + 1
        )
        if taken:
            sent += _send(notice)
    return sent


def _send(notice: Notice) -> bool:
    mine = Notice.objects.filter(id=notice.id)
    phone = notice.person.phone
    if phone is None:
        mine.update(text_due_at=None)
        return False
    try:
        sms.sender().send_notice(phone=phone, kind=notice.kind, facts=notice.facts)
    except sms.SmsError:
        _log.exception("the text message of notice %s was not sent", notice.id)
        if notice.text_tries + 1 >= TEXT_TRIES:
            mine.update(text_due_at=None)
        return False
    mine.update(text_due_at=None, texted_at=clock.now())
    return True
