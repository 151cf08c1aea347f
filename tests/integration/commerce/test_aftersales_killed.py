"""A process that refunds is killed with SIGKILL before and after each of its commits.

What is committed is all that outlives a process, so these are all the moments there are.
"""

import os
import signal
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from patronage.commerce import aftersales, debts, jobs
from patronage.commerce.models import AfterSale, AfterSaleShare, TestRefund
from patronage.members import clock
from tests.integration.commerce.play import OPENED, Mall, Time
from tests.shop import copied, migrated, on_file

__all__ = ["migrated"]


def furnish(mall: Mall) -> AfterSale:
    """Let a member ask to give back goods, of whose points all were redeemed."""
    merchant, person = mall.merchant(concession_micro=200_000), mall.person()
    mall.buy(mall.person(), (mall.sku(500_00), 1))
    mall.give(person, 30_00)
    (order,) = mall.buy(
        person, (mall.sku(100_00, merchant=merchant), 1), inner="cash", inner_minor=30_00
    )
    points = mall.held(person.account).points
    mall.submit(type="points.redeemed", account=person.account, points=points)
    case = aftersales.request(
        person=person,
        number=order.number,
        key="k",
        quantities={order.lines.get().id: 1},
        reason="漏液",
    )
    assert isinstance(case, AfterSale), case
    return case


@pytest.fixture
def asked(migrated: Path, tmp_path: Path) -> Iterator[tuple[Path, AfterSale]]:
    path = copied(migrated, tmp_path / "asked.sqlite3")
    with ExitStack() as stack:
        stack.enter_context(clock.at(OPENED))
        with on_file(path, tmp_path):
            time = Time(stack)
            case = furnish(Mall(time))
            connection.close()
        yield path, case


def refund(case: AfterSale) -> None:
    done = aftersales.answer(
        merchant=None,
        number=case.number,
        who=case.order.person,
        approve=True,
        needs_goods=False,
    )
    assert done.state == "refunded", done


def killed_at(last: int | None, case: AfterSale) -> tuple[int, int]:
    """Refund in a process that is killed at a point; return how it ended and its points."""
    connection.close()
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            _watch(write, last)
            refund(case)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(write)
    status = os.waitpid(child, 0)[1]
    with os.fdopen(read, "rb") as told:
        return status, len(told.read())


def _watch(told: int, last: int | None) -> None:
    commit = BaseDatabaseWrapper._commit
    count = 0

    def pass_by() -> None:
        nonlocal count
        count += 1
        os.write(told, b".")
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(itself: Any) -> None:
        pass_by()
        commit(itself)
        pass_by()

    BaseDatabaseWrapper._commit = watched


def test_killed_before_or_after_any_commit_a_refund_is_made_once(
    asked: tuple[Path, AfterSale], tmp_path: Path
) -> None:
    path, case = asked
    with on_file(copied(path, tmp_path / "whole.sqlite3"), tmp_path):
        status, points = killed_at(None, case)
        assert (status, points > 12) == (0, True)
        expected = outcome(case)
        assert 0 < expected["netted"] < 100_00
    for point in range(1, points + 1):
        with on_file(copied(path, tmp_path / f"killed{point}.sqlite3"), tmp_path):
            status, passed = killed_at(point, case)
            assert (os.WTERMSIG(status), passed) == (signal.SIGKILL, point)
            if point == 1:
                refund(case)  # nothing was decided yet
            jobs.run_all()
            assert outcome(case) == expected, point
            jobs.run_all()
            assert outcome(case) == expected, point


def outcome(case: AfterSale) -> dict[str, int]:
    """Return all that a refund moved, once it is proved that the ledger verifies."""
    mall = Mall.__new__(Mall)
    mall.verify()
    case = AfterSale.objects.select_related("order__person", "order__merchant").get(id=case.id)
    assert case.state == "refunded"
    held = mall.held(case.order.person.account)
    shares = AfterSaleShare.objects.filter(aftersale=case)
    connection.close()
    return {
        "netted": case.netted_minor,
        "steps": case.steps.count(),
        "cash": held.cash,
        "points": held.points,
        "merchant": mall.held(case.order.merchant.account).cash,
        "owed": debts.owed_by(case.order.merchant),
        "sent": sum(TestRefund.objects.values_list("amount_minor", flat=True)),
        **dict(shares.values_list("kind", "amount_minor")),
    }
