"""One text for one value."""

import json
import random
from collections.abc import Iterator

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from patronage.economy import Account, Refusal, State, is_same, parse_charter, parse_event
from patronage.economy.state import ceiling_of
from patronage.ledger.canonical import (
    INTEGER_MAX,
    content_of,
    decimal,
    decode_event,
    encode_event,
    integer,
    number,
    read_event,
)
from patronage.ledger.record import state_text
from patronage.ledger.store import KEY_BYTES, column, from_column, from_key_column, key_column
from tests.integration.play import START, in_memory
from tests.properties.strategies import Stream, streams

HUGE = 10**5000
EVENT = {"id": "1", "type": "order.completed", "order": "o", "member": "m", "amount": 5}
integers = st.integers() | st.sampled_from([0, INTEGER_MAX, INTEGER_MAX + 1, HUGE, -HUGE, HUGE - 1])
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False)
    | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(streams())
def test_a_canonical_text_is_told_by_reading_it(stream: Stream) -> None:
    """Whatever is read as an event would be written as that text, and each event's text is read."""
    for event in stream.events:
        text = None if isinstance(event, bytes) else content_of(event).text
        if text is not None:
            assert read_event(text) == decode_event(text)
            for other in _changed(text):
                read = read_event(other)
                assert read is None or encode_event(read) == other, other


def _changed(text: str) -> Iterator[str]:
    """Give texts of which most mean the same, and none is canonical but by chance."""
    for old, new in (
        *((",", ", "), (":", ": "), ("{", "{ "), ("}", " }"), (":", ":\n"), (",", ",\t")),
        *((":", ":\r"), (":1", ":-01"), (":", ":-0"), (":", ":0"), ("a", "\\u0061"), ('"', '" ')),
        *(('"id"', '"zz"'), ('"amount":', '"amount":"'), ('"points":"', '"points":')),
        *((":4", ":4e0"), (":4", ":4.0"), (":", ":9007199254740992"), ("{", '{"id":"x",')),
        *(("}", ',"zz":1}'), ("}", "}}"), ("{", "{{"), ("/", "\\/"), ("é", "\\u00e9")),
    ):
        yield text.replace(old, new, 1)
        yield text.replace(old, new)
    names = list(json.loads(text).items())
    yield json.dumps(dict(reversed(names)), ensure_ascii=False, separators=(",", ":"))


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "1", '"x"', "{}", '{"type":1}', '{"type":"none"}', "{", "[" * 10**5,
     '{"charter":{},"id":"1","type":"charter.amended"}', '{"id":"1","type":"day.closed"}',
     '{"account":"a","id":"1","points":5,"type":"points.redeemed"}',
     '{"account":"a","id":"1","points":"05","type":"points.redeemed"}',
     '{"amount":-0,"id":"1","type":"reserve.funded"}',
     '{"amount":9007199254740992,"id":"1","type":"reserve.funded"}',
     '{"amount":"5","id":"1","type":"reserve.funded"}',
     '{"amount":true,"id":"1","type":"reserve.funded"}'],
)  # fmt: skip
def test_other_texts_are_no_events(text: str) -> None:
    assert read_event(text) is None


@given(streams())
def test_records_are_rfc_8785(stream: Stream) -> None:
    """On the subset that records use, the canonical text is that of RFC 8785."""
    batch = in_memory(stream.charter, "e", stream.events, lambda: START)
    for row in batch.records:
        text = row[6]
        assert rfc8785.dumps(json.loads(text)) == text.encode()
        assert all(type(value) is not float for value in _leaves(json.loads(text)))


def _leaves(value: object):
    if isinstance(value, dict):
        for inner in value.values():
            yield from _leaves(inner)
    else:
        yield value


@given(streams())
def test_an_event_comes_back_from_its_text(stream: Stream) -> None:
    for event in stream.events:
        text = encode_event(event)
        if text is not None:
            assert is_same(decode_event(text), event)
            assert rfc8785.dumps(json.loads(text)) == text.encode()


@given(integers)
def test_integers_of_any_length_come_back(value: int) -> None:
    assert integer(decimal(value)) == integer(number(value)) == value


@pytest.mark.parametrize(
    "profit", [-HUGE, -(2**53), -INTEGER_MAX, 3], ids=["huge", "out", "in", "small"]
)
def test_a_long_integer_in_an_event_comes_back(profit: int) -> None:
    event = {**EVENT, "profit": profit}
    assert decode_event(encode_event(event)) == event
    assert type(json.loads(encode_event(event))["profit"]) is (
        int if abs(profit) <= INTEGER_MAX else str
    )


@given(values, values)
def test_hashes_are_the_same_exactly_for_the_same_values(one: object, other: object) -> None:
    assert (content_of(one).hash == content_of(other).hash) is is_same(one, other)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"id": "1", "x": 1}, {"id": "1", "x": 1.0}, False),
        ({"id": "1", "x": 1}, {"id": "1", "x": True}, False),
        ({"id": "1", "x": 0.0}, {"id": "1", "x": -0.0}, True),
        (EVENT, {**EVENT, "amount": "5"}, False),
        (EVENT, dict(reversed(EVENT.items())), True),
        ({"id": "1", "x": [1, [2]]}, {"id": "1", "x": [[1], 2]}, False),
        ({"id": "1", "x": HUGE}, {"id": "1", "x": HUGE + 1}, False),
        ({"id": "1", "x": "a"}, {"id": "1", "x": ["a"]}, False),
    ],
)
def test_what_counts_as_the_same(one: object, other: object, same: bool) -> None:
    assert (content_of(one).hash == content_of(other).hash) is same


def test_deep_nesting_has_a_hash() -> None:
    deep = parse_event(b'{"id": "1", "x": ' + b"[" * 500 + b"]" * 500 + b"}")
    assert content_of(deep).id == "1"
    assert content_of(deep).text is None


def test_a_lone_surrogate_makes_no_object() -> None:
    assert content_of({**EVENT, "member": "\ud800"}).id == "1", "malformed, with its id"
    charter = {"economy": {"name": "\ud800", "currency": "CNY"}}
    assert content_of({"id": "1", "type": "charter.amended", "charter": charter}).text is None


def test_money_from_two_to_the_fifty_three_is_told_as_text() -> None:
    state = State(parse_charter(CHARTER))
    state.paid_in = state.surplus = 2**53
    told = json.loads(state_text(state, state.figures()))
    assert told["paid_in"] == told["surplus"] == str(2**53)
    assert told["reserve"] == state.reserve


CHARTER = {
    "economy": {"name": "n", "currency": "CNY"},
    "founding": {"amount": "10.00"},
    "points": {"authorised": "1000", "issue_price": "1.00"},
    "reserve": {"rate": "0.30", "of": "revenue"},
    "grant": {"rate": "0.70", "mode": "value"},
    "quota": {"multiple": "2"},
    "redemption": {"fee": "0.10"},
}


@given(st.text(st.sampled_from("\x00\x01\x02aé𐀀￿"), max_size=5), st.text(max_size=5))
def test_ids_are_stored_in_their_order_and_come_back(one: str, other: str) -> None:
    assert from_column(column(one)) == one
    assert "\x00" not in column(one)
    assert (column(one).encode() < column(other).encode()) is (one.encode() < other.encode())


def test_ceilings_are_stored_in_their_order() -> None:
    rng = random.Random(1)
    ceilings = [0, 1, -1, 2**272, -(2**272), *(rng.randrange(-(2**272), 2**272) for _ in range(99))]
    assert sorted(ceilings) == sorted(ceilings, key=key_column)
    assert {len(key_column(ceiling)) for ceiling in ceilings} == {KEY_BYTES}
    assert [from_key_column(key_column(ceiling)) for ceiling in ceilings] == ceilings


def test_the_highest_ceiling_fits() -> None:
    account = Account("a", merchant=False, at=(2**63 - 1) * 10**24)
    account.points, account.quota = 1, 2**63 - 1
    ceiling = ceiling_of(account)
    assert ceiling is not None
    assert ceiling < 2**272
    assert len(key_column(ceiling)) == KEY_BYTES


def test_refusals_are_no_code_for_applied() -> None:
    assert "applied" not in set(Refusal)
