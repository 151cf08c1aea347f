"""Databases for the ledger: SQLite always, a real PostgreSQL where there is one to start."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

import tests.properties.conftest  # noqa: F401  (the same examples as there)
from tests.integration import keeper, servers
from tests.integration.commerce.malls import (  # noqa: F401  (of commerce's tests and members')
    mall,
    on_postgresql,
    postgresql_mall,
    sqlite_mall,
)
from tests.integration.databases import database_of_our_own, known
from tests.integration.running import Run, running

POSTGRESQL = "postgresql"


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Give a folder that is removed in the end, after the servers in it were stopped."""
    # Processes are killed here, not machines: memory will do where there is enough of it.
    memory = Path("/dev/shm")
    is_roomy = memory.exists() and shutil.disk_usage(memory).free > 2 * 2**30
    # A server runs as a user of its own, who must be able to enter; a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="patronage-", dir=memory if is_roomy else "/tmp"))
    folder.chmod(0o755)
    with subprocess.Popen(
        [sys.executable, keeper.__file__, folder],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the tests; the keeper sees them end
    ) as process:
        yield folder
        process.stdin.close()


@pytest.fixture(scope="session")
def tools(folder: Path) -> servers.Tools:
    """Give PostgreSQL's programs, for tests that have servers of their own."""
    return servers.tools(folder)


@pytest.fixture(scope="session")
def sqlite_alias(folder: Path) -> Iterator[str]:
    with known("sqlite", f"sqlite:///{folder}/ledger.sqlite3") as alias:
        yield alias


@pytest.fixture(scope="session")
def postgresql_alias(request: pytest.FixtureRequest) -> Iterator[str]:
    with ExitStack() as stack:
        shared = os.environ.get("TEST_DATABASE_URL")
        if shared is not None:
            url = stack.enter_context(database_of_our_own(shared))
        else:
            server = servers.Server(request.getfixturevalue("tools"))
            server.start()  # the keeper stops it
            url = server.url
        yield stack.enter_context(known(POSTGRESQL, url))


@pytest.fixture(scope="session", params=["sqlite", POSTGRESQL])
def using(request: pytest.FixtureRequest) -> str:
    """Name each database in turn."""
    return request.getfixturevalue(f"{request.param}_alias")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run commands in a folder and on a database of the test's own, with an economy `wine`."""
    with running(tmp_path, monkeypatch) as run:
        yield run
