"""The process is killed at every point: nothing acknowledged is lost, nothing is done twice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.databases import URLS

ROOT = Path(__file__).resolve().parents[2]


def test_killed_at_every_point(using: str, record_property: pytest.FixtureRequest) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tests.integration.killed"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": URLS[using]},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    points = [line.split("\t") for line in result.stdout.splitlines()]
    names = [name for _, name, *_ in points]
    commits = [name for name in names if name.endswith(" COMMIT")]
    record_property("proof", f"{using}: killed at {len(points)} points, {len(commits)} at a COMMIT")
    # Opening, two submissions, four batches with something in them: before and after each.
    assert commits.count("before COMMIT") >= 6
    assert commits.count("before COMMIT") == commits.count("after COMMIT")
    assert sum(name.startswith("before INSERT INTO ledger_") for name in names) >= 3
    assert any(name.startswith("within COPY") for name in names) == (using != "sqlite")
    acknowledged = {tuple(told) for _, _, *told in points}
    assert {("False", "0", "0"), ("True", "0", "0"), ("True", "4", "4"), ("True", "9", "9")} <= (
        acknowledged
    )
