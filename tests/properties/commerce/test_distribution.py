"""Whoever sells, buys and gives back, before and after: the money of all parties closes."""

import os
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage import ledger
from patronage.commerce import aftersales, returns, settlements
from patronage.commerce.models import (
    AfterSale,
    Debt,
    Merchant,
    Order,
    Refund,
    Return,
    Sku,
    Split,
    SplitKind,
    State,
    StorefrontItem,
    Tender,
)
from patronage.members.models import Person
from tests.integration.commerce.malls import opened
from tests.integration.commerce.play import Mall, splits

EXAMPLES = int(os.environ.get("PATRONAGE_EXAMPLES", "200")) // 25

sales = st.fixed_dictionaries(
    {
        "is_house": st.booleans(),
        "concession": st.integers(0, 400_000),
        "commission": st.integers(0, 300_000),
        "way": st.sampled_from(["direct", "link", "storefront"]),
        "supply": st.integers(1_00, 300_00),
        "margin": st.integers(1, 200_00),
        "quantity": st.integers(1, 3),
        "inner": st.sampled_from(["", "cash", "points"]),
    }
)


class Shop(NamedTuple):
    """Who takes part, and what was taken out of the mall by hand (given, with the other sign)."""

    mall: Mall
    supplier: Merchant
    seller: Person
    taken: list[int]


@settings(max_examples=EXAMPLES)
@given(st.lists(sales, min_size=1, max_size=3), st.data())
def test_every_partys_money_closes(
    example_mall: str, sales: list[dict[str, Any]], data: st.DataObject
) -> None:
    with opened(example_mall) as mall:
        shop = Shop(mall, mall.merchant(), mall.person(), [])
        made = [sold(shop, sale, data) for sale in sales]
        for n in range(data.draw(st.integers(0, 2), label="returns")):
            give_back(data.draw(st.sampled_from(made), label="of"), f"{n}", data)
        mall.complete(*made)
        for order in made:
            if order.state == State.COMPLETED:
                back = sum(one.amount_minor for one in Refund.objects.filter(tender__order=order))
                assert sum(splits(order).values()) == order.total_minor - back
        closes(shop)
        if data.draw(st.booleans(), label="withdraws"):
            held = held_by(shop.seller.account)
            if held:
                mall.submit(type="cash.withdrawn", account=shop.seller.account, amount=held)
                shop.taken.append(held)
        for n in range(data.draw(st.integers(1, 3), label="after-sales")):
            order = data.draw(st.sampled_from(made), label="after")
            bring_back(mall, order, f"{n}", data)
            closes(shop)
        mall.verify()


def sold(shop: Shop, sale: dict[str, Any], data: st.DataObject) -> Order:
    """Place and pay an order, and let it be received."""
    mall, person = shop.mall, shop.mall.person()
    merchant = mall.house if sale["is_house"] else shop.supplier
    shop.supplier.concession_micro = sale["concession"]
    shop.supplier.save()
    sku = mall.sku(
        sale["supply"] + sale["margin"], merchant=merchant, commission_micro=sale["commission"]
    )
    what: Sku | StorefrontItem = sku
    options: dict[str, Person] = {}
    if sale["way"] == "storefront":
        what = mall.item(sku, sale["supply"], person=shop.seller)
    elif sale["way"] == "link":
        options = {"promoter": shop.seller}
    total_minor = (sale["supply"] + sale["margin"]) * sale["quantity"]
    part = data.draw(st.integers(1, total_minor), label="inner part")
    if sale["inner"] == "cash":
        mall.give(person, part)
        shop.taken.append(-part)
    elif sale["inner"] == "points":
        mall.buy(person, (mall.sku(3000_00), 1))
        held = mall.held(person.account)
        part = min(part, held.redeemable - held.fee)
    (order,) = mall.place(person, (what, sale["quantity"]), **options)
    inner = {"inner": sale["inner"], "inner_minor": part} if sale["inner"] and part > 0 else {}
    mall.pay([order], **inner)
    mall.receive(order)
    return order


def give_back(order: Order, key: str, data: st.DataObject) -> None:
    """Give some of it back before it is completed."""
    order.refresh_from_db()
    left = sum(returns.returnable(order).values())
    if order.state != State.RECEIVED or not left:
        return
    chosen = {order.lines.get().id: data.draw(st.integers(1, left), label="pieces")}
    asked = returns.request_return(
        person=order.person, number=order.number, key=key, quantities=chosen
    )
    assert isinstance(asked, Return), asked
    returns.answer_return(merchant=None, return_id=asked.id, who=order.person, approve=True)


def bring_back(mall: Mall, order: Order, key: str, data: st.DataObject) -> None:
    """Give some of it back after it was completed."""
    line = order.lines.get()
    left = line.quantity - line.returned
    if order.state != State.COMPLETED or not left:
        return
    case = aftersales.request(
        person=order.person,
        number=order.number,
        key=key,
        quantities={line.id: data.draw(st.integers(1, left), label="pieces back")},
        reason="破损",
    )
    assert isinstance(case, AfterSale), case
    told = {"merchant": None, "number": case.number, "who": mall.person(), "approve": True}
    done = aftersales.answer(**told, needs_goods=False)
    assert isinstance(done, AfterSale), done


def closes(shop: Shop) -> None:
    """What came in less what went out is what the economy and all accounts hold.

    What is owed counts as held by who owes it.
    """
    mall = shop.mall
    paid_in = total(Tender.objects.filter(channel="test"), "amount_minor")
    back = total(Refund.objects.filter(channel="test"), "amount_minor")
    kept = total(Refund.objects.filter(channel="test"), "netted_minor")
    state = ledger.state("mall")
    held = state.reserve + state.dividend_pool + state.dividends_unpaid + state.fees + state.surplus
    cash = sum(held_by(account) for account in accounts())
    given = -sum(shop.taken)
    owed = Debt.objects.aggregate(a=Sum("amount_minor"), p=Sum("paid_minor"))
    owed_minor = (owed["a"] or 0) - (owed["p"] or 0)
    assert paid_in - (back - kept) + given + owed_minor == held + cash
    # The operator's account has what its parts brought, less what it bore.
    assert mall.held(mall.house.account).cash >= 0
    part = total(Split.objects.filter(kind=SplitKind.PLATFORM), "amount_minor")
    assert mall.held(mall.house.account).cash <= part + kept
    for holder in (mall.house, shop.supplier, shop.seller):
        told = settlements.statement(holder, date(2020, 1, 1), date(2099, 12, 31))
        of_orders = sum(change.cash_minor for _kind, change in told.sums())
        assert of_orders == told.closing.cash_minor == held_by(holder.account)


def accounts() -> list[str]:
    people, merchants = Person.objects.all(), Merchant.objects.all()
    return [*people.values_list("account", flat=True), *merchants.values_list("account", flat=True)]


def held_by(account: str) -> int:
    """Return an account's cash, with the dividends that a settling would pay."""
    try:
        return ledger.account("mall", account).cash
    except ledger.UnknownAccountError:
        return 0


def total(rows: Any, field: str) -> int:
    return rows.aggregate(sum=Sum(field))["sum"] or 0
