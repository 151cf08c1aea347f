"""Books: where the rules find accounts, orders, payments and withdrawals.

The rules read only what an event names; the one open read is `due()`.
"""

from collections.abc import Callable, Mapping, Sequence
from heapq import heappop, heappush
from typing import Any, Protocol, TypeVar

from patronage.economy.refusals import BrokenInvariantError
from patronage.economy.state import Account, Order, Payment, State, Withdrawal, ceiling_of, is_due

Record = TypeVar("Record")


_HEAP_MAX = 1000


class UndeclaredReadError(LookupError):
    """Something was read that no event of the batch names."""


def table() -> dict[str, Record]:
    """Return an empty dictionary for very many texts, which keeps their hashes.

    CPython leaves these out while all keys are texts, and at each collision reads some other key's
    text for its hash: in a table that outgrew the processor's memory, most of what a look costs.
    """
    texts: dict[Any, Record] = {None: None}  # type: ignore[dict-item]
    del texts[None]
    return texts


class Book(Protocol):
    """What the rules need of a store: records by id, and accounts in the order of ceilings.

    Accounts are changed in place, other records replaced.
    """

    accounts: dict[str, Account]
    orders: dict[str, Order]
    payments: dict[str, Payment]
    withdrawals: dict[str, Withdrawal]

    def place(self, account: Account) -> None:
        """Take note that the account's ceiling may have fallen."""

    def due(self, state: State) -> Account | None:
        """Return the due account with the smallest ceiling, of equal ones the smallest id."""


class MemoryBook:
    """Everything in dictionaries, the order of ceilings in a heap.

    With a million accounts a heap's depth and its scattered memory tell. So when the heap has grown
    large it is sorted into the line, from whose end the next is taken at the same cost however long
    it is; the heap goes on with what comes later.
    """

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.orders: dict[str, Order] = table()
        self.payments: dict[str, Payment] = {}
        self.withdrawals: dict[str, Withdrawal] = {}
        # Code points order as their UTF-8 bytes do, so Python's order of ids is the rule book's.
        # The account stands beside its id, so that the next one is found without looking it up; two
        # entries with the same key and id are one account's.
        self._heap: list[tuple[int, str, Account]] = []
        self._line: list[tuple[int, str, Account]] = []  # the smallest last
        self._heap_max = _HEAP_MAX

    def place(self, account: Account) -> None:
        """Take note that the account's ceiling may have fallen.

        A ceiling that rose is left where the heap has it and mended when it comes to the top:
        most ceilings rise, and rise again before they ever get there.
        """
        ceiling = ceiling_of(account)
        if ceiling is not None and (account.queued is None or ceiling < account.queued):
            account.queued = ceiling
            heappush(self._heap, (ceiling, account.id, account))
            if len(self._heap) > self._heap_max:
                self._line = sorted(self._line + self._heap, reverse=True)
                self._heap = []
                self._heap_max = _HEAP_MAX + len(self._line) // 4

    def due(self, state: State) -> Account | None:
        """Return the due account with the smallest ceiling, of equal ones the smallest id."""
        while True:
            heap, line = self._heap, self._line
            if line and not (heap and heap[0] < line[-1]):
                key, id, account = line[-1]
            elif heap:
                key, id, account = heap[0]
            else:
                return None
            if not is_due(key, state):
                return None
            if key == account.queued:
                if key == ceiling_of(account):
                    return account
                account.queued = None
            # Left behind when a lower entry took its place, or risen, or without points by now.
            if line and line[-1] == (key, id, account):
                line.pop()
            else:
                heappop(heap)
            if account.queued is None:
                self.place(account)


class PreloadedBook(MemoryBook):
    """What a batch of events names, loaded beforehand; reading anything else raises.

    `accounts`, `orders`, `payments` and `withdrawals` map every declared id to what the store has
    under it, None if it has nothing. The store's line is as lazy as the heap: each account comes
    with `queued` as the store has it, a key that is at most its ceiling, None without one, and goes
    back with what it is then. `page(after)` returns the next accounts of that line in the order of
    (queued, id), those after the given pair, or from the start for None; empty at the end.
    """

    def __init__(
        self,
        accounts: Mapping[str, Account | None],
        orders: Mapping[str, Order | None],
        payments: Mapping[str, Payment | None],
        withdrawals: Mapping[str, Withdrawal | None],
        page: Callable[[tuple[int, str] | None], Sequence[Account]],
    ) -> None:
        super().__init__()
        self.accounts = _Declared(accounts)
        self.orders = _Declared(orders)
        self.payments = _Declared(payments)
        self.withdrawals = _Declared(withdrawals)
        self._page = page
        self._read_to: tuple[int, str] | None = None
        self._read_all = False

    def due(self, state: State) -> Account | None:
        """Return the due account with the smallest ceiling, of equal ones the smallest id.

        Pages of the store's line are read until they reach past it, or past all that are due.
        """
        while True:
            account = super().due(state)
            if self._read_all or self._is_behind(account, state):
                return account
            self._read_page()

    def _is_behind(self, account: Account | None, state: State) -> bool:
        """Tell whether the pages read reach past the due account, or past all due ones."""
        if self._read_to is None:
            return False
        if account is None:
            return not is_due(self._read_to[0], state)
        return _place(account) <= self._read_to

    def _read_page(self) -> None:
        page = self._page(self._read_to)
        self._read_all = not page
        for account in page:
            place = self._read_to = _place(account)
            # What the batch has already is newer than what the store has: if it stands elsewhere
            # by now, or nowhere, the heap knows.
            newest = self.accounts.setdefault(account.id, account)
            if newest.queued == account.queued:
                heappush(self._heap, (*place, newest))


def _place(account: Account) -> tuple[int, str]:
    """Return where an account stands in line."""
    if account.queued is None:
        raise BrokenInvariantError(f"account {account.id!r} is in line without a key")
    return account.queued, account.id


class _Declared(dict[str, Record]):
    """Records by id, of which the rules may read only those declared."""

    def __init__(self, loaded: Mapping[str, Record | None]) -> None:
        super().__init__((id, record) for id, record in loaded.items() if record is not None)
        self._declared = frozenset(loaded)

    def get(self, id: str, default: None = None, /) -> Record | None:  # type: ignore[override]
        """Return the record, None if there is none; raise if nothing declared it."""
        if id not in self._declared:
            raise UndeclaredReadError(f"{id!r} is read but no event of the batch names it")
        return super().get(id, default)
