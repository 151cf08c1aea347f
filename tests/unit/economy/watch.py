"""What tests see of an economy: a full picture of it, and what an outcome should have told."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import NamedTuple

from patronage.economy import Account, Applied, Order, Payment, Replay, Withdrawal
from patronage.economy.state import FIGURES, State

SCALE = 10**24
NANO = 10**9
MICRO = 10**6
OTHER_FIGURES = ("charter", "compulsory_redemptions", "days_closed", "founding", "last_closed")

SETTLING = {
    "order",
    "referral",
    "refund",
    "redemption",
    "conversion",
    "coin_redemption",
    "withdrawal",
    "charge",
    "compulsory_redemption",
}
SELLING = {"redemption", "compulsory_redemption"}


class Moved(NamedTuple):
    """A movement, its parts by name."""

    account: Account
    cause: str
    points: int
    quota: int
    cash: int
    coins: int
    points_after: int
    quota_after: int
    cash_after: int
    coins_after: int
    dividend: int
    fee: int

    @property
    def change(self) -> tuple:
        """Cause, changes, dividend and fee."""
        return (*self[1:6], *self[10:])


class Holder(NamedTuple):
    merchant: bool
    points: int
    quota: int
    cash: int
    coins: int
    owed: int
    at: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything an economy holds, copied; `line` is the book's own note of who comes next."""

    totals: dict
    accounts: dict[str, Holder]
    orders: dict[str, Order]
    payments: dict[str, Payment]
    withdrawals: dict[str, Withdrawal]
    line: tuple

    def __getattr__(self, name: str):
        return self.totals[name]

    @property
    def circulating(self) -> int:
        return self.issued - self.burned

    @property
    def price(self) -> Fraction:
        """Minor units per nano-point."""
        if self.circulating:
            return Fraction(self.reserve, self.circulating)
        return Fraction(*self.charter.issue_price)

    def owed(self, id: str) -> int:
        """Return what is owed to an account as of now, scaled."""
        account = self.accounts[id]
        return account.owed + account.points * (self.index - account.at)


def picture(replay: Replay) -> Picture:
    state, book = replay.state, replay.book
    assert set(State.__slots__) == {*FIGURES, *OTHER_FIGURES}, "a figure that no test looks at"
    totals = {name: getattr(state, name) for name in State.__slots__}
    accounts = {
        id: Holder(a.merchant, a.points, a.quota, a.cash, a.coins, a.owed, a.at)
        for id, a in book.accounts.items()
    }
    line = (tuple(book._heap), tuple((id, a.queued) for id, a in book.accounts.items()))
    return Picture(
        totals, accounts, dict(book.orders), dict(book.payments), dict(book.withdrawals), line
    )


def check_told(before: Picture, event: dict, outcome: Applied, after: Picture) -> None:
    """Assert that the outcome tells exactly what changed, and nothing else did."""
    assert outcome.before == tuple(before.totals[name] for name in FIGURES)
    assert outcome.after == tuple(after.totals[name] for name in FIGURES)
    assert outcome.changes() == {
        name: after.totals[name] - before.totals[name]
        for name in FIGURES
        if after.totals[name] != before.totals[name]
    }
    kind = event["type"]
    closes = kind == "day.closed"
    assert after.founding == before.founding
    assert after.days_closed == before.days_closed + closes
    assert after.last_closed == (event["date"] if closes else before.last_closed)
    assert kind == "charter.amended" or after.charter is before.charter
    movements = [Moved(*movement) for movement in outcome.movements]
    sold = [moved.cause == "compulsory_redemption" for moved in movements]
    assert sold == sorted(sold), "those bought out come last"
    assert after.compulsory_redemptions - before.compulsory_redemptions == sum(sold)

    now = dict(before.accounts)
    for moved in movements:
        id = moved.account.id
        holder = now.get(id)
        if holder is None:
            holder = Holder(kind == "merchant.opened", 0, 0, 0, 0, 0, before.index)
        now[id] = _after(holder, moved, before, after)
        assert now[id][1:5] == moved[6:10], "the balances after are told"
    assert after.accounts == now

    named = {
        "orders": event.get("order") if kind.startswith("order.") else None,
        "payments": {"coins.spent": event["id"]}.get(kind, event.get("payment")),
        "withdrawals": {"cash.withdrawn": event["id"]}.get(kind, event.get("withdrawal")),
    }
    for records, id in named.items():
        old, new = getattr(before, records), getattr(after, records)
        assert {k: v for k, v in new.items() if k != id} == {
            k: v for k, v in old.items() if k != id
        }


def _after(holder: Holder, moved: Moved, before: Picture, after: Picture) -> Holder:
    """Do to the holder what the movement says, and find its dividend and fee by the rules."""
    _, points, quota, cash, coins, owed, at = holder
    dividend = fee = 0
    if moved.cause in SETTLING:
        # Only a day's close moves the index, and only those it makes due are settled after that.
        index = after.index if moved.cause == "compulsory_redemption" else before.index
        owed += points * (index - at)
        at = index
        due = owed // SCALE
        owed -= due * SCALE
        dividend = min(due, quota)
    assert moved.dividend == dividend
    if moved.cause in SELLING:
        charter = before.charter if moved.cause == "redemption" else after.charter
        micro = charter.merchant_fee_micro if holder.merchant else charter.fee_micro
        pay = moved.cash - dividend + moved.fee
        fee = ceil(Fraction(pay * micro, MICRO))
        if moved.cause == "compulsory_redemption":
            assert moved.points == -points
            assert moved.quota == -quota
    assert moved.fee == fee
    return Holder(
        holder.merchant,
        points + moved.points,
        quota + moved.quota,
        cash + moved.cash,
        coins + moved.coins,
        owed,
        at,
    )


def check_facts(before: Picture, event: dict, outcome: Applied) -> None:
    """Assert that the outcome's figures are those of the rule's own sentence, in fractions."""
    rule = event["type"].replace(".", "_")
    assert outcome.facts == globals()[f"_{rule}"](before, event)


def _rate(micro: int | None) -> Fraction:
    return Fraction(micro or 0, MICRO)


def _order_completed(before: Picture, event: dict) -> tuple:
    charter, amount = before.charter, event["amount"]
    profit = max(event.get("profit", 0), 0)
    base = event.get("base", amount if charter.reserve_of == "revenue" else profit)
    c = floor(base * _rate(charter.reserve_micro))
    d = floor(profit * _rate(charter.dividend_micro))
    want = floor(floor(c * _rate(charter.grant_micro)) / before.price)
    if charter.per_micro is not None:
        want = min(want, floor(amount * NANO / Fraction(charter.per_micro, MICRO)))
    unissued = charter.authorised_nano - before.issued
    q = floor(amount * _rate(charter.multiple_micro))
    member, referrer = event["member"], event.get("referrer")
    known = before.accounts.get(referrer)
    if charter.referral_micro is None or referrer == member or (known and known.merchant):
        referrer = None
    points = min(want, unissued)
    if referrer is None:
        r = q_r = 0
    else:
        rate = _rate(charter.referral_micro)
        r, q_r = min(floor(want * rate), unissued - points), floor(q * rate)
    return (member, referrer, amount, c, d, points, r, q, q_r, before.days_closed, 0)


def _order_refunded(before: Picture, event: dict) -> tuple:
    order = before.orders[event["order"]]
    x0, x1, a = order.refunded, order.refunded + event["amount"], order.amount

    def part(v: int) -> int:
        return floor(Fraction(v * x1, a)) - floor(Fraction(v * x0, a))

    should = [part(order.points), part(order.referrer_points)]
    held = [before.accounts[order.member].points, 0]
    if order.referrer is not None:
        held[1] = before.accounts[order.referrer].points
    taken = sum(map(min, held, should))
    worth = floor(taken * before.price)
    back = min(part(order.contribution), worth)
    dback = 0
    if before.days_closed == order.days_closed:
        dback = min(before.dividend_pool, part(order.dividend))
    return (taken, worth, back, dback, floor((sum(should) - taken) * before.price))


def _leaving(before: Picture, event: dict) -> tuple[int, int]:
    """Return the points that really leave, and the quota after settling."""
    account, points = before.accounts[event["account"]], event["points"]
    if (account.points - points) * before.price < 1:
        points = account.points
    paid = min(before.owed(event["account"]) // SCALE, account.quota)
    return points, account.quota - paid


def _points_redeemed(before: Picture, event: dict) -> tuple:
    points, quota = _leaving(before, event)
    worth = floor(points * before.price)
    pay = min(worth, quota)
    charter = before.charter
    merchant = before.accounts[event["account"]].merchant
    rate = _rate(charter.merchant_fee_micro if merchant else charter.fee_micro)
    return (points, worth, pay, ceil(pay * rate))


def _points_converted(before: Picture, event: dict) -> tuple:
    points, quota = _leaving(before, event)
    return (points, min(floor(points * before.price), quota))


def _merchant_opened(before: Picture, event: dict) -> None: ...


def _coins_spent(_: Picture, event: dict) -> tuple:
    return (event["account"], event["merchant"], event["amount"], 0)


def _coins_refunded(before: Picture, event: dict) -> tuple:
    payment = before.payments[event["payment"]]
    return (*payment[:3], payment.refunded + event["amount"])


def _coins_redeemed(before: Picture, event: dict) -> tuple:
    return (floor(event["amount"] / before.price), event["amount"])


def _cash_withdrawn(_: Picture, event: dict) -> tuple:
    return (event["account"], event["amount"], 0)


def _cash_restored(before: Picture, event: dict) -> tuple:
    withdrawal = before.withdrawals[event["withdrawal"]]
    return (*withdrawal[:2], withdrawal.restored + event["amount"])


def _cash_credited(before: Picture, event: dict) -> None: ...


def _cash_charged(before: Picture, event: dict) -> None: ...


def _reserve_funded(before: Picture, event: dict) -> None: ...


def _treasury_burned(before: Picture, event: dict) -> tuple:
    return (floor(event["points"] * before.price),)


def _day_closed(before: Picture, event: dict) -> tuple:
    charter = before.charter
    lift = 0
    if before.circulating:
        lift = min(before.fees, floor(before.reserve * _rate(charter.fee_micro)))
    pool = before.dividend_pool
    pool += floor(max(event.get("profit", 0), 0) * _rate(charter.dividend_micro))
    held = sum(account.points for account in before.accounts.values())
    return (lift, pool, floor(Fraction(pool * SCALE, held))) if held else (lift, 0, 0)


def _charter_amended(before: Picture, event: dict) -> None: ...
