"""What the rules make of an event, in the texts of the journal's records."""

from collections.abc import Sequence

from patronage.economy import Book, Event, Movement, Refusal, Refused, State, apply_formed
from patronage.ledger.record import APPLIED, changes_text, facts_text, state_text

Judgement = tuple[str, str, str, str, Sequence[Movement]]
"""Code, facts, changes and the state after, as the record tells them, and the movements.

(A named tuple would cost as much as a text.)
"""


def judge(
    state: State,
    book: Book,
    event: Event | None,
    is_known: bool,  # noqa: FBT001  (hot)
) -> Judgement:
    """Judge a well-formed event, None for what is malformed, and apply it.

    `is_known` says that its id was judged before, with other content. Raises BrokenInvariantError.
    """
    if is_known:
        refusal = Refusal.CONFLICT
    elif event is None:
        refusal = Refusal.MALFORMED
    else:
        outcome = apply_formed(state, book, event)
        if not isinstance(outcome, Refused):
            facts, movements, _before, after = outcome
            changes = changes_text(outcome)
            return APPLIED, facts_text(facts), changes, state_text(state, after), movements
        refusal = outcome.refusal
    return refusal.value, "null", "{}", state_text(state, state.figures()), ()
