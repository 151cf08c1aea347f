"""apply: what an event does to an economy, and exactly what changed."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final, NamedTuple

from patronage.economy import governance, orders, value
from patronage.economy.book import Book
from patronage.economy.events import Event, is_well_formed
from patronage.economy.operations import Movement, buy_out
from patronage.economy.refusals import BrokenInvariantError, Refusal
from patronage.economy.state import BALANCE_MAX, FIGURES, State

_Rule = Callable[[State, Book, Event, list[Movement]], Refusal | tuple[Any, ...] | None]

_RULES: Final[dict[str, _Rule]] = {
    "order.completed": orders.order_completed,
    "order.refunded": orders.order_refunded,
    "points.redeemed": value.points_redeemed,
    "points.converted": value.points_converted,
    "merchant.opened": governance.merchant_opened,
    "coins.spent": value.coins_spent,
    "coins.refunded": value.coins_refunded,
    "coins.redeemed": value.coins_redeemed,
    "cash.withdrawn": value.cash_withdrawn,
    "cash.restored": value.cash_restored,
    "cash.credited": value.cash_credited,
    "cash.charged": value.cash_charged,
    "reserve.funded": governance.reserve_funded,
    "treasury.burned": governance.treasury_burned,
    "day.closed": governance.day_closed,
    "charter.amended": governance.charter_amended,
}


class Applied(NamedTuple):
    """An event that was applied.

    `facts` are the figures its rule names; `movements` the accounts it touched, those bought out
    at the end last; `before` and `after` the economy's own figures, in the order of FIGURES.
    Nothing else changed but the records the event names.
    """

    facts: tuple[Any, ...] | None
    movements: list[Movement]
    before: tuple[int, ...]
    after: tuple[int, ...]

    def changes(self) -> dict[str, int]:
        """Return by how much each of the economy's own figures changed, those that did."""
        return {
            name: after - before
            for name, before, after in zip(FIGURES, self.before, self.after, strict=True)
            if after != before
        }


class Refused(NamedTuple):
    """An event that was refused: nothing changed."""

    refusal: Refusal


Outcome = Applied | Refused
_applied = partial(tuple.__new__, Applied)


def apply(state: State, book: Book, event: Event) -> Outcome:
    """Judge an event in full, then change the state and the book in place.

    The event is a parsed JSON object with a valid `id` that was not seen before (`Replay` and the
    ledger see to that). Raises BrokenInvariantError, with the change half done, if the rules'
    promises do not hold: nothing of it may be kept.
    """
    if not is_well_formed(event):
        return Refused(Refusal.MALFORMED)
    before = state.figures()
    done = apply_formed(state, book, event)
    if type(done) is Refusal:
        return Refused(done)
    applied: Applied = _applied((*done, before, state.figures()))
    return applied


def apply_formed(
    state: State, book: Book, event: Event
) -> Refusal | tuple[tuple[Any, ...] | None, list[Movement]]:
    """Do as `apply` does with an event known to be well-formed; return its facts and movements.

    For who applies them by the million, and looks at the economy's own figures when they need to.
    """
    reserve, circulated = state.reserve, state.issued - state.burned
    movements: list[Movement] = []
    facts = _RULES[event["type"]](state, book, event, movements)
    if type(facts) is Refusal:
        return facts
    # Buying one account out can lift the price by the rounding that stays in the reserve, and so
    # make the next one due.
    while (account := book.due(state)) is not None:
        buy_out(state, book, movements, account)
    _require_promises(state, reserve, circulated)
    return facts, movements


def _require_promises(state: State, reserve: int, circulated: int) -> None:
    """Raise if a figure grew out of bounds or the price fell while anything circulated."""
    # All other money is a part of paid_in, points a part of authorised, coins of the reserve; what
    # is subtracted was compared before.
    if state.paid_in > BALANCE_MAX:
        raise BrokenInvariantError("paid_in is out of bounds")
    circulating = state.issued - state.burned
    if circulated and state.reserve * circulated < reserve * circulating:
        raise BrokenInvariantError("the price fell")
