"""Which day it is where an economy is."""

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import typer

from patronage.cli.words import say
from patronage.economy import Charter


def today(charter: Charter, now: datetime | None = None) -> date:
    """Return today's date in the charter's time zone; lacking one in UTC, with a word on stderr."""
    return (now or datetime.now(UTC)).astimezone(_zone(charter)).date()


def _zone(charter: Charter) -> tzinfo:
    name = charter.timezone
    if name is None:
        typer.echo(
            say(
                "The charter names no time zone: days end at midnight UTC.",
                "章程没有写明时区：以 UTC 的午夜为一日之末。",
            ),
            err=True,
        )
        return UTC
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # unknown, or a name that is a path, or a folder
        typer.echo(
            say(
                f"The charter's time zone {name!r} is not known here: days end at midnight UTC.",
                f"这里不认识章程中的时区 {name!r}：以 UTC 的午夜为一日之末。",
            ),
            err=True,
        )
        return UTC
