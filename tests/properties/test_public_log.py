"""Whatever a log, a statement or a list of witnesses holds, it is refused by name or read whole."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patronage.economy import BrokenInvariantError
from patronage.ledger.log.attestation import Attestation, parse_attestation
from patronage.ledger.log.audit import Wrong, audit
from patronage.ledger.log.replaying import DifferentError, Replaying
from patronage.tlog import (
    NOTE,
    Checkpoint,
    MalformedError,
    SignerKey,
    Trust,
    Writer,
    sign_checkpoint,
)
from tests.integration.play import START, in_memory
from tests.integration.test_canonical import CHARTER
from tests.integration.test_verify import EVENTS
from tests.unit.tlog.store import MemoryStore

KEY = SignerKey("log.example.com/fuzzed", NOTE, bytes(32))
RECORDS = [row[6].encode() for row in in_memory(CHARTER, "e", EVENTS, lambda: START).records]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def mutated(draw: st.DrawFn, whole: bytes) -> bytes:
    """Give bytes like these: a few of them others, fewer or more; or a field another value."""
    if draw(st.booleans()):
        told = json.loads(whole)
        name = draw(st.sampled_from(sorted(told)))
        told[name] = draw(json_values)
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data) - 1))
        data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(data)


@given(st.data())
def test_no_other_record_passes_for_one(data: st.DataObject) -> None:
    """A record replayed after those before it is the one the rules make, or it is refused."""
    seq = data.draw(st.integers(2, len(RECORDS)))
    replaying = Replaying(RECORDS[0])
    assert list(replaying.replay(RECORDS[1 : seq - 1])) == []
    other = data.draw(mutated(RECORDS[seq - 1]))
    before = replaying.seq
    try:
        gave_back = list(replaying.replay([other]))
    except (DifferentError, BrokenInvariantError):
        assert replaying.seq == before
    else:
        # The ledger's clock is whatever it says, if it does not go back; and of what is malformed
        # only its id and its hash are told. Nothing else is free.
        assert gave_back == []
        mine, its = json.loads(RECORDS[seq - 1]), json.loads(other)
        free = {"at"} if its["event"] is not None else {"at", "id", "content"}
        assert {**its, **{name: mine[name] for name in free}} == mine


@given(st.data())
def test_no_other_opening_passes_for_one(data: st.DataObject) -> None:
    other = data.draw(mutated(RECORDS[0]))
    try:
        Replaying(other)
    except DifferentError:
        return
    mine, its = json.loads(RECORDS[0]), json.loads(other)
    assert {**its, "at": mine["at"]} == mine or its["event"] != mine["event"]


@given(
    st.lists(
        st.binary(max_size=40)
        | json_values.map(lambda v: json.dumps(v).encode())
        | st.just(RECORDS[0]),
        max_size=5,
    )
)
def test_a_log_of_anything_is_judged(leaves: list[bytes]) -> None:
    """Rightly signed, whatever it holds, an audit ends with a fault that has a name."""
    store = MemoryStore()
    root = Writer(store).append(leaves)
    checkpoint = Checkpoint("log.example.com/fuzzed", len(leaves), root)
    store["checkpoint"] = sign_checkpoint(checkpoint, KEY)
    found = audit(store.get, Trust(KEY.verifier))
    if leaves not in ([], [RECORDS[0]]):
        assert found.fault is not None
        assert found.fault.wrong in (Wrong.RECORD, Wrong.SOLVENCY)


solvency_like = st.dictionaries(
    st.sampled_from(
        ["attestation", "cash", "coins", "currency", "custody", "day", "exponent", "format",
         "number", "points", "previous", "seq", "type"]
    ),
    json_values,
).map(lambda told: json.dumps({"accounts": 0, **told}, separators=(",", ":")).encode())  # fmt: skip


@given(solvency_like)
def test_no_other_leaf_passes_for_a_solvency_record(leaf: bytes) -> None:
    store = MemoryStore()
    root = Writer(store).append([*RECORDS, leaf])
    checkpoint = Checkpoint("log.example.com/fuzzed", len(RECORDS) + 1, root)
    store["checkpoint"] = sign_checkpoint(checkpoint, KEY)
    fault = audit(store.get, Trust(KEY.verifier)).fault
    assert fault is not None
    assert fault.wrong == Wrong.SOLVENCY


@given(st.text(max_size=60) | st.text("patronage custody/v1\n0123456789- CNY", max_size=80))
def test_a_statement_has_one_form(text: str) -> None:
    try:
        stated = parse_attestation(text)
    except MalformedError:
        return
    assert isinstance(stated, Attestation)


@given(st.integers(0, 10**19 - 1), st.dates().map(str))
def test_a_statement_is_read_as_it_was_written(amount: int, day: str) -> None:
    text = f"patronage custody/v1\nlog.example.com/x\n{day} CNY {amount}\n"
    assert parse_attestation(text) == ("log.example.com/x", day, "CNY", amount)
    for other in (text[:-1] + "x", text.replace("CNY", "cny"), text.replace("/v1", "/v2")):
        with pytest.raises(MalformedError):
            parse_attestation(other)
