import json
from fractions import Fraction
from pathlib import Path

import pytest

from patronage.economy import Charter, Event, Replay, load_charter
from patronage.intake import Day, Sale, days
from patronage.lab.backtest import backtest
from patronage.lab.behaviour import MERCHANT, Behaviour, Trigger
from patronage.lab.result import HUNDREDTHS, Result, Use, apportion

ROOT = Path(__file__).resolve().parents[3]
REDWINE = load_charter((ROOT / "examples" / "redwine.toml").read_bytes())
MALL = load_charter((ROOT / "examples" / "mall.toml").read_bytes())
EVERYTHING = Behaviour(
    redeem=Trigger(Fraction(3, 10), Fraction(3, 2)),
    convert=Trigger(Fraction(3, 10), Fraction(5, 4)),
    spend=Fraction(1, 2),
)


def order(number: int, member: str, amount: int = 10_000, **more: object) -> Event:
    return {
        "id": f"o{number}",
        "type": "order.completed",
        "order": f"o{number}",
        "member": member,
        "amount": amount,
        **more,
    }


def refund(number: int, amount: int) -> Event:
    return {"id": f"r{number}", "type": "order.refunded", "order": f"o{number}", "amount": amount}


def one_a_day(count: int, first: int = 1) -> list[Day]:
    """Make days of one order of 100.00 each, every one by a new member."""
    sales = [
        Sale(f"{n}", f"c{n}", f"2025-{1 + n // 28:02}-{1 + n % 28:02}", 10_000)
        for n in range(first - 1, first - 1 + count)
    ]
    return days(sales, [], key=b"key")[0]


def year() -> list[Day]:
    """Make 280 days of orders of 40 members, with referrers, profits and refunds."""
    made = []
    for n in range(280):
        events = [
            order(
                2 * n, f"m{n % 40:02}", 5_000 + 37 * n, profit=1_000 + n, referrer=f"m{n % 7:02}"
            ),
            order(2 * n + 1, f"m{n * n % 40:02}", 20_000, profit=9_000),
        ]
        if n % 9 == 8:
            events.append(refund(2 * n - 3, 20_000))
        if n % 10 == 9:
            events.append(refund(2 * n - 10, 999))
        made.append(Day(f"2025-{1 + n // 28:02}-{1 + n % 28:02}", events))
    return made


def run(
    charter: Charter, made: list[Day], behaviour: Behaviour | None = None
) -> tuple[Result, list]:
    events: list[Event] = []
    return backtest(charter, made, behaviour, events.append), events


def replayed(charter: Charter, events: list[Event]) -> dict:
    economy = Replay(charter)
    for _ in economy.submit_lines(json.dumps(event).encode() for event in events):
        pass
    return economy.final_state()


def test_the_price_after_each_day_is_the_rule_books():
    result, _ = run(REDWINE, one_a_day(4))
    assert result.first_price == REDWINE.issue_price
    assert [round(Fraction(*day.price) * 10**7, 4) for day in result.days] == [
        Fraction("1.4286"),
        Fraction("1.6807"),
        Fraction("1.8674"),
        Fraction("2.0188"),
    ]
    assert result.last_price == result.days[-1].price


@pytest.mark.parametrize("charter", [REDWINE, MALL], ids=["redwine", "mall"])
@pytest.mark.parametrize("behaviour", [None, EVERYTHING], ids=["none", "everything"])
def test_its_events_replay_to_the_same_state(charter, behaviour):
    result, events = run(charter, year(), behaviour)
    final = replayed(charter, events)
    for name in (
        "reserve",
        "issued",
        "burned",
        "circulating",
        "treasury",
        "coins",
        "dividend_pool",
        "dividends_unpaid",
        "fees",
        "surplus",
        "returned",
    ):
        assert getattr(result, name) == final[name], name
    assert Fraction(*result.last_price) == Fraction(*final["price"])
    assert result.compulsory.number == final["compulsory_redemptions"]
    assert [list(pair) for pair in result.rejected] == final["rejected"]
    accounts = final["accounts"]
    assert result.quota_left == sum(account["quota"] for account in accounts.values())
    assert result.dividends_paid + result.redemptions.net + result.compulsory.net == sum(
        account["cash"] for account in accounts.values()
    )
    for holding in result.largest:
        account = accounts[holding.account]
        assert (holding.points, holding.quota, holding.cash, holding.coins, holding.kind) == tuple(
            account[name] for name in ("points", "quota", "cash", "coins", "kind")
        )


def test_the_year_has_everything_in_it():
    result, _ = run(REDWINE, year(), EVERYTHING)
    for figure in (
        result.refunds,
        result.redemptions.number,
        result.compulsory.number,
        result.converted_coins,
        result.spent_coins,
        result.dividends_paid,
    ):
        assert figure


@pytest.mark.parametrize("charter", [REDWINE, MALL], ids=["redwine", "mall"])
@pytest.mark.parametrize("behaviour", [None, EVERYTHING], ids=["none", "everything"])
def test_sums_add_up(charter, behaviour):
    made = year()
    result, _ = run(charter, made, behaviour)
    orders = [e for day in made for e in day.events if e["type"] == "order.completed"]
    refunds = [e for day in made for e in day.events if e["type"] == "order.refunded"]
    assert (result.orders, result.sales) == (len(orders), sum(e["amount"] for e in orders))
    assert (result.refunds, result.refunded) == (len(refunds), sum(e["amount"] for e in refunds))
    assert result.members == 40
    assert sum(result.uses.values()) == result.sales
    assert sum(result.shares().values()) == HUNDREDTHS
    assert result.circulating == result.issued - result.burned
    assert result.reserve == sum(
        result.uses[use] for use in (Use.BEHIND_POINTS, Use.BEHIND_TREASURY, Use.BEHIND_FOUNDING)
    ) + (charter.founding_minor)
    for name, total in (
        ("orders", result.orders),
        ("sales", result.sales),
        ("refunded", result.refunded),
        ("dividends", result.dividends_distributed),
        ("redeemed", result.redemptions.gross),
        ("bought_out", result.compulsory.gross),
    ):
        assert sum(getattr(day, name) for day in result.days) == total, name
    assert result.quota_used == (
        result.dividends_paid
        + result.redemptions.gross
        + result.compulsory.gross
        + result.converted_coins
    )
    assert result.redemptions.net == result.redemptions.gross - result.redemptions.fee


def test_what_an_account_has_used_is_what_its_quota_paid():
    result, events = run(REDWINE, year(), EVERYTHING)
    granted: dict[str, int] = {}
    for event in events:
        if event["type"] == "coins.redeemed":
            granted[MERCHANT] = granted.get(MERCHANT, 0) + 2 * event["amount"]
    merchant = next(holding for holding in result.largest if holding.account == MERCHANT)
    assert merchant.used + merchant.quota == granted[MERCHANT]
    assert result.largest == sorted(result.largest, key=lambda holding: -holding.points)


def test_members_redeem_when_the_price_is_exactly_the_multiple():
    # The first order is granted at 1.00; after it the price is 30.00 / 21 = 10/7 exactly.
    exactly = Behaviour(redeem=Trigger(Fraction(1), Fraction(10, 7)))
    result, events = run(REDWINE, one_a_day(1), exactly)
    assert [event["type"] for event in events] == [
        "order.completed",
        "points.redeemed",
        "day.closed",
    ]
    assert (result.redemptions.number, result.redemptions.gross) == (1, 3000)

    above = Behaviour(redeem=Trigger(Fraction(1), Fraction(10, 7) + Fraction(1, 10**18)))
    result, events = run(REDWINE, one_a_day(1), above)
    assert result.redemptions.number == 0
    assert len(events) == 2


def test_a_multiple_is_measured_from_the_price_before_the_first_order_not_later_ones():
    behaviour = Behaviour(redeem=Trigger(Fraction(1), Fraction(2)))
    made = [Day(f"2025-01-{n:02}", [order(n, "m" if n != 3 else "other")]) for n in range(1, 10)]
    economy, expected = Replay(REDWINE), None
    first: dict[str, Fraction] = {}
    for day in made:
        member = day.events[0]["member"]
        first.setdefault(member, Fraction(*economy.state.price))
        economy.submit(day.events[0])
        if Fraction(*economy.state.price) >= 2 * first["m"]:
            expected = day.date
            break
    _, events = run(REDWINE, made, behaviour)
    redeemed = [event for event in events if event["type"] == "points.redeemed"]
    assert redeemed[0]["account"] == "m"
    assert redeemed[0]["id"] == f"redeemed:{expected}:m"


def test_after_redeeming_the_next_order_counts_as_a_first_one():
    behaviour = Behaviour(redeem=Trigger(Fraction(1), Fraction(10, 7)))
    made = [Day(f"2025-01-{n:02}", [order(n, "m")]) for n in range(1, 4)]
    result, _ = run(REDWINE, made, behaviour)
    assert result.redemptions.number == 3  # each time everything goes, and the price starts at 1.00


def test_those_who_convert_are_others_than_those_who_redeem():
    behaviour = Behaviour(
        redeem=Trigger(Fraction(1, 2), Fraction(1)), convert=Trigger(Fraction(1, 2), Fraction(1))
    )
    _, events = run(REDWINE, one_a_day(200), behaviour)
    redeeming = {event["account"] for event in events if event["type"] == "points.redeemed"}
    converting = {event["account"] for event in events if event["type"] == "points.converted"}
    assert not redeeming & converting
    assert len(redeeming) + len(converting) == 200
    assert 70 < len(redeeming) < 130


def test_coins_are_spent_on_the_last_day_of_a_month_only():
    behaviour = Behaviour(convert=Trigger(Fraction(1), Fraction(1)), spend=Fraction(1))
    made = one_a_day(70)
    result, events = run(REDWINE, made, behaviour)
    assert events[0]["type"] == "merchant.opened"
    ends = {
        max(day.date for day in made if day.date[:7] == m)
        for m in ("2025-01", "2025-02", "2025-03")
    }
    assert {e["at"][:10] for e in events if e["type"] in ("coins.spent", "coins.redeemed")} == ends
    assert result.spent_coins == result.converted_coins > 0
    assert result.coins == 0
    assert result.largest[0].account == MERCHANT


def test_a_share_of_those_with_coins_spends():
    behaviour = Behaviour(convert=Trigger(Fraction(1), Fraction(1)), spend=Fraction(1, 2))
    result, events = run(REDWINE, one_a_day(28), behaviour)
    spending = [event for event in events if event["type"] == "coins.spent"]
    assert 5 < len(spending) < 23
    assert result.coins == result.converted_coins - result.spent_coins > 0


def test_without_spending_no_merchant_is_opened():
    _, events = run(REDWINE, one_a_day(3), Behaviour(convert=Trigger(Fraction(1), Fraction(1))))
    assert not [event for event in events if event["type"] == "merchant.opened"]


def test_the_seed_chooses_other_members_and_the_same_ones_each_time():
    def redeeming(seed: int) -> list[str]:
        behaviour = Behaviour(redeem=Trigger(Fraction(1, 2), Fraction(1)), seed=seed)
        _, events = run(REDWINE, one_a_day(60), behaviour)
        return [event["account"] for event in events if event["type"] == "points.redeemed"]

    assert redeeming(1) == redeeming(1)
    assert redeeming(1) != redeeming(2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"spend": Fraction(-1, 2)},
        {"spend": Fraction(3, 2)},
        {"redeem": Trigger(Fraction(2), Fraction(2))},
        {"convert": Trigger(Fraction(1, 2), Fraction(1, 2))},
        {
            "redeem": Trigger(Fraction(2, 3), Fraction(2)),
            "convert": Trigger(Fraction(2, 3), Fraction(2)),
        },
    ],
)
def test_impossible_behaviour_is_refused(wrong):
    with pytest.raises(ValueError, match="must"):
        Behaviour(**wrong)


def test_refused_events_are_kept_with_their_codes():
    made = [
        Day("2025-01-01", [order(1, "m"), refund(1, 10_001)]),
        Day("2025-01-02", [refund(9, 1)]),
    ]
    result, _ = run(REDWINE, made)
    assert result.rejected == [("r1", "refund_exceeds_order"), ("r9", "unknown_order")]
    assert result.refunds == 0


def test_no_days_give_an_empty_result():
    result, events = run(REDWINE, [])
    assert (events, result.orders, result.days, result.uses, result.shares()) == ([], 0, [], {}, {})
    assert result.first_price == result.last_price == REDWINE.issue_price
    json.dumps(result.as_json())


@pytest.mark.parametrize(
    ("parts", "shares"),
    [
        ((1, 1, 1), (3334, 3333, 3333)),
        ((0, 5, 0), (0, 10_000, 0)),
        ((1, 2, 9_999_997), (0, 0, 10_000)),
        ((-1, 3, 5), (-1429, 4286, 7143)),
    ],
)
def test_the_largest_remainders_get_what_is_left(parts, shares):
    uses = dict(zip(list(Use), parts, strict=False))
    assert tuple(apportion(uses, HUNDREDTHS).values()) == shares
    assert sum(shares) == HUNDREDTHS


def test_as_json_is_json_with_integers():
    result, _ = run(MALL, year(), EVERYTHING)
    figures = json.loads(json.dumps(result.as_json()))
    assert figures["reserve"] == result.reserve
    assert figures["redemptions"] == {**result.redemptions._asdict(), "net": result.redemptions.net}
    assert figures["uses"]["behind_points"] == result.uses[Use.BEHIND_POINTS]
    assert figures["charter"]["founding_minor"] == 540_000
    assert figures["days"][0]["price"] == list(result.days[0].price)

    def leaves(value: object):
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                yield from leaves(one)
        else:
            yield value

    assert not [leaf for leaf in leaves(figures) if isinstance(leaf, float)]
