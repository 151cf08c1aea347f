"""Whatever is ordered, however it is paid and given back: every minor unit is somewhere, once."""

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.commerce import returns
from patronage.commerce.models import FreightRule, Order, Refund, State, Tender
from patronage.members.models import Person
from tests.integration.commerce.malls import opened
from tests.integration.commerce.play import Mall, splits

EXAMPLES = int(os.environ.get("PATRONAGE_EXAMPLES", "200")) // 8

lines = st.lists(
    st.tuples(st.integers(1, 50_00), st.integers(1, 4), st.integers(0, 50_00)),
    min_size=1,
    max_size=4,
)
shops = st.fixed_dictionaries(
    {
        "is_house": st.booleans(),
        "concession": st.integers(0, 1_000_000),
        "freight": st.integers(0, 20_00),
        "off": st.integers(0, 60_00),
        "lines": lines,
    }
)


@settings(max_examples=EXAMPLES)
@given(
    st.lists(shops, min_size=1, max_size=2),
    st.sampled_from(["cash", "coins", "points"]),
    st.integers(0, 1000),
    st.data(),
)
def test_refunds_and_splits_sum_to_what_was_paid(
    example_mall: str,
    shops: list[dict[str, Any]],
    inner: str,
    inner_milli: int,
    data: st.DataObject,
) -> None:
    with opened(example_mall) as mall:
        person = mall.person()
        most = endow(mall, person, inner)
        made = placed(mall, person, shops)
        minor = min(most, sum(order.total_minor for order in made) * inner_milli // 1000)
        before = wealth(mall, person)
        mall.pay(made, **({"inner": inner, "inner_minor": minor} if minor else {}))
        for order in made:
            tenders = Tender.objects.filter(order=order)
            assert sum(tender.amount_minor for tender in tenders) == order.total_minor
            mall.receive(order)
        for n in range(data.draw(st.integers(0, 4), label="returns")):
            give_back(data.draw(st.sampled_from(made), label="of"), f"{n}", data)
        mall.complete(*made)
        for order in made:
            check(mall, order)
        inner_back = sum(refund.amount_minor for refund in Refund.objects.exclude(channel="test"))
        if inner != "points":
            assert before - wealth(mall, person) == minor - inner_back
        mall.verify()


def endow(mall: Mall, person: Person, inner: str) -> int:
    """Give someone something to pay with; return how much of it."""
    if inner == "cash":
        mall.give(person, 500_00)
        return 500_00
    mall.buy(person, (mall.sku(2000_00), 1))
    held = mall.held(person.account)
    return held.redeemable - held.fee if inner == "points" else mall.give_coins(person, held.points)


def wealth(mall: Mall, person: Person) -> int:
    held = mall.held(person.account)
    return held.cash + held.coins


def placed(mall: Mall, person: Person, shops: list[dict[str, Any]]) -> list[Order]:
    wanted = []
    for shop in shops:
        merchant = mall.house
        if not shop["is_house"]:
            merchant = mall.merchant(concession_micro=shop["concession"])
        FreightRule.objects.get_or_create(
            merchant=merchant, defaults={"first_minor": shop["freight"]}
        )
        if shop["off"]:
            mall.voucher(person, merchant, off_minor=shop["off"])
        for price, quantity, cost in shop["lines"]:
            # Such a cost that the listing loses nothing.
            sku = mall.sku(price, merchant=merchant)
            sku.cost_minor = cost
            sku.save()
            wanted.append((sku, quantity))
    return mall.place(person, *wanted)


def give_back(order: Order, key: str, data: st.DataObject) -> None:
    order.refresh_from_db()
    if order.state != State.RECEIVED:
        return
    chosen = {
        id: data.draw(st.integers(0, left), label="pieces")
        for id, left in returns.returnable(order).items()
    }
    if not any(chosen.values()):
        return
    told = returns.refund_of(order, chosen)
    before = back(order)
    asked = returns.request_return(
        person=order.person, number=order.number, key=key, quantities=chosen
    )
    returns.answer_return(merchant=None, return_id=asked.id, who=order.person, approve=True)
    assert back(order) - before == told


def back(order: Order) -> int:
    refunds = Refund.objects.filter(tender__order=order)
    return sum(refund.amount_minor for refund in refunds)


def check(mall: Mall, order: Order) -> None:
    parts = splits(order)
    held = mall.held(order.merchant.account)
    assert held.coins == parts.get("coins", 0)
    if not order.merchant.is_house:
        assert held.cash == parts.get("proceeds", 0) + parts.get("freight", 0)
    assert back(order) + sum(parts.values()) == order.total_minor
    for tender in Tender.objects.filter(order=order):
        refunds = list(tender.refunds.all())
        assert sum(refund.amount_minor for refund in refunds) <= tender.amount_minor
        assert sum(refund.goods_minor for refund in refunds) <= tender.goods_minor
    if order.state == State.RETURNED:
        assert back(order) == order.total_minor
