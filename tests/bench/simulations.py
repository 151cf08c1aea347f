"""Measure the lab's two gears, and radCAD and cadCAD on the same orders where they are installed.

`python -m tests.bench.simulations NAME ORDERS` runs one scenario in a process of its own and prints
what it took, so that its memory is its own.
"""

import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any, Final

from patronage.lab.course import simulate
from patronage.lab.scenario import Arrivals, Scenario, Segment
from tests.bench import sandbox
from tests.bench.rules import CHARTER, ROOT, Row

_DAYS: Final = 1826
FOUNDED = replace(
    CHARTER,
    founding_minor=100_000_000,
    multiple_micro=3_000_000,
    dividend_micro=0,
    referral_micro=None,
)
"""A founding of a million keeps the price so slow that nobody reaches a quota of three times."""
PAYING = replace(CHARTER, founding_minor=1_000_000, multiple_micro=500_000, referral_micro=None)
"""A quota of half the spend is reached soon, and dividends are paid each day."""
TABLE = replace(CHARTER, multiple_micro=10**12, dividend_micro=0)


def scenario(name: str, orders: int) -> Scenario:
    """Return five years of about so many orders of about 100.00."""
    if name == "plain":
        # Each of n newcomers a day orders once, and 15.6 times in each year that is left.
        a_day = orders / (_DAYS * (1 + 15.6 * _DAYS / 365 / 2))
        segment = Segment(
            name="all", share=1, basket=100, spread=0.3, orders_a_year=15.6, margin=0.3
        )
        charter = FOUNDED
    else:
        a_day = orders / (_DAYS * 12.66)
        segment = Segment(
            name="all", share=1, basket=100, spread=0.3, orders_a_year=17, margin=0.3,
            lifetime_days=300, redeem_a_year=0.05,
        )  # fmt: skip
        charter = PAYING
    return Scenario(
        name=name,
        charter=charter,
        start=date(2026, 1, 1),
        days=_DAYS,
        arrivals=Arrivals(a_day=a_day, even=True),
        segments=(segment,),
    )


def table(orders: int) -> Scenario:
    """Return the rule book's table: orders of 100.00, each by a new member, in ten days."""
    return replace(
        scenario("plain", orders),
        charter=TABLE,
        days=10,
        arrivals=Arrivals(a_day=orders / 10, even=True),
        segments=(Segment(name="new", share=1, basket=100, orders_a_year=0),),
    )


def _apart(name: str, orders: int) -> dict[str, Any]:
    """Run a scenario in a process of its own."""
    shown = subprocess.run(
        [sys.executable, "-m", "tests.bench.simulations", name, str(orders)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    told: dict[str, Any] = json.loads(shown)
    return told


def _row(told: dict[str, Any], what: str, asked: str) -> Row:
    measured = (
        f"{told['seconds']:.1f} s ({told['processor']:.1f} s of processors, {told['mib']:,} MiB, "
        f"{told['members']:,} members, {told['exits']:,} compulsory redemptions)"
    )
    what = f"simulated, fast gear: {told['orders']:,} orders in five years, {what}"
    return what, measured, asked


def bench_simulations(
    orders: int = 100_000_000, paying: int = 5_000_000, exact: int = 100_000, rounds: int = 5
) -> Iterator[Row]:
    """The fast gear at its largest, the exact one, and others on the rule book's table."""
    plain = _apart("plain", orders)
    yield _row(plain, "no exits or dividends", "≤ 15 s, ≤ 2048 MiB")
    yield _row(_apart("paying", paying), "with both", "")
    rates = []
    for _ in range(rounds):
        started = time.process_time()
        found = simulate(replace(table(exact), gear="exact"), 1)
        rates.append(found.periods[-1].members / (time.process_time() - started))
    yield (
        f"simulated, exact gear, {exact:,} orders of as many members: orders a second",
        f"{median(rates):,.0f} (best {max(rates):,.0f})",
        "80,000",
    )
    yield from _beside_peers(exact, rounds, plain["orders"] / plain["processor"])


def _beside_peers(orders: int, rounds: int, at_most: float) -> Iterator[Row]:
    """Compare processor time on the table: whole runs, with all that is noted of members."""
    simulate(table(orders), 1)  # compile
    rates = []
    for _ in range(rounds):
        started = time.process_time()
        found = simulate(table(orders), 1)
        rates.append(orders / (time.process_time() - started))
    ours = median(rates)
    yield (
        f"the rule book's table of {orders:,} orders, fast gear: orders a second",
        f"{ours:,.0f}",
        "",
    )
    if not sandbox.are_simulators_installed():
        yield ("  beside radCAD and cadCAD", "not measured: see `make bench-full`", "≥ 100 ×")
        return
    few = min(orders, 2_000)
    # As they come they copy all members at every order: the first orders are the fast ones.
    for name, how, count, told, asked in (
        ("radcad", "copy", few, f"radCAD as it comes, its first {few:,} orders", "≥ 100 ×"),
        ("cadcad", "copy", few, f"cadCAD as it comes, its first {few:,} orders", "≥ 100 ×"),
        ("radcad", "share", orders, "radCAD without copies, its history lost", ""),
    ):
        theirs = _peer(name, count, how)
        if count == orders and not math.isclose(
            theirs["price"], found.periods[-1].price, rel_tol=1e-6
        ):
            raise AssertionError("the models do not agree on the price")
        rate = theirs["orders_a_second"]
        yield (
            f"  ÷ {told} ({rate:,.0f})",
            f"{ours / rate:,.0f} × (at 100,000,000 orders {at_most / rate:,.0f} ×)",
            asked,
        )


def _peer(name: str, orders: int, how: str) -> dict[str, float]:
    shown = subprocess.run(
        [sandbox.SIMULATORS, Path(__file__).with_name("peers.py"), name, str(orders), how],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    told: dict[str, float] = json.loads(shown.splitlines()[-1])
    return told


def bench_simulations_full() -> Iterator[Row]:
    """A hundred million orders with exits and dividends; and the others, if they install."""
    yield _row(_apart("paying", 100_000_000), "with both", "aim: ≤ 60 s")
    if sandbox.are_simulators_installed():
        return
    refused = sandbox.install_simulators()
    if refused:
        yield ("radCAD and cadCAD", f"skipped: pip could not install them ({refused})", "")
    else:
        yield from bench_simulations()


def measure(name: str, orders: int, days: int = _DAYS) -> dict[str, Any]:
    """Run a scenario, and tell what it took."""
    run = replace(scenario(name, orders), days=days)
    simulate(replace(run, days=5), 1)  # compile, or read what was compiled
    started, processor = time.perf_counter(), time.process_time()
    found = simulate(run, 1)
    return {
        "seconds": time.perf_counter() - started,
        "processor": time.process_time() - processor,
        "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "orders": sum(period.orders for period in found.periods),
        "members": found.members,
        "exits": sum(period.exits for period in found.periods),
    }


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
