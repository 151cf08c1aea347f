"""Replay: lines that are no events, ids seen before, and broken promises."""

import copy
import json
import tomllib
from pathlib import Path

import pytest

from patronage.economy import (
    Account,
    Applied,
    BrokenInvariantError,
    Refused,
    Replay,
    check_identities,
    check_outcome,
    is_same,
    load_charter,
    parse_event,
)
from patronage.economy.operations import known, post, settle
from tests.model import Model
from tests.model.form import same
from tests.unit.economy.watch import picture

HALF = (Path(__file__).resolve().parents[2] / "vectors" / "half.toml").read_bytes()
FUND = {"id": "f", "type": "reserve.funded", "amount": 100}
ORDER = {"id": "o", "type": "order.completed", "order": "o", "member": "m", "amount": 4000}


def replay() -> Replay:
    return Replay(load_charter(HALF))


NO_OBJECTS = [
    b"", b" ", b"x", b"null", b"true", b"5", b'"x"', b"[]", b"[{}]", b"{", b"}", b"{}x", b"{} {}",
    b"{'id': 'x'}", b'{"id": "x",}', b'{"id": "x"', b'{"id" "x"}', b'{id: "x"}', b'{"id": x}',
    b'{"id": "x", "id": "x"}', b'{"id": "x", "id": "y"}', b'{"id": "x", "\\u0069d": "x"}',
    b'{"id": "x", "a": {"b": 1, "b": 1}}', b'{"id": "x", "a": [{"b": 1, "b": 1}]}',
    b'{"id": "x", "a": NaN}', b'{"id": "x", "a": Infinity}', b'{"id": "x", "a": -Infinity}',
    b'{"id": "x", "a": [NaN]}', b'{"id": "x", "a": +1}', b'{"id": "x", "a": 01}',
    b'{"id": "x", "a": .5}',
    b'{"id": "x", "a": 1.}', b'{"id": "x", "a": 0x1}', b'{"id": "x", "a": 1_0}',
    b'{"id": "x", "a": --1}',
    b'{"id": "x\xff"}', b'{"id": "\xc3"}', b'{"id": "\xed\xa0\x80"}', b'{"id": "\xc0\xaf"}',
    b"\xff\xfe{\x00}\x00", b'\xef\xbb\xbf{"id": "x"}', '{"id": "x"}'.encode("utf-16"),
    b'{"id": "\\ud800"}', b'{"id": "x", "a": "\\ud800"}', b'{"id": "x", "\\udfff": 1}',
    b'{"id": "x", "a": ["\\ud800"]}', b'{"id": "x", "a": {"b": "\\ude00\\ud83d"}}',
    b'{"id": "x\n"}', b'{"id": "x\t"}', b'{"id": "x\x00"}', b'{"id": "\\x41"}', b'{"id": "\\u12"}',
    b'{"id": "x", "a": ' + b"[" * 100_000, b'{"id": "x", "a": ' + b'{"a":' * 100_000,
    b"[" * 100_000 + b"]" * 100_000, b"x" * 1_000_000,
    b'{"id": "x", "a": ' + b"1" * 5000 + b', "a": 1}',
    b'{"id": "x", "a": [' + b"1" * 5000 + b", NaN]}",
    b'{"id": 5}', b'{"id": null}', b'{"id": ""}', b'{"id": ["x"]}', b"{}", b'{"type": "x"}',
    b'{"id": "' + b"x" * 201 + b'"}',
]  # fmt: skip

OBJECTS = [
    (b'{"id": "x"}', {"id": "x"}),
    (b' \t\r\n{ "id" :\t"x" }\r\n ', {"id": "x"}),
    (b'{"\\u0069d": "\\u0078"}', {"id": "x"}),
    (b'{"id": "\\ud83d\\ude00"}', {"id": "\U0001f600"}),
    ('{"id": "\U0001f600\\ud83d\\ude00"}'.encode(), {"id": "\U0001f600" * 2}),
    (b'{"id": "\\\\ud800"}', {"id": "\\ud800"}),
    (b'{"id": "\\u0000"}', {"id": "\0"}),
    (b'{"id": "\xef\xbb\xbfx"}', {"id": "\ufeffx"}),
    (b'{"id": "x", "a": -0}', {"id": "x", "a": 0}),
    (b'{"id": "x", "a": 1e2}', {"id": "x", "a": 100.0}),
    (b'{"id": "x", "a": 1e999}', {"id": "x", "a": float("inf")}),
    (b'{"a": {"b": 1}, "c": {"b": 1}}', {"a": {"b": 1}, "c": {"b": 1}}),
]  # fmt: skip


@pytest.mark.parametrize("line", NO_OBJECTS, ids=lambda line: repr(line[:40]))
def test_a_line_that_is_no_object_or_has_no_id(line: bytes) -> None:
    economy, model = replay(), Model(tomllib.loads(HALF.decode()))
    before = picture(economy)
    for _ in range(2):
        assert economy.submit_line(line) == Refused("malformed")
        assert model.apply_line(line) == "malformed"
    assert economy.rejected == [(None, "malformed")] * 2
    assert picture(economy) == before


@pytest.mark.parametrize(("line", "value"), OBJECTS, ids=lambda value: repr(value)[:40])
def test_a_line_that_is_an_object(line: bytes, value: dict) -> None:
    parsed = parse_event(line)
    assert is_same(parsed, value)


def test_integers_of_any_length() -> None:
    for digits in (1, 3999, 4000, 4001, 4300, 4301, 5000, 8000, 8001, 20_000):
        for sign in ("", "-"):
            line = b'{"id": "x", "a": [' + sign.encode() + b"7" * digits + b', {"b": 1}]}'
            number = (10**digits - 1) // 9 * (-7 if sign else 7)
            assert parse_event(line) == {"id": "x", "a": [number, {"b": 1}]}
    assert parse_event(b"1" + b"0" * 9000) == 10**9000


def test_a_long_integer_is_judged_like_any_other() -> None:
    economy = replay()
    long = b"1" * 5000
    base = b'{"type": "reserve.funded", "id": "%s", "amount": %s}'
    assert economy.submit_line(base % (b"1", long)) == Refused("invalid_amount")
    assert economy.submit_line(base % (b"2", b"-" + long)) == Refused("invalid_amount")
    assert economy.submit_line(base % (b"1", long)) is None
    assert economy.submit_line(base % (b"1", long + b"1")) == Refused("conflict")
    close = b'{"type": "day.closed", "id": "3", "date": "2026-01-01", "profit": -%s}' % long
    assert isinstance(economy.submit_line(close), Applied)


def test_blank_lines_are_nothing() -> None:
    economy = replay()
    line = json.dumps(FUND).encode()
    lines = [b"", b"\n", b" \t\r\n", b"\r\n", line + b"\r\n", b"\n", line]
    outcomes = list(economy.submit_lines(lines))
    assert [type(outcome) for outcome in outcomes] == [Applied, type(None)]
    assert economy.rejected == []


@pytest.mark.parametrize("line", ["\x0b", "\x0c", "\u00a0", "\u2028", "\x00"])
def test_other_spaces_are_not_blank(line: str) -> None:
    economy = replay()
    assert list(economy.submit_lines([line.encode()])) == [Refused("malformed")]


def test_the_same_again_does_nothing() -> None:
    economy = replay()
    assert isinstance(economy.submit(dict(FUND)), Applied)
    before = picture(economy)
    for _ in range(2):
        assert economy.submit(dict(reversed(FUND.items()))) is None
        assert economy.submit_line(json.dumps(FUND, indent=1).encode()) is None
        assert (
            economy.submit_line(b'{"\\u0069d":"\\u0066","type":"reserve.funded","amount":100}')
            is None
        )
    assert economy.answer("f") is None
    assert economy.rejected == []
    assert picture(economy) == before


def test_the_very_same_object_again_does_nothing() -> None:
    economy = replay()
    assert isinstance(economy.submit(FUND), Applied)
    before = picture(economy)
    assert economy.submit(FUND) is None
    assert picture(economy) == before


@pytest.mark.parametrize(
    "change",
    [{"amount": 101}, {"amount": 100.0}, {"amount": True}, {"amount": "100"}, {"at": "x"},
     {"source": "operator"}, {"type": "x"}, {"extra": None}, {"amount": [100]}, {"amount": {}}],
)  # fmt: skip
def test_other_contents_under_a_seen_id_are_a_conflict_each_time(change: dict) -> None:
    economy = replay()
    economy.submit(dict(FUND))
    before = picture(economy)
    for _ in range(2):
        assert economy.submit({**FUND, **change}) == Refused("conflict")
    assert economy.rejected == [("f", "conflict")] * 2
    assert economy.submit(dict(FUND)) is None
    assert picture(economy) == before


def test_a_refused_event_has_used_its_id_and_keeps_its_answer() -> None:
    economy = replay()
    bad = {**FUND, "amount": 0}
    assert economy.submit(dict(bad)) == Refused("invalid_amount")
    assert economy.answer("f") == "invalid_amount"
    assert economy.submit(dict(bad)) is None
    assert economy.submit(dict(FUND)) == Refused("conflict")
    assert economy.answer("f") == "invalid_amount"
    assert economy.submit({"id": "g", "type": "x"}) == Refused("malformed")
    assert economy.submit({"id": "g", "type": "x"}) is None
    assert economy.answer("g") == "malformed"
    assert economy.rejected == [("f", "invalid_amount"), ("f", "conflict"), ("g", "malformed")]
    assert economy.answer("never seen") is None


VALUES = [
    None, True, False, 0, 1, -1, 0.0, 1.0, -0.0, 1.5, 10**400, "", "1", "a", [], [1], [1.0], [True],
    [1, 2], [2, 1], [[1]], {}, {"a": 1}, {"a": 1.0}, {"a": True}, {"b": 1}, {"a": 1, "b": 2},
    {"b": 2, "a": 1}, {"a": [1]}, {"a": {"a": 1}}, {"a": {"a": 1.0}}, {"a": None}, [None], [{}],
    [[]],
    [{"a": [1, {"b": 2}]}], [{"a": [1, {"b": 2.0}]}],
]  # fmt: skip


def test_values_are_compared_with_their_types() -> None:
    for one in VALUES:
        for other in VALUES:
            assert is_same(one, copy.deepcopy(other)) == same(one, other), (one, other)
    assert is_same({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not is_same([1, 2], [2, 1])
    assert not any(is_same(a, b) for a in (1, 1.0, True) for b in (1, 1.0, True) if a is not b)


def test_very_deep_values_are_compared() -> None:
    deep = other = 1
    for _ in range(10_000):
        deep, other = [deep], [other]
    assert is_same(deep, other)
    assert not is_same(deep, [other])


# Broken promises raise: nothing of it may be kept.


def applied() -> tuple[Replay, Applied]:
    economy = replay()
    outcome = economy.submit(dict(ORDER))
    assert isinstance(outcome, Applied)
    return economy, outcome


@pytest.mark.parametrize(
    ("name", "amount", "asset"),
    [("reserve", 1, "money"), ("dividend_pool", 1, "money"), ("dividends_unpaid", 1, "money"),
     ("fees", 1, "money"), ("surplus", -1, "money"), ("returned", 1, "money"),
     ("paid_in", 1, "money"), ("paid_out", 1, "money"), ("treasury", 1, "points"),
     ("burned", 1, "points"), ("issued", -1, "points"), ("coins", 1, "coins")],
)  # fmt: skip
def test_changes_that_do_not_sum_to_zero_are_found(name: str, amount: int, asset: str) -> None:
    economy, _ = applied()
    before = economy.state.figures()
    setattr(economy.state, name, getattr(economy.state, name) + amount)
    outcome = Applied(None, [], before, economy.state.figures())
    assert outcome.changes() == {name: amount}
    with pytest.raises(BrokenInvariantError, match=rf"{asset} do not sum to zero: -?1$"):
        check_outcome(outcome)
    check_outcome(Applied(None, [], before, before))


@pytest.mark.parametrize("asset", ["points", "cash", "coins"])
def test_movements_that_do_not_sum_to_zero_are_found(asset: str) -> None:
    economy, outcome = applied()
    post(economy.book, outcome.movements, economy.book.accounts["m"], "order", **{asset: 1})
    with pytest.raises(BrokenInvariantError, match=r"do not sum to zero: 1$"):
        check_outcome(outcome)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"m.points": 1}, "identity 1"),
        ({"treasury": 1}, "identity 1"),
        ({"issued": 1}, "identity 1"),
        ({"burned": 1}, "identity 1"),
        ({"founding": 1}, "identity 1"),
        ({"coins": 1}, "identity 3"),
        ({"m.coins": 1}, "identity 3"),
        ({"coins": 1, "m.coins": 1}, "identity 3"),
        ({"reserve": 1}, "identity 4"),
        ({"m.cash": 1}, "identity 4"),
        ({"dividend_pool": 1}, "identity 4"),
        ({"dividends_unpaid": 1}, "identity 4"),
        ({"fees": 1}, "identity 4"),
        ({"surplus": 1}, "identity 4"),
        ({"paid_in": 1}, "identity 4"),
        ({"paid_out": 1}, "identity 4"),
        ({"returned": 1}, "identity 4"),
        ({"m.owed": 1}, "identity 5"),
        ({"index": 1}, "identity 5"),
        ({"m.quota": -8000}, "'m' is due"),
        ({"m.quota": -8000 + 1090}, "'m' is due"),
    ],
)  # fmt: skip
def test_identities_that_do_not_hold_are_found(change: dict, message: str) -> None:
    economy, _ = applied()
    accounts = economy.book.accounts
    check_identities(economy.state, accounts.values())
    for path, amount in change.items():
        id, _, name = path.rpartition(".")
        target = accounts[id] if id else economy.state
        setattr(target, name, getattr(target, name) + amount)
    with pytest.raises(BrokenInvariantError, match=message):
        check_identities(economy.state, accounts.values())


def test_the_identities_hold_at_their_edge() -> None:
    economy, _ = applied()
    state, account = economy.state, economy.book.accounts["m"]
    account.quota = 1091  # 10 points are worth 1090.9
    account.owed = 1
    state.dividends_unpaid, state.surplus, state.paid_in = 1, 5, state.paid_in + 6
    check_identities(state, [account])
    account.owed = 10**24
    account.quota = 1092
    check_identities(state, [account])
    state.treasury, state.founding = state.founding, 0
    state.coins = account.coins = 100 * 12000 // 110
    check_identities(state, [account])
    state.charter = load_charter(HALF.replace(b'"1000"', b'"110"'))
    check_identities(state, [account])
    state.charter = load_charter(HALF.replace(b'"1000"', b'"109.999999999"'))
    with pytest.raises(BrokenInvariantError, match="identity 1"):
        check_identities(state, [account])


def test_the_price_may_not_fall() -> None:
    economy, _ = applied()
    economy.state.reserve -= 0
    economy.book.accounts["m"].points = 0
    economy.submit({**FUND, "amount": 1})

    def robbed(*_: object) -> None:
        economy.state.reserve -= 1

    economy.book.due = robbed
    with pytest.raises(BrokenInvariantError, match="the price fell"):
        economy.submit({"id": "x", "type": "merchant.opened", "merchant": "s"})


def test_paid_in_stays_in_bounds() -> None:
    economy = replay()
    economy.state.paid_in = 2**63 - 1 - 100
    assert isinstance(economy.submit(dict(FUND)), Applied)
    with pytest.raises(BrokenInvariantError, match="paid_in is out of bounds"):
        economy.submit({**FUND, "id": "g", "amount": 1})


@pytest.mark.parametrize("name", ["points", "quota", "cash", "coins"])
def test_balances_stay_in_bounds(name: str) -> None:
    economy, outcome = applied()
    account = Account("x", merchant=False, at=0)
    post(economy.book, [], account, "credit", **{name: 5})
    post(economy.book, [], account, "credit", **{name: -5})
    with pytest.raises(BrokenInvariantError, match="account 'x'"):
        post(economy.book, outcome.movements, account, "credit", **{name: -1})


def test_the_quota_stays_in_bounds_from_above() -> None:
    economy = replay()
    account = Account("x", merchant=False, at=0)
    post(economy.book, [], account, "order", quota=2**63 - 1)
    with pytest.raises(BrokenInvariantError, match="account 'x'"):
        post(economy.book, [], account, "order", quota=1)


def test_more_dividends_than_were_set_aside_are_a_broken_promise() -> None:
    economy, _ = applied()
    account = economy.book.accounts["m"]
    account.at = -(10**24)
    with pytest.raises(BrokenInvariantError, match="more dividends"):
        settle(economy.state, account)


def test_an_account_that_a_record_names_cannot_be_missing() -> None:
    economy, _ = applied()
    assert known(economy.book, "m").id == "m"
    with pytest.raises(BrokenInvariantError, match="'n' is missing"):
        known(economy.book, "n")


@pytest.mark.parametrize("line", [b' \t{"id":"1"}', b'{"id":"1"} \r\n', b' { "id" : "1" } '])
def test_blanks_around_a_line_are_none_of_its_business(line: bytes) -> None:
    assert parse_event(line) == {"id": "1"}


@pytest.mark.parametrize(
    "line",
    [
        b'{"a":1,"a":1}',
        b'{"a" :1,"a":1}',
        b'{"a"\t:1,"a":1}',
        b'{"a"\r:1,"a":1}',
        b'{"a"\n:1,"a":1}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":1}{"b":1}',
        b'{"a":NaN}',
    ],
)
def test_no_short_cut_lets_a_bad_line_pass(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_event(line)
