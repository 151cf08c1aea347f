"""An economy's own journal, read to the end: who paid whom so far."""

from collections.abc import Iterable
from datetime import date, timedelta

from patronage.economy import Applied, Charter, Event, Replay, parse_event
from patronage.lab.record import Record


def read_journal(opening: Charter, lines: Iterable[str]) -> Record | None:
    """Replay the events of a journal, given as lines, and record who paid whom.

    An event counts to the day that is closed next, those after the last close to the day after it.
    None if no day was closed: then there is nothing to tell yet.
    """
    economy, record = Replay(opening), Record()
    waiting: list[object] = []
    closed: str | None = None
    for line in lines:
        event = parse_event(line.encode())
        waiting.append(event)
        if isinstance(event, dict) and event.get("type") == "day.closed":
            # A close may be refused; then its events wait for the next.
            if not _is_later(event, closed):
                continue
            closed = event["date"]
            _run(waiting, event["date"], economy, record)
            waiting = []
    if closed is None:
        return None
    if waiting:
        _run(waiting, _day_after(closed), economy, record)
    return record


def _is_later(event: Event, closed: str | None) -> bool:
    day = str(event.get("date"))
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return closed is None or day > closed


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _run(events: list[object], day: str, economy: Replay, record: Record) -> None:
    record.begin(day)
    for event in events:
        outcome = economy.submit(event)
        if isinstance(outcome, Applied) and isinstance(event, dict):
            record.note(event, outcome, economy)
    record.close(economy)
