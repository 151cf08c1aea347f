"""Streams through the engine, one step at a time, with a picture before and after each."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from patronage.economy import Applied, Outcome, Replay, parse_charter
from tests.properties.strategies import SCALE, Stream
from tests.unit.economy.watch import Moved, Picture, picture


class Step(NamedTuple):
    replay: Replay
    before: Picture
    event: dict
    outcome: Outcome | None
    after: Picture

    @property
    def is_applied(self) -> bool:
        return isinstance(self.outcome, Applied)

    @property
    def movements(self) -> list[Moved]:
        return [Moved(*movement) for movement in self.outcome.movements]

    @property
    def bought_out(self) -> int:
        return self.after.compulsory_redemptions - self.before.compulsory_redemptions

    def changes(self, *names: str) -> tuple[int, ...]:
        return tuple(getattr(self.after, name) - getattr(self.before, name) for name in names)


def opened(stream: Stream) -> Replay:
    return Replay(parse_charter(stream.charter))


def steps(stream: Stream) -> Iterator[Step]:
    """Submit every event."""
    replay = opened(stream)
    after = picture(replay)
    for event in stream.events:
        before = after
        outcome = replay.submit(event)
        after = picture(replay)
        yield Step(replay, before, event, outcome, after)


def applied(stream: Stream, kind: str = "") -> Iterator[Step]:
    """Submit every event; yield the steps that were applied, of one type if one is given."""
    for step in steps(stream):
        if step.is_applied and kind in ("", step.event["type"]):
            yield step


def played(stream: Stream) -> Replay:
    replay = opened(stream)
    for event in stream.events:
        replay.submit(event)
    return replay


def once(stream: Stream) -> list[dict]:
    """Return each id's first event: what a caller hands on to the rules."""
    first: dict[str, dict] = {}
    for event in stream.events:
        first.setdefault(event["id"], event)
    return list(first.values())


def wealth(now: Picture, ids: frozenset[str]) -> Fraction:
    """Return all that some accounts hold, in minor units: nothing rounded, no fee taken."""
    accounts = {id: account for id, account in now.accounts.items() if id in ids}
    points = sum(account.points for account in accounts.values())
    total = points * now.price
    for id, account in accounts.items():
        total += account.cash + account.coins + Fraction(now.owed(id), SCALE)
    return total
