"""The process is killed at every point: nothing acknowledged is lost, nothing is done twice."""

import os
import subprocess
import sys
from pathlib import Path

from django.db import connections

ROOT = Path(__file__).resolve().parents[2]


def url(using: str) -> str:
    """Return the URL of the database behind an alias."""
    told = connections[using].settings_dict
    if connections[using].vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgresql://{told['USER']}:{told['PASSWORD']}@:{told['PORT']}/{told['NAME']}?host={told['HOST']}"


def test_killed_at_every_point(using: str) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "tests.integration.killed"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url(using)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    points = result.stdout.splitlines()
    print(f"{using}: killed at {len(points)} points")  # shown by pytest -rP
    assert sum("COMMIT" in point for point in points) >= 8
    assert any(point.endswith(" acknowledged") for point in points)
    assert any(not point.endswith(" acknowledged") for point in points)
