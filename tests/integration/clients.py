"""Clients who submit and settle while servers go down: they reconnect and send again."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

from django.db import Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from patronage.ledger import Settled, settle_through, settling, store, submit, verify
from tests.integration.play import START, journal, rows
from tests.integration.racing import SECONDS

COUNT, EACH = 4, 25

Moment = tuple[str, int]
"""The nth time a batch has been `judged`, or the nth time `before COMMIT` or `after COMMIT`."""


def events_of(client: int) -> list[dict[str, Any]]:
    """Return a client's events: orders of its own, every fifth the same as all the others'."""
    events = []
    for number in range(EACH):
        id = f"all-{number}" if number % 5 == 0 else f"{client}-{number}"
        event = {"id": id, "type": "order.completed", "order": id, "member": f"m{number % 7}"}
        events.append({**event, "amount": 4000 + number})
    return events


EVENTS = {event["id"]: event for client in range(COUNT) for event in events_of(client)}


class Clients:
    """Some threads with work to do, who wait for a new server when they lose the old one."""

    def __init__(self, using: str, economy: str) -> None:
        self.using, self.economy = using, economy
        self.servers = 1
        self.changed = threading.Condition()
        self.seen = [1] * COUNT
        self.lost = 0
        self.told: list[tuple[str, Settled]] = []
        self.problems: list[BaseException] = []
        self.threads = [threading.Thread(target=self._work, args=(n,)) for n in range(COUNT)]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def go_on(self) -> None:
        """Tell all that there is a server again."""
        with self.changed:
            self.servers += 1
            self.changed.notify_all()

    def finish(self) -> None:
        """Wait for all; each event must stand in the journal once, as its clients were told."""
        for thread in self.threads:
            thread.join(SECONDS)
            assert not thread.is_alive()
        assert not self.problems, self.problems
        connections[self.using].close()  # this one may be lost, too
        records = journal(self.using, self.economy)
        assert sorted(record["id"] for record in records[1:]) == sorted(EVENTS)
        assert {record["code"] for record in records} == {"applied"}
        assert len(self.told) == COUNT * EACH
        seqs = {record["id"]: record["seq"] for record in records}
        assert all(seqs[id] == settled.seq for id, settled in self.told)
        assert rows(self.using, store.INBOX, self.economy) == []
        assert verify(self.economy, using=self.using) == (len(EVENTS) + 1, None)

    def _work(self, client: int) -> None:
        try:
            for event in events_of(client):
                # Once it is acknowledged it is not sent again, whatever comes.
                receipt = self._insist(client, lambda event=event: self._submit(event))
                settled = self._insist(client, lambda receipt=receipt: self._settle(receipt))
                self.told.append((event["id"], settled))
        except BaseException as error:  # shown by finish()
            with self.changed:
                self.problems.append(error)
                self.changed.notify_all()
        finally:
            connections[self.using].close()

    def _submit(self, event: dict[str, Any]) -> settling.Receipt:
        # With each server the clock is an hour behind the last one's.
        return submit(
            self.economy,
            event,
            using=self.using,
            clock=lambda: START - timedelta(hours=self.servers),
        )

    def _settle(self, receipt: settling.Receipt) -> Settled:
        return settle_through(self.economy, receipt, limit=3, using=self.using)

    def _insist(self, client: int, action: Any) -> Any:
        """Do it, again with each new server until there is one that answers."""
        while True:
            try:
                return action()
            except Error:
                self.lost += 1
                connections[self.using].close()
                with self.changed:  # the connection is of the server that was last seen, or older
                    last = self.seen[client]
                    assert self.changed.wait_for(
                        lambda last=last: self.servers > last or self.problems, SECONDS
                    )
                    assert not self.problems, "another client failed"
                    self.seen[client] = self.servers


@contextmanager
def happening(at: dict[Moment, Callable[[], None]]) -> Iterator[None]:
    """Do something in whichever thread comes by at a moment, while it stands there."""
    counts = dict.fromkeys(("judged", "before COMMIT", "after COMMIT"), 0)
    counting, doing = threading.Lock(), threading.Lock()
    commit, move = BaseDatabaseWrapper._commit, settling._move_head

    def pass_by(name: str) -> None:
        with counting:
            counts[name] += 1
            action = at.get((name, counts[name]))
        if action is not None:
            with doing:
                action()

    def commit_passing_by(wrapper: BaseDatabaseWrapper) -> None:
        pass_by("before COMMIT")
        commit(wrapper)
        pass_by("after COMMIT")

    def move_passing_by(*arguments: Any) -> None:
        pass_by("judged")
        move(*arguments)

    with ExitStack() as stack:
        stack.enter_context(mock.patch.object(BaseDatabaseWrapper, "_commit", commit_passing_by))
        stack.enter_context(mock.patch.object(settling, "_move_head", move_passing_by))
        yield
