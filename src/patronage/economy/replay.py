"""Replay: a stream of events, each id once, through the rules in memory."""

import json
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from patronage.economy.apply import Outcome, Refused, apply
from patronage.economy.book import MemoryBook
from patronage.economy.charter import Charter, is_unicode
from patronage.economy.events import Event, is_text
from patronage.economy.refusals import Refusal
from patronage.economy.state import State, payable

_DIGITS_AT_ONCE = 4000


class Replay:
    """An economy in memory, and every id it has seen.

    `rejected` lists the refused events in order: (id, code), the id None where there was none.
    """

    def __init__(self, charter: Charter) -> None:
        self.state = State(charter)
        self.book = MemoryBook()
        self.rejected: list[tuple[str | None, Refusal]] = []
        self._seen: dict[str, Event] = {}
        self._refusals: dict[str, Refusal] = {}

    def submit(self, event: object) -> Outcome | None:
        """Judge one parsed event; None for a repetition of one already judged (see `answer`)."""
        if not isinstance(event, dict):
            return self._reject(None, Refusal.MALFORMED)
        id = event.get("id")
        if not is_text(id):
            return self._reject(None, Refusal.MALFORMED)
        first = self._seen.get(id)
        if first is not None:
            return None if is_same(first, event) else self._reject(id, Refusal.CONFLICT)
        self._seen[id] = event
        outcome = apply(self.state, self.book, event)
        if type(outcome) is Refused:
            self._refusals[id] = outcome.refusal
            return self._reject(id, outcome.refusal)
        return outcome

    def submit_line(self, line: bytes) -> Outcome | None:
        """Judge one line of a file of events. Blank lines are the caller's to skip."""
        try:
            event = parse_event(line)
        except ValueError:
            return self._reject(None, Refusal.MALFORMED)
        return self.submit(event)

    def submit_lines(self, lines: Iterable[bytes]) -> Iterator[Outcome | None]:
        """Judge the lines of a file of events, skipping blank ones."""
        for line in lines:
            if line.strip(b" \t\r\n"):
                yield self.submit_line(line)

    def answer(self, id: str) -> Refusal | None:
        """Return what an id already judged was refused for, None if it was applied."""
        return self._refusals.get(id)

    def _reject(self, id: str | None, refusal: Refusal) -> Refused:
        self.rejected.append((id, refusal))
        return Refused(refusal)

    def final_state(self) -> dict[str, Any]:
        """Return the rule book's final state, all accounts settled, as a JSON object.

        Nothing is changed: the settling is only shown.
        """
        state = self.state
        dividends_unpaid, surplus = state.dividends_unpaid, state.surplus
        accounts = {}
        for id, account in sorted(self.book.accounts.items()):
            _, due, paid = payable(state, account)
            dividends_unpaid -= due
            surplus += due - paid
            accounts[id] = {
                "kind": "merchant" if account.merchant else "member",
                "points": account.points,
                "quota": account.quota - paid,
                "cash": account.cash + paid,
                "coins": account.coins,
            }
        return {
            "reserve": state.reserve,
            "issued": state.issued,
            "burned": state.burned,
            "circulating": state.circulating,
            "treasury": state.treasury,
            "coins": state.coins,
            "dividend_pool": state.dividend_pool,
            "dividends_unpaid": dividends_unpaid,
            "fees": state.fees,
            "surplus": surplus,
            "returned": state.returned,
            "price": list(Fraction(*state.price).as_integer_ratio()),
            "compulsory_redemptions": state.compulsory_redemptions,
            "rejected": [[id, code.value] for id, code in self.rejected],
            "accounts": accounts,
        }


def parse_event(line: bytes) -> object:
    """Read one line of JSON strictly: UTF-8, no key twice, no NaN, no lone surrogate.

    Raises ValueError if it is none. Numbers with a fraction or an exponent become floats, which no
    field accepts.
    """
    text = line.decode().strip(" \t\r\n")
    try:
        value = _parse(text)
        if "\\u" in text and any(not is_unicode(text) for text in _texts(value)):
            raise ValueError("a lone surrogate")
        return value
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _parse(text: str) -> object:
    try:
        # Looking at each key costs more than all the rest, and is needed only where one may stand
        # twice or deeper: not where there are just as many ends of keys as keys were found.
        if not (" :" in text or "\t:" in text or "\r:" in text or "\n:" in text):
            value, end = _PLAIN_DECODER.raw_decode(text)
            if type(value) is dict and end == len(text) and len(value) == text.count('":'):
                return value
        return _DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # an integer longer than int() takes at once, or a refusal of ours
        return _PATIENT_DECODER.decode(text)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a key twice")
    return value


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _long_integer(digits: str) -> int:
    sign, digits = (-1, digits[1:]) if digits.startswith("-") else (1, digits)
    value = 0
    for start in range(0, len(digits), _DIGITS_AT_ONCE):
        chunk = digits[start : start + _DIGITS_AT_ONCE]
        value = value * 10 ** len(chunk) + int(chunk)
    return sign * value


_PLAIN_DECODER = json.JSONDecoder(parse_constant=_no_constant)
_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
_PATIENT_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_int=_long_integer
)


def _texts(value: object) -> Iterator[str]:
    pending = [value]
    while pending:
        match pending.pop():
            case str() as text:
                yield text
            case dict() as fields:
                pending.extend(fields)
                pending.extend(fields.values())
            case list() as items:
                pending.extend(items)


def is_same(one: object, other: object) -> bool:
    """Tell whether two parsed JSON values are the same: 1, 1.0 and true are three values."""
    pending = [(one, other)]
    while pending:
        one, other = pending.pop()
        if type(one) is not type(other):
            return False
        if isinstance(one, dict) and isinstance(other, dict):
            if one.keys() != other.keys():
                return False
            pending.extend((value, other[key]) for key, value in one.items())
        elif isinstance(one, list) and isinstance(other, list):
            if len(one) != len(other):
                return False
            pending.extend(zip(one, other, strict=True))
        elif one != other:
            return False
    return True
