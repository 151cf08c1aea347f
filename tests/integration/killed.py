"""Submit and settle in a process that is killed at every point of its DATABASE_URL's work.

For each point (before and after each statement, before and after each commit) a child of this
process is killed there with SIGKILL; others then look, and do it all again. Prints one line for
each point: its name, and whether the submission had been acknowledged.
"""

import os
import signal
import sys
import uuid
from collections.abc import Callable

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from patronage import ledger
from patronage.ledger import postgresql
from tests.integration.test_canonical import CHARTER
from tests.integration.test_verify import EVENTS


class Killer:
    """Kills this process at one point of the database's work."""

    def __init__(self, point: int, notes: int) -> None:
        self.point, self.notes, self.count = point, notes, 0

    def pass_by(self, name: str) -> None:
        self.count += 1
        if self.count == self.point:
            os.write(self.notes, f"{name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def __call__(self, execute, sql, params, many, context):
        name = " ".join(sql.split()[:4])
        self.pass_by(f"before {name}")
        result = execute(sql, params, many, context)
        self.pass_by(f"after {name}")
        return result

    def commit(self, wrapper: BaseDatabaseWrapper) -> None:
        self.pass_by("before COMMIT")
        COMMIT(wrapper)
        self.pass_by("after COMMIT")


COMMIT = BaseDatabaseWrapper._commit


def work(economy: str, killer: Killer) -> None:
    """Submit, acknowledge, settle."""
    connection.ensure_connection()

    def commit(wrapper: BaseDatabaseWrapper) -> None:
        killer.commit(wrapper)

    BaseDatabaseWrapper._commit = commit
    postgresql._FEW = 0  # tables to copy into, too
    with connection.execute_wrapper(killer):
        ledger.submit_many(economy, EVENTS)
        os.write(killer.notes, b"acknowledged\n")
        while ledger.settle(economy, 4):
            pass


def look(economy: str, acknowledged: bool) -> None:
    """Nothing acknowledged is lost, and whatever there is verifies; then all is done again."""
    found = ledger.verify(economy)
    assert found.difference is None, found
    there = found.records - 1 + ledger.summary(economy).unsettled
    assert there == len(EVENTS) or (there == 0 and not acknowledged), there
    ledger.submit_many(economy, EVENTS)
    while ledger.settle(economy):
        pass
    assert ledger.verify(economy) == (len(EVENTS) + 1, None)


def apart(action: Callable[[], None]) -> int:
    """Do something in a process of its own; return how that ended."""
    child = os.fork()
    if not child:
        try:
            action()
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def main() -> None:
    ledger.set_up()
    assert apart(ledger.create_tables) == 0
    point = 0
    while True:
        point += 1
        economy = f"killed-{uuid.uuid4().hex}"
        assert apart(lambda economy=economy: ledger.open_economy(economy, CHARTER)) == 0
        read, write = os.pipe()
        killer = Killer(point, write)
        status = apart(lambda economy=economy, killer=killer: work(economy, killer))
        os.close(write)
        with os.fdopen(read) as notes:
            told = notes.read().splitlines()
        acknowledged = "acknowledged" in told
        if status == 0:
            break
        assert os.WIFSIGNALED(status), told
        print(point, told[-1], "acknowledged" if acknowledged else "", flush=True)
        assert apart(lambda e=economy, a=acknowledged: look(e, a)) == 0


if __name__ == "__main__":
    main()
