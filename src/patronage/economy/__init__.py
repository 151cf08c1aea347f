"""The rules: what each event does to an economy, exactly. Pure, standard library only."""

from patronage.economy.apply import Applied, Outcome, Refused, apply, apply_formed
from patronage.economy.book import Book, MemoryBook, PreloadedBook, UndeclaredReadError
from patronage.economy.charter import Charter, CharterError, load_charter, parse_charter
from patronage.economy.events import Event, Names, accounts_of, is_well_formed, names
from patronage.economy.identities import check_identities, check_outcome
from patronage.economy.operations import Movement
from patronage.economy.refusals import BrokenInvariantError, Refusal
from patronage.economy.replay import Replay, is_same, parse_event
from patronage.economy.state import Account, Order, Payment, State, Withdrawal

__all__ = [
    "Account",
    "Applied",
    "Book",
    "BrokenInvariantError",
    "Charter",
    "CharterError",
    "Event",
    "MemoryBook",
    "Movement",
    "Names",
    "Order",
    "Outcome",
    "Payment",
    "PreloadedBook",
    "Refusal",
    "Refused",
    "Replay",
    "State",
    "UndeclaredReadError",
    "Withdrawal",
    "accounts_of",
    "apply",
    "apply_formed",
    "check_identities",
    "check_outcome",
    "is_same",
    "is_well_formed",
    "load_charter",
    "names",
    "parse_charter",
    "parse_event",
]
