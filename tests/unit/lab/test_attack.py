"""Attack: an engine weakened on purpose is broken, the true one is not, and every bound is live."""

import copy
import tomllib
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from patronage.economy import Replay, parse_charter
from patronage.lab.attack import BOUNDS, Search, breach
from patronage.lab.attack import search as search_module
from patronage.lab.attack.openings import OPENINGS
from patronage.lab.attack.shrinking import shrink
from tests.unit.lab.weakened import weakened

EXAMPLES = Path(__file__).parents[3] / "examples"
MALL = tomllib.loads((EXAMPLES / "mall.toml").read_text(encoding="utf-8"))
REDWINE = tomllib.loads((EXAMPLES / "redwine.toml").read_text(encoding="utf-8"))
SEQUENCES_MAX = 1000  # at several hundred a second of processor time


def found(document: dict, seed: int = 0) -> Search:
    """Search until something is found."""
    search = Search(document, seed)
    while not search.findings and search.sequences < SEQUENCES_MAX:
        search.step()
    return search


WEAKENED = {
    "grants_round_up": (
        "orders",
        "* per // price",
        "* per // price + 1",
    ),
    "issues_more_than_authorised": (
        "orders",
        "    if points > unissued:\n        points = unissued",
        "",
    ),
    "a_ring_may_refer_to_itself": (
        "orders",
        '    if event["referrer"] == buyer.id:\n        return None\n',
        "",
    ),
    "points_before_their_dividends": (
        "orders",
        "    paid = settle(state, buyer)",
        "    paid = 0",
    ),
    "contributions_pass_the_reserve_by": (
        "orders",
        "state.reserve += contribution",
        "state.surplus += contribution",
    ),
    "an_order_counts_again": ("orders", "book.orders.get(order_id) is not None", "False"),
    "profit_above_the_amount": ("orders", "profit > amount or", ""),
    "returns_leave_the_points": ("orders", "held = min(account.points, points)", "held = 0"),
    "returns_leave_the_quota": ("orders", "quota=-min(account.quota, quota),", "quota=0,"),
    "returns_give_back_what_is_gone": (
        "orders",
        "back = min(part(order.contribution), worth)",
        "back = part(order.contribution)",
    ),
    "returns_take_the_next_days_pool": (
        "orders",
        "if order.days_closed == state.days_closed:",
        "if True:",
    ),
    "returns_in_crumbs_keep_points": (
        "state",
        "figure * now // self.amount - figure * self.refunded // self.amount",
        "figure * amount // self.amount",
    ),
    "returns_hide_what_is_gone": ("orders", "(asked - taken) * price // per)", "0)"),
    "more_returned_than_ordered": (
        "orders",
        "if order.refunded + amount > order.amount:",
        "if False:",
    ),
    "fees_round_down": (
        "operations",
        "fee = -(-pay * fee_micro // MICRO)",
        "fee = pay * fee_micro // MICRO",
    ),
    "redemptions_pass_the_quota": (
        "operations",
        "pay = min(worth, account.quota)",
        "pay = worth",
    ),
    "worth_rounds_up": (
        "operations",
        "worth = points * price // per\n    state",
        "worth = -(-points * price // per)\n    state",
    ),
    "dividends_are_paid_again": ("operations", "    account.at = state.index\n", ""),
    "settling_loses_crumbs": ("operations", "account.owed = owed", "account.owed = 0"),
    "bought_out_keep_their_quota": (
        "operations",
        "quota=-account.quota,\n        cash",
        "quota=-redemption.pay,\n        cash",
    ),
    "nobody_may_redeem_all": (
        "operations",
        "if points > account.points:",
        "if points >= account.points:",
    ),
    "more_points_than_held": ("operations", "if points > account.points:", "if False:"),
    "fees_go_to_the_surplus": ("operations", "state.fees += fee", "state.surplus += fee"),
    "nobody_is_bought_out": ("apply", "account := book.due(state)", "account := None"),
    "all_are_bought_out": ("book", "if not is_due(key, state):", "if key is None:"),
    "the_ceiling_forgets_dividends": ("state", " - (account.owed << CEILING_BITS)", ""),
    "conversions_leave_the_quota": ("value", "quota=-coins,", "quota=0,"),
    "coins_buy_points_rounded_up": (
        "value",
        "points = amount * per // price",
        "points = -(-amount * per // price)",
    ),
    "a_payment_comes_back_twice": ("value", "payment.refunded + amount > payment.amount", "False"),
    "a_withdrawal_comes_back_twice": (
        "value",
        "withdrawal.restored + amount > withdrawal.amount",
        "False",
    ),
    "more_cash_than_there_is": (
        "value",
        "amount > account.cash + payable(state, account)[2]",
        "False",
    ),
    "coins_are_spent_for_free": (
        "value",
        'post(book, movements, account, "payment", coins=-amount)',
        "pass",
    ),
    "fees_lift_without_bound": (
        "governance",
        "min(state.fees, state.reserve * charter.fee_micro // MICRO)",
        "state.fees",
    ),
    "dividends_round_up": (
        "governance",
        "dividend * INDEX_SCALE // held",
        "-(-dividend * INDEX_SCALE // held)",
    ),
    "the_treasurys_dividend_is_paid_too": (
        "governance",
        "held = state.circulating - state.treasury - state.founding",
        "held = state.circulating - 2 * state.treasury - state.founding",
    ),
    "the_pool_is_paid_and_kept": ("governance", "        state.dividend_pool = 0\n", ""),
    "a_day_is_closed_twice": ("governance", 'event["date"] <= state.last_closed', "False"),
    "coins_lose_their_cover": (
        "governance",
        "(state.treasury - points) * price < state.coins * per",
        "False",
    ),
    "surplus_from_nowhere": ("governance", "from_surplus and amount > state.surplus", "False"),
    "amendments_change_everything": (
        "governance",
        "_fixed(charter) != _fixed(state.charter) or charter.authorised_nano < state.issued",
        "False",
    ),
    "an_id_takes_effect_twice": ("replay", "if first is not None:", "if False:"),
}


@pytest.mark.parametrize("weakness", WEAKENED)
def test_a_weakened_engine_is_broken(weakness: str) -> None:
    """What is found breaks the same bound again, and not the true engine."""
    with weakened(*WEAKENED[weakness]):
        search = found(MALL)
        assert search.findings, f"{search.sequences} sequences found nothing"
        (finding,) = search.findings.values()
        again = breach(search.charter, finding.events, finding.bound)
        assert again is not None
        assert (again.allowed, again.found) == (finding.allowed, finding.found)
    assert BOUNDS[finding.bound] != "charter"
    assert breach(search.charter, finding.events, finding.bound) is None


@pytest.mark.parametrize("seed", [0, 1])
def test_the_true_engine_is_not_broken(seed: int) -> None:
    search = Search(MALL, seed)
    for _ in range(200):
        assert search.step() is None
    assert len(search.events) == 16
    assert len(search.refusals) >= 18
    assert search.compulsory_redemptions > 50


def test_the_same_seed_finds_the_same() -> None:
    with weakened(*WEAKENED["an_order_counts_again"]):
        one, other = found(MALL, 7), found(MALL, 7)
    assert one.findings == other.findings
    assert (one.sequences, one.events) == (other.sequences, other.events)


def test_what_is_found_is_kept_though_cutting_it_down_is_interrupted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(search_module, "shrink", interrupted)
    with weakened(*WEAKENED["returns_leave_the_points"]):
        search = Search(MALL)
        while not search.findings:
            with suppress(KeyboardInterrupt):
                search.step()
        assert breach(search.charter, search.findings["refund"].events, "refund") is not None


def test_another_seed_tries_something_else() -> None:
    one, other = Search(MALL, 1), Search(MALL, 2)
    for _ in range(len(OPENINGS) + 20):
        one.step()
        other.step()
    assert one.events != other.events


def test_without_founding_points_supply_is_made_thin() -> None:
    """The example without a founding is good enough to study: one member alone makes others' orders
    lose. With a founding of a hundred points no sequence does.
    """
    search = found(REDWINE)
    (finding,) = search.findings.values()
    assert finding.bound == "thin"
    assert finding.allowed - finding.found >= max(100, finding.allowed / 100)
    assert {event["type"] for event in finding.events} <= {"order.completed", "points.redeemed"}
    replay = Replay(search.charter)
    for event in finding.events:
        replay.submit(event)
    assert replay.rejected == []
    assert replay.state.circulating < 10**9

    founded = copy.deepcopy(REDWINE)
    founded["founding"] = {"amount": "100.00"}
    assert breach(parse_charter(founded), finding.events, "thin") is None


# Each bound by itself.


def order(number: int, member: str, amount: int, **more: object) -> dict:
    return {"id": f"o{number}", "type": "order.completed", "order": f"o{number}",
            "member": member, "amount": amount, **more}  # fmt: skip


def event(id: str, kind: str, **fields: object) -> dict:
    return {"id": id, "type": kind, **fields}


MERCHANT = event("s", "merchant.opened", merchant="s1")
SOLD = event("r", "points.redeemed", account="m1", points=10**9)
CONVERTED = event("c", "points.converted", account="m1", points=2 * 10**9)
SPENT = event("p", "coins.spent", account="m1", merchant="s1", amount=5000)
CLOSED = event("d", "day.closed", date="2026-01-01")
LARGE = order(1, "m1", 10**6, profit=10**6)
LIFTED = event("f", "reserve.funded", amount=10**8)
DEAR = copy.deepcopy(MALL)
DEAR["points"] = {"authorised": "1000", "issue_price": "10000000000"}
DEAR["founding"] = {"amount": "0"}
DEAR["grant"] = {"mode": "value", "rate": "0.70"}

Place = tuple[str, str, str]
BROKEN: dict[str, tuple[list[Place], list[dict]]] = {
    "points": ([("value", "state.treasury += points", "pass")], [LARGE, CONVERTED]),
    "price": (
        [
            WEAKENED["worth_rounds_up"],
            ("apply", 'raise BrokenInvariantError("the price fell")', "pass"),
        ],
        [LARGE, CONVERTED, event("f", "reserve.funded", amount=10**5),
         event("b", "treasury.burned", points=1)],
    ),
    "coins": ([("value", "state.coins += coins", "pass")], [LARGE, CONVERTED]),
    "money": ([WEAKENED["the_pool_is_paid_and_kept"]], [LARGE, CLOSED]),
    "quota": ([WEAKENED["redemptions_pass_the_quota"]], [LARGE, LIFTED]),
    "owed": (
        [
            (
                "governance",
                "state.dividends_unpaid += dividend",
                "state.dividends_unpaid += dividend - 1; state.surplus += 1",
            )
        ],
        [LARGE, CLOSED],
    ),
    "settling": (
        [WEAKENED["settling_loses_crumbs"]],
        [order(1, "m1", 10**6, profit=7), order(2, "m2", 10**6, profit=3), CLOSED,
         {**CLOSED, "id": "d2", "date": "2026-01-02", "profit": 10}],
    ),
    "due": ([WEAKENED["nobody_is_bought_out"]], [LARGE, LIFTED]),
    "refusal": ([WEAKENED["an_order_counts_again"]], [LARGE, {**LARGE, "id": "again"}]),
    "denied": (
        [WEAKENED["nobody_may_redeem_all"]],
        [LARGE, {**SOLD, "points": 50 * 10**9}],
    ),
    "told": (
        [("operations", "            cash + dividend,\n            coins,",
          "            cash + dividend,\n            0,")],
        [LARGE, CONVERTED],
    ),
    "kept": ([WEAKENED["fees_go_to_the_surplus"]], [LARGE, SOLD]),
    "stopped": ([WEAKENED["contributions_pass_the_reserve_by"]], [LARGE]),
    "grant": ([WEAKENED["grants_round_up"]], [LARGE, order(2, "m2", 10**4)]),
    "refund": (
        [WEAKENED["returns_leave_the_points"]],
        [LARGE, event("r", "order.refunded", order="o1", amount=10**6)],
    ),
    "redemption": ([WEAKENED["fees_round_down"]], [LARGE, {**SOLD, "points": 999_999_999}]),
    "compulsory_redemption": (
        [("operations", "cash=redemption.pay - redemption.fee", "cash=redemption.pay")],
        [LARGE, event("r", "order.refunded", order="o1", amount=500_000), LIFTED],
    ),
    "conversion": ([WEAKENED["conversions_leave_the_quota"]], [LARGE, CONVERTED]),
    "coin_payment": (
        [WEAKENED["coins_are_spent_for_free"]],
        [MERCHANT, LARGE, CONVERTED, SPENT],
    ),
    "coin_redemption": (
        [WEAKENED["coins_buy_points_rounded_up"]],
        [MERCHANT, LARGE, CONVERTED, SPENT,
         event("x", "coins.redeemed", merchant="s1", amount=4999)],
    ),
    "cash": (
        [("value", '"credit", cash=amount', '"credit", cash=2 * amount')],
        [event("g", "cash.credited", account="m1", amount=1, reason="reward")],
    ),
    "dividend": (
        [WEAKENED["dividends_are_paid_again"]],
        [LARGE, CLOSED, event("w", "cash.withdrawn", account="m1", amount=1)],
    ),
    "gain": (
        [WEAKENED["fees_lift_without_bound"]],
        [order(1, "m1", 10**8), order(2, "m2", 10**4), {**SOLD, "points": 4999 * 10**9}, CLOSED],
    ),
    "thin": ([], [order(1, "m1", 10**4)]),
}  # fmt: skip


@pytest.mark.parametrize("bound", BOUNDS)
def test_every_bound_can_be_broken(bound: str) -> None:
    places, events = BROKEN[bound]
    charter = parse_charter(DEAR if bound == "thin" else MALL)
    if places:
        assert breach(charter, events, bound) is None
    with ExitStack() as stack:
        for place in places:
            stack.enter_context(weakened(*place))
        assert breach(charter, events, bound) is not None


def test_shrinking_leaves_what_is_no_amount() -> None:
    events = [order(1, "m1", -7), order(2, "m2", 0)]
    shortest = shrink(events, lambda tried: len(tried) == 2 and tried[0]["amount"] <= 0)
    assert [event["amount"] for event in shortest] == [-7, 0]


def test_shrinking_leaves_only_what_breaks() -> None:
    events = [order(n, f"m{n % 4}", 12_345 + n, referrer="m9", profit=77) for n in range(40)]

    def breaks(tried: list[dict]) -> bool:
        amounts = {one["member"]: one["amount"] for one in tried}
        return amounts.get("m1", 0) >= 4_200 and "m3" in amounts

    assert shrink(events, breaks) == [
        {"id": "e1", "type": "order.completed", "order": "o1", "member": "m1", "amount": 10_000},
        {"id": "e2", "type": "order.completed", "order": "o2", "member": "m3", "amount": 1},
    ]
