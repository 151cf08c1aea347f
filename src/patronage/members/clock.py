"""The time: a test sets it for its process, a demonstration moves it on for all of its parts."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

_set: list[datetime] = []
_read: dict[tuple[str, int, int], timedelta] = {}


def now() -> datetime:
    """Return the time: the one set last, or this machine's; later by what was moved on."""
    return (_set[-1] if _set else datetime.now(UTC)) + _ahead()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Set the time for what is done within, in every thread."""
    _set.append(moment)
    try:
        yield
    finally:
        _set.pop()


def _ahead() -> timedelta:
    """Return how far the clock was moved on: the seconds in the demonstration's file, if any."""
    path = settings.DEMO_CLOCK
    if not path:
        return timedelta()
    try:
        found = os.stat(path)  # noqa: PTH116  (asked for the time often, so without a detour)
    except FileNotFoundError:
        return timedelta()
    version = (path, found.st_ino, found.st_mtime_ns)
    if version not in _read:
        _read.clear()
        _read[version] = timedelta(seconds=int(Path(path).read_text(encoding="ascii")))
    return _read[version]


def move_on(by: timedelta) -> None:
    """Move the clock of a demonstration on, for all of its processes and for good."""
    path = Path(settings.DEMO_CLOCK)
    written = path.with_name(f"{path.name}.{os.getpid()}")
    written.write_text(f"{int((_ahead() + by).total_seconds())}", encoding="ascii")
    written.replace(path)
