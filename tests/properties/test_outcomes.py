"""What an outcome tells, and that a refusal leaves no trace."""

from hypothesis import given

from patronage.economy import Applied, Refused
from tests.model import Model
from tests.properties.play import applied, once, played, steps
from tests.properties.strategies import Stream, streams
from tests.unit.economy.watch import check_facts, check_told, picture

# Each figure's side in its asset's sum, read from the rule book's "What always holds".
MONEY = {"reserve", "dividend_pool", "dividends_unpaid", "fees", "surplus", "returned", "paid_out"}


@given(streams())
def test_changes_sum_to_zero(stream: Stream) -> None:
    """No money appears or vanishes: …: the changes of each event sum to zero for each asset."""
    for step in applied(stream):
        changes, moved = step.outcome.changes(), step.movements
        money = sum(changes.get(name, 0) for name in MONEY) - changes.get("paid_in", 0)
        assert money + sum(m.cash for m in moved) == 0
        points = changes.get("treasury", 0) + changes.get("burned", 0) - changes.get("issued", 0)
        assert points + sum(m.points for m in moved) == 0
        assert sum(m.coins for m in moved) == changes.get("coins", 0)


@given(streams())
def test_an_outcome_tells_exactly_what_changed(stream: Stream) -> None:
    """A refusal is decided in full before anything is touched: and what then changes is told."""
    for step in applied(stream):
        check_told(step.before, step.event, step.outcome, step.after)


@given(streams())
def test_an_outcome_names_the_figures_of_its_rule(stream: Stream) -> None:
    """All amounts are integers … `⌊ ⌋` rounds towards −∞, `⌈ ⌉` towards +∞; whoever takes value out
    bears the rounding.
    """
    for step in applied(stream):
        check_facts(step.before, step.event, step.outcome)


@given(streams())
def test_a_refusal_changes_nothing(stream: Stream) -> None:
    """A refused event changes nothing and is recorded with its code; its id counts as seen."""
    rejected = []
    for step in steps(stream):
        if not step.is_applied:
            assert step.after == step.before
        if isinstance(step.outcome, Refused):
            id, refusal = step.event["id"], step.outcome.refusal
            rejected.append((id, refusal))
            assert refusal == "conflict" or step.replay.answer(id) == refusal
        assert step.replay.rejected == rejected


@given(streams())
def test_the_same_id_again(stream: Stream) -> None:
    """If the whole object is the same …, nothing happens and the answer is the first one's;
    otherwise it is refused as `conflict`, and recorded each time.
    """
    replay = played(stream)
    before, recorded = picture(replay), list(replay.rejected)
    answers = {id: replay.answer(id) for id in replay._seen}
    for event in once(stream):
        assert replay.submit(dict(reversed(event.items()))) is None
        assert replay.submit({**event, "at": "another time"}) == Refused("conflict")
        recorded.append((event["id"], "conflict"))
    assert replay.rejected == recorded
    assert answers == {id: replay.answer(id) for id in answers}
    assert picture(replay) == before


@given(streams(most=48))
def test_the_model_ends_in_the_same_state(stream: Stream) -> None:
    """Where an implementation is faster than these rules read, it must still end in exactly the
    same integers.
    """
    model = Model(stream.charter)
    last = None
    for last in steps(stream):
        code = model.apply(last.event)
        if isinstance(last.outcome, Refused):
            assert code == last.outcome.refusal
        elif isinstance(last.outcome, Applied):
            assert code is None
            if last.event["type"] == "order.refunded":
                _, _, back, dividend_back, missing = last.outcome.facts
                assert model.facts == {
                    "back": back,
                    "dividend_back": dividend_back,
                    "missing": missing,
                }
    model.check()
    if last is not None:
        assert last.replay.final_state() == model.state()
        assert [list(pair) for pair in last.replay.rejected] == model.rejected
