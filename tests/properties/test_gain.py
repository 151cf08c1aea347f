"""Nobody takes out more than came in: cycles, splitting, self-referral, refunds, adversaries.

Wealth is counted to the advantage of whoever might gain: cash, coins, points at the full price
(nothing rounded, no fee, no quota) and all dividends owed.
"""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from patronage.economy import Applied, Replay, parse_charter
from tests.properties.play import Step, applied, opened, played, steps, wealth
from tests.properties.strategies import (
    OPENING,
    SCALE,
    Move,
    Planner,
    Stream,
    charters,
    moves,
    streams,
)
from tests.unit.economy.watch import Picture, picture

FOUNDED = charters(founded=True)
CYCLE = ("redeem", "convert", "spend", "coins_back", "coins_redeem", "withdraw", "restore")


@given(streams(most=20), moves(CYCLE, least=6, most=30))
def test_a_cycle_of_sales_never_gains(stream: Stream, cycle: list) -> None:
    """Whoever takes value out bears the rounding: redeem, convert, spend, give back, redeem coins,
    in any order and by any number of holders, never ends with more than it began.
    """
    planner = Planner(stream.charter)
    planner.events = []
    planner.model = type(planner.model)(stream.charter)
    for event in stream.events:
        planner.submit({**event})
    replay = played(stream)
    everyone = frozenset(replay.book.accounts)
    before = picture(replay)
    held = wealth(before, everyone)
    for move in cycle:
        event = planner.event(move)
        if event is None:
            continue
        planner.submit(event)
        replay.submit(planner.events[-1])
        now = picture(replay)
        taken = now.paid_out - before.paid_out
        assert wealth(now, everyone) + taken <= held
        held = wealth(now, everyone) + taken


PARTS = st.lists(st.integers(1, 10**6) | st.integers(1, 20), min_size=1, max_size=6)


def ordering(stream: Stream, parts: list[int], *, referrer: str | None) -> list[Step]:
    """Complete orders of these amounts, one after another, after the stream; return the steps."""
    new = []
    for number, amount in enumerate(parts):
        event = {"id": f"new {number}", "type": "order.completed", "order": f"new {number}",
                 "member": "me", "amount": amount, "base": amount}  # fmt: skip
        new.append(event if referrer is None else {**event, "referrer": referrer})
    return list(steps(Stream(stream.charter, stream.events + new)))[-len(parts) :]


@given(streams(FOUNDED, most=20), PARTS, st.booleans())
def test_splitting_an_order_gains_nothing(stream: Stream, parts: list[int], referred: bool) -> None:
    """An order's points are worth at most rate × contribution, at the price before the order: so
    orders in parts get together no more points and no more quota than one order of their sum.
    """
    referrer = "my other self" if referred else None
    whole = ordering(stream, [sum(parts)], referrer=referrer)[0].outcome.facts
    split = [step.outcome.facts for step in ordering(stream, parts, referrer=referrer)]
    assert sum(o.points + o.referrer_points for o in split) <= whole.points + whole.referrer_points
    assert sum(o.quota + o.referrer_quota for o in split) <= whole.quota + whole.referrer_quota
    assert sum(o.contribution for o in split) <= whole.contribution


@given(streams(FOUNDED, most=20), PARTS)
def test_referring_to_oneself_gains_nothing_beyond_the_rates(
    stream: Stream, parts: list[int]
) -> None:
    """`grant.rate × (1 + referral.rate) ≤ 1`: with a second account as the referrer, an order still
    makes its parties no richer than its contribution, at the price before and at the price after.
    """
    us = frozenset({"me", "my other self"})
    for step in ordering(stream, parts, referrer="my other self"):
        order, charter = step.outcome.facts, step.before.charter
        rate = Fraction(charter.grant_micro, 10**6)
        share = 1 + Fraction(charter.referral_micro or 0, 10**6)
        worth = (order.points + order.referrer_points) * step.before.price
        assert worth <= rate * share * order.contribution <= order.contribution
        spent = step.event["amount"] * Fraction(charter.multiple_micro, 10**6)
        assert order.quota + order.referrer_quota <= spent * share
        gain = wealth(step.after, us) - wealth(step.before, us)
        # Others who are bought out by the order leave less than a minor unit each.
        assert gain <= order.contribution + step.bought_out


@given(streams(FOUNDED, most=20), st.lists(st.integers(1, 5000), min_size=1, max_size=6), st.data())
def test_a_refund_in_crumbs_takes_back_what_it_takes_at_once(
    stream: Stream, crumbs: list[int], data: st.DataObject
) -> None:
    """With x₀, x₁ the order's refunded total before and after, a recorded figure v has the part
    `⌊v·x₁/a⌋ − ⌊v·x₀/a⌋`: a return, in one piece or many.
    """
    total = sum(crumbs)
    kept = data.draw(st.sampled_from([0, 1, 1000]))
    order = {"id": "new", "type": "order.completed", "order": "new", "member": "me",
             "amount": total + kept, "profit": total, "referrer": "a"}  # fmt: skip
    events = [*stream.events, order]
    if data.draw(st.booleans()):
        events.append({"id": "sell", "type": "points.redeemed", "account": "me",
                       "points": data.draw(st.integers(1, 10**10))})  # fmt: skip

    def refunds(amounts: list[int]) -> list[Step]:
        new = [{"id": f"back {n}", "type": "order.refunded", "order": "new", "amount": amount}
               for n, amount in enumerate(amounts)]  # fmt: skip
        return list(steps(Stream(stream.charter, events + new)))[-len(new) :]

    pieces, whole = refunds(crumbs), refunds([total])
    if any(step.bought_out for step in pieces + whole):
        return  # quota taken back made someone due: what is held in between is no longer the same

    def sums(taken: list[Step]) -> list[tuple[int, int]]:
        moved = [one for step in taken for one in step.movements]
        return [
            (sum(m.points for m in moved if m.account.id == id),
             sum(m.quota + m.dividend for m in moved if m.account.id == id))
            for id in ("me", "a")
        ]  # fmt: skip

    assert sums(pieces) == sums(whole)
    figures = [step.outcome.facts for step in pieces]
    once = whole[0].outcome.facts
    assert sum(f.points for f in figures) == once.points
    assert sum(f.dividend_back for f in figures) == once.dividend_back
    assert sum(f.worth for f in figures) <= once.worth
    assert sum(f.back for f in figures) <= once.back
    assert pieces[-1].after.orders["new"] == whole[-1].after.orders["new"]


# Adversaries.

THEY = frozenset({"a", "aa", "s"})  # two members and a merchant of one adversary
TRADE = ("order", "refund", "redeem", "convert", "spend", "coins_back", "coins_redeem", "withdraw",
         "restore", "close", "open")  # fmt: skip


@given(streams(FOUNDED, kinds=TRADE, most=48))
def test_alone_nobody_takes_out_more_than_they_put_in(stream: Stream) -> None:
    """Keeps a small economy from being thin: when all who trade are one adversary (any accounts, a
    merchant, referrals, refunds of their own orders, days closed at any moment), then at any time

        cash + cash withdrawn + coins + points × price + dividends owed + `returned`
            ≤ contributions + dividend contributions of their own orders,

    and the founding money is untouched: founding points × price ≥ founding amount.
    """
    charter = opened(stream).state.charter
    brought = 0
    for step in applied(stream):
        now = step.after
        if step.event["type"] == "order.completed":
            brought += step.outcome.facts.contribution + step.outcome.facts.dividend
        if step.event["type"] == "day.closed":  # the operator's own income goes to the pool
            brought += step.changes("paid_in")[0]
        assert wealth(now, frozenset(now.accounts)) + now.paid_out + now.returned <= brought
        assert now.founding * now.price >= charter.founding_minor


class Adversary:
    """What an adversary took out, and all that could have come to it, both to its advantage."""

    def __init__(self, now: Picture) -> None:
        self.withdrawn = self.returned = 0
        self.lifted = Fraction(0)
        self.taken = wealth(now, THEY)

    def follow(self, step: Step) -> None:
        """Assert the inequality of one event, and add up its right side."""
        event, before, now = step.event, step.before, step.after
        facts = step.outcome.facts
        rise = Fraction(0)
        left = 0  # events that leave their rounding, less than a minor unit, in the reserve
        match event["type"]:
            case "order.completed":  # anyone's; the dividend contribution comes with the close
                rise = Fraction(facts.contribution)
            case "order.refunded":
                order, left = before.orders[event["order"]], 1
                if order.member in THEY:
                    self.returned += facts.back + facts.dividend_back
                    # Back comes what they brought, out of their points or of their referrer's.
                    theirs = sum(-m.points for m in step.movements
                                 if m.cause == "refund" and m.account.id in THEY)  # fmt: skip
                    rise = facts.dividend_back + (facts.points - theirs) * before.price
            case "reserve.funded":
                rise = Fraction(event["amount"])
            case "cash.credited" if event["account"] in THEY:
                rise = Fraction(event["amount"])
            case "cash.charged" if event["account"] in THEY:
                rise = Fraction(-event["amount"])
            case "cash.withdrawn" if event["account"] in THEY:
                self.withdrawn += event["amount"]
            case "cash.restored" if before.withdrawals[event["withdrawal"]].account in THEY:
                self.withdrawn -= event["amount"]
            case "coins.spent":
                rise = Fraction(self._payment(event["account"], event["merchant"], event["amount"]))
            case "coins.refunded":
                payment = before.payments[event["payment"]]
                rise = Fraction(self._payment(payment.merchant, payment.member, event["amount"]))
            case "points.redeemed" | "treasury.burned":
                left = 1
            case "day.closed":
                points = sum(before.accounts[id].points for id in THEY & before.accounts.keys())
                rise = facts.lift + Fraction(points * facts.step, SCALE)
        taken = wealth(now, THEY) + self.withdrawn + self.returned
        assert taken - self.taken <= rise + left + step.bought_out
        self.taken = taken
        self.lifted += rise + left + step.bought_out
        assert taken <= self.lifted

    @staticmethod
    def _payment(payer: str, payee: str, amount: int) -> int:
        return amount * ((payee in THEY) - (payer in THEY))


class AdversaryMachine(RuleBasedStateMachine):
    """An adversary with two members and a merchant among others never takes out more than it put in
    plus what others lifted. After every event, and so at any time,

        its cash + cash withdrawn + coins + points × price + dividends owed + its refunds
            ≤ the contributions of all orders (its own and others')
              + its points' share of each day's dividend (its own orders' contributions among them),
                or of its orders' when they are refunded before the close
              + operator's and surplus money put into the reserve + fees that lifted it
              + cash credited to it less charged, coins that others paid its merchant less its own
              + for its refunded orders: the worth of the points taken back from their referrer
              + less than one minor unit for each sale whose rounding stays in the reserve.

    The sharper form, asserted of each event alone: an event that is none of these (selling,
    converting, spending among themselves, refunds, withdrawing) never makes it richer at all.
    """

    @initialize(charter=FOUNDED, opening=st.sampled_from([8, 8, 4, 0]))
    def open(self, charter: dict, opening: int) -> None:
        self.planner = Planner(charter)
        self.replay = Replay(parse_charter(charter))
        self.replay.submit(self.planner.events[0])
        self.now = picture(self.replay)
        self.adversary = Adversary(self.now)
        for move in OPENING[:opening]:
            self.submit(move)

    def play(self, kind: str, drawn: bytes) -> None:
        self.submit(
            (kind, drawn[0] // 8 % 4, drawn[0] % 8, drawn[1] % 16, int.from_bytes(drawn[2:]))
        )

    def submit(self, move: Move) -> None:
        event = self.planner.event(move)
        if event is None:
            return
        self.planner.submit(event)
        outcome = self.replay.submit(self.planner.events[-1])
        before, self.now = self.now, picture(self.replay)
        if isinstance(outcome, Applied):
            step = Step(self.replay, before, self.planner.events[-1], outcome, self.now)
            self.adversary.follow(step)

    DRAWN = st.binary(min_size=7, max_size=7)

    @rule(drawn=DRAWN)
    def order(self, drawn: bytes) -> None:
        self.play("order", drawn)

    @rule(drawn=DRAWN)
    def refund(self, drawn: bytes) -> None:
        self.play("refund", drawn)

    @rule(drawn=DRAWN, convert=st.booleans())
    def sell(self, drawn: bytes, convert: bool) -> None:
        self.play("convert" if convert else "redeem", drawn)

    @rule(drawn=DRAWN, kind=st.sampled_from(["spend", "coins_redeem", "coins_back"]))
    def use_coins(self, drawn: bytes, kind: str) -> None:
        self.play(kind, drawn)

    @rule(drawn=DRAWN, kind=st.sampled_from(["withdraw", "restore", "credit", "charge"]))
    def move_cash(self, drawn: bytes, kind: str) -> None:
        self.play(kind, drawn)

    @rule(drawn=DRAWN)
    def close(self, drawn: bytes) -> None:
        self.play("close", drawn)

    @rule(drawn=DRAWN, kind=st.sampled_from(["fund", "lift", "burn", "amend", "open"]))
    def operate(self, drawn: bytes, kind: str) -> None:
        self.play(kind, drawn)

    @invariant()
    def the_founding_money_is_untouched(self) -> None:
        if hasattr(self, "now"):
            assert self.now.founding * self.now.price >= self.now.charter.founding_minor


TestAdversary = AdversaryMachine.TestCase
TestAdversary.settings = settings(stateful_step_count=30)
