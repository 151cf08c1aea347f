"""Returns before completion: by line and quantity, money in the proportion of the tenders."""

import pytest

from patronage.commerce import completion, orders, returns
from patronage.commerce.models import (
    Alarm,
    Delivery,
    FreightRule,
    Order,
    RedemptionCode,
    Refund,
    Return,
    ReturnState,
    State,
)
from patronage.commerce.returns import ReturnRefusal
from patronage.commerce.testpay import TestChannel
from tests.integration.commerce.play import Mall, splits


def ask(order: Order, quantities: dict[int, int], key: str = "k") -> Return | ReturnRefusal:
    return returns.request_return(
        person=order.person, number=order.number, key=key, quantities=quantities, reason="破损"
    )


def give_back(mall: Mall, order: Order, quantities: dict[int, int], key: str) -> Return:
    asked = ask(order, quantities, key)
    assert isinstance(asked, Return), asked
    answered = returns.answer_return(
        merchant=order.merchant, return_id=asked.id, who=mall.person(), approve=True
    )
    assert isinstance(answered, Return), answered
    order.refresh_from_db()
    return answered


def refunds_of(order: Order) -> list[tuple[str, int, int]]:
    rows = Refund.objects.filter(tender__order=order).order_by("id")
    return list(rows.values_list("channel", "amount_minor", "goods_minor"))


def test_a_partial_return_refunds_goods_and_the_rest_completes(mall: Mall) -> None:
    person = mall.person()
    mall.give(person, 50_00)
    FreightRule.objects.create(merchant=mall.house, first_minor=10_00)
    (order,) = mall.place(person, (mall.sku(30_00, cost=10_00), 3))
    mall.pay([order], inner="cash", inner_minor=50_00)
    mall.receive(order)
    line = order.lines.get()
    assert returns.refund_of(order, {line.id: 1}) == 30_00
    give_back(mall, order, {line.id: 1}, "1")
    # Half of the goods was paid in cash.
    assert refunds_of(order) == [("cash", 15_00, 15_00), ("test", 15_00, 15_00)]
    assert order.state == State.RECEIVED
    mall.complete(order)
    # 60.00 of goods left; 40.00 of profit.
    assert splits(order) == {
        "contribution": 18_00,
        "dividend": 12_00,
        "freight": 10_00,
        "platform": 30_00,
    }
    mall.verify()


def test_returning_everything_gives_the_freight_back_too(mall: Mall) -> None:
    person = mall.person()
    FreightRule.objects.create(merchant=mall.house, first_minor=10_00)
    (order,) = mall.place(person, (mall.sku(33_33), 3))
    mall.pay([order])
    mall.receive(order)
    line = order.lines.get()
    give_back(mall, order, {line.id: 2}, "1")
    assert returns.refund_of(order, {line.id: 1}) == 43_33
    give_back(mall, order, {line.id: 1}, "2")
    assert refunds_of(order) == [("test", 66_66, 66_66), ("test", 43_33, 33_33)]
    assert order.state == State.RETURNED
    mall.complete(order)
    assert (order.state, splits(order)) == (State.RETURNED, {})
    mall.verify()


def test_points_come_back_as_cash_and_coins_from_the_merchant(mall: Mall) -> None:
    person = mall.person()
    mall.buy(person, (mall.sku(100_00), 1))
    mall.buy(mall.person(), (mall.sku(1000_00), 1))
    merchant = mall.merchant()
    coins = mall.give_coins(person, 12 * 10**9)
    sku = mall.sku(10_00, merchant=merchant)
    for inner, back in (("points", "cash"), ("coins", "coins")):
        (order,) = mall.place(person, (sku, 2))
        mall.pay([order], inner=inner, inner_minor=5_00)
        mall.receive(order)
        cash = mall.held(person.account).cash
        give_back(mall, order, {order.lines.get().id: 2}, "1")
        assert refunds_of(order) == [(inner, 5_00, 5_00), ("test", 15_00, 15_00)]
        held = mall.held(person.account)
        assert held.cash - cash == (5_00 if back == "cash" else 0)
    assert (mall.held(person.account).coins, mall.held(merchant.account).coins) == (coins, 0)
    assert orders.held_coins(merchant) == 0
    mall.verify()


def test_what_a_return_refuses(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 2))
    line = order.lines.get()
    assert ask(order, {line.id: 1}) is ReturnRefusal.NOT_NOW
    mall.pay([order])
    assert ask(order, {line.id: 1}) is ReturnRefusal.NOT_NOW  # cancelling is the way
    mall.ship(order)
    assert ask(order, {}) is ReturnRefusal.NOTHING_CHOSEN
    assert ask(order, {line.id: 0}) is ReturnRefusal.NOTHING_CHOSEN
    for quantities in ({line.id: 3}, {line.id: -1}, {line.id + 1: 1}):
        assert ask(order, quantities) is ReturnRefusal.TOO_MANY
    asked = ask(order, {line.id: 1})
    assert ask(order, {line.id: 1}) == asked
    assert ask(order, {line.id: 2}) is ReturnRefusal.KEY_USED
    assert ask(order, {line.id: 1}, "other") is ReturnRefusal.RETURN_OPEN


def test_only_its_merchant_or_the_operator_answers_and_once(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 2))
    mall.pay([order])
    mall.ship(order)
    asked = ask(order, {order.lines.get().id: 1})
    staff, other = mall.person(), mall.merchant()
    answer = returns.answer_return
    stranger = answer(merchant=other, return_id=asked.id, who=staff, approve=True)
    assert stranger is ReturnRefusal.UNKNOWN_RETURN
    missing = answer(merchant=None, return_id=asked.id + 1, who=staff, approve=True)
    assert missing is ReturnRefusal.UNKNOWN_RETURN
    declined = answer(merchant=None, return_id=asked.id, who=staff, approve=False, answer="已用")
    assert (declined.state, declined.answered_by) == (ReturnState.DECLINED, staff)
    again = answer(merchant=mall.house, return_id=asked.id, who=staff, approve=True)
    assert again is ReturnRefusal.ANSWERED
    assert Refund.objects.count() == 0
    assert returns.returnable(order) == {order.lines.get().id: 2}


def test_an_open_return_keeps_the_order_from_going_on(mall: Mall) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 2))
    mall.pay([order])
    mall.ship(order)
    asked = ask(order, {order.lines.get().id: 1})
    mall.time.pass_by(days=20)
    assert orders.receive_due() == 0
    told = orders.confirm_receipt(person=order.person, number=order.number)
    assert told.state == State.RECEIVED
    mall.time.pass_by(days=20)
    assert completion.complete_due() == 0
    late = ask(order, {order.lines.get().id: 1}, "late")
    assert late is ReturnRefusal.NOT_NOW  # the hold is over
    returns.answer_return(merchant=mall.house, return_id=asked.id, who=order.person, approve=False)
    assert completion.complete_due() == 1


def test_codes_not_redeemed_can_be_returned(mall: Mall) -> None:
    staff = mall.person()
    (order,) = mall.place(mall.person(), (mall.sku(10_00, delivery=Delivery.CODE), 3))
    mall.pay([order])
    line = order.lines.get()
    code = RedemptionCode.objects.first()
    redeem = orders.redeem_code
    redeem(merchant=mall.house, code=code.code, who=staff)
    assert returns.returnable(order) == {line.id: 2}
    asked = ask(order, {line.id: 2})
    waiting = RedemptionCode.objects.filter(redeemed_at=None).first()
    told = redeem(merchant=mall.house, code=waiting.code, who=staff)
    assert told is orders.CodeRefusal.RETURN_OPEN
    returns.answer_return(merchant=None, return_id=asked.id, who=staff, approve=True)
    assert RedemptionCode.objects.exclude(voided_at=None).count() == 2
    order.refresh_from_db()
    # What is left was redeemed: that was its receipt.
    assert order.state == State.RECEIVED
    mall.complete(order)
    assert splits(order) == {"contribution": 3_00, "platform": 7_00}
    mall.verify()


def test_what_a_provider_never_gives_back_is_no_part_of_the_order(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(50_00), 2))
    mall.pay([order])
    mall.receive(order)
    with monkeypatch.context() as patched:
        patched.setattr(TestChannel, "refund", lambda *_: False)
        give_back(mall, order, {order.lines.get().id: 1}, "1")
    assert Alarm.objects.get().kind == "refund_failed"
    mall.complete(order)
    assert splits(order) == {"contribution": 15_00, "platform": 35_00}


def test_what_came_back_fit_is_sold_again_once(mall: Mall) -> None:
    sku = mall.sku(10_00, stock=10)
    (order,) = mall.place(mall.person(), (sku, 4))
    mall.pay([order])
    mall.receive(order)
    line = order.lines.get()

    def stock() -> int:
        sku.refresh_from_db()
        return sku.stock

    asked = ask(order, {line.id: 1}, "1")
    restock = returns.restock
    assert restock(merchant=None, return_id=asked.id) is ReturnRefusal.NOT_APPROVED
    answer = {"merchant": mall.house, "who": mall.person(), "approve": True}
    returns.answer_return(return_id=asked.id, **answer)
    assert stock() == 6  # nobody has said yet that it is fit
    other = mall.merchant()
    assert restock(merchant=other, return_id=asked.id) is ReturnRefusal.UNKNOWN_RETURN
    assert restock(merchant=mall.house, return_id=asked.id).restocked_at is not None
    assert restock(merchant=mall.house, return_id=asked.id) is ReturnRefusal.RESTOCKED
    assert stock() == 7
    asked = ask(order, {line.id: 2}, "2")
    returns.answer_return(return_id=asked.id, fit=True, **answer)
    assert restock(merchant=None, return_id=asked.id) is ReturnRefusal.RESTOCKED
    assert stock() == 9
    declined = ask(order, {line.id: 1}, "3")
    returns.answer_return(return_id=declined.id, **{**answer, "approve": False}, fit=True)
    assert stock() == 9
    assert restock(merchant=None, return_id=declined.id) is ReturnRefusal.NOT_APPROVED
    mall.verify()
