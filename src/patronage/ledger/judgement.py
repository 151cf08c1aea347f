"""What the rules make of an event, in the texts of the journal's records."""

from collections.abc import Sequence

from patronage.economy import Book, Event, Movement, Refusal, State, apply_formed
from patronage.ledger.record import APPLIED, changes_text, facts_text, state_text

Judgement = tuple[str, str, str, str, Sequence[Movement]]
"""Code, facts, changes and the state after, as the record tells them, and the movements.

(A named tuple would cost as much as a text.)
"""


class Judge:
    """Judges the events of one economy, one after the other, in what a store has of it.

    Nobody else may change the state meanwhile: its figures after one event are those before the
    next.
    """

    def __init__(self, state: State, book: Book) -> None:
        self._state = state
        self._book = book
        self._figures = state.figures()

    def judge(self, event: Event | None, is_known: bool) -> Judgement:  # noqa: FBT001  (hot)
        """Judge a well-formed event, None for what is malformed, and apply it.

        `is_known` says that its id was judged before, with other content. Raises
        BrokenInvariantError.
        """
        state = self._state
        if is_known:
            refusal = Refusal.CONFLICT
        elif event is None:
            refusal = Refusal.MALFORMED
        else:
            judged = apply_formed(state, self._book, event)
            if type(judged) is not Refusal:
                facts, movements = judged
                before = self._figures
                after = self._figures = state.figures()
                changes = changes_text(before, after)
                return APPLIED, facts_text(facts), changes, state_text(state, after), movements
            refusal = judged
        return refusal.value, "null", "{}", state_text(state, self._figures), ()
