"""The search: sequences of moves, varied towards what has not been seen, each watched."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from fractions import Fraction
from random import Random
from typing import Any, Final, NamedTuple

from patronage.economy import (
    Applied,
    BrokenInvariantError,
    Charter,
    Event,
    Outcome,
    Refused,
    Replay,
    parse_charter,
)
from patronage.economy.operations import settle
from patronage.lab.attack.moves import MERCHANTS, Author, Move, draw, vary
from patronage.lab.attack.openings import OPENINGS
from patronage.lab.attack.picture import BrokenBoundError
from patronage.lab.attack.shrinking import shrink
from patronage.lab.attack.watch import Watch

EVENTS_MAX: Final = 200
"""No sequence is longer."""
_FRESH_MAX: Final = 40
_FRESH_EVERY: Final = 5
_SETTLED_EVERY: Final = 8
_RECENT: Final = 16
_PRELUDE: Final[Event] = {"id": "e0", "type": "merchant.opened", "merchant": MERCHANTS[0]}


class Finding(NamedTuple):
    """A broken bound and the shortest sequence found that breaks it, at its last event."""

    bound: str
    figure: str
    allowed: Fraction
    found: Fraction
    account: str
    detail: str
    events: list[Event]


class Search:
    """A search in one charter; with the same seed it tries the same sequences in the same order.

    `document` is the charter as nested tables. `findings` has one entry a bound. The rest counts
    what was tried: `events` by type, `refusals` by code, and compulsory redemptions.
    """

    def __init__(self, document: dict[str, Any], seed: int = 0) -> None:
        self.charter = parse_charter(document)
        self.findings: dict[str, Finding] = {}
        self.sequences = 0
        self.events: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.compulsory_redemptions = 0
        self._document = document
        self._random = Random(seed)
        self._seen: set[Hashable] = set()
        self._kept: list[list[Move]] = []

    def step(self) -> Finding | None:
        """Try one sequence; return what it found that was not found before."""
        moves = self._next()
        self.sequences += 1
        economy = Replay(self.charter)
        author, watch = Author(self._document, economy), Watch(economy)
        events: list[Event] = []
        is_new = False
        previous = ""
        broken: BrokenBoundError | None = None
        for event in _written(author, moves):
            events.append(event)
            outcome, broken = _submit(economy, watch, event)
            if broken is not None:
                break
            features = self._note(economy, event, outcome, previous)
            previous = event["type"]
            is_new |= not self._seen.issuperset(features)
            self._seen.update(features)
        if broken is None and self.sequences % _SETTLED_EVERY == 0:
            broken = _settled_often(self.charter, events)
        if is_new:
            self._kept.append(moves[: len(events)])
        if broken is None or broken.bound in self.findings:
            return None
        # Kept as it is first: cutting it down takes a while and may be interrupted.
        self.findings[broken.bound] = _finding(broken, events)
        shortest = shrink(
            events, lambda tried: breach(self.charter, tried, broken.bound) is not None
        )
        told = breach(self.charter, shortest, broken.bound)
        if told is not None:
            self.findings[broken.bound] = _finding(told, shortest)
        return self.findings[broken.bound]

    def _next(self) -> list[Move]:
        random = self._random
        if self.sequences < len(OPENINGS):
            return list(OPENINGS[self.sequences])
        if random.randrange(_FRESH_EVERY) == 0:
            return [draw(random) for _ in range(random.randint(4, _FRESH_MAX))]
        moves = random.choice(self._kept[-_RECENT:] if random.randrange(2) else self._kept)
        for _ in range(random.randint(1, 4)):
            moves = self._varied(moves)
        return moves[:EVENTS_MAX]

    def _varied(self, moves: list[Move]) -> list[Move]:
        """Change a sequence in one place: a move, a part of it, or a part of another."""
        random = self._random
        at = random.randrange(len(moves))
        end = min(at + random.randint(1, 6), len(moves))
        match random.randrange(7):
            case 0 | 1:
                return [*moves[:at], draw(random), *moves[at:]]
            case 2:
                return [*moves[:at], *moves[at + 1 :]] or moves
            case 3 | 4:
                return [*moves[:at], vary(moves[at], random), *moves[at + 1 :]]
            case 5:  # the same again and again
                return moves[:end] + moves[at:end] * random.randint(1, 8) + moves[end:]
            case _:
                other = random.choice(self._kept)
                start = random.randrange(len(other))
                return moves[:at] + other[start : start + 10] + moves[at:]

    def _note(
        self, economy: Replay, event: Event, outcome: Outcome | None, previous: str
    ) -> Iterable[Hashable]:
        """Count an event, and say what is remarkable about it."""
        kind, state = event["type"], economy.state
        self.events[kind] += 1
        if isinstance(outcome, Refused):
            self.refusals[outcome.refusal] += 1
            return ((kind, outcome.refusal),)
        if not isinstance(outcome, Applied):
            return ((kind, "again"),)
        sold = sum(cause == "compulsory_redemption" for _, cause, *_ in outcome.movements)
        self.compulsory_redemptions += sold
        price, per = state.price
        signs = tuple(
            (change > 0) - (change < 0) for change in (outcome.changes().get(f, 0) for f in _SIGNED)
        )
        return (
            (previous, kind),
            (kind, min(sold, 4)),
            (kind, signs),
            (kind, *(figure == 0 for figure in outcome.facts or () if isinstance(figure, int))),
            ("price", price.bit_length() - per.bit_length()),
            ("circulating", state.circulating.bit_length() // 2),
        )


def _finding(broken: BrokenBoundError, events: list[Event]) -> Finding:
    return Finding(
        broken.bound,
        broken.figure,
        broken.allowed,
        broken.found,
        broken.account,
        broken.detail,
        events,
    )


_SIGNED: Final = ("reserve", "issued", "burned", "treasury", "coins", "surplus", "fees", "returned")


def breach(charter: Charter, events: Iterable[Event], bound: str) -> BrokenBoundError | None:
    """Return how a sequence breaks a bound, None if it does not, or another one first."""
    if bound == "settling":
        return _settled_often(charter, events)
    economy = Replay(charter)
    watch = Watch(economy)
    for event in events:
        _, broken = _submit(economy, watch, event)
        if broken is not None:
            return broken if broken.bound == bound else None
    return None


def _written(author: Author, moves: list[Move]) -> Iterator[Event]:
    """Yield events; each must be judged before the next is asked for."""
    yield _PRELUDE
    for move in moves:
        yield author.write(move)


def _submit(
    economy: Replay, watch: Watch, event: Event
) -> tuple[Outcome | None, BrokenBoundError | None]:
    try:
        outcome = economy.submit(event)
    except BrokenInvariantError as error:
        return None, BrokenBoundError("stopped", "number", detail=str(error))
    except Exception as error:  # whatever an event does to the engine, it must not be this
        return None, BrokenBoundError(
            "stopped", "number", detail=f"{type(error).__name__}: {error}"
        )
    try:
        watch.follow(event, outcome)
    except BrokenBoundError as broken:
        return outcome, broken
    return outcome, None


def _settled_often(charter: Charter, events: Iterable[Event]) -> BrokenBoundError | None:
    """Tell whether settling everyone after each event changes where a sequence ends."""
    plain, settled = Replay(charter), Replay(charter)
    try:
        for event in events:
            plain.submit(event)
            settled.submit(event)
            for account in settled.book.accounts.values():
                settle(settled.state, account)
    except BrokenInvariantError as error:
        return BrokenBoundError("settling", "number", detail=str(error))
    one, other = plain.final_state(), settled.final_state()
    for figure, value in one.items():
        if value != other[figure]:
            return BrokenBoundError("settling", "number", detail=figure)
    return None
