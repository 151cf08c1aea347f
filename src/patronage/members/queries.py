"""Queries whose SQL is written once: Django takes longer to write it than a database to answer.

For what is asked again and again in one form. A test asks each of them as usual too, and compares.
"""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any, TypeVar, TypeVarTuple, cast

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler

_BITS = 63
M = TypeVar("M", bound=Model)
Values = TypeVarTuple("Values")


class Given(Expression):
    """Stands in a query for a value that is given when it is asked: the first, the second …"""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return a placeholder, and itself for the value."""
        del compiler, connection
        return "%s", (self,)


class _Written:
    """Stands where Django expects a query of which it would write the SQL."""

    def __init__(self, compiler: SQLCompiler) -> None:
        self._compiler = compiler

    def get_compiler(self, **_where: Any) -> SQLCompiler:
        """Return a compiler that is done."""
        return self._compiler


def _value(value: object, connection: BaseDatabaseWrapper) -> object:
    """Return a value as the database takes it; a number that fits no column equals nothing."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, int) and value.bit_length() > _BITS:
        return None
    return connection.ops.adapt_unknown_value(value)


def prepared(ask: Callable[[*Values], QuerySet[M]]) -> Callable[[*Values], list[M]]:
    """Answer a query by rows, ids, texts and moments, its SQL written at the first call.

    `ask` must put its arguments into the query, to be equal to or compared with, and do nothing
    else with them: it is called once for each number of them, with a `Given` for each. It cannot
    prefetch, and what it asks must be able to find something.
    """
    written: dict[tuple[str, int], tuple[SQLCompiler, str, Any]] = {}

    @wraps(ask)
    def answer(*values: *Values) -> list[M]:
        connection = connections[DEFAULT_DB_ALIAS]
        key = connection.vendor, len(values)
        if key not in written:
            givens = cast("tuple[*Values]", tuple(map(Given, range(len(values)))))
            compiler = ask(*givens).query.get_compiler(connection=connection)
            written[key] = compiler, *compiler.as_sql()
        compiler, sql, params = written[key]
        known = [_value(one, connection) for one in values]
        filled = [known[one.place] if isinstance(one, Given) else one for one in params]
        # Of this thread's connection, and of these values alone.
        compiler = copy(compiler)
        compiler.connection = connection
        compiler.as_sql = lambda: (sql, filled)  # type: ignore[method-assign, assignment, misc]
        found: QuerySet[M] = QuerySet(compiler.query.model, _Written(compiler))  # type: ignore[arg-type]
        return list(found)

    return answer
