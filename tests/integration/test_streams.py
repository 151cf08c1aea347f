"""SQLite = PostgreSQL = memory = replay, whatever the cuts and whatever the clock."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count
from typing import NamedTuple
from unittest import mock

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.economy import Applied, Replay, parse_charter
from patronage.ledger import (
    batch,
    postgresql,
    settle,
    store,
    submit,
    submit_lines,
    submit_many,
    verify,
)
from patronage.ledger.opening import open_unchecked
from patronage.ledger.record import facts_text, state_text
from tests.integration.play import START, final_state, fresh, in_memory, journal, rows, settle_all
from tests.properties.conftest import EXAMPLES
from tests.properties.strategies import Stream, streams

BROKEN = b'{"id": "broken"'


class Part(NamedTuple):
    """Some events handed in at once, at one time of a clock that may have been set back."""

    events: list[dict | bytes]
    at: datetime


def parts_of(stream: Stream, rng: random.Random) -> Iterator[Part]:
    """Cut a stream into parts, with a line here and there that is no JSON."""
    start, seconds = 0, 0
    longest = rng.choice((1, 3, 9, 100))
    while start < len(stream.events):
        size = rng.randint(1, longest)
        part = [BROKEN] * (rng.random() < 0.1) + stream.events[start : start + size]
        yield Part(part, START + timedelta(seconds=seconds))
        start += size
        seconds += rng.randint(-20, 30)


def hand_in(using: str, economy: str, part: Part, rng: random.Random) -> None:
    """Submit a part in one of the ways there are."""
    way = submit_lines if BROKEN in part.events else rng.choice((submit, submit_many, submit_lines))
    told = {"using": using, "clock": lambda: part.at}
    if way is submit:
        for event in part.events:
            submit(economy, event, **told)
    elif way is submit_many:
        submit_many(economy, part.events, **told)
    else:
        lines = [one if one is BROKEN else json.dumps(one).encode() for one in part.events]
        submit_lines(economy, lines, **told)


def through(using: str, economy: str, charter: dict, parts: list[Part], rng: random.Random) -> None:
    """Submit parts and settle them in random batches."""
    open_unchecked(economy, charter, using=using, clock=lambda: START)
    longest = rng.choice((1, 3, 9, 1000))
    pages = mock.patch.object(batch, "_PAGE", rng.choice((1, 3, 100)))
    with pages, mock.patch.object(postgresql, "_FEW", rng.choice((0, 8))):
        for part in parts:
            if rng.random() < 0.2:
                with transaction.atomic(using):
                    hand_in(using, economy, part, rng)
                    transaction.set_rollback(True, using=using)
            hand_in(using, economy, part, rng)
            if rng.random() < 0.3:
                settle(economy, rng.randint(1, longest), using=using)
        settle_all(using, economy, (rng.randint(1, longest) for _ in count()))


def replayed(stream: Stream, parts: list[Part]) -> tuple[Replay, list[list]]:
    """Return the rules' replay of the parts, and code, facts and state of each of its records."""
    replay = Replay(parse_charter(stream.charter))
    told = []
    for part in parts:
        for event in part.events:
            outcome = replay.submit_line(event) if event is BROKEN else replay.submit(event)
            if outcome is not None:
                is_applied = isinstance(outcome, Applied)
                code = "applied" if is_applied else outcome.refusal.value
                facts = facts_text(outcome.facts) if is_applied else "null"
                state = state_text(replay.state, replay.state.figures())
                told.append([code, json.loads(facts), json.loads(state)])
    return replay, told


@settings(max_examples=max(EXAMPLES // 10, 1))
@given(stream=streams(), seed=st.integers(0, 2**32))
def test_every_way_leads_to_the_same_bytes(using: str, stream: Stream, seed: int) -> None:
    economy = fresh("stream")
    parts = list(parts_of(stream, random.Random(seed)))
    # Each database has its own cuts; each must come to what memory comes to without any.
    through(using, economy, stream.charter, parts, random.Random(f"{seed} {using}"))
    moments = iter([START, *(part.at for part in parts for _ in part.events)])
    events = [event for part in parts for event in part.events]
    memory = in_memory(stream.charter, economy, events, lambda: next(moments))
    assert rows(using, store.JOURNAL, economy) == [row[1:] for row in memory.records]
    assert rows(using, store.MOVEMENTS, economy) == [row[1:] for row in memory.movements]
    accounts = sorted(
        (
            store.holdings_row(economy, account, memory.known.lasts[id])[1:]
            for id, account in memory.book.accounts.items()
        ),
        key=lambda row: row[0].encode(),
    )
    assert rows(using, store.HOLDINGS, economy) == accounts
    with mock.patch.object(import_module(verify.__module__), "_AT_ONCE", 1 + seed % 9):
        assert verify(economy, using=using) == (len(memory.records), None)

    replay, told = replayed(stream, parts)
    records = journal(using, economy)
    assert [[one["code"], one["facts"], one["state"]] for one in records[1:]] == told
    expected = replay.final_state()
    expected["rejected"] = [[id, str(code)] for id, code in expected["rejected"]]
    assert final_state(using, economy) == expected
    times = [one["at"] for one in records if one["at"] is not None]
    assert times == sorted(times), "the ledger's clock never goes back"
