"""What a merchant's account did and does: the statement to the last line, and redeeming."""

from datetime import date

import pytest

from patronage import ledger
from patronage.commerce import aftersales, merchant_value, settlements
from patronage.commerce.merchant_value import RedeemRefusal, Wanted
from patronage.commerce.models import FreightRule, Merchant, Split
from patronage.commerce.movements import LineKind
from patronage.commerce.settlements import Balances
from patronage.economy import BrokenInvariantError
from patronage.members.models import AuditEntry
from tests.integration.commerce.play import Mall

KEY = "a" * 32


@pytest.fixture
def merchant(mall: Mall) -> Merchant:
    """One that sold for money and coins, and took one order back."""
    merchant = mall.merchant(concession_micro=200_000)
    FreightRule.objects.create(merchant=merchant, first_minor=10_00)
    mall.buy(mall.person(), (mall.sku(1000_00), 1))
    person = mall.person()
    mall.buy(person, (mall.sku(100_00), 1))
    mall.give_coins(person, 12 * 10**9)
    sku = mall.sku(40_00, merchant=merchant)
    mall.buy(person, (sku, 1), inner="coins", inner_minor=10_00)
    (order,) = mall.buy(mall.person(), (sku, 2))
    case = aftersales.request(
        person=order.person,
        number=order.number,
        key="k",
        quantities={order.lines.get().id: 1},
        reason="坏了",
    )
    aftersales.answer(
        merchant=None, number=case.number, who=person, approve=True, needs_goods=False
    )
    return merchant


def whole(merchant: Merchant) -> settlements.Statement:
    return settlements.statement(merchant, date(2026, 1, 1), date(2026, 12, 31))


def test_every_movement_stands_in_it_and_it_ends_where_the_ledger_does(
    mall: Mall, merchant: Merchant
) -> None:
    told = whole(merchant)
    held = mall.held(merchant.account)
    assert told.opening == (0, 0, 0)
    assert told.closing == (held.cash, held.coins, held.points)
    moved = [line for line in told.lines if line.kind is not LineKind.OPENED]
    kinds = [line.kind.value for line in moved]
    assert kinds == ["order_coins", "proceeds", "proceeds", "refund"]
    assert all(line.subject for line in moved)
    assert [line.parts.freight_minor for line in moved if line.kind == LineKind.PROCEEDS][
        -1
    ] == 10_00
    sums = dict(told.sums())
    assert sums[LineKind.REFUND] == (-32_00, 0, 0)
    assert sum(one.cash_minor for one in sums.values()) == told.closing.cash_minor
    seqs = [line.place[0] for line in ledger.statement("mall", merchant.account)]
    assert [line.record for line in told.lines] == seqs[::-1]


def test_periods_follow_each_other(mall: Mall, merchant: Merchant) -> None:
    told = whole(merchant)
    days = sorted({line.at.date() for line in told.lines if line.kind is not LineKind.OPENED})
    first = settlements.statement(merchant, date(2026, 1, 1), days[0])
    then = settlements.statement(merchant, days[0].replace(day=days[0].day + 1), days[-1])
    assert first.closing == then.opening
    assert then.closing == told.closing
    assert [*first.lines, *then.lines] == list(told.lines)
    late = settlements.statement(merchant, date(2027, 1, 1), date(2027, 1, 2))
    assert (late.lines, late.opening, late.closing) == ([], told.closing, told.closing)
    nobody = settlements.statement(mall.merchant(), date(2020, 1, 1), date(2020, 1, 2))
    assert (nobody.lines, nobody.closing) == ([], Balances(0, 0, 0))


def test_a_split_that_differs_from_the_ledger_is_told(merchant: Merchant) -> None:
    Split.objects.filter(order__merchant=merchant, kind="proceeds").update(amount_minor=1)
    with pytest.raises(BrokenInvariantError, match="its proceeds are not its split's"):
        whole(merchant)


def test_coins_are_redeemed_once_a_press_and_only_by_a_code(mall: Mall, merchant: Merchant) -> None:
    clerk = mall.person()
    do = {"merchant": merchant, "wanted": Wanted(coins_minor=10_00), "key": KEY, "who": clerk}
    assert merchant_value.redeem(**do, is_proved=False) is RedeemRefusal.NO_PROOF
    assert merchant_value.redeem(**{**do, "key": "x"}, is_proved=True) is RedeemRefusal.NO_KEY
    told = merchant_value.quote(merchant, Wanted(coins_minor=10_00))
    done = merchant_value.redeem(**do, is_proved=True)
    assert done == told == merchant_value.redeem(**do, is_proved=True)
    held = mall.held(merchant.account)
    assert (held.coins, held.points) == (0, done.points_nano)
    assert AuditEntry.objects.filter(verb="executed").count() == 1
    mall.buy(mall.person(), (mall.sku(200_00), 1))
    want = Wanted(points_nano=done.points_nano)
    told = merchant_value.quote(merchant, want)
    cash = mall.held(merchant.account)
    done = merchant_value.redeem(
        merchant=merchant, wanted=want, key="b" * 32, who=clerk, is_proved=True
    )
    assert done == told
    assert mall.held(merchant.account).cash == cash.cash + cash.dividend + done.cash_minor
    kinds = [line.kind.value for line in whole(merchant).lines[-2:]]
    assert kinds == ["coins_redeemed", "points_redeemed"]
    mall.verify()


def test_what_redeeming_refuses(mall: Mall, merchant: Merchant) -> None:
    def told(**wanted: int) -> object:
        return merchant_value.quote(merchant, Wanted(**wanted))

    assert told() is RedeemRefusal.BAD_AMOUNT
    assert told(coins_minor=1, points_nano=1) is RedeemRefusal.BAD_AMOUNT
    assert told(coins_minor=10_01) is RedeemRefusal.HELD
    assert told(points_nano=1) is RedeemRefusal.NOT_ENOUGH
    # Coins of an order that is not completed are not its own yet.
    person = mall.person()
    mall.buy(person, (mall.sku(100_00), 1))
    mall.give_coins(person, 8 * 10**9)
    (order,) = mall.place(person, (mall.sku(20_00, merchant=merchant), 1))
    mall.pay([order], inner="coins", inner_minor=5_00)
    assert mall.held(merchant.account).coins == 15_00
    assert merchant_value.free_coins(merchant) == 10_00
    assert told(coins_minor=10_01) is RedeemRefusal.HELD
    Merchant.objects.filter(id=merchant.id).update(approved_at=None)
    merchant.refresh_from_db()
    assert told(coins_minor=1) is RedeemRefusal.SHUT
