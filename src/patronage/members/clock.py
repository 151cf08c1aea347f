"""The time, which a test or a demonstration may set for the whole process."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_set: list[datetime] = []


def now() -> datetime:
    """Return the time: the one set last, or this machine's."""
    return _set[-1] if _set else datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Set the time for what is done within, in every thread."""
    _set.append(moment)
    try:
        yield
    finally:
        _set.pop()
