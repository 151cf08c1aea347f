"""A mall of one's own on each database, emptied before every test."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.test import override_settings

from patronage.ledger.database import database
from patronage.members import clock
from tests.integration.commerce.play import OPENED, Mall, Time
from tests.integration.databases import URLS, database_of_our_own, known

APPS = ("commerce", "members", "ledger")
# What jobs clear away.
LEFTOVERS = ("sessions", "django_tasks_database")


@contextmanager
def migrated(alias: str, url: str, **options: str) -> Iterator[str]:
    """Make a database known for a while, with the mall's tables."""
    with known(alias, url):
        # Nothing here is about a machine that stops.
        connections.settings[alias]["OPTIONS"].update(options)
        with as_default(alias):  # one of them looks into the default database, whichever is asked
            for app in (*APPS, *LEFTOVERS):
                call_command("migrate", app, verbosity=0, interactive=False)
        yield alias


@contextmanager
def migrated_sqlite(alias: str, folder: Path) -> Iterator[str]:
    url = f"sqlite:///{folder}/{alias}.sqlite3"
    pragmas = database(url)["OPTIONS"]["init_command"].replace("=FULL", "=OFF")
    with migrated(alias, url, init_command=pragmas):
        yield alias


@pytest.fixture(scope="session")
def sqlite_mall(folder: Path) -> Iterator[str]:
    with migrated_sqlite("sqlite_mall", folder) as alias:
        yield alias


@pytest.fixture(scope="session")
def postgresql_mall(postgresql_alias: str) -> Iterator[str]:
    # A database of its own beside the ledger's, as every test empties it.
    with (
        database_of_our_own(URLS[postgresql_alias]) as url,
        migrated("postgresql_mall", url, options="-c synchronous_commit=off") as alias,
    ):
        yield alias


@contextmanager
def as_default(alias: str) -> Iterator[None]:
    """Let the code under test find a database as its default, in every thread."""
    described, connection = connections.settings["default"], connections["default"]
    connections.settings["default"] = connections.settings[alias]
    connections["default"] = connections[alias].copy("default")
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = described
        connections["default"] = connection


def empty() -> None:
    """Take every row out of our own tables."""
    connection = connections["default"]
    tables = [
        model._meta.db_table
        for app in APPS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)} CASCADE")
        else:
            cursor.execute("PRAGMA foreign_keys = OFF")
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608
            cursor.execute("PRAGMA foreign_keys = ON")


@contextmanager
def opened(alias: str) -> Iterator[Mall]:
    with ExitStack() as stack:
        stack.enter_context(override_settings(ECONOMY="mall", DEMO=True))
        stack.enter_context(as_default(alias))
        empty()
        stack.enter_context(clock.at(OPENED))
        yield Mall(Time(stack))


@pytest.fixture(params=["sqlite_mall", "postgresql_mall"])
def mall(request: pytest.FixtureRequest) -> Iterator[Mall]:
    """A mall on each database in turn."""
    with opened(request.getfixturevalue(request.param)) as mall:
        yield mall


@pytest.fixture
def on_postgresql(postgresql_mall: str) -> Iterator[Mall]:
    """A mall where writers really meet."""
    with opened(postgresql_mall) as mall:
        yield mall
