"""Shrinking: the shortest and plainest sequence that still breaks the same bound."""

from collections.abc import Callable, Iterator
from typing import Final

from patronage.economy import Event

_EVENTS_MAX: Final = 30_000
_OPTIONAL: Final = ("referrer", "base", "profit", "source", "at")
_NUMBERS: Final = ("amount", "points", "profit", "base")


def shrink(events: list[Event], breaks: Callable[[list[Event]], bool]) -> list[Event]:
    """Leave out events and fields and make numbers small and round, as long as it breaks.

    `events` must break. Stops improving after a bounded number of events tried, so that a seed's
    answer is the same on any machine; the answer breaks too.
    """
    spent = 0

    def tried(candidate: list[Event]) -> bool:
        nonlocal spent
        spent += len(candidate)
        return spent <= _EVENTS_MAX and breaks(candidate)

    before: list[Event] = []
    while events != before and spent < _EVENTS_MAX:
        before = events
        events = _shorter(events, tried)
        for number in range(len(events)):
            events = _plainer(events, number, tried)
    named = _renamed(events)
    return named if breaks(named) else events


def _shorter(events: list[Event], breaks: Callable[[list[Event]], bool]) -> list[Event]:
    """Leave out runs of events, long ones first, from the end."""
    size = max(len(events) // 2, 1)
    while True:
        start = len(events) - size
        while start >= 0:
            fewer = events[:start] + events[start + size :]
            if breaks(fewer):
                events = fewer
            start -= size
        if size == 1:
            return events
        size //= 2


def _plainer(
    events: list[Event], number: int, breaks: Callable[[list[Event]], bool]
) -> list[Event]:
    """Make one event plainer: without what may be missing, with small and round numbers."""
    for field in _OPTIONAL:
        if field in events[number]:
            rest = {name: value for name, value in events[number].items() if name != field}
            events = _replaced(events, number, rest, breaks)
    for field in _NUMBERS:
        value = events[number].get(field)
        if not isinstance(value, int) or value <= 0:  # what is no amount is plain enough
            continue
        for plainer in _plainer_numbers(value):
            shown = _replaced(events, number, {**events[number], field: plainer}, breaks)
            if shown is not events:
                events = shown
                break
    return events


def _replaced(
    events: list[Event], number: int, event: Event, breaks: Callable[[list[Event]], bool]
) -> list[Event]:
    """Put another event in the place of one if it still breaks; else return the same list."""
    candidate = [*events[:number], event, *events[number + 1 :]]
    return candidate if breaks(candidate) else events


def _plainer_numbers(value: int) -> Iterator[int]:
    """Yield plainer numbers: powers of ten, then those with fewer figures."""
    digits = len(str(value))
    for power in range(digits):
        if 10**power < value:
            yield 10**power
    for power in range(digits - 1, 0, -1):
        rounded = value // 10**power * 10**power
        if rounded != value:
            yield rounded
            yield rounded + 10**power


def _renamed(events: list[Event]) -> list[Event]:
    """Number ids and orders from 1 on."""
    ids: dict[str, str] = {}
    orders: dict[str, str] = {}
    for event in events:
        ids.setdefault(event["id"], f"e{len(ids) + 1}")
        if "order" in event:
            orders.setdefault(event["order"], f"o{len(orders) + 1}")
    names = {"id": ids, "order": orders, "payment": ids, "withdrawal": ids}
    return [
        {
            field: names[field].get(value, value) if field in names else value
            for field, value in event.items()
        }
        for event in events
    ]
