"""Days are closed at the midnight of the charter's time zone, once each, in order."""

from datetime import UTC, datetime

import pytest

from patronage import ledger
from patronage.commerce import days, jobs, posting
from patronage.commerce.models import Alarm
from patronage.economy import parse_charter
from patronage.members import clock
from tests.integration.commerce.play import REDWINE, Mall


def closed() -> list[str]:
    return [day.date for day in ledger.days("mall", limit=1000)]


def test_a_day_is_closed_at_midnight_in_shanghai(mall: Mall) -> None:
    # Opened at noon of the first of March there.
    assert days.close_due() == 0
    mall.time.pass_by(hours=11, minutes=59)
    assert days.close_due() == 0
    mall.time.pass_by(minutes=1)
    assert clock.now() == datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    assert days.close_due() == 1
    assert days.close_due() == 0
    assert closed() == ["2026-03-01"]
    mall.verify()


def test_late_days_are_caught_up_in_order(mall: Mall) -> None:
    mall.time.pass_by(days=3)
    assert days.watch() == 3
    assert Alarm.objects.get().kind == "day_late"
    assert days.close_due() == 3
    assert closed() == ["2026-03-01", "2026-03-02", "2026-03-03"]
    assert days.watch() == 0
    Alarm.objects.all().delete()
    mall.verify()


def test_who_dies_half_way_is_caught_up_once(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    mall.time.pass_by(days=2)
    with monkeypatch.context() as patched:
        patched.setattr(posting, "settle", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            days.close_due()
    # They are handed in and not settled: another hands in the same.
    days.close_due()
    assert closed() == ["2026-03-01", "2026-03-02"]
    mall.verify()


def test_days_and_orders_run_by_themselves(mall: Mall) -> None:
    """Each day an order; at the end every day is closed and every balance follows."""
    sku = mall.sku(100_00, cost=40_00, stock=1000)
    people = [mall.person() for _ in range(5)]
    for n in range(30):
        orders = mall.place(people[n % 5], (sku, 1))
        mall.pay(orders)
        mall.receive(orders[0])
        mall.time.pass_by(days=1)
        jobs.run_all()
    assert len(closed()) == 30
    told = ledger.summary("mall").figures
    assert told["days_closed"] == 30
    mall.verify()
    busy = {name for name, count in jobs.run_all().items() if count}
    # Which write the whole board each time, and the row of the day that is not over.
    assert busy == {"count days", "rank members"}


def test_a_charter_without_a_zone_uses_the_installations() -> None:
    charter = parse_charter({**REDWINE, "economy": {"name": "x", "currency": "CNY"}})
    assert days.zone_of(charter).key == "Asia/Shanghai"
