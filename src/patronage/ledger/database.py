"""Which database the ledger lives in, and its tables."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS

_FILE = "patronage.sqlite3"
# Checkpoints belong outside the commit: one every 100,000 pages instead of every 1,000.
_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA wal_autocheckpoint=100000;"
    "PRAGMA cache_size=-65536;PRAGMA temp_store=MEMORY;"
)


class DatabaseUrlError(ValueError):
    """A DATABASE_URL of no kind the ledger knows."""


def database(url: str) -> dict[str, Any]:
    """Return Django's description of the database at a URL, a SQLite file for an empty one.

    Raises DatabaseUrlError for a URL of another kind.
    """
    parts = urlsplit(url)
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
            "PORT": str(parts.port or query.pop("port", "")),
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
