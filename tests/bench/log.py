"""Measure the public log: publishing beside settling, and a stranger's audit, in processor time."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from patronage import ledger
from patronage.ledger import measurement
from patronage.ledger.log.audit import audit
from patronage.ledger.log.folder import Folder
from patronage.ledger.log.keys import make_key, read_key
from patronage.ledger.log.publisher import publish
from patronage.tlog import Trust
from tests.bench.rules import ROOT, Row


def bench_public_log(members: int = 10_000, orders: int = 120_000) -> list[Row]:
    """Publish 125,000 records that were just settled, and audit them."""
    with tempfile.TemporaryDirectory() as folder:
        result = subprocess.run(
            [sys.executable, "-m", "tests.bench.log", folder, str(members), str(orders)],
            cwd=ROOT, env={**os.environ, "DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"},
            check=True, stdout=subprocess.PIPE,
        )  # fmt: skip
    told = json.loads(result.stdout)
    return [
        (
            "a record published, in time to settle it (SQLite)",
            f"{told['settling'] / told['publishing']:.2f}",
            "≤ 1",
        ),
        ("  records published a second", f"{told['publishing']:,.0f}", ""),
        ("records audited a second", f"{told['auditing']:,.0f}", "50,000"),
    ]


def main(folder: Path, members: int, orders: int) -> dict[str, Any]:
    """Settle, publish and audit in turn; return how many records a second each took."""
    ledger.set_up()
    ledger.create_tables()
    key = folder / "log.key"
    make_key("log.example.com/bench", key)
    events = [*measurement.members_of(members), *measurement.mix(orders, members, members)]
    with measurement.throw_away() as economy:
        started = time.perf_counter()
        measurement.seconds_to_settle(economy, events)
        settling = len(events) / (time.perf_counter() - started)
        started = time.perf_counter()
        published = 0
        while new := publish(economy, folder / "log", key).new:
            published += new
        publishing = published / (time.perf_counter() - started)
    rates = []
    for _ in range(3):
        started = time.process_time()
        found = audit(Folder(folder / "log").get, Trust(read_key(key).verifier))
        if found.fault is not None or found.records + found.solvencies != published:
            raise AssertionError(found.fault)
        rates.append(found.records / (time.process_time() - started))
    return {"settling": settling, "publishing": publishing, "auditing": median(rates)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), *map(int, sys.argv[2:]))))
