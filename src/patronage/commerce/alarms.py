"""Telling the operator of what must not happen."""

import logging
from collections.abc import Callable, Iterable

from patronage.commerce.models import Alarm

_log = logging.getLogger(__name__)


def one_by_one(kind: str, ids: Iterable[int], do: Callable[[int], object]) -> int:
    """Do something for each id; return for how many it told that it did something.

    One that cannot be done is an alarm and keeps no other waiting. Not inside a transaction.
    """
    done = 0
    for id in ids:
        try:
            done += bool(do(id))
        except Exception as error:
            _log.exception("%s: %s", kind, id)
            sound(kind, str(id), repr(error))
    return done


def sound(kind: str, subject: str, detail: str) -> None:
    """Raise and log an alarm, once while it is open."""
    _alarm, is_new = Alarm.objects.get_or_create(
        kind=kind, subject=subject, cleared_at=None, defaults={"detail": detail}
    )
    if is_new:
        _log.error("%s: %s: %s", kind, subject, detail)
