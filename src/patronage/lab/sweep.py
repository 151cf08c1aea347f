"""Many runs: every scenario of a plan under every seed, on any executor, kept as they come."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, as_completed
from typing import Any, NamedTuple

import numpy as np

import patronage
from patronage.lab.course import simulate
from patronage.lab.scenario import Scenario
from patronage.lab.simulation import Simulation


class Run(NamedTuple):
    """A scenario under one of its seeds."""

    scenario: Scenario
    seed: int

    def key(self) -> str:
        """Return a text that is the same for the same numbers: scenario, seed and versions."""
        told = f"{self.scenario!r} {self.seed} {patronage.__version__} {np.__version__}"
        return hashlib.sha256(told.encode()).hexdigest()[:32]


def plan(scenarios: Sequence[Scenario]) -> list[Run]:
    """List the runs: each scenario under each of its seeds, in this order."""
    return [Run(scenario, seed) for scenario in scenarios for seed in scenario.seeds]


def sweep(runs: Iterable[Run], executor: Executor) -> Iterator[tuple[Run, Simulation]]:
    """Yield runs and what they found, as they finish; those not begun are dropped if it is closed.

    Any executor of `concurrent.futures` will do; with processes or a cluster, runs and results
    are pickled. What a run raises is raised here.
    """
    waiting = {executor.submit(simulate, *run): run for run in runs}
    try:
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    finally:
        for future in waiting:
            future.cancel()


def to_line(run: Run, found: Simulation) -> str:
    """Return one line of JSON that keeps a run."""
    versions = {"patronage": patronage.__version__, "numpy": np.__version__}
    line = {"run": run.key(), "versions": versions, "found": found.as_json()}
    return json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def from_lines(lines: Iterable[bytes]) -> dict[str, Simulation]:
    """Read kept runs by their keys; a last line that was cut off is left out.

    Raises ValueError with the line's number for any other that is none.
    """
    found: dict[str, Simulation] = {}
    for number, line in enumerate(lines, start=1):
        if not line.endswith(b"\n"):
            break
        try:
            kept: dict[str, Any] = json.loads(line)
            found[kept["run"]] = Simulation.from_json(kept["found"])
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"line {number} keeps no run") from None
    return found
