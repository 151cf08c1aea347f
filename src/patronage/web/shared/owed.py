"""What the house owes, and what stands behind it: the same for the page and for machines."""

from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

from patronage.commerce import custody as custody_statements
from patronage.economy import State
from patronage.ledger.log.attestation import (
    Attestation,
    AttestationError,
    parse_attestation,
    read_attestation,
)
from patronage.ledger.log.solvency import custody
from patronage.tlog import parse_note


class Owed(NamedTuple):
    """Where all the money is that was paid in and has not left, in minor units.

    The parts sum to `custody`, the money that must be at hand. `cash` is what accounts may
    withdraw. `coins` are owed too and are backed by treasury points, which the reserve backs.
    """

    reserve: int
    dividend_pool: int
    dividends_unpaid: int
    fees: int
    surplus: int
    cash: int
    custody: int
    coins: int
    treasury_worth: int


def owed(state: State) -> Owed:
    """Return what a state owes."""
    held = custody(state)
    parts = (
        state.reserve,
        state.dividend_pool,
        state.dividends_unpaid,
        state.fees,
        state.surplus,
    )
    price, per = state.price
    return Owed(*parts, held - sum(parts), held, state.coins, state.treasury * price // per)


class Stated(NamedTuple):
    """What the newest statement of the custody account says, in minor units.

    `owed` is what had to be at hand at that day's close, None where that is not known.
    """

    day: date
    amount: int
    owed: int | None


def stated() -> Stated | None:
    """Return the newest statement: an outsider's that is signed, or one confirmed here."""
    found = []
    ours = custody_statements.latest()
    if ours is not None:
        found.append(Stated(ours.day, ours.balance_minor, ours.owed_minor))
    outside = _attested()
    if outside is not None:
        day = date.fromisoformat(outside.day)
        found.append(Stated(day, outside.amount, custody_statements.owed_on(day)))
    return max(found, key=lambda one: one.day, default=None)


def _attested() -> Attestation | None:
    if not settings.LOG_ATTESTATION:
        return None
    try:
        note = read_attestation(Path(settings.LOG_ATTESTATION))
    except AttestationError:
        return None
    return None if note is None else parse_attestation(parse_note(note.encode()).text)
