"""The databases that tests run on: one on SQLite, one on PostgreSQL, both of this process alone."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import django
import psycopg
import pytest
from django.conf import settings
from django.db import connections

from patronage.ledger.database import create_tables, database

URLS: dict[str, str] = {}
"""Where the database behind an alias is."""

if not settings.configured:  # in a process that a test starts
    settings.configure(
        INSTALLED_APPS=["patronage.ledger"],
        DATABASES={"default": database("sqlite:///:memory:")},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
    )
    django.setup()


def introduce(alias: str, url: str) -> None:
    """Make the database at a URL known to Django under an alias."""
    connections.settings[alias] = {**connections.settings["default"], **database(url)}
    URLS[alias] = url


@contextmanager
def known(alias: str, url: str) -> Iterator[str]:
    """Make a database known for a while, with its tables."""
    introduce(alias, url)
    create_tables(alias)
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias], URLS[alias]


@contextmanager
def database_of_our_own(url: str) -> Iterator[str]:
    """Make a database on the server at a URL, and drop it: what else is there is not touched."""
    name = f"patronage_test_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        try:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        except psycopg.errors.InsufficientPrivilege:
            pytest.fail("TEST_DATABASE_URL: its user must be allowed to create databases", False)
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
