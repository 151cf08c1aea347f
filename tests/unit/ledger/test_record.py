"""The texts of a journal's record that are written out by hand say what the encoder would."""

import pytest

from patronage.economy import Applied, State, parse_charter
from patronage.economy.state import FIGURES
from patronage.ledger.canonical import INTEGER_MAX, encode
from patronage.ledger.measurement import CHARTER
from patronage.ledger.record import changes_text, state_text

_POINTS = {"burned", "index", "issued", "treasury"}


def _told(changes: dict[str, int]) -> str:
    return encode({name: str(by) if name in _POINTS else by for name, by in changes.items()})


@pytest.mark.parametrize("figure", range(len(FIGURES)), ids=FIGURES)
def test_each_figure_that_changed_is_told_by_its_name(figure: int) -> None:
    before = tuple(range(100, 100 + len(FIGURES)))
    for by in (-7, 7):
        after = (*before[:figure], before[figure] + by, *before[figure + 1 :])
        outcome = Applied(None, [], before, after)
        assert (
            changes_text(before, after) == _told(outcome.changes()) == _told({FIGURES[figure]: by})
        )


@pytest.mark.parametrize("paid_in", [10**6, INTEGER_MAX + 1], ids=["exact", "beyond"])
def test_all_figures_are_told_in_the_order_of_their_names(paid_in: int) -> None:
    before = (10**5,) * len(FIGURES)
    after = tuple(paid_in if name == "paid_in" else 10**5 + n for n, name in enumerate(FIGURES, 1))
    outcome = Applied(None, [], before, after)
    assert len(outcome.changes()) == len(FIGURES)
    assert changes_text(before, after) == _told(outcome.changes())


def test_nothing_changed_is_an_empty_object() -> None:
    figures = (5,) * len(FIGURES)
    assert changes_text(figures, figures) == "{}"


def test_the_state_tells_each_figure_whichever_moved_last() -> None:
    state = State(parse_charter(CHARTER))
    counts = ("compulsory_redemptions", "days_closed")
    for name in (*FIGURES, *counts, *reversed(FIGURES)):
        setattr(state, name, getattr(state, name) + 7)
        state.last_closed = f"{state.days_closed:04}-01-01"
        told = {name: getattr(state, name) for name in (*FIGURES, *counts, "last_closed")}
        expected = {name: str(told[name]) if name in _POINTS else told[name] for name in told}
        assert state_text(state, state.figures()) == encode(expected)
