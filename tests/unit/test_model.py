"""The slow model ends in every vector's state, and the identities hold on the way."""

import json
import tomllib
from pathlib import Path

import pytest

from tests.model import Model, charter_problem, run

ROOT = Path(__file__).resolve().parents[2]
OURS = ROOT / "tests" / "vectors"
SHARED = ROOT.parent / "shared" / "vectors" / "economy"


def streams(folder: Path) -> list:
    files = sorted(folder.glob("*.events.jsonl")) if folder.is_dir() else []
    return [pytest.param(file, id=file.name.removesuffix(".events.jsonl")) for file in files]


def charter_of(events: Path) -> Path:
    """Find CHARTER.toml of a file named NAME.CHARTER.events.jsonl."""
    return events.with_name(events.name.split(".")[-3] + ".toml")


def expected(events: Path) -> dict:
    stem = events.name.removesuffix(".events.jsonl")
    return json.loads(events.with_name(f"{stem}.state.json").read_bytes())


@pytest.mark.parametrize("events", streams(OURS))
def test_model_equals_our_vectors(events: Path) -> None:
    assert run(charter_of(events), events) == expected(events)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared vectors are not here")
@pytest.mark.parametrize("events", streams(SHARED))
def test_model_equals_the_shared_vectors(events: Path) -> None:
    assert run(charter_of(events), events) == expected(events)


@pytest.mark.parametrize("events", streams(OURS))
def test_what_always_holds_after_every_event(events: Path) -> None:
    charter = tomllib.loads(charter_of(events).read_text(encoding="utf-8"))
    assert charter_problem(charter) is None
    model = Model(charter)
    for line in events.read_bytes().split(b"\n"):
        if line.strip():
            model.apply_line(line)
            model.check()


def founded() -> Model:
    return Model(tomllib.loads((OURS / "half.toml").read_text(encoding="utf-8")))


def test_a_refund_tells_what_is_missing() -> None:
    model = founded()
    order = {"id": "1", "type": "order.completed", "order": "o", "member": "m", "amount": 4000}
    assert model.apply(order) is None
    redeemed = {"id": "2", "type": "points.redeemed", "account": "m", "points": 6 * 10**9}
    assert model.apply(redeemed) is None
    assert model.apply({"id": "3", "type": "order.refunded", "order": "o", "amount": 4000}) is None
    # Reserve 12000 - 654 over 104 points: 4 taken, 6 missing.
    assert model.facts == {"back": 436, "dividend_back": 0, "missing": 654}


def test_looking_changes_nothing() -> None:
    model = founded()
    model.apply({"id": "1", "type": "order.completed", "order": "o", "member": "m", "amount": 4000})
    model.apply({"id": "2", "type": "day.closed", "date": "2026-01-01", "profit": 200})
    assert model.state()["accounts"]["m"]["cash"] == 100
    assert model.accounts["m"].cash == 0
    assert model.state() == model.state()


@pytest.mark.parametrize(
    "event", [None, [], "text", 5, {}, {"id": ""}, {"id": 5}, {"id": "x", "at": "\ud800"}]
)
def test_what_has_no_valid_id_is_recorded_with_null(event: object) -> None:
    model = founded()
    assert model.apply(event) == "malformed"
    assert model.rejected == [[None, "malformed"]]


def test_a_deep_line_is_refused_and_does_not_crash() -> None:
    assert founded().apply_line(b'{"id":"x","at":' + b"[" * 100_000) == "malformed"


def test_a_repeated_id_compares_types() -> None:
    model = founded()
    for position, amount in enumerate([1.0, 1, True]):
        event = {"id": "x", "type": "reserve.funded", "amount": amount}
        assert model.apply(event) == ("conflict" if position else "malformed")
