"""What one event may do at most: the rule book's own sentences, computed without the engine.

Each function judges one type of event by the picture before it and by what the reference remembers,
raises BrokenBoundError("refusal") if it should have been refused, and says what it allows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final, NamedTuple

from patronage.economy import Charter, CharterError, Event, parse_charter
from patronage.economy.charter import MICRO, NANO
from patronage.economy.events import MONEY_MAX, POINTS_MAX
from patronage.economy.state import INDEX_SCALE
from patronage.lab.attack.picture import BrokenBoundError, Picture

THIN: Final = Fraction(1, 100)
"""A buyer must not lose so much of the points' worth, and a whole unit of money, by rounding."""


class Most(NamedTuple):
    """The most by which an account's figures may change: what is to be taken is below 0."""

    points: int = 0
    quota: int = 0
    cash: int = 0
    coins: int = 0


@dataclass(slots=True)
class PastOrder:
    """A completed order as the rules record it, and how much of it was refunded."""

    member: str
    referrer: str | None
    amount: int
    contribution: int
    dividend: int
    points: int
    referrer_points: int
    quota: int
    referrer_quota: int
    days_closed: int
    refunded: int = 0


@dataclass(slots=True)
class PastPayment:
    """A coin payment or a withdrawal, and how much of it came back."""

    payer: str
    payee: str
    amount: int
    returned: int = 0


@dataclass(slots=True)
class Records:
    """What the rules must remember between events.

    `is_steered` once the operator amended the charter or put money into the reserve: what members
    and merchants alone can do to the charter as it is has ended then.
    """

    charter: Charter
    orders: dict[str, PastOrder] = field(default_factory=dict)
    payments: dict[str, PastPayment] = field(default_factory=dict)
    withdrawals: dict[str, PastPayment] = field(default_factory=dict)
    last_closed: str = ""
    days_closed: int = 0
    is_steered: bool = False


class Allowance:
    """What an event may do at most, before anyone is bought out.

    `reserve` and `fees` are the least that they may be after it, `circulating` what it must be;
    `step` is the day's dividend per nano-point, scaled. `shared` is money that may make any holders
    richer together, `rise` what makes one account richer alone, in minor units and in points worth
    the price before; `rounding` counts sales whose rounding, less than a minor unit, stays in the
    reserve. `missing` is what a return must say of points that are no longer there.
    """

    def __init__(self, bound: str, before: Picture) -> None:
        self.bound = bound
        self.most: dict[str, Most] = {}
        self.paid_in = self.paid_out = self.returned = self.missing = 0
        self.reserve, self.circulating = before.reserve, before.circulating
        self.fees, self.dividend_pool = before.fees, before.dividend_pool
        self.step = 0
        self.shared = 0
        self.rise: dict[str, tuple[int, int]] = {}
        self.rounding = 0
        self.quotas: dict[str, int] = {}

    def retire(self, points: int) -> int:
        """Burn points, take their worth out of the reserve and return it."""
        worth = points * self.reserve // self.circulating if self.circulating else 0
        self.reserve -= worth
        self.circulating -= points
        if self.circulating == 0:
            self.reserve = 0
        return worth


def allow(records: Records, before: Picture, event: Event) -> Allowance:
    """Say what an event may do at most, and note it in the records.

    Raises BrokenBoundError("refusal") with the records as they were if it must be refused.
    """
    return _RULES[event["type"]](records, before, event)


def fee_of(charter: Charter, pay: int, *, merchant: bool) -> int:
    """Return a redemption's fee, rounded up."""
    return -(-pay * (charter.merchant_fee_micro if merchant else charter.fee_micro) // MICRO)


def payable(owed: int, quota: int) -> int:
    """Return what settling pays of what is owed, in minor units."""
    return min(owed // INDEX_SCALE, quota)


def _require(condition: bool, detail: str) -> None:  # noqa: FBT001
    if not condition:
        raise BrokenBoundError("refusal", "number", detail=detail)


def _order_completed(records: Records, before: Picture, event: Event) -> Allowance:
    charter, allowance = records.charter, Allowance("grant", before)
    buyer: str = event["member"]
    amount: int = event["amount"]
    profit: int = event.get("profit", 0)
    base: int = event.get("base", amount if charter.reserve_of == "revenue" else max(profit, 0))
    _require(1 <= amount <= MONEY_MAX and profit <= amount, "invalid_amount")
    _require(0 <= base <= amount, "invalid_amount")
    _require(event["order"] not in records.orders, "order_exists")
    _require(not before.holder(buyer).merchant, "wrong_account_kind")

    contribution = base * charter.reserve_micro // MICRO
    dividend = max(profit, 0) * charter.dividend_micro // MICRO
    price, per = before.price
    value = contribution * charter.grant_micro // MICRO
    want = value * per // price
    units = None
    if charter.per_micro is not None:
        units = Fraction(amount * NANO * MICRO, charter.per_micro)
        want = min(want, int(units))
    unissued = charter.authorised_nano - before.issued
    points = min(want, unissued)
    quota = amount * charter.multiple_micro // MICRO
    allowance.most[buyer] = Most(points=points, quota=quota)
    allowance.quotas[buyer] = quota

    referrer = event.get("referrer")
    referrer_points = referrer_quota = 0
    if (
        charter.referral_micro is None
        or referrer == buyer
        or before.holder(referrer or "").merchant
    ):
        referrer = None
    if referrer is not None:
        referrer_points = min(want * (charter.referral_micro or 0) // MICRO, unissued - points)
        referrer_quota = quota * (charter.referral_micro or 0) // MICRO
        allowance.most[referrer] = Most(points=referrer_points, quota=referrer_quota)
        allowance.quotas[referrer] = referrer_quota
    allowance.circulating += points + referrer_points
    if want and allowance.circulating:
        allowance.reserve += contribution
    allowance.dividend_pool += dividend
    allowance.paid_in = contribution + dividend
    allowance.shared = contribution
    records.orders[event["order"]] = PastOrder(
        buyer, referrer, amount, contribution, dividend, points, referrer_points, quota,
        referrer_quota, records.days_closed,
    )  # fmt: skip
    if unissued and not records.is_steered:
        at_price = Fraction(price, per)
        exact = Fraction(value) if units is None else min(Fraction(value), units * at_price)
        _judge_rounding(charter, buyer, exact, want * at_price)
    return allowance


def _judge_rounding(charter: Charter, buyer: str, exact: Fraction, rounded: Fraction) -> None:
    """Raise if rounding down to whole nano-points takes too much of the points' worth."""
    least = 10**charter.minor_unit_exponent
    if exact - rounded >= max(least, exact * THIN):
        raise BrokenBoundError("thin", "worth", exact, rounded, buyer)


def _order_refunded(records: Records, before: Picture, event: Event) -> Allowance:
    allowance = Allowance("refund", before)
    amount: int = event["amount"]
    order = records.orders.get(event["order"])
    if order is None:
        raise BrokenBoundError("refusal", "number", detail="unknown_order")
    earlier, now = order.refunded, order.refunded + amount
    _require(amount >= 1, "invalid_amount")
    _require(now <= order.amount, "refund_exceeds_order")

    def part(figure: int) -> int:
        return figure * now // order.amount - figure * earlier // order.amount

    price, per = before.price
    taken = asked = 0
    for id, points, quota in (
        (order.member, order.points, order.quota),
        (order.referrer, order.referrer_points, order.referrer_quota),
    ):
        if id is not None:
            holder = before.holder(id)
            held = min(holder.points, part(points))
            left = holder.quota - payable(holder.owed, holder.quota)
            allowance.most[id] = Most(points=-held, quota=-min(left, part(quota)))
            allowance.rise[id] = (0, -held)
            taken += held
            asked += part(points)
    worth = allowance.retire(taken)
    back = min(part(order.contribution), worth)
    dividend_back = 0
    if order.days_closed == records.days_closed:
        dividend_back = min(before.dividend_pool, part(order.dividend))
    allowance.fees += worth - back
    allowance.dividend_pool -= dividend_back
    allowance.returned = back + dividend_back
    allowance.missing = (asked - taken) * price // per
    # What they brought comes back to the buyer, out of their own points or of their referrer's.
    _, own = allowance.rise[order.member]
    allowance.rise[order.member] = (dividend_back, own + taken)
    allowance.rounding = 1
    order.refunded = now
    return allowance


def _leaving(before: Picture, event: Event) -> int:
    """Return how many points really leave: the rest too, if it is worth less than a minor unit."""
    held = before.holder(event["account"]).points
    points: int = event["points"]
    price, per = before.price
    _require(event["account"] in before.accounts, "unknown_account")
    _require(1 <= points <= POINTS_MAX, "invalid_amount")
    _require(points <= held, "insufficient_points")
    if (held - points) * price < per:
        points = held
    _require(points * price >= per, "worth_nothing")
    return points


def _points_redeemed(records: Records, before: Picture, event: Event) -> Allowance:
    allowance, holder = Allowance("redemption", before), before.holder(event["account"])
    points = _leaving(before, event)
    worth = allowance.retire(points)
    pay = min(worth, holder.quota - payable(holder.owed, holder.quota))
    fee = fee_of(records.charter, pay, merchant=holder.merchant)
    allowance.fees += fee
    allowance.most[event["account"]] = Most(points=-points, quota=-pay, cash=pay - fee)
    allowance.rounding = 1
    return allowance


def _points_converted(records: Records, before: Picture, event: Event) -> Allowance:  # noqa: ARG001
    allowance, holder = Allowance("conversion", before), before.holder(event["account"])
    points = _leaving(before, event)
    _require(not holder.merchant, "wrong_account_kind")
    price, per = before.price
    coins = min(points * price // per, holder.quota - payable(holder.owed, holder.quota))
    allowance.most[event["account"]] = Most(points=-points, quota=-coins, coins=coins)
    return allowance


def _merchant_opened(records: Records, before: Picture, event: Event) -> Allowance:  # noqa: ARG001
    _require(event["merchant"] not in before.accounts, "account_exists")
    return Allowance("cash", before)


def _pay_coins(before: Picture, payer: str, payee: str, amount: int) -> Allowance:
    allowance = Allowance("coin_payment", before)
    _require(1 <= amount <= MONEY_MAX, "invalid_amount")
    _require(amount <= before.holder(payer).coins, "insufficient_coins")
    for id, coins in ((payer, -amount), (payee, amount)):
        allowance.most[id] = Most(coins=coins)
        allowance.rise[id] = (coins, 0)
    return allowance


def _coins_spent(records: Records, before: Picture, event: Event) -> Allowance:
    payer, payee = event["account"], event["merchant"]
    _require(payer in before.accounts and payee in before.accounts, "unknown_account")
    kinds = before.holder(payer).merchant, before.holder(payee).merchant
    _require(kinds == (False, True), "wrong_account_kind")
    allowance = _pay_coins(before, payer, payee, event["amount"])
    records.payments[event["id"]] = PastPayment(payer, payee, event["amount"])
    return allowance


def _coins_refunded(records: Records, before: Picture, event: Event) -> Allowance:
    payment = records.payments.get(event["payment"])
    if payment is None:
        raise BrokenBoundError("refusal", "number", detail="unknown_payment")
    returned = payment.returned + event["amount"]
    _require(returned <= payment.amount, "refund_exceeds_payment")
    allowance = _pay_coins(before, payment.payee, payment.payer, event["amount"])
    payment.returned = returned
    return allowance


def _coins_redeemed(records: Records, before: Picture, event: Event) -> Allowance:
    allowance, amount = Allowance("coin_redemption", before), event["amount"]
    merchant = before.holder(event["merchant"])
    _require(1 <= amount <= MONEY_MAX, "invalid_amount")
    _require(merchant.merchant, "wrong_account_kind")
    _require(amount <= merchant.coins, "insufficient_coins")
    price, per = before.price
    points = amount * per // price
    _require(points > 0, "worth_nothing")
    quota = amount * records.charter.multiple_micro // MICRO
    allowance.most[event["merchant"]] = Most(points=points, quota=quota, coins=-amount)
    allowance.quotas[event["merchant"]] = quota
    return allowance


def _take_cash(before: Picture, event: Event) -> Allowance:
    allowance, id, amount = Allowance("cash", before), event["account"], event["amount"]
    holder = before.holder(id)
    _require(id in before.accounts, "unknown_account")
    _require(1 <= amount <= MONEY_MAX, "invalid_amount")
    _require(amount <= holder.cash + payable(holder.owed, holder.quota), "insufficient_cash")
    allowance.most[id] = Most(cash=-amount)
    allowance.rise[id] = (-amount, 0)
    allowance.paid_out = amount
    return allowance


def _cash_withdrawn(records: Records, before: Picture, event: Event) -> Allowance:
    allowance = _take_cash(before, event)
    records.withdrawals[event["id"]] = PastPayment(event["account"], "", event["amount"])
    return allowance


def _cash_charged(records: Records, before: Picture, event: Event) -> Allowance:  # noqa: ARG001
    return _take_cash(before, event)


def _cash_restored(records: Records, before: Picture, event: Event) -> Allowance:
    allowance, amount = Allowance("cash", before), event["amount"]
    withdrawal = records.withdrawals.get(event["withdrawal"])
    if withdrawal is None:
        raise BrokenBoundError("refusal", "number", detail="unknown_withdrawal")
    _require(amount >= 1, "invalid_amount")
    returned = withdrawal.returned + amount
    _require(returned <= withdrawal.amount, "restore_exceeds_withdrawal")
    withdrawal.returned = returned
    allowance.most[withdrawal.payer] = Most(cash=amount)
    allowance.rise[withdrawal.payer] = (amount, 0)
    allowance.paid_out = -amount
    return allowance


def _cash_credited(records: Records, before: Picture, event: Event) -> Allowance:  # noqa: ARG001
    allowance, amount = Allowance("cash", before), event["amount"]
    _require(1 <= amount <= MONEY_MAX, "invalid_amount")
    allowance.most[event["account"]] = Most(cash=amount)
    allowance.rise[event["account"]] = (amount, 0)
    allowance.paid_in = amount
    return allowance


def _reserve_funded(records: Records, before: Picture, event: Event) -> Allowance:
    allowance, amount = Allowance("kept", before), event["amount"]
    _require(1 <= amount <= MONEY_MAX, "invalid_amount")
    _require(before.circulating > 0, "no_circulation")
    if event.get("source") == "surplus":
        _require(amount <= before.surplus, "insufficient_surplus")
    else:
        allowance.paid_in = amount
    allowance.reserve += amount
    allowance.shared = amount
    records.is_steered = True
    return allowance


def _treasury_burned(records: Records, before: Picture, event: Event) -> Allowance:  # noqa: ARG001
    allowance, points = Allowance("kept", before), event["points"]
    price, per = before.price
    _require(1 <= points <= POINTS_MAX, "invalid_amount")
    _require(points <= before.treasury, "insufficient_treasury")
    _require((before.treasury - points) * price >= before.coins * per, "coins_uncovered")
    allowance.fees += allowance.retire(points)
    allowance.rounding = 1
    return allowance


def _day_closed(records: Records, before: Picture, event: Event) -> Allowance:
    charter, allowance = records.charter, Allowance("kept", before)
    profit = max(event.get("profit", 0), 0)
    _require(event["date"] > records.last_closed, "day_not_after")
    _require(profit <= MONEY_MAX, "invalid_amount")
    if before.circulating:
        allowance.shared = min(before.fees, before.reserve * charter.fee_micro // MICRO)
    allowance.reserve += allowance.shared
    allowance.fees = 0
    allowance.paid_in = profit * charter.dividend_micro // MICRO
    allowance.dividend_pool += allowance.paid_in
    held = sum(holder.points for holder in before.accounts.values())
    if held:
        allowance.step = allowance.dividend_pool * INDEX_SCALE // held
        allowance.dividend_pool = 0
    records.last_closed = event["date"]
    records.days_closed += 1
    return allowance


def _charter_amended(records: Records, before: Picture, event: Event) -> Allowance:
    try:
        charter = parse_charter(event["charter"])
    except CharterError:
        raise BrokenBoundError("refusal", "number", detail="malformed") from None
    old = records.charter
    _require(
        (charter.currency, charter.founding_minor, charter.issue_price)
        == (old.currency, old.founding_minor, old.issue_price)
        and charter.authorised_nano >= before.issued,
        "forbidden_change",
    )
    records.charter = charter
    records.is_steered = True
    return Allowance("kept", before)


_RULES: Final[dict[str, Callable[[Records, Picture, Event], Allowance]]] = {
    "order.completed": _order_completed,
    "order.refunded": _order_refunded,
    "points.redeemed": _points_redeemed,
    "points.converted": _points_converted,
    "merchant.opened": _merchant_opened,
    "coins.spent": _coins_spent,
    "coins.refunded": _coins_refunded,
    "coins.redeemed": _coins_redeemed,
    "cash.withdrawn": _cash_withdrawn,
    "cash.restored": _cash_restored,
    "cash.credited": _cash_credited,
    "cash.charged": _cash_charged,
    "reserve.funded": _reserve_funded,
    "treasury.burned": _treasury_burned,
    "day.closed": _day_closed,
    "charter.amended": _charter_amended,
}
