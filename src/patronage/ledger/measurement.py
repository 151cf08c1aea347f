"""Measuring a database: how many orders it settles a second, and how soon each.

In an economy of its own, whose rows are removed in the end.
"""

import secrets
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from random import Random
from typing import Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from patronage.economy import Event
from patronage.ledger import store
from patronage.ledger.database import writing
from patronage.ledger.opening import open_economy
from patronage.ledger.settling import settle, submit, submit_many

BATCH: Final = 5000
CLOSE_EVERY: Final = 10_000
_REDEEM_EVERY: Final = 50
_AT_ONCE: Final = 8
"""So many connections hand in events one by one: their commits are written together."""
_POLL_SECONDS: Final = 0.001

CHARTER: Final[dict[str, Any]] = {
    "economy": {"name": "bench", "currency": "CNY"},
    "founding": {"amount": "1000.00"},
    "points": {"authorised": "9000000000", "issue_price": "1.00"},
    "reserve": {"rate": "0.30", "of": "revenue"},
    "grant": {"rate": "0.70", "mode": "value"},
    "quota": {"multiple": "2"},
    "redemption": {"fee": "0.10"},
    "referral": {"rate": "0.05"},
    "dividend": {"rate": "0.30"},
}
"""A charter with everything an order can move."""


class Latency(NamedTuple):
    """Seconds from submitting to settled: of half the orders at most, of 99 in 100 at most."""

    half: float
    most: float


@contextmanager
def throw_away(using: str = DEFAULT_DB_ALIAS) -> Iterator[str]:
    """Open an economy to measure with; remove all its rows in the end."""
    economy = f"bench-{secrets.token_hex(8)}"
    open_economy(economy, CHARTER, using=using)
    try:
        yield economy
    finally:
        with writing(using) as cursor:
            for table in store.TABLES:
                cursor.execute(
                    f"DELETE FROM {table.name} WHERE economy = %s",  # noqa: S608  (ours)
                    [economy],
                )


def members_of(count: int) -> Iterator[Event]:
    """Yield orders that make so many members: each of a member of its own, by another."""
    for number in range(count // 2):
        yield _order(number, member=2 * number, referrer=2 * number + 1, amount=10_000)


def mix(count: int, start: int, members: int) -> Iterator[Event]:
    """Yield orders, half of them with a referrer; every 50th is a redemption instead.

    A day is closed every 10,000. `start` numbers the first: beyond those of `members_of`.
    """
    rng = Random(start)  # noqa: S311  (nothing secret: the same orders each time)
    for number in range(start, start + count):
        member = rng.randrange(members)
        if number % _REDEEM_EVERY == 0:
            redeemed = {"account": f"m{member}", "points": 10**9}
            yield {"id": f"redeem:{number}", "type": "points.redeemed", **redeemed}
        else:
            referrer = rng.randrange(members) if number % 2 else None
            yield _order(number, member, referrer, amount=rng.randrange(1_000, 30_000))
        if number % CLOSE_EVERY == 0:
            day = number // CLOSE_EVERY
            date = f"{2000 + day // 336}-{day // 28 % 12 + 1:02}-{day % 28 + 1:02}"
            yield {"id": f"day:{date}", "type": "day.closed", "date": date}


def _order(number: int, member: int, referrer: int | None, amount: int) -> Event:
    event: Event = {
        "id": f"order:{number}:completed",
        "type": "order.completed",
        "at": "2026-01-01T00:00:00Z",
        "order": str(number),
        "member": f"m{member}",
        "amount": amount,
        "profit": 500,
    }
    if referrer is not None:
        event["referrer"] = f"m{referrer}"
    return event


def seconds_to_settle(
    economy: str, events: Iterable[Event], *, using: str = DEFAULT_DB_ALIAS
) -> float:
    """Submit and settle events in batches, and return how long that took, making them left out."""
    seconds = 0.0
    events = iter(events)
    while batch := list(islice(events, BATCH)):
        started = time.perf_counter()
        submit_many(economy, batch, using=using)
        settle(economy, BATCH, using=using)
        seconds += time.perf_counter() - started
    return seconds


def latency(
    economy: str, events: list[Event], rate: int, *, using: str = DEFAULT_DB_ALIAS
) -> Latency:
    """Submit events one by one, so many a second whatever happens, and settle them meanwhile.

    An event's time begins when it was due to be submitted, and ends when it is settled.
    """
    due = {event["id"]: number / rate for number, event in enumerate(events)}
    queue = iter(events)
    lock = threading.Lock()
    problems: list[BaseException] = []
    started = time.perf_counter()

    def hand_in() -> None:
        try:
            while True:
                with lock:
                    event = next(queue, None)
                if event is None or problems:
                    return
                time.sleep(max(0.0, started + due[event["id"]] - time.perf_counter()))
                submit(economy, event, using=using)
        except BaseException as error:  # told where it is waited for
            problems.append(error)
        finally:
            connections[using].close()

    threads = [threading.Thread(target=hand_in) for _ in range(_AT_ONCE)]
    for thread in threads:
        thread.start()
    waited: list[float] = []
    seq = _last_seq(economy, using)
    while len(waited) < len(events) and not problems:
        if settle(economy, BATCH, using=using) == 0:
            time.sleep(_POLL_SECONDS)
            continue
        now = time.perf_counter() - started
        settled = _settled_after(economy, seq, using)
        seq += len(settled)
        waited += [now - due[id] for id in settled]
    for thread in threads:
        thread.join()
    if problems:
        raise problems[0]
    waited.sort()
    return Latency(waited[len(waited) // 2], waited[len(waited) * 99 // 100])


def _last_seq(economy: str, using: str) -> int:
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT seq FROM ledger_economy WHERE economy = %s", [economy])
        seq: int = cursor.fetchone()[0]
    return seq


def _settled_after(economy: str, seq: int, using: str) -> list[str]:
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT event_id FROM ledger_journal WHERE economy = %s AND seq > %s", [economy, seq]
        )
        return [id for (id,) in cursor.fetchall()]
