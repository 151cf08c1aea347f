"""Reaching the ledger's database from a command, and what can go wrong there, in words.

Django takes longer to import than most commands take to run, and only the ledger's need it: so the
ledger is imported where a command uses it, here and in the commands' own bodies.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from patronage.cli.words import fail


@contextmanager
def reached() -> Iterator[None]:
    """Reach the database, create its tables if need be, and turn what goes wrong into words."""
    from patronage import ledger

    with in_words():
        ledger.set_up()
        ledger.create_tables()
        yield


@contextmanager
def in_words() -> Iterator[None]:
    """Turn what goes wrong with a database into words."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError

    from patronage import ledger

    try:
        yield
    except ledger.UnknownEconomyError as error:
        fail(
            f"there is no economy {error}; `patronage open` opens one.",
            f"没有经济体 {error}；用 `patronage open` 开设。",
        )
    except ledger.UnknownAccountError as error:
        fail(
            f"there is no account {error} here; check the id.",
            f"这里没有账户 {error}；请检查编号。",
        )
    except ledger.StaleSettlerError:
        fail(
            "another process settled meanwhile and nothing of this batch was kept; try again.",
            "另一个进程同时在入账，这一批没有留下任何结果；请重试。",
        )
    except (ledger.DatabaseUrlError, ImproperlyConfigured, DatabaseError) as error:
        if ledger.is_disk_full(error):
            fail(
                "the database's disk is full, nothing is half done; make space, then repeat this.",
                "数据库所在磁盘已满，没有留下任何半成品；请腾出空间后重做。",
            )
        _fail_of_database(error)


def _fail_of_database(error: Exception) -> NoReturn:
    reason = " ".join(str(error).split())
    if reason.startswith("Error loading psycopg"):
        fail(
            "PostgreSQL needs its driver: pip install 'psycopg[binary]'.",
            "使用 PostgreSQL 需要驱动程序：pip install 'psycopg[binary]'。",
        )
    if reason.endswith("is locked"):  # SQLite waited for its one writer as long as it was told to
        fail(
            f"the database is in use by another process ({reason}); try again when it is done.",
            f"数据库正被另一个进程占用（{reason}）；请待其结束后重试。",
        )
    fail(
        f"the database cannot be used ({reason}); check DATABASE_URL.",
        f"无法使用数据库（{reason}）；请检查 DATABASE_URL。",
    )
