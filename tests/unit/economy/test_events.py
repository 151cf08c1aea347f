"""Events: every field of every type wrong in every way is judged as the slow model judges it."""

import copy
import json
import tomllib
from pathlib import Path

import pytest

from patronage.economy import (
    Applied,
    Order,
    Payment,
    Refused,
    Replay,
    Withdrawal,
    accounts_of,
    is_well_formed,
    load_charter,
    names,
)
from patronage.economy.events import FORMS, is_date, is_text
from tests.model import Model
from tests.unit.economy.watch import picture

HALF = (Path(__file__).resolve().parents[2] / "vectors" / "half.toml").read_bytes()
DOCUMENT = tomllib.loads(HALF.decode())

# One of each type, all of whose fields are there; applied in this order, none is refused.
STREAM = [
    {"type": "merchant.opened", "merchant": "s"},
    {"type": "order.completed", "order": "o", "member": "m", "amount": 4000, "profit": 1000,
     "base": 3000, "referrer": "r"},
    {"type": "order.completed", "order": "p", "member": "n", "amount": 4000},
    {"type": "day.closed", "date": "2026-01-31", "profit": 100},
    {"type": "order.refunded", "order": "p", "amount": 400},
    {"type": "points.converted", "account": "m", "points": 10**9},
    {"type": "coins.spent", "account": "m", "merchant": "s", "amount": 50},
    {"type": "coins.refunded", "payment": "6", "amount": 20},
    {"type": "coins.redeemed", "merchant": "s", "amount": 30},
    {"type": "points.redeemed", "account": "m", "points": 10**9},
    {"type": "treasury.burned", "points": 1000},
    {"type": "cash.credited", "account": "m", "amount": 100, "reason": "why"},
    {"type": "cash.withdrawn", "account": "m", "amount": 90},
    {"type": "cash.restored", "withdrawal": "12", "amount": 80},
    {"type": "cash.charged", "account": "m", "amount": 70, "reason": "why"},
    {"type": "reserve.funded", "amount": 100, "source": "operator"},
    {"type": "charter.amended", "charter": DOCUMENT},
]  # fmt: skip
STREAM = [{"id": str(n), **event, "at": "2026-01-01T00:00:00Z"} for n, event in enumerate(STREAM)]
TYPES = {event["type"]: event for event in reversed(STREAM)}

MONEY_MAX, POINTS_MAX = 10**12, 9 * 10**18
WRONG = [
    None, True, False, 1.5, 1.0, -1.0, "1", "", "x" * 200, "x" * 201, "惠" * 66, "惠" * 67,
    "é" * 100,
    "é" * 101, "\x00", "\U0001f600" * 50, "\U0001f600" * 51, [], {}, [1], {"a": 1}, 0, 1, -1, 2,
    4000,
    4001, MONEY_MAX, MONEY_MAX + 1, -MONEY_MAX, POINTS_MAX, POINTS_MAX + 1, 2**63, 2**64, 10**30,
    -(10**30), 10**5000, "s", "m", "o", "p", "6", "12", "operator", "surplus", "Operator",
    "2026-02-28", "2026-02-29", "2024-02-29", "1900-02-29", "2000-02-29", "2026-1-1", "20260101",
    "2026-00-10", "2026-13-10", "2026-10-00", "2026-04-31", "2026-12-32", "0000-01-01",
    "0001-01-01",
    "9999-12-31", "2026-01-31T00:00", " 2026-01-31", "２０２６-01-31", "2026-01-31\n",
    "order.completed",
]  # fmt: skip


def pair() -> tuple[Replay, Model]:
    """Open the same economy in both, with the whole stream applied."""
    replay, model = Replay(load_charter(HALF)), Model(DOCUMENT)
    for event in STREAM:
        assert isinstance(replay.submit(event), Applied), event
        assert model.apply(event) is None, event
    return replay, model


def agree(replay: Replay, model: Model, event: object) -> str | None:
    """Judge one event by both; return the code."""
    before = picture(replay)
    outcome = replay.submit(event)
    code = outcome.refusal.value if isinstance(outcome, Refused) else None
    assert code == model.apply(copy.deepcopy(event)), event
    if isinstance(outcome, Refused):
        assert picture(replay) == before, event
    return code


def test_the_stream_has_every_type_and_every_field() -> None:
    assert TYPES.keys() == FORMS.keys()
    for kind, form in FORMS.items():
        assert form.fields.keys() == TYPES[kind].keys(), kind
    replay, model = pair()
    assert replay.final_state() == model.state()


@pytest.mark.parametrize("kind", TYPES)
def test_every_field_wrong_in_every_way(kind: str) -> None:
    replay, model = pair()
    good = TYPES[kind]
    codes = set()
    for field in [*good, "extra"]:
        for number, value in enumerate(WRONG):
            event = {**good, "id": f"{field} {number}", field: value}
            codes.add(agree(replay, model, event))
        missing = {**good, "id": f"{field} missing"}
        missing.pop(field, None)
        agree(replay, model, missing)
    assert replay.final_state() == model.state()
    assert "malformed" in codes


@pytest.mark.parametrize("kind", TYPES)
def test_fields_come_in_any_order_and_optional_ones_may_be_absent(kind: str) -> None:
    good = TYPES[kind]
    assert is_well_formed(dict(reversed(good.items())))
    form = FORMS[kind]
    assert is_well_formed({key: good[key] for key in sorted(form.required)})
    for field in form.required:
        assert not is_well_formed({key: good[key] for key in form.fields if key != field})
    assert not is_well_formed({**good, "Id": "x"})
    assert not is_well_formed({**good, "": "x"})


@pytest.mark.parametrize("kind", [None, True, 1, "", "order", "Order.completed", [], {}, "orders"])
def test_an_unknown_type(kind: object) -> None:
    replay, model = pair()
    assert (
        agree(replay, model, {**TYPES["order.completed"], "id": "x", "type": kind}) == "malformed"
    )
    assert agree(replay, model, {"id": "y"}) == "malformed"


@pytest.mark.parametrize("kind", TYPES)
def test_a_lone_surrogate_in_a_parsed_object_is_malformed(kind: str) -> None:
    replay, _ = pair()
    good = TYPES[kind]
    for field, value in good.items():
        if field != "id" and isinstance(value, str):
            for text in ("\ud800", "a\udfff", "x" * 300 + "\ud800"):
                event = {**good, "id": f"{field} {len(text)}", field: text}
                assert replay.submit(event) == Refused("malformed")


def test_several_long_texts_are_judged_each_on_its_own() -> None:
    """Texts are judged together while they are short; each may still have 200 bytes."""
    replay, model = pair()
    good = {
        **TYPES["order.completed"],
        "order": "o" * 200,
        "member": "n" * 200,
        "referrer": "r" * 200,
    }
    assert agree(replay, model, {**good, "id": "x"}) is None
    for field in ("order", "member", "referrer", "at"):
        assert agree(replay, model, {**good, "id": f"x {field}", field: "x" * 201}) == "malformed"
        assert agree(replay, model, {**good, "id": f"y {field}", field: "é" * 101}) == "malformed"
        assert agree(replay, model, {**good, "id": f"z {field}", field: ""}) == "malformed"
    assert agree(replay, model, {**good, "id": "i" * 200, "order": "é" * 100}) is None


@pytest.mark.parametrize(
    "event",
    [None, True, 1, 1.5, "x", [], [{"id": "x"}], {}, {"id": None}, {"id": ""}, {"id": 5},
     {"id": True}, {"id": "x" * 201}, {"id": ["x"]}, {"id": {}}, {"type": "merchant.opened"},
     {"id": "\ud800"}, {"ID": "x"}],
)  # fmt: skip
def test_what_has_no_valid_id_is_recorded_with_null_each_time(event: object) -> None:
    replay, model = pair()
    for _ in range(2):
        assert agree(replay, model, event) == "malformed"
    assert replay.rejected == [(None, "malformed")] * 2


def test_texts() -> None:
    good = ["x", " ", "\n", "x" * 200, "é" * 100, "惠" * 66, "\U0001f600" * 50, "\x7f", "\x80", "1"]
    bad = ["", "x" * 201, "é" * 101, "惠" * 67, "\U0001f600" * 51, "\ud800", "x\udc00", None, 1,
    True,
           b"x", [], {}]  # fmt: skip
    assert all(map(is_text, good))
    assert not any(map(is_text, bad))


def test_dates() -> None:
    """Compare with a calendar of our own: every day of some years, and a year around each."""
    lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    for year in (1, 4, 100, 400, 1900, 2000, 2023, 2024, 2100, 9999):
        leap = (year % 4 == 0) ^ (year % 100 == 0) ^ (year % 400 == 0)
        for month in range(14):
            for day in (0, 1, 28, 29, 30, 31, 32):
                real = 1 <= month <= 12 and 1 <= day <= lengths[month - 1] + (leap and month == 2)
                assert is_date(f"{year:04}-{month:02}-{day:02}") == real, (year, month, day)
    assert not is_date("0000-01-01")
    assert not is_date("2026-01-011")
    assert not is_date("02026-01-01")


def test_the_model_sees_a_surrogate_earlier() -> None:
    """A line with a lone surrogate is no JSON object: recorded with id null, by both."""
    replay, model = pair()
    for field in ("id", "at", "order"):
        line = json.dumps({**TYPES["order.completed"], "id": "x", field: "\ud800"}).encode()
        replay.submit_line(line)
        model.apply_line(line)
    assert replay.final_state()["rejected"] == model.rejected == [[None, "malformed"]] * 3


def test_names() -> None:
    accounts, orders, payments, withdrawals = names(STREAM)
    assert accounts == {"m", "n", "r", "s"}
    assert orders == {"o", "p"}
    assert payments == {"6"}
    assert withdrawals == {"12"}
    assert names([TYPES["cash.restored"]]) == (set(), set(), set(), {"12"})
    assert names([TYPES["coins.refunded"]]) == (set(), set(), {"6"}, set())
    assert names([TYPES["day.closed"], TYPES["charter.amended"]]) == (set(), set(), set(), set())


def test_accounts_of_a_record() -> None:
    order = Order("m", "r", 1, 0, 0, 0, 0, 0, 0, 0)
    assert accounts_of(order) == ("m", "r")
    assert accounts_of(order._replace(referrer=None)) == ("m",)
    assert accounts_of(Payment("m", "s", 1)) == ("m", "s")
    assert accounts_of(Withdrawal("m", 1)) == ("m",)
