"""Open, submit and settle in a process that is killed at every point of its DATABASE_URL's work.

A traced run names the points: before and after each call of the driver's `execute`, `executemany`
and `commit`, and before, within and after each COPY. Then a process is killed with SIGKILL at each
of them in turn, and the next one looks at what is left, and does it all again. Prints the points,
one a line, with what had been acknowledged there.
"""

import os
import signal
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import SQLiteCursorWrapper

from patronage import ledger
from patronage.ledger import postgresql
from tests.integration.test_canonical import CHARTER
from tests.integration.test_verify import EVENTS

HALF = 4


class Points:
    """Tells of each point it passes by, and kills this process at one of them."""

    def __init__(self, notes: int, last: int | None) -> None:
        self.notes, self.last, self.count = notes, last, 0
        self.is_inside = False

    def tell(self, line: str) -> None:
        os.write(self.notes, f"{line}\n".encode())

    def pass_by(self, name: str) -> None:
        self.count += 1
        self.tell(f"point {name}")
        if self.count == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def around(self, what: str) -> Iterator[None]:
        name = " ".join(what.split()[:4])
        self.pass_by(f"before {name}")
        self.is_inside = True
        yield
        self.is_inside = False
        self.pass_by(f"after {name}")

    def wrap(self, owner: type, name: str, what: str | None = None) -> None:
        """Pass by before and after each call of a method, named after its first argument."""
        method = getattr(owner, name)

        def wrapped(itself: object, *arguments: Any, **options: Any) -> Any:
            with self.around(what or arguments[0]):
                return method(itself, *arguments, **options)

        setattr(owner, name, wrapped)

    def wrap_copy(self, owner: type) -> None:
        copy = owner.copy

        @contextmanager
        def wrapped(cursor: object, statement: str, *arguments: Any) -> Iterator[Any]:
            with self.around(statement), copy(cursor, statement, *arguments) as rows:
                yield rows
                self.pass_by(f"within {statement[:30]}")

        owner.copy = wrapped

    def see_all(self, statement: str) -> None:
        assert self.is_inside, f"{statement} was run past the wrapped driver"

    def watch(self) -> None:
        """Wrap the driver."""
        connection.ensure_connection()
        self.wrap(BaseDatabaseWrapper, "_commit", "COMMIT")
        if connection.vendor == "sqlite":
            self.wrap(SQLiteCursorWrapper, "execute")
            self.wrap(SQLiteCursorWrapper, "executemany")
            connection.connection.set_trace_callback(self.see_all)
            return
        driver: Any = connection.Database
        self.wrap(driver.Cursor, "execute")
        self.wrap(driver.Cursor, "executemany")
        self.wrap_copy(driver.Cursor)
        postgresql._FEW = 0  # tables to copy into, too


class Told(NamedTuple):
    """What a process told before it was gone: points passed by, things acknowledged."""

    points: list[str]
    is_opened: bool
    submitted: int
    settled: int


def work(economy: str, points: Points) -> None:
    """Open, submit and settle, and acknowledge each."""
    points.watch()
    ledger.open_economy(economy, CHARTER)
    points.tell("opened")
    settled = 0
    for upto in (HALF, len(EVENTS)):
        ledger.submit_many(economy, EVENTS[:upto])
        points.tell(f"submitted {upto}")
        while one := ledger.settle(economy, HALF):
            settled += one
            points.tell(f"settled {settled}")


def look(economy: str, told: Told) -> None:
    """Nothing acknowledged is lost, and whatever there is verifies; then all is done again."""
    if told.is_opened or economy in ledger.economies():
        found = ledger.verify(economy)
        assert found.difference is None, found
        settled = found.records - 1
        assert settled >= told.settled, found
        assert settled + ledger.summary(economy).unsettled >= told.submitted, found
    ledger.open_economy(economy, CHARTER)
    ledger.submit_many(economy, EVENTS)
    while ledger.settle(economy):
        pass
    assert ledger.verify(economy) == (len(EVENTS) + 1, None)
    assert ledger.summary(economy).unsettled == 0


def apart(action: Callable[[], None]) -> int:
    """Do something in a process of its own; return how that ended."""
    child = os.fork()
    if not child:
        try:
            action()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def killed(economy: str, at: int | None, before: Callable[[], None]) -> tuple[int, Told]:
    """Work in a process that is killed at a point; return how it ended and what it told."""
    read, write = os.pipe()

    def action() -> None:
        before()
        connection.close()
        work(economy, Points(write, at))

    status = apart(action)
    os.close(write)
    with os.fdopen(read) as notes:
        lines = [line.partition(" ")[::2] for line in notes.read().splitlines()]

    def last(word: str) -> int:
        return max((int(rest) for first, rest in lines if first == word), default=0)

    points = [rest for word, rest in lines if word == "point"]
    return status, Told(points, ("opened", "") in lines, last("submitted"), last("settled"))


def main() -> None:
    ledger.set_up()
    traced = f"traced-{uuid.uuid4().hex}"
    status, complete = killed(traced, None, lambda: None)
    assert status == 0, complete
    assert complete[1:] == (True, len(EVENTS), len(EVENTS)), complete
    economy, told = traced, complete
    for point in range(1, len(complete.points) + 1):
        last, economy = economy, f"killed-{uuid.uuid4().hex}"
        status, told = killed(economy, point, lambda e=last, t=told: look(e, t))
        assert os.WIFSIGNALED(status), (status, told)
        assert os.WTERMSIG(status) == signal.SIGKILL, (status, told)
        assert told.points == complete.points[:point], "each run is like the traced one"
        print(point, told.points[-1], *told[1:], sep="\t", flush=True)
    assert apart(lambda: look(economy, told)) == 0


if __name__ == "__main__":
    sys.exit(main())
