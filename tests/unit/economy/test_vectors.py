"""The engine ends in every vector's state, one event at a time and in batches."""

import json
from itertools import repeat
from pathlib import Path

import pytest

from patronage.economy import (
    Applied,
    BrokenInvariantError,
    Replay,
    State,
    UndeclaredReadError,
    apply,
    check_identities,
    check_outcome,
    load_charter,
    parse_event,
)
from patronage.economy.events import is_text
from tests.unit.economy.store import Store, in_batches
from tests.unit.economy.watch import check_facts, check_told, picture

ROOT = Path(__file__).resolve().parents[3]
OURS = ROOT / "tests" / "vectors"
SHARED = ROOT.parent / "shared" / "vectors" / "economy"
HALF = load_charter((OURS / "half.toml").read_bytes())


def streams(folder: Path) -> list:
    files = sorted(folder.glob("*.events.jsonl")) if folder.is_dir() else []
    return [pytest.param(file, id=file.name.removesuffix(".events.jsonl")) for file in files]


def charter_of(events: Path):
    """Read CHARTER.toml of a file named NAME.CHARTER.events.jsonl."""
    return load_charter(events.with_name(events.name.split(".")[-3] + ".toml").read_bytes())


def expected(events: Path) -> dict:
    stem = events.name.removesuffix(".events.jsonl")
    return json.loads(events.with_name(f"{stem}.state.json").read_bytes())


def judged(events: Path) -> list[dict]:
    """Parse the lines that a caller hands on to the rules: valid ids, each the first time."""
    seen = {}
    for line in events.read_bytes().split(b"\n"):
        try:
            event = parse_event(line)
        except ValueError:
            continue
        if isinstance(event, dict) and is_text(event.get("id")):
            seen.setdefault(event["id"], event)
    return list(seen.values())


def without_repetitions(state: dict) -> dict:
    kept = [pair for pair in state["rejected"] if pair[0] is not None and pair[1] != "conflict"]
    return {**state, "rejected": kept}


def lines(events: Path) -> list[bytes]:
    return events.read_bytes().split(b"\n")


@pytest.mark.parametrize("events", streams(OURS))
def test_our_vectors(events: Path) -> None:
    replay = Replay(charter_of(events))
    for line in lines(events):
        before = picture(replay)
        for outcome in replay.submit_lines([line]):
            after = picture(replay)
            if not isinstance(outcome, Applied):
                assert after == before
                continue
            event = parse_event(line)
            check_outcome(outcome)
            check_identities(replay.state, replay.book.accounts.values())
            check_told(before, event, outcome, after)
            check_facts(before, event, outcome)
    final = replay.final_state()
    assert json.loads(json.dumps(final)) == expected(events)
    assert replay.final_state() == final, "looking changes nothing"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared vectors are not here")
@pytest.mark.parametrize("events", streams(SHARED))
def test_shared_vectors(events: Path) -> None:
    replay = Replay(charter_of(events))
    for outcome in replay.submit_lines(lines(events)):
        if isinstance(outcome, Applied):
            check_outcome(outcome)
            check_identities(replay.state, replay.book.accounts.values())
    assert replay.final_state() == expected(events)


@pytest.mark.parametrize("events", streams(OURS))
def test_our_vectors_in_batches(events: Path) -> None:
    charter, stream, state = (
        charter_of(events),
        judged(events),
        without_repetitions(expected(events)),
    )
    for size, page_size in ((1, 2), (7, 3), (max(len(stream), 1), 2)):
        assert (
            in_batches(charter, stream, repeat(size, -(-len(stream) // size)), page_size) == state
        )


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared vectors are not here")
@pytest.mark.parametrize("events", [p for p in streams(SHARED) if p.id[0] in "1h"])
def test_shared_vectors_in_batches(events: Path) -> None:
    charter, stream, state = (
        charter_of(events),
        judged(events),
        without_repetitions(expected(events)),
    )
    for size, page_size in ((7, 40), (len(stream), 40)):
        assert (
            in_batches(charter, stream, repeat(size, -(-len(stream) // size)), page_size) == state
        )


ORDER = {"id": "1", "type": "order.completed", "order": "o", "member": "m", "amount": 4000}
REFERRED = {**ORDER, "referrer": "r"}
SPENT = {"id": "2", "type": "coins.spent", "account": "m", "merchant": "s", "amount": 5}
WITHDRAWN = {"id": "3", "type": "cash.withdrawn", "account": "m", "amount": 5}


@pytest.mark.parametrize(
    ("declared", "event"),
    [
        ([], ORDER),
        ([{**ORDER, "order": "p"}], ORDER),
        ([{**ORDER, "member": "n"}], ORDER),
        ([ORDER], REFERRED),
        ([WITHDRAWN], {**WITHDRAWN, "account": "n"}),
        ([WITHDRAWN], SPENT),
        ([SPENT], {**SPENT, "merchant": "t"}),
        ([SPENT], {"id": "4", "type": "merchant.opened", "merchant": "t"}),
        ([SPENT], {"id": "4", "type": "coins.redeemed", "merchant": "t", "amount": 1}),
        ([SPENT], {"id": "4", "type": "points.redeemed", "account": "t", "points": 1}),
        ([SPENT], {"id": "4", "type": "points.converted", "account": "t", "points": 1}),
        ([SPENT], {"id": "4", "type": "cash.credited", "account": "t", "amount": 1, "reason": "x"}),
        ([SPENT], {"id": "4", "type": "cash.charged", "account": "t", "amount": 1, "reason": "x"}),
        ([ORDER], {"id": "4", "type": "order.refunded", "order": "p", "amount": 1}),
        ([ORDER], {"id": "4", "type": "coins.refunded", "payment": "p", "amount": 1}),
        ([ORDER], {"id": "4", "type": "cash.restored", "withdrawal": "p", "amount": 1}),
    ],
)
def test_an_undeclared_read_raises(declared: list[dict], event: dict) -> None:
    book = Store().load(declared)
    with pytest.raises(UndeclaredReadError, match="no event of the batch names it"):
        apply(State(HALF), book, event)


def test_an_account_read_only_for_its_ceiling_is_not_declared() -> None:
    store, state = Store(), State(HALF)
    store.apply(state, [ORDER])
    other = {**ORDER, "id": "2", "order": "p", "member": "n"}
    book = store.load([other])
    apply(state, book, other)
    assert "m" in book.accounts
    with pytest.raises(UndeclaredReadError):
        apply(state, book, WITHDRAWN)


def test_a_store_that_lines_up_an_account_without_a_key_is_broken() -> None:
    store, state = Store(), State(HALF)
    store.apply(state, [ORDER])
    store.page = lambda _: [store.accounts["m"]]
    store.accounts["m"].queued = None
    with pytest.raises(BrokenInvariantError, match="in line without a key"):
        store.apply(state, [{**ORDER, "id": "2", "order": "p", "member": "n"}])
