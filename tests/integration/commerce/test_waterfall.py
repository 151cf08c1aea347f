"""Whose an order's money is, told in one place: and each party's statement agrees with it."""

from datetime import date

import pytest

from patronage.commerce import (
    aftersales,
    debts,
    figures,
    jobs,
    merchants,
    rewarding,
    settlements,
    waterfall,
)
from patronage.commerce.models import (
    ApplicationState,
    Debt,
    Distributor,
    FreightRule,
    Merchant,
    Order,
    Reward,
    RewardState,
    Split,
)
from patronage.commerce.movements import LineKind
from patronage.economy import BrokenInvariantError
from patronage.members import clock
from patronage.members.models import Person
from tests.integration.commerce.play import Mall

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


@pytest.fixture
def supplier(mall: Mall) -> Merchant:
    """One whose freight is 10.00."""
    supplier = mall.merchant(concession_micro=200_000)
    FreightRule.objects.create(merchant=supplier, first_minor=10_00)
    mall.buy(mall.person(), (mall.sku(1000_00), 1))
    return supplier


@pytest.fixture
def distributor(mall: Mall) -> Distributor:
    return Distributor.objects.create(
        person=mall.person(name="韩梅梅"), title="梅梅小店", state=ApplicationState.APPROVED
    )


def sold(
    mall: Mall, supplier: Merchant, distributor: Distributor, buyer: Person | None = None
) -> Order:
    """Sell pieces for 100.00 each, of which the supplier gets 80.00, at a commission of 5 %."""
    sku = mall.sku(100_00, merchant=supplier, commission_micro=50_000)
    item = mall.item(sku, 80_00, person=distributor.person)
    (order,) = mall.place(buyer or mall.person(), (item, 2))
    mall.pay([order])
    mall.receive(order)
    mall.complete(order)
    return order


def give_back(order: Order, quantity: int = 1) -> None:
    line = order.lines.get()
    case = aftersales.request(
        person=order.person,
        number=order.number,
        key="k",
        quantities={line.id: quantity},
        reason="坏",
    )
    answer = {"approve": True, "needs_goods": False}
    aftersales.answer(merchant=None, number=case.number, who=order.person, **answer)


def parts(found: waterfall.Waterfall) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (part.party, part.kind): (part.recorded_minor, part.taken_minor) for part in found.parts
    }


def test_an_orders_parts_sum_to_what_was_paid_and_given_back(
    mall: Mall, supplier: Merchant, distributor: Distributor
) -> None:
    order = sold(mall, supplier, distributor)
    told = parts(waterfall.of_order(order))
    assert told["distributor", "margin"] == (40_00, 0)
    assert told["distributor", "commission"] == (8_00, 0)
    assert told["merchant", "proceeds"] == (120_00, 0)
    assert told["merchant", "freight"] == (10_00, 0)
    assert sum(recorded for recorded, _taken in told.values()) == order.total_minor == 210_00
    give_back(order)
    found = waterfall.of_order(order)
    told = parts(found)
    assert told["distributor", "margin"] == (40_00, 20_00)
    assert told["distributor", "commission"] == (8_00, 4_00)
    assert told["merchant", "proceeds"] == (120_00, 60_00)
    assert told["merchant", "freight"] == (10_00, 0)
    assert (found.divided_minor, found.taken_minor, found.left_minor) == (210_00, 100_00, 110_00)
    kinds = [part.kind for part in found.parts]
    assert kinds[:5] == ["freight", "margin", "commission", "proceeds", "contribution"]


def test_days_sum_up_what_was_completed_and_settled_in_them(
    mall: Mall, supplier: Merchant, distributor: Distributor
) -> None:
    orders = [sold(mall, supplier, distributor) for _ in range(2)]
    give_back(orders[0])
    zone = clock.now().astimezone().tzinfo
    span = figures.span_of(FIRST, LAST, zone)
    everything = waterfall.of_days(span)
    one_by_one = [waterfall.of_order(order) for order in Order.objects.all()]
    assert everything.divided_minor == sum(one.divided_minor for one in one_by_one)
    assert everything.taken_minor == sum(one.taken_minor for one in one_by_one) == 100_00
    assert waterfall.distributors(span) == [(distributor, 2, 96_00)]
    assert waterfall.suppliers(span) == [(supplier, 2, 260_00)]
    before = figures.span_of(FIRST, FIRST, zone)
    assert waterfall.of_days(before).parts == []
    assert waterfall.suppliers(before) == []


def test_each_party_is_told_its_own_parts_to_the_cent(
    mall: Mall, supplier: Merchant, distributor: Distributor
) -> None:
    order = sold(mall, supplier, distributor)
    give_back(order)
    jobs.run_all()
    person, house = distributor.person, merchants.house()
    found = waterfall.of_order(order)
    left = {part: recorded - taken for part, (recorded, taken) in parts(found).items()}
    earned = settlements.statement(person, FIRST, LAST)
    (line,) = [one for one in earned.lines if one.kind is LineKind.EARNINGS]
    assert line.subject == order.number
    assert line.parts == (0, 200_00, 160_00, 40_00, 8_00)
    assert dict(earned.sums())[LineKind.REFUND].cash_minor == -24_00
    assert earned.closing.cash_minor == mall.held(person.account).cash
    assert (
        earned.closing.cash_minor
        == left["distributor", "margin"] + left["distributor", "commission"]
    )
    supplied = settlements.statement(supplier, FIRST, LAST)
    assert supplied.closing.cash_minor == mall.held(supplier.account).cash == 70_00
    kept = settlements.statement(house, FIRST, LAST)
    assert LineKind.PLATFORM in dict(kept.sums())
    assert kept.closing.cash_minor == mall.held(house.account).cash
    mall.verify()


def test_what_a_seller_no_longer_has_stands_as_owed(
    mall: Mall, supplier: Merchant, distributor: Distributor
) -> None:
    order = sold(mall, supplier, distributor)
    account = distributor.person.account
    mall.submit(type="cash.withdrawn", account=account, amount=30_00)
    give_back(order)
    told = settlements.statement(distributor.person, FIRST, LAST)
    assert told.owed_minor == debts.owed_by(distributor.person) == 6_00
    assert told.closing.cash_minor == 0
    assert [line.kind.value for line in told.lines[-2:]] == ["paid_out", "refund"]
    assert Debt.objects.get(person=distributor.person).left_minor == 6_00


def test_a_promoter_is_told_of_nothing_but_the_commission(mall: Mall, supplier: Merchant) -> None:
    promoter = mall.person()
    sku = mall.sku(100_00, merchant=supplier, commission_micro=100_000)
    (order,) = mall.place(mall.person(), (sku, 1), promoter=promoter)
    mall.pay([order])
    mall.receive(order)
    mall.complete(order)
    told = settlements.statement(promoter, FIRST, LAST)
    (line,) = [one for one in told.lines if one.kind is LineKind.EARNINGS]
    assert line.parts == (0, 0, 0, 0, 10_00)
    assert parts(waterfall.of_order(order))["promoter", "commission"] == (10_00, 0)


def test_what_was_not_paid_stands_beside_the_lines(
    mall: Mall, supplier: Merchant, distributor: Distributor
) -> None:
    order = sold(mall, supplier, distributor)
    reward = Reward.objects.get(order=order)
    assert settlements.statement(distributor.person, FIRST, LAST).unpaid == []
    Reward.objects.update(state=RewardState.WAITING)
    assert settlements.statement(distributor.person, FIRST, LAST).unpaid == [reward]
    Reward.objects.update(state=RewardState.CANCELLED)
    assert settlements.statement(distributor.person, FIRST, LAST).unpaid == [reward]
    assert settlements.statement(distributor.person, FIRST, FIRST).unpaid == []


def test_a_cancelled_reward_is_the_suppliers_and_said_to_be(
    mall: Mall, supplier: Merchant, distributor: Distributor
) -> None:
    order = sold(mall, supplier, distributor, buyer=distributor.person)
    reward = Reward.objects.get(order=order, kind="sale")
    rewarding.cancel(reward_id=reward.id, by=mall.person(), reason="自买")
    told = settlements.statement(supplier, FIRST, LAST)
    assert dict(told.sums())[LineKind.FORFEITED].cash_minor == 48_00
    assert told.closing.cash_minor == mall.held(supplier.account).cash == 178_00
    earned = settlements.statement(distributor.person, FIRST, LAST)
    assert [one.reason for one in earned.unpaid] == ["自买"]
    assert LineKind.EARNINGS not in dict(earned.sums())
    give_back(order)
    assert parts(waterfall.of_order(order))["merchant", "margin"] == (0, 20_00)
    mall.verify()


def test_a_cent_between_split_and_ledger_is_told(
    mall: Mall, supplier: Merchant, distributor: Distributor
) -> None:
    sold(mall, supplier, distributor)
    house = merchants.house()
    for kind, holder in (("margin", distributor.person), ("platform", house)):
        row = Split.objects.filter(kind=kind).latest("id")
        Split.objects.filter(id=row.id).update(amount_minor=row.amount_minor + 1)
        with pytest.raises(BrokenInvariantError, match="are not its split's"):
            settlements.statement(holder, FIRST, LAST)
