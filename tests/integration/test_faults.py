"""A statement fails, whichever: nothing is half done, and settling again does it all."""

import pytest
from django.db import IntegrityError, connections

from patronage.ledger import open_economy, postgresql, settle, store, submit_many, verify
from tests.integration.play import fresh, rows, settle_all
from tests.integration.test_canonical import CHARTER
from tests.integration.test_verify import EVENTS

TABLES = (
    store.JOURNAL,
    store.MOVEMENTS,
    store.ACCOUNTS,
    store.ORDERS,
    store.PAYMENTS,
    store.WITHDRAWALS,
    store.ECONOMIES,
)


class FaultError(Exception):
    """What a failing database would raise."""


class Failing:
    """Fails at one statement, before or after the database ran it; counts them all."""

    def __init__(self, at: int | None = None, *, after: bool = False) -> None:
        self.at, self.after, self.count = at, after, 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        if self.count == self.at and not self.after:
            raise FaultError(sql)
        result = execute(sql, params, many, context)
        if self.count == self.at:
            raise FaultError(sql)
        return result


def picture(using: str, economy: str) -> list:
    return [rows(using, table, economy) for table in TABLES]


@pytest.mark.parametrize("after", [False, True])
def test_a_statement_of_settling_fails(using: str, after: bool) -> None:
    economy = fresh("fault")
    open_economy(economy, CHARTER, using=using)
    submit_many(economy, EVENTS[:3], using=using)
    settle_all(using, economy)
    submit_many(economy, EVENTS, using=using)
    before = picture(using, economy)
    point = 0
    while True:
        point += 1
        failing = Failing(point, after=after)
        try:
            with connections[using].execute_wrapper(failing):
                settle(economy, using=using)
        except FaultError:
            connections[using].close()  # as one that was lost
            assert picture(using, economy) == before
            assert verify(economy, using=using) == (4, None)
        else:
            break
    assert point > 12, "every statement was tried"
    assert failing.count == point - 1
    assert verify(economy, using=using) == (10, None)
    assert settle(economy, using=using) == 0


@pytest.mark.parametrize("after", [False, True])
def test_a_statement_of_submitting_fails(using: str, after: bool) -> None:
    economy = fresh("fault")
    open_economy(economy, CHARTER, using=using)
    for point in range(1, 9):
        try:
            with connections[using].execute_wrapper(Failing(point, after=after)):
                submit_many(economy, EVENTS, using=using)
        except FaultError:
            connections[using].close()  # as one that was lost
            with connections[using].cursor() as cursor:
                cursor.execute("SELECT 1 FROM ledger_inbox WHERE economy = %s", [economy])
                assert cursor.fetchall() == []
        else:
            break
    assert point > 2
    settle_all(using, economy)
    assert verify(economy, using=using) == (10, None)


def test_an_error_while_copying_is_known_to_django(postgresql_alias: str) -> None:
    """Callers catch Django's errors, whichever way the rows went."""
    economy = fresh("fault")
    open_economy(economy, CHARTER, using=postgresql_alias)
    (record,) = rows(postgresql_alias, store.JOURNAL, economy)
    with pytest.raises(IntegrityError), connections[postgresql_alias].cursor() as cursor:
        postgresql.insert(cursor, store.JOURNAL, [(economy, *record)] * 20)
