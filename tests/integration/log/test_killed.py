"""The publisher is killed at every change of a file: it goes on, and never signs a fork."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def test_killed_at_every_point(folder: Path, record_property: pytest.FixtureRequest) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tests.integration.log.killed", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert result.returncode == 0, result.stdout[-500:] + result.stderr
    points = [line.split("\t") for line in result.stdout.splitlines()]
    names = Counter(name for _, name, _ in points)
    record_property("proof", f"public log: killed at {len(points)} points, {names}")
    assert {"before replace", "within write", "before fsync", "before unlink"} <= names.keys()
    # Each file appears by a rename: tiles, bundles, balances, memory and checkpoint.
    assert names["before replace"] >= 20
    assert {signed for *_, signed in points} == {"0", "1", "2", "3", "4"}
