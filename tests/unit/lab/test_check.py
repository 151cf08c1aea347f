"""The growth law against the rules and the rule book; every case of every finding is reached."""

import itertools
import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from patronage.economy import Charter, Replay, parse_charter
from patronage.lab.check import Assumptions, Finding, Report, check
from patronage.lab.growth import Growth, orders_until_thin

REDWINE: dict[str, dict[str, Any]] = {
    "economy": {"name": "Red Wine Club", "currency": "CNY"},
    "points": {"authorised": "100000000", "issue_price": "1.00"},
    "reserve": {"rate": "0.30", "of": "revenue"},
    "grant": {"rate": "0.70", "mode": "value"},
    "referral": {"rate": "0.10"},
    "quota": {"multiple": "2"},
    "dividend": {"rate": "0.30"},
    "redemption": {"fee": "0.10"},
}
FOUNDED = {"founding.amount": "1000.00"}
UNITS = {"grant.mode": "units", "grant.rate": "0.90", "grant.per": "300.00"}


def charter(changes: dict[str, str] | None = None) -> Charter:
    document = {section: dict(keys) for section, keys in REDWINE.items()}
    for path, value in (changes or {}).items():
        section, _, key = path.partition(".")
        document.setdefault(section, {})[key] = value
    return parse_charter(document)


def judged(changes: dict[str, str] | None = None, **assumed: Any) -> Report:
    assumed.setdefault("basket_minor", 10_000)
    assumed.setdefault("sales_minor", 1_000_000)
    return check(charter(changes), Assumptions(**assumed))


def found(code: str, changes: dict[str, str] | None = None, **assumed: Any) -> Finding:
    return next(f for f in judged(changes, **assumed).findings if f.code == code)


def law(
    changes: dict[str, str] | None = None,
    *,
    referred: Fraction = Fraction(0),
    contribution_minor: int = 3000,
) -> Growth:
    return Growth(
        charter(changes),
        basket_minor=10_000,
        contribution_minor=contribution_minor,
        referred=referred,
    )


def in_money(price: float) -> str:
    return f"{math.floor(price * 100 + 0.5) / 10_000:.4f}"


@pytest.mark.parametrize(
    ("orders", "price"),
    [(1, "1.4286"), (2, "1.6807"), (3, "1.8674"), (4, "2.0188"), (100, "5.1731")],
)
def test_the_rule_books_table(orders: int, price: str) -> None:
    assert in_money(law().price(orders)) == price


def test_the_rule_books_long_run() -> None:
    growth = law()
    assert f"{growth.price(10**6) / 100:.2f}" == "81.90"
    assert f"{growth.price(10**8) / 100:.2f}" == "326.06"
    assert f"{growth.supply(10**8) / 1e6:.1f}" == "9.2"
    # The rule book's own form.
    n = 12345
    own = 21 * math.exp(math.lgamma(n + 0.7) - math.lgamma(1.7) - math.lgamma(n))
    assert growth.supply(n) == pytest.approx(own, rel=1e-9)


def test_the_series_for_large_reserves_meets_the_gamma_function() -> None:
    growth = law({"founding.amount": "2999999.00"})  # x just below where the series begins
    just_above = law({"founding.amount": "3000001.00"})
    ratio = just_above.price(10**6) / growth.price(10**6)
    assert ratio == pytest.approx(1, abs=1e-6)
    assert law(FOUNDED).price(1e12) > law(FOUNDED).price(1e11)


@pytest.mark.parametrize(
    ("changes", "referred"),
    [
        ({}, 0),
        (FOUNDED, 0),
        (FOUNDED, 2),
        (UNITS | {"points.issue_price": "20.00", "founding.amount": "200.00"}, 2),
        (UNITS | {"points.issue_price": "20.00", "founding.amount": "20000.00"}, 0),
        (UNITS | {"points.issue_price": "20.00"}, 0),
        (UNITS | {"points.issue_price": "90.00", "founding.amount": "900.00"}, 0),
        (FOUNDED | {"points.authorised": "6000"}, 0),
        ({"points.authorised": "3000"}, 0),
        ({"reserve.of": "profit"}, 0),
        (FOUNDED | {"grant.rate": "1", "referral.rate": "0"}, 0),
    ],
)
def test_the_closed_form_is_what_the_rules_do(changes: dict[str, str], referred: int) -> None:
    changes = changes | {"quota.multiple": "10", "dividend.rate": "0"}
    economy = Replay(charter(changes))
    of_profit = changes.get("reserve.of") == "profit"
    growth = law(
        changes,
        referred=Fraction(1, referred) if referred else Fraction(0),
        contribution_minor=1200 if of_profit else 3000,
    )
    for n in range(1, 2001):
        order: dict[str, Any] = {
            "id": f"o{n}",
            "type": "order.completed",
            "order": f"o{n}",
            "member": f"m{n}",
            "amount": 10_000,
        }
        if of_profit:
            order["profit"] = 4000
        if referred and n % referred == 0:
            order["referrer"] = "r"
        economy.submit(order)
        # A referrer of every second order makes the average true only in the long run.
        if n in (1, 7, 50, 500, 2000) and (n >= 50 or not referred):
            minor, nano = economy.state.price
            assert growth.price(n) == pytest.approx(minor * 1e9 / nano, rel=0.01), n
            assert growth.reserve(n) == pytest.approx(economy.state.reserve, rel=0.01), n
            circulating = economy.state.circulating / 1e9
            assert growth.supply(n) == pytest.approx(circulating, rel=0.01), n
    assert not economy.state.compulsory_redemptions


@pytest.mark.parametrize("changes", [{}, UNITS, {"reserve.rate": "0.05"}])
def test_the_thin_supply_warned_of_is_real(changes: dict[str, str]) -> None:
    rules = charter(changes)
    contribution = 10_000 * rules.reserve_micro // 10**6
    expected = orders_until_thin(rules, 10_000, contribution)
    economy = Replay(rules)
    for n in range(200):
        event = {"type": "order.completed", "member": "m", "amount": 10_000}
        economy.submit(event | {"id": f"o{n}", "order": f"o{n}"})
        if economy.state.surplus == contribution:
            assert n == expected
            return
        price, per = economy.state.price
        points = economy.book.accounts["m"].points
        leave = points - -(-per // price)
        economy.submit({"id": f"r{n}", "type": "points.redeemed", "account": "m", "points": leave})
    pytest.fail("supply did not get thin")


def test_recommended_founding_is_enough_and_little_more() -> None:
    finding = found("founding")
    recommended = finding.numbers["recommended"]
    assert recommended == 880  # (30 − 21) / (879 + 21) = 1 %, rounded up
    assert found("founding", {"founding.amount": "879.00"}).verdict == "holds"
    assert found("founding", {"founding.amount": "878.99"}).verdict == "warning"


def test_the_lift_of_one_order_is_that_of_the_rules() -> None:
    economy = Replay(charter({"founding.amount": "1000.00"}))
    before = Fraction(*economy.state.price)
    event = {"type": "order.completed", "member": "m", "amount": 10_000}
    economy.submit(event | {"id": "o", "order": "o"})
    lift = Fraction(*economy.state.price) / before - 1
    finding = found("founding", FOUNDED, referred=Fraction(0))
    assert float(lift) == pytest.approx(float(finding.numbers["lift"] or 0), rel=1e-6)


CASES: list[tuple[str, str, str, dict[str, str], dict[str, Any]]] = [
    ("parties", "holds", "holds", {}, {}),
    ("parties", "holds", "share", {"reserve.of": "profit"}, {}),
    ("parties", "warning", "no_slack", {"grant.rate": "1", "referral.rate": "0"}, {}),
    ("parties", "fails", "nothing", {"grant.rate": "0"}, {}),
    ("parties", "fails", "nothing", {}, {"basket_minor": 4}),
    ("founding", "holds", "holds", FOUNDED, {}),
    ("founding", "fails", "none", {}, {}),
    ("founding", "fails", "below_a_point", {"founding.amount": "0.99"}, {}),
    ("founding", "warning", "small", {"founding.amount": "50.00"}, {}),
    ("founding", "warning", "coarse", FOUNDED, {"sales_minor": 10**9 * 100}),
    ("founding", "warning", "small", FOUNDED, {"basket_minor": 10**12, "sales_minor": 10**12}),
    (
        "founding",
        "warning",
        "dear",
        {"points.issue_price": "10000000", "founding.amount": "10000000"},
        {},
    ),
    ("first_value", "holds", "holds", {}, {}),
    ("first_value", "holds", "holds", UNITS, {}),
    ("first_value", "holds", "at_least", {"reserve.of": "profit"}, {}),
    ("first_value", "warning", "soon", {"quota.multiple": "0.3"}, {}),
    ("first_value", "note", "margin", {"reserve.of": "profit", "quota.multiple": "0.3"}, {}),
    ("first_value", "note", "nothing", {"grant.rate": "0"}, {}),
    ("growth", "holds", "value", {}, {}),
    ("growth", "holds", "value", UNITS | {"points.issue_price": "90.00"}, {}),
    (
        "growth",
        "holds",
        "units",
        UNITS | {"points.issue_price": "20.00", "founding.amount": "200.00"},
        {},
    ),
    (
        "growth",
        "holds",
        "units_only",
        UNITS
        | {
            "points.issue_price": "20.00",
            "founding.amount": "200.00",
            "points.authorised": "20",
        },
        {},
    ),
    (
        "growth",
        "warning",
        "units_flat",
        UNITS | {"grant.rate": "1", "referral.rate": "0", "founding.amount": "200.00"},
        {},
    ),
    ("growth", "warning", "flat", {"grant.rate": "1", "referral.rate": "0"}, {}),
    ("growth", "fails", "nothing", {"reserve.rate": "0"}, {}),
    ("growth", "note", "margin", {"reserve.of": "profit"}, {}),
    ("authorised", "holds", "never", {}, {}),
    ("authorised", "holds", "late", {"points.authorised": "300000"}, {}),
    ("authorised", "warning", "soon", {"points.authorised": "3000"}, {}),
    ("authorised", "fails", "none_left", FOUNDED | {"points.authorised": "1000"}, {}),
    ("authorised", "note", "nothing", {"grant.rate": "0"}, {}),
    ("authorised", "note", "margin", {"reserve.of": "profit"}, {}),
    ("margin", "holds", "holds", {}, {}),
    ("margin", "holds", "above", {}, {"margin": Fraction(1, 2)}),
    ("margin", "holds", "of_profit", {"reserve.of": "profit"}, {}),
    ("margin", "warning", "below", {}, {"margin": Fraction(2, 5)}),
    ("margin", "warning", "high", {"dividend.rate": "0.41"}, {}),
    ("margin", "warning", "takes_all_profit", {"reserve.of": "profit", "dividend.rate": "0.7"}, {}),
    ("margin", "fails", "impossible", {"dividend.rate": "0.7"}, {}),
    ("margin", "fails", "impossible", {"dividend.rate": "1"}, {}),
    (
        "margin",
        "fails",
        "takes_more_than_profit",
        {"reserve.of": "profit", "dividend.rate": "0.71"},
        {},
    ),
    ("fee", "holds", "holds", {}, {}),
    ("fee", "holds", "holds", {"reserve.of": "profit"}, {}),
    ("fee", "warning", "free", {"redemption.fee": "0"}, {}),
    ("fee", "warning", "heavy", {"redemption.fee": "0.6"}, {}),
    ("fee", "fails", "all", {"redemption.fee": "1"}, {}),
    ("merchants", "holds", "holds", {}, {}),
    ("merchants", "warning", "cheaper_exit", {"redemption.merchant_fee": "0.02"}, {}),
    ("merchants", "fails", "underpaid", {"quota.multiple": "0.9"}, {}),
    ("merchants", "fails", "nothing", {"redemption.merchant_fee": "1"}, {}),
    ("time_to_quota", "note", "price", {}, {}),
    ("time_to_quota", "note", "price", {"points.authorised": "3000"}, {}),
    ("time_to_quota", "note", "dividends", {}, {"margin": Fraction(1, 2)}),
    ("time_to_quota", "note", "nothing", {"grant.rate": "0"}, {}),
    ("time_to_quota", "note", "nothing", FOUNDED | {"points.authorised": "1000"}, {}),
    ("time_to_quota", "note", "margin", {"reserve.of": "profit"}, {}),
    ("average_member", "note", "year", {}, {"members": 100}),
    ("average_member", "note", "year", {}, {"members": 100, "margin": Fraction(1, 2)}),
    ("quotas", "note", "more", {}, {}),
    ("quotas", "note", "more", {"reserve.of": "profit"}, {}),
    ("quotas", "note", "more", {"dividend.rate": "0"}, {}),
    ("quotas", "note", "with_dividends", {"quota.multiple": "0.4"}, {}),
    ("quotas", "note", "covered", {"quota.multiple": "0.25"}, {}),
    ("quotas", "note", "nothing", {"reserve.rate": "0"}, {}),
    ("stop", "note", "less", {}, {}),
    ("stop", "note", "less", {"dividend.rate": "0"}, {}),
    ("stop", "note", "as_much", {"reserve.rate": "1"}, {}),
    ("evening", "note", "margin", FOUNDED, {}),
    ("evening", "note", "margin", {"reserve.of": "profit"}, {}),
    ("evening", "note", "never", {"dividend.rate": "0.1"}, {"margin": Fraction(2, 5)}),
    ("evening", "note", "days", {}, {"margin": Fraction(2, 5)}),
    (
        "evening",
        "note",
        "always",
        {"grant.rate": "1", "referral.rate": "0", "redemption.fee": "0"},
        {"margin": Fraction(2, 5)},
    ),
]


@pytest.mark.parametrize(
    ("code", "verdict", "case", "changes", "assumed"),
    CASES,
    ids=[f"{case[0]}-{case[2]}" for case in CASES],
)
def test_every_case_is_reached(
    code: str, verdict: str, case: str, changes: dict[str, str], assumed: dict[str, Any]
) -> None:
    finding = found(code, changes, **assumed)
    assert (finding.verdict, finding.case) == (verdict, case)


def test_a_sound_charter_has_no_warning() -> None:
    report = judged(FOUNDED)
    assert report.is_sound
    assert report.count("holds") == 8


def test_an_orders_parts_add_up_to_its_contribution() -> None:
    numbers = found("parties", margin=Fraction(35, 100)).numbers
    parts = [numbers[name] for name in ("buyer_value", "referrer_value", "stays")]
    assert [Fraction(21), Fraction(21, 10), Fraction(69, 10)] == parts
    profit = found("parties", {"reserve.of": "profit"}, margin=Fraction(35, 100)).numbers
    assert (
        sum(Fraction(profit[n] or 0) for n in ("buyer_value", "referrer_value", "stays"))
        == (profit["contribution"])
    )


def test_the_hundred_is_shared_without_remainder() -> None:
    for changes in ({}, {"reserve.of": "profit"}, UNITS):
        for referred in (False, True):
            shares = judged(changes, margin=Fraction(45, 100)).shares
            value = {s.part: s.referred if referred else s.without for s in shares}
            inside = value["buyer"] + value["lift"] + (value["referrer"] if referred else 0)
            assert inside == value["reserve"]
            outside = value["dividend"] + value["goods"] + value["operator"]
            assert outside + value["reserve"] == 100


def test_break_even_leaves_nothing() -> None:
    even = found("margin").numbers["break_even"]
    assert even == Fraction(3, 7)
    assert found("margin", margin=Fraction(3, 7)).numbers["kept"] == 0


def test_the_quota_is_reached_when_the_rules_say_so() -> None:
    """The first buyer is bought out on the order that the law names, but for a few."""
    finding = found("time_to_quota", referred=Fraction(0))
    orders = Fraction(finding.numbers["start_days"] or 0) * 100
    economy = Replay(charter())
    n = 0
    while not economy.state.compulsory_redemptions:
        n += 1
        event = {"type": "order.completed", "member": f"m{n}", "amount": 10_000}
        economy.submit(event | {"id": f"o{n}", "order": f"o{n}"})
    assert n == math.ceil(orders)


def test_the_switch_from_units_to_value_is_that_of_the_rules() -> None:
    changes = UNITS | {"points.issue_price": "20.00", "founding.amount": "200.00"}
    finding = found("growth", changes, referred=Fraction(0))
    switch = finding.numbers["value_limit_orders"]
    economy = Replay(charter(changes | {"quota.multiple": "10"}))
    limit = Fraction(8100, 10**9)
    n = 0
    while Fraction(*economy.state.price) < limit:
        n += 1
        event = {"type": "order.completed", "member": "m", "amount": 10_000}
        economy.submit(event | {"id": f"o{n}", "order": f"o{n}"})
    assert n == switch


def test_dividends_bring_the_quota_nearer() -> None:
    numbers = found("time_to_quota", FOUNDED, margin=Fraction(1, 2)).numbers
    assert Fraction(numbers["start_days_with_dividends"] or 0) < Fraction(
        numbers["start_days"] or 0
    )


def test_the_authorised_points_end_when_the_rules_end_them() -> None:
    changes = {"points.authorised": "200"}
    orders = found("authorised", changes, referred=Fraction(0)).numbers["orders"]
    economy = Replay(charter(changes))
    n = 0
    while economy.state.issued < economy.state.charter.authorised_nano:
        n += 1
        event = {"type": "order.completed", "member": f"m{n}", "amount": 10_000}
        economy.submit(event | {"id": f"o{n}", "order": f"o{n}"})
    assert n == orders


@pytest.mark.parametrize("every", [1, 2, 5])
def test_redemptions_make_the_price_rise_faster_and_issue_fewer_points(every: int) -> None:
    changes = FOUNDED | {"quota.multiple": "10"}
    economy, growth = Replay(charter(changes)), law(changes)
    for n in range(1, 1001):
        member = f"m{n}"
        event = {"type": "order.completed", "member": member, "amount": 10_000}
        economy.submit(event | {"id": f"o{n}", "order": f"o{n}"})
        if n % every == 0:
            points = economy.book.accounts[member].points
            event = {"type": "points.redeemed", "account": member, "points": points}
            economy.submit(event | {"id": f"r{n}"})
    minor, nano = economy.state.price
    assert minor * 1e9 / nano > growth.price(1000)
    assert economy.state.issued / 1e9 < growth.supply(1000)


def evening_gain(changes: dict[str, str], days: int, amount: int, margin: Fraction) -> int:
    """Play days of sales, then a ring's order just before the close; return what the ring gains."""
    economy = Replay(charter(changes | {"quota.multiple": "10"}))
    orders = 0
    for day in range(1, days + 1):
        for _ in range(100):
            orders += 1
            event = {"type": "order.completed", "member": f"h{orders % 50}", "amount": 10_000}
            economy.submit(event | {"id": f"o{orders}", "order": f"o{orders}", "profit": 0})
        if day == days:
            event = {"type": "order.completed", "member": "r1", "referrer": "r2", "amount": amount}
            paid = economy.submit(event | {"id": "x", "order": "x"}).facts.contribution  # type: ignore[union-attr]
        profit = int(margin * 1_000_000)
        event = {"type": "day.closed", "date": f"2026-01-{day:02}", "profit": profit}
        economy.submit(event | {"id": f"d{day}"})
    for member in ("r1", "r2"):
        points = economy.book.accounts[member].points
        event = {"type": "points.redeemed", "account": member, "points": points}
        economy.submit(event | {"id": f"s{member}"})
    got = economy.final_state()["accounts"]
    return int(got["r1"]["cash"] + got["r2"]["cash"] - paid)


@pytest.mark.parametrize("changes", [FOUNDED, FOUNDED | {"grant.rate": "0.90"}])
def test_ordering_for_the_dividend_pays_as_long_as_said(changes: dict[str, str]) -> None:
    """On the last day on which it is said to pay a small order gains, on the next no order does."""
    margin = Fraction(2, 5)
    finding = found("evening", changes, margin=margin, referred=Fraction(0))
    days = int(finding.numbers["days"] or 0)
    assert 1 <= days <= 20
    assert evening_gain(changes, days, 10_000, margin) > 0
    for amount in (1_000, 10_000, 100_000, 1_000_000):
        assert evening_gain(changes, days + 1, amount, margin) < 0


def test_milestones_follow_the_sales() -> None:
    rows = judged(FOUNDED).milestones
    assert [row.orders for row in rows if not row.by_days] == [10**2, 10**4, 10**6, 10**8]
    assert [(row.days, row.orders) for row in rows if row.by_days][:2] == [(30, 3000), (365, 36500)]
    assert judged({"reserve.of": "profit"}).milestones == ()


def prices(growth: Growth) -> Iterator[float]:
    for exponent in range(60):
        yield growth.price(10 ** (exponent / 4))


@pytest.mark.parametrize("changes", [case[3] for case in CASES if "reserve.of" not in case[3]])
def test_the_forecast_price_never_falls(changes: dict[str, str]) -> None:
    path = list(prices(law(changes)))
    assert all(before <= after * (1 + 1e-9) for before, after in itertools.pairwise(path))
