"""What each day came to is counted once it is over, and the same however often."""

from datetime import date

from patronage import ledger
from patronage.commerce import days, figures, jobs
from patronage.commerce.models import DayFigures, Order
from tests.integration.commerce.play import Mall

FIRST = date(2026, 3, 1)


def of(day: int) -> DayFigures:
    return DayFigures.objects.get(day=FIRST.replace(day=day))


def test_a_day_is_counted_from_midnight_to_midnight_in_shanghai(mall: Mall) -> None:
    sku, one, two = mall.sku(100_00, cost=40_00, stock=100), mall.person(), mall.person()
    paid = mall.place(one, (sku, 2))
    mall.pay(paid)
    mall.place(two, (sku, 1))
    figures.count_days()
    first = of(1)
    assert (first.orders_placed, first.orders_paid, first.sales_minor) == (2, 1, 200_00)
    assert (first.members_new, first.members_active) == (2, 1)
    assert not first.is_final
    mall.time.pass_by(hours=12)  # midnight there
    mall.pay(mall.place(one, (sku, 2)))
    figures.count_days()
    assert [of(n).orders_paid for n in (1, 2)] == [1, 1]
    assert of(2).members_new == 0


def test_the_ledgers_part_ends_with_the_close_and_then_stays(mall: Mall) -> None:
    sku, person = mall.sku(100_00, cost=40_00, stock=100), mall.person()
    orders = mall.place(person, (sku, 1))
    mall.pay(orders)
    mall.receive(orders[0])
    for _ in range(9):
        mall.time.pass_by(days=1)
        jobs.run_all()
    figures.count_days()
    rows = list(DayFigures.objects.order_by("day"))
    assert [row.day.day for row in rows] == list(range(1, 11))
    assert [row.is_final for row in rows] == [True] * 9 + [False]
    closed = ledger.days("mall", limit=100)
    assert [row.reserve_minor for row in rows[:9]] == [day.reserve for day in closed]
    assert [row.dividend_minor for row in rows[:9]] == [day.dividend for day in closed]
    assert [row.through_seq for row in rows[:9]] == [day.seq for day in closed]
    whole = ledger.flows("mall", after=1, through=ledger.tip("mall").seq)
    assert sum(row.contributed_minor for row in rows) == whole.contributed
    assert sum(row.orders_completed for row in rows) == whole.orders
    # What is final is not asked again.
    Order.objects.update(placed_at="2026-03-01T05:00:00Z")
    figures.count_days()
    assert of(1).orders_placed == 1


def test_records_before_a_late_close_are_of_its_day_and_none_counts_twice(mall: Mall) -> None:
    sku, person = mall.sku(100_00, cost=40_00, stock=100), mall.person()
    mall.buy(person, (sku, 1))
    figures.count_days()
    before = ledger.flows("mall", after=1, through=ledger.tip("mall").seq)
    mall.time.pass_by(days=1)  # nobody closes the day
    mall.submit(type="points.redeemed", account=person.account, points=10**9)
    figures.count_days()
    assert [of(day).redemptions for day in (8, 9)] == [1, 0]
    mall.submit(type="points.redeemed", account=person.account, points=10**9)
    days.close_due()
    mall.submit(type="points.redeemed", account=person.account, points=10**9)
    figures.count_days()
    figures.count_days()
    assert [of(day).redemptions for day in (8, 9)] == [2, 1]
    assert sum(row.contributed_minor for row in DayFigures.objects.all()) == before.contributed
    DayFigures.objects.all().delete()
    figures.count_days()
    assert [of(day).redemptions for day in (8, 9)] == [2, 1]
