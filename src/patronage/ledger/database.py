"""Which database the ledger lives in, and its tables."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.db.backends.utils import CursorWrapper

_FILE = "patronage.sqlite3"
# Checkpoints belong outside the commit: one every 100,000 pages instead of every 1,000.
_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=100000;"
    "PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;"
)
# PostgreSQL's `disk_full`; SQLite's own, and what it says where even its lock file does not fit.
_FULL: Final = frozenset({"53100", "SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"})


class DatabaseUrlError(ValueError):
    """A DATABASE_URL of no kind the ledger knows."""


class DiskFullError(OperationalError):
    """The database's disk is full: nothing of the transaction was kept. Make space, do it again."""


def database(url: str) -> dict[str, Any]:
    """Return Django's description of the database at a URL, a SQLite file for an empty one.

    Raises DatabaseUrlError for a URL of another kind.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise DatabaseUrlError(f"it is no URL: {error}") from None
    if not url or parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path.removeprefix("/")) or _FILE,
            "CONN_MAX_AGE": None,
            "OPTIONS": {"timeout": 60, "transaction_mode": "IMMEDIATE", "init_command": _PRAGMAS},
        }
    if parts.scheme in ("postgres", "postgresql"):
        query = dict(parse_qsl(parts.query))
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.removeprefix("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": query.pop("host", unquote(parts.hostname or "")),
            "PORT": query.pop("port", str(port or "")),
            "CONN_MAX_AGE": None,
            "OPTIONS": query,
        }
    raise DatabaseUrlError("it must begin with sqlite:// or postgresql://")


def set_up() -> None:
    """Configure Django with the ledger's own settings, unless a program has its own."""
    if not settings.configured:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "patronage.ledger.settings")
        django.setup()


def create_tables(using: str = DEFAULT_DB_ALIAS) -> None:
    """Create or bring up to date the ledger's tables."""
    call_command("migrate", "ledger", database=using, verbosity=0, interactive=False)


@contextmanager
def opened(alias: str, url: str) -> Iterator[None]:
    """Know the database at a URL under an alias for a while, with its tables."""
    set_up()
    described = connections.configure_settings({DEFAULT_DB_ALIAS: database(url)})
    connections.settings[alias] = described[DEFAULT_DB_ALIAS]
    try:
        create_tables(alias)
        yield
    finally:
        connections[alias].close()
        del connections[alias], connections.settings[alias]


def is_disk_full(error: BaseException) -> bool:
    """Tell whether an error of the database says that its disk is full."""
    told = error.__cause__  # the driver's own
    names = (getattr(told, "sqlstate", None), getattr(told, "sqlite_errorname", None))
    return isinstance(error, DiskFullError) or not _FULL.isdisjoint(names)


@contextmanager
def writing(using: str, *, durable: bool = False) -> Iterator[CursorWrapper]:
    """Give a cursor in a transaction: the caller's if there is one, or, if `durable`, one alone.

    Raises DiskFullError; RuntimeError inside a transaction if `durable`.
    """
    try:
        with transaction.atomic(using, durable=durable), connections[using].cursor() as cursor:
            yield cursor
    except OperationalError as error:
        if not is_disk_full(error):
            raise
        raise DiskFullError(f"the disk of the database {using!r} is full") from error
