"""From a completed order to points, to whose its money is."""

from datetime import timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from patronage import ledger
from patronage.commerce import completion, dividing, jobs, orders, posting, remains
from patronage.commerce.models import Alarm, FreightRule, State, Tender
from patronage.commerce.orders import pending_of
from patronage.members import clock
from patronage.members.closing import ClosingRefusal, close_account
from tests.integration.commerce.play import Died, Mall, die, splits


def test_orders_bring_what_the_rule_books_table_says(mall: Mall) -> None:
    sku = mall.sku(100_00)
    points = []
    prices = []
    for _ in range(3):
        person = mall.person()
        (order,) = mall.place(person, (sku, 1))
        mall.pay([order])
        pending = pending_of(order)
        mall.receive(order)
        mall.complete(order)
        assert order.state == State.COMPLETED
        assert splits(order) == {"contribution": 30_00, "platform": 70_00}
        points.append(mall.held(person.account).points)
        assert pending.points_nano == points[-1]
        price = ledger.summary("mall").price
        prices.append(round(Decimal(price.numerator) * 10**7 / Decimal(price.denominator), 4))
    assert points == [21 * 10**9, 14_700_000_000, 12_495_000_000]
    assert prices == [Decimal("1.4286"), Decimal("1.6807"), Decimal("1.8674")]
    mall.verify()


def test_the_houses_profit_feeds_the_dividend(mall: Mall) -> None:
    (order,) = mall.buy(mall.person(), (mall.sku(100_00, cost=40_00), 1))
    assert splits(order) == {"contribution": 30_00, "dividend": 18_00, "platform": 52_00}
    mall.verify()


def test_a_merchants_goods_are_split_by_the_concession(mall: Mall) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    FreightRule.objects.create(merchant=merchant, first_minor=10_00)
    person = mall.person()
    (order,) = mall.buy(person, (mall.sku(100_00, merchant=merchant), 1))
    assert splits(order) == {
        "contribution": 6_00,
        "dividend": 4_20,
        "proceeds": 80_00,
        "freight": 10_00,
        "platform": 9_80,
    }
    assert mall.held(merchant.account).cash == 90_00
    # The quota follows the money paid for goods.
    assert mall.held(person.account).quota == 200_00
    mall.verify()


def test_what_points_paid_earns_nothing_and_coins_went_before(mall: Mall) -> None:
    person = mall.person()
    mall.buy(person, (mall.sku(100_00), 1))
    mall.buy(mall.person(), (mall.sku(1000_00), 1))
    merchant = mall.merchant(concession_micro=200_000)
    sku = mall.sku(40_00, merchant=merchant)
    (order,) = mall.buy(person, (sku, 1), inner="points", inner_minor=10_00)
    # 30.00 in money: a concession of 6.00.
    assert splits(order) == {
        "contribution": 1_80,
        "dividend": 1_26,
        "proceeds": 34_00,
        "platform": 2_94,
    }
    mall.give_coins(person, 11 * 10**9)
    (order,) = mall.buy(person, (sku, 1), inner="coins", inner_minor=10_00)
    assert splits(order) == {
        "contribution": 1_80,
        "dividend": 1_26,
        "proceeds": 24_00,
        "coins": 10_00,
        "platform": 2_94,
    }
    assert mall.held(merchant.account).cash == 58_00
    mall.verify()


def test_an_order_without_money_tells_the_economy_nothing(mall: Mall) -> None:
    person = mall.person()
    mall.buy(person, (mall.sku(100_00), 1))
    mall.buy(mall.person(), (mall.sku(1000_00), 1))
    mall.give_coins(person, 11 * 10**9)
    records = ledger.summary("mall").records
    merchant = mall.merchant(concession_micro=200_000)
    sku = mall.sku(10_00, merchant=merchant)
    (order,) = mall.place(person, (sku, 1))
    mall.pay([order], inner="coins", inner_minor=10_00)
    assert pending_of(order).points_nano == 0
    mall.receive(order)
    mall.complete(order)
    assert splits(order) == {"coins": 10_00}
    assert ledger.outcome_of("mall", f"order:{order.number}:completed") is None
    told = ledger.summary("mall").records
    assert told - records - 2 == len(ledger.days("mall")) - 14  # opened, spent, and seven days
    mall.verify()


def test_the_referrer_of_the_day_of_order_is_rewarded(mall: Mall) -> None:
    referrer = mall.person()
    person = mall.person(referrer=referrer)
    mall.buy(person, (mall.sku(100_00), 1))
    assert mall.held(referrer.account).points * 10 == mall.held(person.account).points
    mall.verify()


def test_a_referrer_who_left_meanwhile_is_not_rewarded(mall: Mall) -> None:
    leaver, stayer = mall.person(), mall.person()
    made = []
    for referrer in (leaver, stayer):
        (order,) = mall.place(mall.person(referrer=referrer), (mall.sku(100_00), 1))
        mall.pay([order])
        mall.receive(order)
        made.append(order)
    assert close_account(person=leaver, orders=orders) == []
    mall.complete(*made)
    assert posting.holdings(leaver.account) is None
    assert mall.held(stayer.account).points > 0
    mall.verify()


def test_who_is_about_to_be_rewarded_leaves_afterwards(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    referrer = mall.person()
    (order,) = mall.place(mall.person(referrer=referrer), (mall.sku(100_00), 1))
    mall.pay([order])
    mall.receive(order)
    mall.time.pass_by(days=7)
    with monkeypatch.context() as patched:
        patched.setattr(posting, "settle_all", die)
        with pytest.raises(Died):
            completion.complete_due()
    told = close_account(person=referrer, orders=orders)
    assert told == [ClosingRefusal.ORDERS_OPEN]
    jobs.run_all()
    told = close_account(person=referrer, orders=orders)
    assert told == [ClosingRefusal.POINTS_HELD]
    mall.verify()


def test_pending_points_have_a_date_and_end(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(100_00), 1))
    assert pending_of(order) is None
    mall.pay([order])
    assert pending_of(order) == (21 * 10**9, 200_00, None)
    mall.receive(order)
    order.refresh_from_db()
    assert pending_of(order).completes_at == clock.now() + timedelta(days=7)
    mall.complete(order)
    assert pending_of(order) is None


def test_nothing_completes_before_the_hold_is_over(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 1))
    mall.pay([order])
    mall.receive(order)
    assert not completion.complete(order.id)
    mall.time.pass_by(days=6, hours=23)
    assert completion.complete_due() == 0
    mall.time.pass_by(hours=1)
    assert completion.complete_due() == 1
    assert not completion.complete(order.id)


@pytest.mark.parametrize(
    ("where", "what"),
    [
        (completion, "move"),  # before the last step is committed
        (posting, "settle_all"),  # after it, before the event is settled
        (dividing, "divide"),  # after the outcome, before the split
        (posting, "require_applied"),  # amid the split
        (dividing, "split_of"),
        (posting, "settle"),  # after the split, before the proceeds are settled
    ],
)
def test_a_crash_anywhere_is_caught_up_once(
    mall: Mall, monkeypatch: pytest.MonkeyPatch, where: ModuleType, what: str
) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    (order,) = mall.place(mall.person(), (mall.sku(100_00, merchant=merchant), 1))
    mall.pay([order])
    mall.receive(order)
    mall.time.pass_by(days=7)
    with monkeypatch.context() as patched:
        patched.setattr(where, what, die)
        with pytest.raises(Died):
            completion.complete_due()
    for _ in range(2):
        jobs.run_all()
        assert splits(order) == {
            "contribution": 6_00,
            "dividend": 4_20,
            "proceeds": 80_00,
            "platform": 9_80,
        }
        assert mall.held(merchant.account).cash == 80_00
        mall.verify()


def test_a_refused_event_of_ours_is_an_alarm(mall: Mall, monkeypatch: pytest.MonkeyPatch) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 1))
    mall.pay([order])
    mall.receive(order)
    event = completion._event(order, remains.money_of(order))
    wrong = {**event, "member": mall.house.account}
    monkeypatch.setattr(completion, "_event", lambda *_: wrong)
    mall.complete(order)
    jobs.run_all()
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject) == ("event_refused", f"order:{order.number}:completed")
    assert alarm.detail == "refused as wrong_account_kind"
    assert splits(order) == {}


def test_refused_proceeds_are_an_alarm_even_after_a_crash(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    (order,) = mall.place(mall.person(), (mall.sku(100_00, merchant=merchant), 1))
    mall.pay([order])
    mall.receive(order)
    mall.time.pass_by(days=7)
    submit = posting.submit

    def spoilt(event: dict[str, Any]) -> ledger.Receipt:
        is_credit = event["type"] == "cash.credited"
        return submit({**event, "amount": 0} if is_credit else event)

    with monkeypatch.context() as patched:
        patched.setattr(posting, "submit", spoilt)
        patched.setattr(posting, "settle", die)
        with pytest.raises(Died):
            completion.complete_due()
    assert Alarm.objects.count() == 0
    jobs.run_all()
    order.refresh_from_db()
    assert order.split_at is None  # it is still owed
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject) == ("event_refused", f"order:{order.number}:proceeds")
    assert sum(splits(order).values()) == 100_00
    jobs.run_all()
    assert Alarm.objects.count() == 1


def test_an_order_that_cannot_be_completed_keeps_no_other_waiting(mall: Mall) -> None:
    sku = mall.sku(100_00)
    made = []
    for _ in range(2):
        (order,) = mall.place(mall.person(), (sku, 1))
        mall.pay([order])
        mall.receive(order)
        made.append(order)
    broken, sound = made
    Tender.objects.filter(order=broken).update(amount_minor=99_00, goods_minor=99_00)
    mall.complete(broken, sound)
    assert (broken.state, sound.state) == (State.RECEIVED, State.COMPLETED)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject) == ("order_not_completed", str(broken.id))
    assert "its lines and its tenders differ" in alarm.detail
