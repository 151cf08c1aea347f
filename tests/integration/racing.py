"""Workers on one economy, as threads or as processes, who stand at gates that the test opens.

A race so has one course, the worst one. `unguarded` takes the ledger's guards away, one after the
other, to show what each is there for.
"""

import multiprocessing
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple
from unittest import mock

from django.db import connections

from patronage.ledger import (
    postgresql,
    settle,
    settle_through,
    settling,
    sqlite,
    store,
    submit,
)
from tests.integration.databases import URLS, introduce

SECONDS = 300
"""Nobody waits so long; who does has met a dead lock."""

ORDERS = [
    {"id": f"{number}", "type": "order.completed", "order": f"{number}", "member": "m",
     "amount": 4000}
    for number in range(30)
]  # fmt: skip

_spawning = multiprocessing.get_context("spawn")
_here = threading.local()


class Gate(NamedTuple):
    """Where a worker stands: it tells that it is there, and goes on when it is opened."""

    reached: Any
    opened: Any

    def stand(self) -> None:
        self.reached.set()
        assert self.opened.wait(SECONDS)


class Workers:
    """Starts workers of one kind, `threads` or `processes`, and has what they share."""

    def __init__(self, kind: str, using: str, *guards_off: str) -> None:
        self.kind, self.using, self.guards_off = kind, using, guards_off
        self.made: list[Any] = []
        shared: Any = threading if kind == "threads" else _spawning
        self.event: Callable[[], Any] = shared.Event
        self.told: Any = queue.SimpleQueue() if kind == "threads" else _spawning.SimpleQueue()

    def gate(self) -> Gate:
        return Gate(self.event(), self.event())

    def start(self, job: Callable[..., Any], *arguments: Any, gate: Gate | None = None) -> Any:
        """Start a worker that does job(using, *arguments) and tells what that returned."""
        if self.kind == "threads":
            worker: Any = threading.Thread(
                target=_work, args=(self.told, gate, job, self.using, arguments, self.guards_off)
            )
        else:
            worker = _spawning.Process(
                target=_work_apart,
                args=(URLS[self.using], self.told, gate, job, arguments, self.guards_off),
            )
        worker.start()
        self.made.append(worker)
        return worker

    def finish(self) -> list[Any]:
        """Wait for all workers; return what they told, sorted."""
        for worker in self.made:
            worker.join(SECONDS)
            assert not worker.is_alive()
            assert getattr(worker, "exitcode", 0) == 0, "it ended without a word"
        return sorted((self.told.get() for _ in self.made), key=str)


def _work(
    told: Any,
    gate: Gate | None,
    job: Callable[..., Any],
    using: str,
    arguments: tuple[Any, ...],
    guards_off: tuple[str, ...],
) -> None:
    _here.gate = gate
    connection = connections[using]
    try:
        connection.ensure_connection()
        if "lock" in guards_off and connection.vendor == "sqlite":
            connection.transaction_mode = "DEFERRED"  # IMMEDIATE takes the lock at the beginning
        told.put(job(using, *arguments))
    except Exception as error:  # it is what the worker has to tell
        told.put(f"{type(error).__name__}: {error}")
    finally:
        connection.close()


def _work_apart(
    url: str,
    told: Any,
    gate: Gate | None,
    job: Callable[..., Any],
    arguments: tuple[Any, ...],
    guards_off: tuple[str, ...],
) -> None:
    introduce("raced", url)
    with unguarded(*guards_off):
        _work(told, gate, job, "raced", arguments, guards_off)


@contextmanager
def unguarded(*guards_off: str) -> Iterator[None]:
    """Let who has a gate stand there when all is judged and nothing written, without guards.

    These are the economy's `lock` and its `comparison` with what the batch began after.
    """
    move = settling._move_head

    def stand(cursor: Any, economy: str, before: store.Head, after: store.Head) -> None:
        gate = getattr(_here, "gate", None)
        if gate is not None:
            gate.stand()
        if "comparison" in guards_off:
            before = store.read_head(cursor, economy)
        move(cursor, economy, before, after)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(settling, "_move_head", stand))
        if "lock" in guards_off:
            for database in (sqlite, postgresql):
                stack.enter_context(mock.patch.object(database, "lock"))
        yield


# What workers do.


def settle_once(using: str, economy: str) -> int:
    return settle(economy, using=using)


def knock_and_settle(using: str, economy: str, knocked: Any) -> int:
    knocked.set()
    return settle(economy, using=using)


def submit_and_settle(using: str, economy: str, step: int) -> list[Any]:
    """Submit the orders in one's own order, each until it is settled."""
    told = []
    for event in ORDERS[::step]:
        receipt = submit(economy, event, using=using)
        settled = settle_through(economy, receipt, limit=3, using=using)
        told.append((int(event["id"]), settled.seq, settled.refusal))
    return sorted(told)
