"""SQLite = PostgreSQL = memory = replay, whatever the cuts."""

import random
from itertools import count

from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.economy import Replay, parse_charter
from patronage.ledger import settle, store, submit, verify
from patronage.ledger.opening import open_unchecked
from tests.integration.play import final_state, fresh, in_memory, rows, settle_all, ticking
from tests.properties.strategies import Stream, streams


def through(using: str, economy: str, stream: Stream, rng: random.Random) -> None:
    """Submit a stream and settle it in random batches."""
    clock = ticking()
    open_unchecked(economy, stream.charter, using=using, clock=clock)
    for event in stream.events:
        submit(economy, event, using=using, clock=clock)
        if rng.random() < 0.3:
            settle(economy, rng.randrange(1, 9), using=using)
    settle_all(using, economy, (rng.randrange(1, 9) for _ in count()))


@settings(max_examples=12)
@given(stream=streams(), seed=st.integers(0, 2**32))
def test_every_way_leads_to_the_same_bytes(using: str, stream: Stream, seed: int) -> None:
    economy = fresh("stream")
    through(using, economy, stream, random.Random(seed))
    replay = Replay(parse_charter(stream.charter))
    for event in stream.events:
        replay.submit(event)
    expected = replay.final_state()
    expected["rejected"] = [list(map(str, pair)) for pair in expected["rejected"]]
    batch = in_memory(stream.charter, economy, stream.events, ticking())
    assert rows(using, store.JOURNAL, economy) == [row[1:] for row in batch.records]
    assert rows(using, store.MOVEMENTS, economy) == [row[1:] for row in batch.movements]
    accounts = sorted(
        (store.account_row(economy, one)[1:] for one in batch.book.accounts.values()),
        key=lambda row: row[0].encode(),
    )
    assert rows(using, store.ACCOUNTS, economy) == accounts
    assert final_state(using, economy) == expected
    verified = verify(economy, using=using)
    assert verified.difference is None
    assert verified.records == len(batch.records)
