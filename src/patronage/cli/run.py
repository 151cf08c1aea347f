"""Running a backtest where someone watches: progress on stderr, events into a file."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from patronage.cli.words import fail, say
from patronage.economy import Charter, Event
from patronage.intake import Day
from patronage.lab.backtest import backtest
from patronage.lab.behaviour import Behaviour
from patronage.lab.record import Record
from patronage.lab.result import Result

_EVERY_SECONDS = 0.2


def run(
    charter: Charter,
    days: Sequence[Day],
    behaviour: Behaviour,
    events: Path | None = None,
    record: Record | None = None,
) -> Result:
    """Run the days through a charter; write the events to a file, if one is named."""
    watched = _watched(charter, days)
    if events is None:
        return backtest(charter, watched, behaviour, record=record)
    try:
        with events.open("w", encoding="utf-8", newline="\n") as file:

            def write(event: Event) -> None:
                file.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")) + "\n")

            return backtest(charter, watched, behaviour, write, record)
    except OSError as error:
        fail(
            f"cannot write {events} ({error.strerror}); name another file.",
            f"无法写入 {events}（{error.strerror}）；请指定另一个文件。",
        )


def _watched(charter: Charter, days: Sequence[Day]) -> Iterator[Day]:
    """Pass days on and say on stderr how far they are: again and again only to a terminal."""
    started = shown = time.perf_counter()
    count = 0
    for number, day in enumerate(days, start=1):
        yield day
        count += len(day.events)
        now = time.perf_counter()
        if number == len(days):
            _say_progress(charter, day.date, count, now - started, end="\n")
        elif sys.stderr.isatty() and now - shown > _EVERY_SECONDS:
            shown = now
            _say_progress(charter, day.date, count, now - started, end="\r")


def _say_progress(charter: Charter, date: str, count: int, seconds: float, *, end: str) -> None:
    text = say(
        f"{charter.name}: {date}, {count:,} events in {seconds:.1f} s",
        f"{charter.name}：{date}，{count:,} 个事件，{seconds:.1f} 秒",
    )
    sys.stderr.write(text + end)
    sys.stderr.flush()
