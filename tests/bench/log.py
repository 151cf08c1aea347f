"""Measure the public log: publishing beside settling, and a stranger's audit, in processor time."""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from patronage import ledger
from patronage.economy import Account, State
from patronage.ledger import measurement
from patronage.ledger.log.audit import audit
from patronage.ledger.log.folder import Folder
from patronage.ledger.log.keys import make_key, read_key
from patronage.ledger.log.proving import MOVEMENTS, check_proof, prove_account
from patronage.ledger.log.publisher import publish
from patronage.ledger.log.solvency import balance_files, balances_of, solvency_record
from patronage.tlog import NOTE, Checkpoint, SignerKey, Trust, Writer, sign_checkpoint
from tests.bench.rules import CHARTER, ROOT, Row

RECORDS = 100_000


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


def bench_proof(accounts: int = 1_000_000, proofs: int = 50) -> list[Row]:
    """Make and check the proof of one account among a million, with ten records."""
    state = State(CHARTER)
    state.last_closed = "2026-01-01"
    rng = random.Random(6)

    def holders() -> Iterator[Account]:
        for number in range(accounts):
            account = Account(f"a{number:09}", merchant=False, at=0)
            account.points, account.coins, account.cash = 10**9 + number, number % 7, number % 11
            account.quota = 10**6
            state.issued += account.points
            state.coins += account.coins
            state.paid_in += account.cash
            yield account

    everyone = list(holders())
    state.treasury = state.coins * 10**9
    state.issued += state.treasury
    state.reserve = 10 * state.coins
    state.paid_in += state.reserve - state.charter.founding_minor
    started = time.process_time()
    balances = balances_of(state, everyone)
    building = time.process_time() - started
    records = [
        b'{"at":null,"event":{},"facts":null,"seq":%d}' % seq for seq in range(1, RECORDS + 1)
    ]
    leaf = solvency_record(state, balances, RECORDS, 1, "0" * 64, None)
    key = SignerKey("log.example.com/bench", NOTE, bytes(32))
    made, checked = [], []
    with tempfile.TemporaryDirectory() as name:
        files = Folder(Path(name))
        root = Writer(files).append([*records, leaf])
        for path, data in balance_files(balances, RECORDS):
            files.put(path, data)
        checkpoint = Checkpoint("log.example.com/bench", RECORDS + 1, root)
        files.show(sign_checkpoint(checkpoint, key))
        for _ in range(proofs):
            account = f"a{rng.randrange(accounts):09}"
            seqs = rng.sample(range(1, RECORDS + 1), MOVEMENTS)
            started = time.process_time()
            proof = prove_account(files, account, seqs)
            made.append(time.process_time() - started)
            started = time.process_time()
            check_proof(proof, Trust(key.verifier))
            checked.append(time.process_time() - started)
    return [
        (f"balances of {accounts:,} accounts summed in trees", f"{building:.1f} s", ""),
        (
            f"a member's proof among {accounts:,}, with {MOVEMENTS} records",
            f"{1000 * median(made):.1f} ms",
            "≤ 50 ms",
        ),
        ("  the same proof checked", f"{1000 * median(checked):.1f} ms", ""),
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
