"""What a merchant cannot deliver is cancelled by piece; all that was paid for it goes back."""

from typing import Any

import pytest

from patronage.commerce import cancelling, orders, returns
from patronage.commerce.cancelling import CancellingRefusal
from patronage.commerce.models import (
    Delivery,
    FreightRule,
    Order,
    RedemptionCode,
    Refund,
    RefundState,
    Return,
    State,
    Voucher,
)
from tests.integration.commerce.play import Mall, splits
from tests.integration.commerce.test_returns import refunds_of


def cancel(order: Order, who: Any, quantities: dict[int, int], **told: Any) -> Any:
    told.setdefault("merchant", order.merchant)
    told.setdefault("key", "k")
    told.setdefault("reason", "缺货")
    answer = cancelling.cancel_lines(number=order.number, who=who, quantities=quantities, **told)
    order.refresh_from_db()
    return answer


def test_a_whole_order_gives_back_all_tenders_freight_and_voucher(mall: Mall) -> None:
    person, clerk = mall.person(), mall.person()
    mall.give(person, 50_00)
    FreightRule.objects.create(merchant=mall.house, first_minor=10_00)
    voucher = mall.voucher(person, mall.house, off_minor=5_00)
    sku = mall.sku(33_33, stock=10)
    (order,) = mall.place(person, (sku, 3))
    mall.pay([order], inner="cash", inner_minor=50_00)
    told = cancel(order, clerk, {order.lines.get().id: 3})
    assert isinstance(told, Return)
    assert (told.by_merchant, told.answer, told.answered_by) == (True, "缺货", clerk)
    assert order.state == State.CANCELLED
    last = order.transitions.last()
    assert (last.who, last.note) == (clerk, "缺货")
    back = refunds_of(order)
    assert sum(amount for _channel, amount, _goods in back) == 104_99
    assert [channel for channel, *_ in back] == ["cash", "test"]
    assert set(Refund.objects.values_list("state", flat=True)) == {RefundState.SUCCEEDED}
    assert mall.held(person.account).cash == 50_00
    assert Voucher.objects.get(id=voucher.id).order is None
    sku.refresh_from_db()
    assert sku.stock == 7  # what cannot be delivered is not sold again
    mall.verify()


def test_by_line_the_rest_goes_on_with_its_freight(mall: Mall) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    FreightRule.objects.create(merchant=merchant, first_minor=10_00)
    cup, tea = (mall.sku(price, merchant=merchant, stock=5) for price in (100_00, 30_00))
    (order,) = mall.place(mall.person(), (cup, 1), (tea, 3))
    mall.pay([order])
    of_cup, of_tea = order.lines.all()
    told = cancel(order, mall.person(), {of_cup.id: 0, of_tea.id: 2}, fit=True)
    assert cancel(order, mall.person(), {of_tea.id: 2}, fit=True) == told  # the same press
    assert cancel(order, mall.person(), {of_tea.id: 1}) is CancellingRefusal.KEY_USED
    assert refunds_of(order) == [("test", 60_00, 60_00)]
    assert order.state == State.PAID
    tea.refresh_from_db()
    assert (tea.stock, returns.returnable(order)[of_tea.id]) == (4, 1)
    assert returns.restock(merchant=None, return_id=told.id) is returns.ReturnRefusal.RESTOCKED
    # And the shopper may still cancel the rest: pieces go back into stock once.
    assert isinstance(orders.cancel_order(person=order.person, number=order.number), Order)
    tea.refresh_from_db()
    assert tea.stock == 5
    assert sum(amount for _channel, amount, _goods in refunds_of(order)) == 200_00
    mall.verify()


def test_what_is_kept_is_shipped_completed_and_divided(mall: Mall) -> None:
    merchant = mall.merchant(concession_micro=200_000)
    (order,) = mall.place(mall.person(), (mall.sku(100_00, merchant=merchant), 2))
    mall.pay([order])
    cancel(order, mall.person(), {order.lines.get().id: 1})
    mall.receive(order)
    mall.complete(order)
    assert splits(order) == {
        "contribution": 6_00,
        "dividend": 4_20,
        "proceeds": 80_00,
        "platform": 9_80,
    }
    mall.verify()


def test_codes_still_open_are_cancelled_and_the_redeemed_stay(mall: Mall) -> None:
    clerk = mall.person()
    (order,) = mall.place(mall.person(), (mall.sku(10_00, delivery=Delivery.CODE), 3))
    mall.pay([order])
    line = order.lines.get()
    code = RedemptionCode.objects.first()
    orders.redeem_code(merchant=mall.house, code=code.code, who=clerk)
    assert cancel(order, clerk, {line.id: 3}) is CancellingRefusal.TOO_MANY
    asked = returns.request_return(
        person=order.person, number=order.number, key="r", quantities={line.id: 1}
    )
    assert cancel(order, clerk, {line.id: 2}) is CancellingRefusal.RETURN_OPEN
    returns.answer_return(merchant=None, return_id=asked.id, who=clerk, approve=False)
    assert isinstance(cancel(order, clerk, {line.id: 2}), Return)
    assert RedemptionCode.objects.exclude(voided_at=None).count() == 2
    assert order.state == State.RECEIVED  # what is left was redeemed
    assert refunds_of(order) == [("test", 20_00, 20_00)]
    mall.verify()


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"reason": " "}, CancellingRefusal.REASON_NEEDED),
        ({"number": "0"}, CancellingRefusal.UNKNOWN_ORDER),
        ({"quantities": {}}, CancellingRefusal.NOTHING_CHOSEN),
        ({"quantities": {0: 1}}, CancellingRefusal.TOO_MANY),
    ],
)
def test_what_is_refused(mall: Mall, told: dict[str, Any], refusal: CancellingRefusal) -> None:
    (order,) = mall.place(mall.person(), (mall.sku(), 2))
    line, clerk = order.lines.get(), mall.person()
    asked: dict[str, Any] = {
        "merchant": order.merchant,
        "number": order.number,
        "key": "k",
        "who": clerk,
        "quantities": {line.id: 1},
        "reason": "缺货",
    }
    assert cancelling.cancel_lines(**asked) is CancellingRefusal.NOT_NOW
    mall.pay([order])
    assert cancelling.cancel_lines(**{**asked, **told}) is refusal
    other = {**asked, "merchant": mall.merchant()}
    assert cancelling.cancel_lines(**other) is CancellingRefusal.UNKNOWN_ORDER
    too_many = {**asked, "quantities": {line.id: 3}}
    assert cancelling.cancel_lines(**too_many) is CancellingRefusal.TOO_MANY
    mall.ship(order)
    assert cancelling.cancel_lines(**asked) is CancellingRefusal.NOT_NOW
    assert Refund.objects.count() == 0
