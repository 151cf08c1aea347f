"""A store larger than memory, as a ledger would use the engine: load, apply a batch, write back."""

import copy
from collections.abc import Iterable

from patronage.economy import (
    Charter,
    MemoryBook,
    Outcome,
    PreloadedBook,
    Refused,
    Replay,
    State,
    accounts_of,
    apply,
    is_well_formed,
    names,
)
from patronage.economy.state import Account


class Store(MemoryBook):
    """Records by id; what it hands out are copies."""

    def __init__(self, page_size: int = 2) -> None:
        super().__init__()
        self.page_size = page_size

    def page(self, after: tuple[int, str] | None) -> list[Account]:
        """Return the next accounts in line by (key, id as UTF-8 bytes)."""
        line = sorted(
            (account.queued, id.encode())
            for id, account in self.accounts.items()
            if account.queued is not None
        )
        if after is not None:
            line = [place for place in line if place > (after[0], after[1].encode())]
        return [copy.copy(self.accounts[id.decode()]) for _, id in line[: self.page_size]]

    def load(self, events: Iterable[dict]) -> PreloadedBook:
        """Load exactly what the events name."""
        accounts, orders, payments, withdrawals = names(filter(is_well_formed, events))
        records = [
            {id: store.get(id) for id in ids}
            for store, ids in (
                (self.orders, orders),
                (self.payments, payments),
                (self.withdrawals, withdrawals),
            )
        ]
        for kind in records:
            for record in filter(None, kind.values()):
                accounts.update(accounts_of(record))
        loaded = {id: copy.copy(self.accounts.get(id)) for id in accounts}
        return PreloadedBook(loaded, *records, self.page)

    def save(self, book: PreloadedBook) -> None:
        """Write back all that was in memory."""
        for kind in ("accounts", "orders", "payments", "withdrawals"):
            getattr(self, kind).update(getattr(book, kind))

    def apply(self, state: State, events: list[dict]) -> list[Outcome]:
        """Apply one batch."""
        book = self.load(events)
        outcomes = [apply(state, book, event) for event in events]
        self.save(book)
        return outcomes


def in_batches(charter: Charter, events: list[dict], cuts: Iterable[int], page_size: int) -> dict:
    """Apply events (with valid ids, each once) in batches of the given sizes; the final state."""
    replay = Replay(charter)
    store = replay.book = Store(page_size)
    start = 0
    for size in cuts:
        batch = events[start : start + size]
        start += size
        for event, outcome in zip(batch, store.apply(replay.state, batch), strict=True):
            if isinstance(outcome, Refused):
                replay.rejected.append((event["id"], outcome.refusal))
    assert start >= len(events)
    return replay.final_state()
