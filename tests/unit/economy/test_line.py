"""The line of those who come next: in memory and in the store, read as one."""

from pathlib import Path

import pytest

from patronage.economy import (
    Account,
    MemoryBook,
    State,
    load_charter,
)
from patronage.economy.operations import post
from patronage.economy.state import ceiling_of
from tests.unit.economy.store import Store

HALF = (Path(__file__).resolve().parents[2] / "vectors" / "half.toml").read_bytes()


def holding(id: str, points: int, quota: int) -> Account:
    account = Account(id, merchant=False, at=0)
    account.points, account.quota = points, quota
    return account


def at_price(price: int) -> State:
    state = State(load_charter(HALF))
    state.issued, state.burned = 1000, 0
    state.reserve = 1000 * price
    return state


class Counting(Store):
    """A store that notes which pages were read."""

    def __init__(self, *accounts: Account, page_size: int = 1) -> None:
        super().__init__(page_size)
        self.accounts.update({account.id: account for account in accounts})
        for account in accounts:
            account.queued = ceiling_of(account)
        self.read: list[str] = []

    def page(self, after: tuple[int, str] | None) -> list[Account]:
        page = super().page(after)
        self.read.append("".join(account.id for account in page))
        return page


def order(member: str) -> dict:
    return {"id": "x", "type": "order.completed", "order": "x", "member": member, "amount": 1}


def due_ids(book: MemoryBook, state: State) -> list[str]:
    found = []
    while (account := book.due(state)) is not None:
        found.append(account.id)
        account.points = account.quota = 0
    return found


def test_a_page_beyond_those_due_is_enough() -> None:
    store = Counting(holding("a", 1, 5), holding("b", 1, 6), holding("c", 1, 7))
    assert due_ids(store.load([]), at_price(4)) == []
    assert store.read == ["a"]


def test_the_last_one_of_a_page_needs_no_other_page() -> None:
    store = Counting(holding("a", 1, 1), holding("b", 1, 2))
    assert store.load([]).due(at_price(3)).id == "a"
    assert store.read == ["a"]


def test_pages_are_read_until_they_reach_past_all_that_are_due() -> None:
    accounts = [holding(id, 1, quota) for quota, id in enumerate("abcdef", start=1)]
    store = Counting(*accounts)
    book = store.load([])
    assert due_ids(book, at_price(3)) == ["a", "b", "c"]
    assert store.read == ["a", "b", "c", "d"]
    assert due_ids(book, at_price(5)) == ["d", "e"]
    assert store.read == ["a", "b", "c", "d", "e", "f"]
    assert due_ids(book, at_price(9)) == ["f"]
    assert store.read == ["a", "b", "c", "d", "e", "f", ""]
    assert due_ids(book, at_price(10)) == []
    assert len(store.read) == 7, "the end is read once"


def test_one_due_in_memory_waits_for_those_before_it_in_the_store() -> None:
    """The batch has a, whose ceiling rose, and c; b between them is in the store only."""
    store = Counting(holding("a", 1, 1), holding("b", 1, 2), holding("c", 1, 3), holding("d", 1, 9))
    book = store.load([order("a"), order("c")])
    book.accounts["a"].quota = 10
    assert due_ids(book, at_price(5)) == ["b", "c"]
    assert store.read == ["a", "b", "c", "d"]


def test_one_due_in_memory_comes_before_those_after_it_in_the_store() -> None:
    store = Counting(holding("a", 1, 5), holding("b", 1, 6))
    book = store.load([order("n")])
    new = book.accounts["n"] = holding("n", 1, 3)
    book.place(new)
    assert book.due(at_price(5)) is new
    assert store.read == ["a"]
    assert due_ids(book, at_price(5)) == ["n", "a"]
    assert store.read == ["a", "b"]


@pytest.mark.parametrize(("one", "other"), [("B", "a"), ("a", "aa"), ("｡", "\U0001f600")])
def test_equal_ceilings_go_by_id_wherever_they_are(one: str, other: str) -> None:
    for declared in ([], [one], [other], [one, other]):
        store = Counting(holding(other, 2, 6), holding(one, 1, 3))
        assert due_ids(store.load(map(order, declared)), at_price(3)) == [one, other]


def test_what_the_batch_has_is_newer_than_the_page() -> None:
    store = Counting(holding("a", 1, 1))
    book = store.load([order("a")])
    book.accounts["a"].quota = 7
    assert due_ids(book, at_price(5)) == []
    assert book.accounts["a"].quota == 7


def test_the_line_notes_only_ceilings_that_fell() -> None:
    book, account = MemoryBook(), holding("a", 0, 0)
    book.accounts["a"] = account
    for points, quota, entries in [
        (10, 100, 1), (0, 0, 1), (0, 50, 1), (1, 15, 1), (10, 0, 2), (0, -1, 3), (5, 100, 3),
        (-20, 0, 3), (-1, 0, 3),
    ]:  # fmt: skip
        post(book, [], account, "order", points=points, quota=quota)
        assert len(book._heap) == entries, (points, quota)
    book.place(account)
    assert len(book._heap) == 3


def test_a_ceiling_that_rose_is_mended_when_it_comes_to_the_top() -> None:
    book, account = MemoryBook(), holding("a", 0, 0)
    book.accounts["a"] = account
    post(book, [], account, "order", points=1, quota=3)
    post(book, [], account, "order", quota=3)
    assert book._heap[0][0] < ceiling_of(account)
    assert book.due(at_price(5)) is None
    assert book._heap == [(ceiling_of(account), "a", account)]
    assert account.queued == ceiling_of(account)
    post(book, [], account, "order", points=-1)
    assert book.due(at_price(6)) is None
    assert book._heap == []
    assert account.queued is None
    post(book, [], account, "order", points=1)
    assert book.due(at_price(6)) is account


def test_due_once_is_due_again() -> None:
    book, account = MemoryBook(), holding("a", 0, 0)
    book.accounts["a"] = account
    post(book, [], account, "order", points=10, quota=50)
    assert book.due(at_price(5)) is account
    post(book, [], account, "compulsory_redemption", points=-10, quota=-50)
    assert book.due(at_price(5)) is None
    post(book, [], account, "order", points=10, quota=50)
    assert book.due(at_price(4)) is None
    assert book.due(at_price(5)) is account
