"""Each event's own sentences of the rule book, computed again in fractions.

`check_facts` holds the rule's own figures against the sentence (see tests/unit/economy/watch.py);
here is where they go. Where someone was bought out at the end of the event, the totals say more
than the event itself, and only its figures are compared.
"""

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from hypothesis import given

from patronage.economy import Replay, parse_charter
from tests.properties.play import Step, applied, steps
from tests.properties.strategies import SCALE, Stream, streams
from tests.unit.economy.watch import Moved, check_facts


def of_type(stream: Stream, kind: str) -> Iterator[tuple[Step, list[Moved]]]:
    """Yield the applied events of one type, their figures checked, with who moved."""
    for step in applied(stream, kind):
        check_facts(step.before, step.event, step.outcome)
        yield step, [moved for moved in step.movements if moved.cause != "compulsory_redemption"]


def only(step: Step, **expected: int) -> None:
    """Assert that of the totals just these changed, and by so much; dividends paid aside."""
    if step.bought_out:
        return
    changes = step.outcome.changes()
    due = -changes.pop("dividends_unpaid", 0)
    paid = sum(moved.dividend for moved in step.movements)
    if step.event["type"] != "day.closed":
        expected["surplus"] = expected.get("surplus", 0) + due - paid
    else:
        assert changes.pop("index", 0) == step.outcome.facts.step
        expected["dividends_unpaid"] = -due - step.outcome.facts.dividend
    assert changes == {name: change for name, change in expected.items() if change}


def short(*kinds: str):
    return streams(kinds=kinds, least=6, most=24, openings=(8, 8, 8, 4, 0))


@given(short("order", "order", "close", "redeem", "fund", "amend"))
def test_order_completed(stream: Stream) -> None:
    """`c = ⌊base × reserve.rate⌋`, `d = ⌊profit × dividend.rate⌋`. At the price before:
    `want = ⌊⌊c × grant.rate⌋ / price⌋`; in units mode at most `⌊amount × 10⁹ / per⌋`. … If want
    is 0 … or nothing circulates even after the grant, surplus += c, otherwise reserve += c. Credit
    points and quotas; dividend_pool += d.
    """
    for step, moved in of_type(stream, "order.completed"):
        order = step.outcome.facts
        assert step.after.orders[step.event["order"]] == order
        charter, c, d = step.before.charter, order.contribution, order.dividend
        issued = order.points + order.referrer_points
        value = floor(c * Fraction(charter.grant_micro, 10**6)) / step.before.price
        units = Fraction(step.event["amount"] * 10**15, charter.per_micro or 1)
        no_points = value < 1 or (charter.per_micro is not None and units < 1)
        lost = no_points or step.before.circulating + issued == 0
        only(
            step,
            issued=issued,
            dividend_pool=d,
            paid_in=c + d,
            **{"surplus" if lost else "reserve": c},
        )
        expected = [(order.member, "order", order.points, order.quota)]
        if order.referrer is not None:
            expected.append(
                (order.referrer, "referral", order.referrer_points, order.referrer_quota)
            )
        assert [(m.account.id, m.cause, m.points, m.quota + m.dividend) for m in moved] == expected
        assert all(m.cash == m.dividend and m.coins == 0 for m in moved)


@given(short("order", "refund", "refund", "close", "redeem", "convert", "fund"))
def test_order_refunded(stream: Stream) -> None:
    """From each take `min(held, part of the points granted)` points and `min(quota, part of the
    quota granted)`. `worth = retire(all points taken)`; `back = min(part of c, worth)`;
    fees += worth − back. `dback = min(dividend_pool, part of d)` if no day has been closed since
    the order, else 0; dividend_pool −= dback. returned += back + dback.
    """
    for step, moved in of_type(stream, "order.refunded"):
        taken, worth, back, dback, _ = step.outcome.facts
        order = step.before.orders[step.event["order"]]
        x0, a = order.refunded, order.amount
        x1 = x0 + step.event["amount"]
        swept = 0
        if taken and step.before.circulating == taken:
            swept = step.before.reserve - worth
        only(step, reserve=-worth - swept, burned=taken, fees=worth - back, dividend_pool=-dback,
             returned=back + dback, surplus=swept)  # fmt: skip
        assert step.after.orders[step.event["order"]] == order._replace(refunded=x1)
        shares = [(order.member, order.points, order.quota)]
        if order.referrer is not None:
            shares.append((order.referrer, order.referrer_points, order.referrer_quota))
        for one, (id, points, quota) in zip(moved, shares, strict=True):
            held = step.before.accounts[id]
            part, part_q = (v * x1 // a - v * x0 // a for v in (points, quota))
            assert one.account.id == id
            assert -one.points == min(held.points, part)
            assert -one.quota - one.dividend == min(held.quota - one.dividend, part_q)


@given(short("order", "redeem", "redeem", "coins_redeem", "close", "fund"))
def test_points_redeemed(stream: Stream) -> None:
    """**points.redeemed** `account, points`: money for points. … Debit, settle, redeem."""
    for step, (moved,) in of_type(stream, "points.redeemed"):
        points, worth, pay, fee = step.outcome.facts
        swept = step.before.reserve - worth if step.before.circulating == points else 0
        only(step, reserve=-worth - swept, burned=points, fees=fee, surplus=worth - pay + swept)
        assert (moved.account.id, moved.points, moved.coins) == (step.event["account"], -points, 0)
        assert (moved.quota, moved.cash) == (-pay - moved.dividend, pay - fee + moved.dividend)
        assert points in (step.event["points"], step.before.accounts[moved.account.id].points)


@given(short("order", "convert", "convert", "close", "fund"))
def test_points_converted(stream: Stream) -> None:
    """Debit n, settle; `pay = min(⌊n × price⌋, quota)`; points −= n, quota −= pay, coins += pay;
    treasury += n. Nothing is burned.
    """
    for step, (moved,) in of_type(stream, "points.converted"):
        points, pay = step.outcome.facts
        only(step, treasury=points, coins=pay)
        assert (moved.account.id, moved.points, moved.coins) == (
            step.event["account"],
            -points,
            pay,
        )
        assert (moved.quota, moved.cash) == (-pay - moved.dividend, moved.dividend)


@given(short("order", "convert", "spend", "open"))
def test_merchant_opened(stream: Stream) -> None:
    """An account is a **member** or a **merchant** for good; … An unknown account named as buyer,
    referrer or receiver of a credit becomes a member; merchants come only from `merchant.opened`.
    """
    kinds: dict[str, bool] = {}
    for step in steps(stream):
        for id, account in step.after.accounts.items():
            opens = step.event["type"] == "merchant.opened" and step.event["merchant"] == id
            assert kinds.setdefault(id, opens) == account.merchant
        if step.is_applied and step.event["type"] == "merchant.opened":
            assert step.event["merchant"] not in step.before.accounts
            only(step)


@given(short("order", "convert", "spend", "spend", "open", "coins_back"))
def test_coins_spent(stream: Stream) -> None:
    """**coins.spent** `account, merchant, amount`: a member pays a merchant."""
    for step, (payer, payee) in of_type(stream, "coins.spent"):
        amount = step.event["amount"]
        only(step)
        assert payer.change == ("payment", 0, 0, 0, -amount, 0, 0)
        assert payee.change == ("payment", 0, 0, 0, amount, 0, 0)
        assert (payer.account.merchant, payee.account.merchant) == (False, True)
        assert step.after.payments[step.event["id"]] == step.outcome.facts


@given(short("order", "convert", "spend", "coins_back", "coins_back"))
def test_coins_refunded(stream: Stream) -> None:
    """**coins.refunded** `payment, amount`: the merchant gives back (part of) a payment. … Refuse
    `refund_exceeds_payment` (with earlier refunds).
    """
    for step, (merchant, member) in of_type(stream, "coins.refunded"):
        amount = step.event["amount"]
        only(step)
        assert merchant.change == ("payment_refund", 0, 0, 0, -amount, 0, 0)
        assert member.change == ("payment_refund", 0, 0, 0, amount, 0, 0)
        payment = step.after.payments[step.event["payment"]]
        assert payment == step.outcome.facts
        assert payment.refunded <= payment.amount
        assert (member.account.id, merchant.account.id) == payment[:2]


@given(short("order", "convert", "spend", "coins_redeem", "coins_redeem", "close", "fund"))
def test_coins_redeemed(stream: Stream) -> None:
    """The merchant gets points of equal value from the treasury, `u = ⌊amount / price⌋`. … Settle;
    coins −= amount, points += u, quota += ⌊amount × multiple⌋; treasury −= u. (It cannot run
    short.)
    """
    for step, (moved,) in of_type(stream, "coins.redeemed"):
        u, amount = step.outcome.facts
        assert u * step.before.price <= amount < (u + 1) * step.before.price
        assert step.after.treasury >= 0
        only(step, treasury=-u, coins=-amount)
        quota = floor(amount * Fraction(step.before.charter.multiple_micro, 10**6))
        assert (moved.points, moved.coins, moved.quota) == (u, -amount, quota - moved.dividend)


@given(short("order", "close", "credit", "withdraw", "withdraw", "charge"))
def test_cash_withdrawn_and_charged(stream: Stream) -> None:
    """Refuse … `insufficient_cash` (cash counts with what settling would pay). Settle;
    cash −= amount.
    """
    for kind, cause in (("cash.withdrawn", "withdrawal"), ("cash.charged", "charge")):
        for step, (moved,) in of_type(stream, kind):
            amount = step.event["amount"]
            only(step, paid_out=amount)
            assert (moved.cause, moved.points, moved.coins) == (cause, 0, 0)
            assert (moved.cash, moved.quota) == (moved.dividend - amount, -moved.dividend)
    for step in steps(stream):
        if not step.is_applied and step.event["type"] == "cash.withdrawn":
            account = step.before.accounts.get(step.event["account"])
            if account and 1 <= step.event["amount"] <= 10**12 and step.outcome is not None:
                paid = min(step.before.owed(step.event["account"]) // SCALE, account.quota)
                refusal = step.outcome.refusal
                assert refusal == "conflict" or step.event["amount"] > account.cash + paid


@given(short("order", "close", "credit", "withdraw", "withdraw", "restore", "restore"))
def test_cash_restored(stream: Stream) -> None:
    """(part of) a withdrawal that did not go through, back to its account. … Cash += amount."""
    for step, (moved,) in of_type(stream, "cash.restored"):
        only(step, paid_out=-step.event["amount"])
        assert moved.change == ("restoration", 0, 0, step.event["amount"], 0, 0, 0)
        withdrawal = step.after.withdrawals[step.event["withdrawal"]]
        assert withdrawal == step.outcome.facts
        assert moved.account.id == withdrawal.account
        assert withdrawal.restored <= withdrawal.amount


@given(short("order", "close", "credit", "credit"))
def test_cash_credited(stream: Stream) -> None:
    """The operator owes the holder money that these rules did not produce: … Cash += amount."""
    for step, (moved,) in of_type(stream, "cash.credited"):
        only(step, paid_in=step.event["amount"])
        assert moved.change == ("credit", 0, 0, step.event["amount"], 0, 0, 0)
        assert moved.account.id == step.event["account"]


@given(short("order", "redeem", "fund", "fund", "lift"))
def test_reserve_funded(stream: Stream) -> None:
    """`operator` (default) or `surplus`. Refuse `invalid_amount`, `no_circulation` …,
    `insufficient_surplus`. Reserve += amount; from the surplus if so.
    """
    for step, moved in of_type(stream, "reserve.funded"):
        amount, from_surplus = step.event["amount"], step.event.get("source") == "surplus"
        assert step.before.circulating
        assert not moved
        if from_surplus:
            assert amount <= step.before.surplus
            only(step, reserve=amount, surplus=-amount)
        else:
            only(step, reserve=amount, paid_in=amount)


@given(short("order", "convert", "convert", "spend", "coins_redeem", "burn", "burn", "fund"))
def test_treasury_burned(stream: Stream) -> None:
    """Refuse …, `coins_uncovered` ((treasury − n) × price < coins outstanding). treasury −= n;
    fees += retire(n).
    """
    for step in steps(stream):
        if step.event["type"] != "treasury.burned" or step.outcome is None:
            continue
        n, before = step.event["points"], step.before
        covered = (before.treasury - n) * before.price >= before.coins
        if step.is_applied:
            check_facts(before, step.event, step.outcome)
            assert covered
            (worth,) = step.outcome.facts
            swept = before.reserve - worth if before.circulating == n else 0
            only(step, reserve=-worth - swept, burned=n, treasury=-n, fees=worth, surplus=swept)
        elif 1 <= n <= before.treasury:
            assert step.outcome.refusal in ("conflict", "coins_uncovered")
            assert step.outcome.refusal == "conflict" or not covered


@given(short("order", "redeem", "convert", "close", "close", "burn"))
def test_day_closed(stream: Stream) -> None:
    """First the fees: `lift = min(fees, ⌊reserve × redemption.fee⌋)`, 0 while nothing circulates;
    reserve += lift; surplus += fees − lift; fees = 0. … Then
    dividend_pool += ⌊profit × dividend.rate⌋. With A = all accounts' points …: if A = 0 the pool
    waits; otherwise index += ⌊dividend_pool × 10²⁴ / A⌋, dividends_unpaid += dividend_pool,
    dividend_pool = 0.
    """
    for step, moved in of_type(stream, "day.closed"):
        lift, dividend, index = step.outcome.facts
        before, rate = step.before, Fraction(step.before.charter.dividend_micro, 10**6)
        profit = floor(max(step.event.get("profit", 0), 0) * rate)
        held = sum(account.points for account in before.accounts.values())
        assert not moved
        assert dividend == (before.dividend_pool + profit if held else 0)
        assert index * held <= dividend * SCALE
        only(step, reserve=lift, fees=-before.fees, surplus=before.fees - lift,
             dividend_pool=profit - dividend, paid_in=profit)  # fmt: skip
        if not step.bought_out:
            assert (step.after.fees, step.changes("index")) == (0, (index,))
            assert step.changes("dividends_unpaid") == (dividend,)


@given(short("order", "redeem", "close"))
def test_a_days_fees_lift_the_price_by_no_more_than_the_fee_rate(stream: Stream) -> None:
    """(So the day's fees never lift the price by more than the fee rate.)"""
    for step, _ in of_type(stream, "day.closed"):
        if step.before.circulating and not step.bought_out:
            rate = 1 + Fraction(step.before.charter.fee_micro, 10**6)
            assert step.after.price <= step.before.price * rate


@given(short("order", "amend", "amend", "redeem", "close"))
def test_charter_amended(stream: Stream) -> None:
    """The whole new charter, in force from the next event on. Refuse … `forbidden_change`
    (currency, founding or issue_price changed in value …; authorised below what is issued). What
    was granted before is untouched.
    """
    for step, moved in of_type(stream, "charter.amended"):
        before, after = step.before.charter, step.after.charter
        assert after == parse_charter(step.event["charter"])
        for name in ("currency", "founding_minor", "issue_price"):
            assert getattr(after, name) == getattr(before, name)
        assert after.authorised_nano >= step.after.issued
        assert not moved
        only(step)
        assert step.after.accounts == step.before.accounts or step.bought_out


@given(streams(most=20))
def test_the_economy_opens_with_its_founding(stream: Stream) -> None:
    """A founding amount starts the reserve and issues `⌊amount / issue_price⌋` founding points. …
    `price = reserve / circulating`, and `issue_price` while nothing circulates.
    """
    state = Replay(charter := parse_charter(stream.charter)).state
    issue_price = Fraction(*charter.issue_price)
    assert state.reserve == charter.founding_minor
    assert state.issued == state.founding == floor(charter.founding_minor / issue_price)
    assert Fraction(*state.price) == (
        Fraction(state.reserve, state.issued) if state.issued else issue_price
    )
    for step in applied(stream):
        now = step.after
        expected = Fraction(now.reserve, now.circulating) if now.circulating else issue_price
        assert Fraction(*step.replay.state.price) == expected
        assert now.circulating or now.reserve == 0 or now.burned == 0
