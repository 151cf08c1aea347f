"""Selling on behalf and by a link: whose the money is, from the order to the last return."""

import pytest

from patronage.commerce import (
    checkout,
    debts,
    jobs,
    merchants,
    orders,
    paying,
    purchasing,
    supplying,
)
from patronage.commerce.checkout import CheckoutRefusal, Wanted
from patronage.commerce.models import (
    Bearer,
    Debt,
    Order,
    PurchaseOrder,
    PurchaseState,
    Refund,
    Reward,
    RewardState,
    Split,
    State,
)
from patronage.commerce.orders import OrderRefusal
from patronage.commerce.paying import PayingRefusal
from patronage.commerce.purchasing import PurchaseRefusal
from patronage.commerce.supplying import SupplyRefusal, Terms
from patronage.members.closing import ClosingRefusal, hindrances
from patronage.members.models import Notice
from patronage.members.sentences import sentence
from tests.integration.commerce.play import HOME, Mall, splits
from tests.integration.commerce.test_aftersales import give_back
from tests.integration.commerce.test_returns import give_back as returned


def parties(order: Order) -> dict[str, str]:
    return dict(Split.objects.filter(order=order).values_list("kind", "party"))


# Supplied at 70.00 and sold at 100.00, the commission 5 % of 70.00. A merchant leaves 20 % of the
# 70.00, out of which 30 % go to the reserve and 30 % of the rest to the pool. Of the house's 70.00
# 30 % go to the reserve, and 30 % of what 20.00 of cost leave of it to the pool.
@pytest.mark.parametrize(
    ("is_house", "told"),
    [
        (
            False,
            {
                "contribution": 4_20,
                "dividend": 2_94,
                "proceeds": 52_50,
                "margin": 30_00,
                "commission": 3_50,
                "platform": 6_86,
            },
        ),
        (
            True,
            {
                "contribution": 21_00,
                "dividend": 15_00,
                "margin": 30_00,
                "commission": 3_50,
                "platform": 30_50,
            },
        ),
    ],
)
def test_the_money_of_an_order_on_behalf(mall: Mall, is_house: bool, told: dict[str, int]) -> None:
    merchant = mall.house if is_house else mall.merchant(concession_micro=200_000)
    sku = mall.sku(80_00, merchant=merchant, cost=20_00, commission_micro=50_000)
    item = mall.item(sku, 70_00, 100_00)
    (order,) = mall.buy(mall.person(), (item, 1))
    assert splits(order) == told
    assert parties(order)["margin"] == parties(order)["commission"] == "distributor"
    assert mall.held(item.distributor.person.account).cash == 33_50
    assert mall.held(mall.house.account).cash == told["platform"]
    if not is_house:
        assert mall.held(merchant.account).cash == told["proceeds"]
    reward = Reward.objects.get(order=order)
    assert (reward.amount_minor, reward.state) == (33_50, RewardState.PAID)
    # The consumer gets points as for any order: 70 % of the contribution at the issue price.
    assert mall.held(order.person.account).points > 0
    assert order.lines.get().shown_name == "好酒"
    mall.verify()


def test_the_money_of_a_sale_by_a_link(mall: Mall) -> None:
    merchant, promoter = mall.merchant(concession_micro=200_000), mall.person()
    sku = mall.sku(100_00, merchant=merchant, commission_micro=50_000)
    (order,) = mall.buy(mall.person(), (sku, 1), promoter=promoter)
    assert splits(order) == {
        "contribution": 6_00,
        "dividend": 4_20,
        "proceeds": 75_00,
        "commission": 5_00,
        "platform": 9_80,
    }
    assert parties(order)["commission"] == "promoter"
    assert mall.held(promoter.account).cash == 5_00
    mall.verify()


def test_no_commission_for_ones_own_order_nor_without_one(mall: Mall) -> None:
    person, carrying = mall.person(), mall.sku(100_00, commission_micro=50_000)
    (own,) = mall.place(person, (carrying, 1), promoter=person)
    (plain,) = mall.place(person, (mall.sku(100_00), 1), promoter=mall.person())
    for order in (own, plain):
        assert (order.promoter, order.lines.get().commission_micro) == (None, 0)


def test_a_purchase_order_is_made_confirmed_and_shipped(mall: Mall) -> None:
    item = mall.item(mall.sku(), 70_00)
    (order,) = mall.place(mall.person(), (item, 2))
    assert not PurchaseOrder.objects.exists()
    mall.pay([order])
    purchase = PurchaseOrder.objects.get(order=order)
    assert (purchase.amount_minor, purchase.state) == (140_00, PurchaseState.WAITING)
    ship = {"merchant": mall.house, "number": order.number, "who": None}
    assert orders.ship_order(**ship) is OrderRefusal.NOT_CONFIRMED
    confirm = {"number": purchase.number, "who": mall.person()}
    other = mall.merchant()
    assert purchasing.confirm(merchant=other, **confirm) is PurchaseRefusal.UNKNOWN_PURCHASE
    done = purchasing.confirm(merchant=mall.house, **confirm)
    assert isinstance(done, PurchaseOrder)
    assert purchasing.confirm(merchant=mall.house, **confirm) is PurchaseRefusal.ANSWERED
    late = purchasing.decline(merchant=mall.house, reason="缺货", **confirm)
    assert late is PurchaseRefusal.ANSWERED
    assert isinstance(orders.ship_order(**ship), Order)


def test_a_declined_purchase_refunds_the_consumer(mall: Mall) -> None:
    sku = mall.sku(stock=5)
    (order,) = mall.place(mall.person(), (mall.item(sku, 70_00), 2))
    mall.pay([order])
    decline = {"merchant": mall.house, "number": order.purchase.number, "who": mall.person()}
    assert purchasing.decline(reason=" ", **decline) is PurchaseRefusal.REASON_NEEDED
    done = purchasing.decline(reason="缺货", **decline)
    assert isinstance(done, PurchaseOrder)
    order.refresh_from_db()
    sku.refresh_from_db()
    assert (done.state, order.state, sku.stock) == (PurchaseState.DECLINED, State.CANCELLED, 5)
    assert Refund.objects.get(tender__order=order).amount_minor == order.total_minor
    told = Notice.objects.filter(person=order.distributor.person).order_by("id")
    assert [one.facts["deed"] for one in told] == ["sold", "purchase_declined"]
    assert all(order.number in sentence(one.kind, one.facts) for one in told)
    mall.verify()


def test_what_the_supplier_does_not_answer_is_declined_in_time(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.item(mall.sku(), 70_00), 1))
    mall.pay([order])
    mall.time.pass_by(hours=47)
    assert purchasing.decline_due() == 0
    mall.time.pass_by(hours=1)
    assert jobs.run_all()["decline purchases"] == 1
    order.refresh_from_db()
    assert (order.state, order.purchase.state) == (State.CANCELLED, PurchaseState.DECLINED)
    told = Notice.objects.filter(person=order.distributor.person).latest("id")
    assert told.facts["deed"] == "purchase_lapsed"
    mall.verify()


def test_a_consumer_who_cancels_lets_go_of_the_purchase(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.item(mall.sku(), 70_00), 1))
    mall.pay([order])
    done = orders.cancel_order(person=order.person, number=order.number)
    assert isinstance(done, Order)
    purchase = PurchaseOrder.objects.get(order=order)
    assert purchase.state == PurchaseState.CANCELLED
    confirm = {"merchant": mall.house, "number": purchase.number, "who": mall.person()}
    assert purchasing.confirm(**confirm) is PurchaseRefusal.ANSWERED


def test_a_partial_return_before_completion_lessens_everybodys_part(mall: Mall) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    item = mall.item(mall.sku(merchant=merchant, commission_micro=50_000), 70_00, 100_00)
    (whole,) = mall.buy(mall.person(), (item, 1))
    (order,) = mall.place(mall.person(), (item, 2))
    mall.pay([order])
    mall.receive(order)
    returned(mall, order, {order.lines.get().id: 1}, "1")
    mall.complete(order)
    assert splits(order) == splits(whole)
    mall.verify()


def test_a_return_after_completion_charges_each_party_its_share(mall: Mall) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    item = mall.item(mall.sku(merchant=merchant, commission_micro=50_000), 70_00, 100_00)
    distributor = item.distributor.person
    mall.buy(mall.person(), (mall.sku(500_00), 1))
    platform = mall.held(mall.house.account).cash
    (order,) = mall.buy(mall.person(), (item, 2))
    split = splits(order)
    mall.submit(type="cash.withdrawn", account=distributor.account, amount=60_00)
    first = give_back(mall, order, key="1")
    told = {row.kind: (row.bearer, row.amount_minor) for row in first.shares.all()}
    assert told["margin"] == (Bearer.DISTRIBUTOR, 30_00)
    assert told["commission"] == (Bearer.DISTRIBUTOR, 3_50)
    assert told["proceeds"] == (Bearer.MERCHANT, split["proceeds"] // 2)
    # 7.00 were left to the distributor: what is missing stands as owed.
    assert debts.owed_by(distributor) == 33_50 - 7_00
    assert mall.held(distributor.account).cash == 0
    give_back(mall, order, key="2")
    assert debts.owed_by(distributor) == 67_00 - 7_00
    assert mall.held(merchant.account).cash == 0
    borne = sum(
        row.amount_minor
        for case in order.aftersales.all()
        for row in case.shares.filter(bearer="operator")
    )
    assert mall.held(mall.house.account).cash == platform + split["platform"] - borne
    mall.buy(mall.person(), (item, 2))
    jobs.run_all()
    assert debts.owed_by(distributor) == 0
    assert mall.held(distributor.account).cash == 7_00
    mall.verify()


def test_what_a_review_holds_is_lessened_and_not_owed(mall: Mall) -> None:
    item = mall.item(mall.sku(), 70_00, 100_00)
    (order,) = mall.buy(mall.person(), (item, 2))
    Reward.objects.filter(order=order).update(state=RewardState.WAITING)
    give_back(mall, order)
    reward = Reward.objects.get(order=order)
    assert (reward.left_minor, debts.owed_by(item.distributor.person)) == (30_00, 0)
    Reward.objects.filter(order=order).update(state=RewardState.CANCELLED)
    second = give_back(mall, order, key="2")
    assert second.shares.get(kind="margin").bearer == Bearer.MERCHANT
    assert Debt.objects.filter(person__isnull=False).count() == 0


def test_coins_do_not_pay_a_distributor(mall: Mall) -> None:
    person, item = mall.person(), mall.item(mall.sku(10_00), 7_00)
    mall.buy(person, (mall.sku(100_00), 1))
    mall.buy(mall.person(), (mall.sku(1000_00), 1))
    mall.give_coins(person, 12 * 10**9)
    (order,) = mall.place(person, (item, 1))
    offered = paying.means_of(person=person, checkout=order.checkout)
    assert "coins" not in [one.channel for one in offered]
    told = paying.start_paying(
        person=person,
        checkout_number=order.checkout.number,
        key="k",
        channel="test",
        inner="coins",
        inner_minor=5_00,
    )
    assert told is PayingRefusal.NO_COINS


def test_a_storefronts_goods_are_ordered_one_at_a_time_and_as_offered(mall: Mall) -> None:
    sku = mall.sku()
    item, person = mall.item(sku, 70_00, 100_00, most=120_00), mall.person()
    wanted = Wanted(sku.id, 1, item.id)
    quoted = {"person": person, "address": HOME}
    told = checkout.quote(wanted=[wanted, Wanted(mall.sku().id, 1)], **quoted)
    assert told.refusal is CheckoutRefusal.ONE_ITEM
    other = checkout.quote(wanted=[Wanted(mall.sku().id, 1, item.id)], **quoted)
    assert other.refusal is CheckoutRefusal.UNKNOWN_SKU
    mall.voucher(person, mall.house, off_minor=5_00)
    (part,) = checkout.quote(wanted=[wanted], **quoted).parts
    assert (part.vouchers, part.total_minor) == ([], 100_00)
    # Terms that leave the price out of bounds take the item off sale.
    told = supplying.offer(sku_id=sku.id, terms=Terms(70_00, 110_00, 120_00))
    assert told.refusal is None
    assert checkout.quote(wanted=[wanted], **quoted).refusal is CheckoutRefusal.UNKNOWN_SKU


@pytest.mark.parametrize(
    ("terms", "fields", "refusal"),
    [
        (Terms(70_00, 70_01, 90_00), {}, None),
        (Terms(70_00, 70_00, 90_00), {"commission_micro": 10_000}, None),
        (Terms(70_00, 70_00, 90_00), {}, SupplyRefusal.DISTRIBUTOR_LOSES),
        (Terms(70_00, 69_99, 90_00), {}, SupplyRefusal.BAD_BOUNDS),
        (Terms(0, 69_99, 90_00), {}, SupplyRefusal.BAD_BOUNDS),
        (Terms(70_00, 90_00, 89_00), {}, SupplyRefusal.BAD_BOUNDS),
        (Terms(50_00, 60_00, 90_00), {"cost": 40_00}, SupplyRefusal.SUPPLIER_LOSES),
        (Terms(50_00, 60_00, 90_00), {"delivery": "none"}, SupplyRefusal.NOT_SHIPPED),
    ],
)
def test_an_offer_leaves_something_to_supplier_and_distributor(
    mall: Mall, terms: Terms, fields: dict[str, object], refusal: SupplyRefusal | None
) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    sku = mall.sku(100_00, merchant=merchant, **fields)
    told = supplying.offer(sku_id=sku.id, terms=terms)
    assert told.refusal is refusal
    assert hasattr(type(sku).objects.get(id=sku.id), "supply") == (refusal is None)


def test_a_dearer_agreement_withdraws_what_it_leaves_nothing_of(mall: Mall) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    sku = mall.sku(100_00, merchant=merchant, cost=50_00)
    assert supplying.offer(sku_id=sku.id, terms=Terms(70_00, 80_00, 90_00)).refusal is None
    told = merchants.agree(
        merchant_id=merchant.id,
        terms=merchants.Terms(300_000, merchants.today()),
        who=mall.person(),
    )
    assert not isinstance(told, merchants.MerchantRefusal), told
    sku.refresh_from_db()
    assert sku.product.listed_at is not None
    assert sku.supply.offered_at is None


def test_whoever_sold_cannot_close_the_account_before_it_is_paid(mall: Mall) -> None:
    item = mall.item(mall.sku(), 70_00)
    (order,) = mall.place(mall.person(), (item, 1))
    mall.pay([order])
    assert ClosingRefusal.ORDERS_OPEN in hindrances(item.distributor.person, orders)
