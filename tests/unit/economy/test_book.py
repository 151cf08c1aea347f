"""Books: who is due is found without being looked for, and nothing is read that need not be."""

from random import Random
from sys import getsizeof

import pytest

from patronage.economy import (
    Account,
    BrokenInvariantError,
    MemoryBook,
    PreloadedBook,
    Replay,
    State,
    UndeclaredReadError,
    events,
    parse_charter,
)
from patronage.economy.book import table
from patronage.economy.events import is_well_formed
from patronage.economy.operations import post
from patronage.economy.state import INDEX_SCALE, ceiling_of, is_due

CHARTER = {
    "economy": {"name": "books", "currency": "CNY"},
    "points": {"authorised": "1000000", "issue_price": "1.00"},
    "reserve": {"rate": "0.5", "of": "revenue"},
    "grant": {"rate": "0.5", "mode": "value"},
    "quota": {"multiple": "2"},
    "redemption": {"fee": "0.1"},
}


def holder(id: str, points: int, quota: int, owed: int = 0) -> Account:
    account = Account(id, merchant=False, at=0)
    account.points, account.quota, account.owed = points, quota, owed
    return account


def test_a_refund_that_lowers_a_ceiling_only_by_what_is_owed_moves_the_account_up():
    # quota ÷ points rises from 5/3 to 2/1, but the ceiling falls: 0.9 of a unit is owed.
    book = MemoryBook()
    account = holder("a", 3, 5, owed=9 * INDEX_SCALE // 10)
    book.accounts["a"] = account
    book.place(account)
    post(book, [], account, "refund", -2, -3)
    assert account.queued == ceiling_of(account)


def paged(holders: list[Account], price: int, size: int = 2) -> tuple[PreloadedBook, State, list]:
    """A book of nothing declared over a store of holders, at a price, noting the pages read."""
    state = State(parse_charter(CHARTER))
    state.issued = sum(account.points for account in holders)
    state.reserve = price * state.issued
    for account in holders:
        account.queued = ceiling_of(account)
    line = sorted(((account.queued, account.id), account) for account in holders)
    asked = []

    def page(after):
        asked.append(after)
        return [account for key, account in line if after is None or key > after][:size]

    return PreloadedBook({}, {}, {}, {}, page), state, asked


def test_one_page_is_read_where_nobody_is_due():
    book, state, asked = paged([holder(id, 1, 100 + n) for n, id in enumerate("abcdef")], 50)
    assert book.due(state) is None
    assert book.due(state) is None
    assert asked == [None]


def test_pages_are_read_as_far_as_accounts_are_due():
    book, state, asked = paged([holder(id, 1, 100 + n) for n, id in enumerate("abcdef")], 102)
    for id in "abc":
        account = book.due(state)
        assert account.id == id
        account.points = 0
    assert book.due(state) is None
    assert [after and after[1] for after in asked] == [None, "b"]


def test_a_store_without_a_key_in_line_is_broken():
    book, state, _ = paged([], 0)
    lost = holder("a", 1, 1)
    book._page = lambda _after: [lost]
    with pytest.raises(BrokenInvariantError, match="in line without a key"):
        book.due(state)


def test_a_ceiling_that_rose_is_mended_when_it_comes_up_and_one_that_fell_at_once():
    book, state, asked = paged([holder(id, 1, 100 + n) for n, id in enumerate("abcd")], 101)
    a, _, c, d = (holder(id, 1, 0) for id in "abcd")
    a.queued, c.queued, d.queued = (
        ceiling_of(holder(id, 1, quota)) for id, quota in (("a", 100), ("c", 102), ("d", 103))
    )
    a.quota, c.quota, d.quota = 200, 0, 300
    book.accounts.update(a=a, c=c, d=d)
    book.place(c)
    for id in "cb":
        account = book.due(state)
        assert account.id == id
        account.points = 0
    assert book.due(state) is None
    assert a.queued == ceiling_of(a)
    assert d.queued != ceiling_of(d), "nobody asked"
    assert [after and after[1] for after in asked] == [None, "b"]


def test_undeclared_reads_raise_and_declared_ones_may_find_nothing():
    book = PreloadedBook({"a": None}, {}, {}, {}, lambda _after: [])
    assert book.accounts.get("a") is None
    with pytest.raises(UndeclaredReadError, match="'b'"):
        book.accounts.get("b")


def test_the_first_order_may_follow_a_founding_too_small_for_points():
    # One minor unit buys less than a nano-point: the reserve has money and nothing circulates.
    dear = CHARTER | {
        "founding": {"amount": "0.01"},
        "points": {"authorised": "9", "issue_price": "20000000.00"},
    }
    economy = Replay(parse_charter(dear))
    assert (economy.state.reserve, economy.state.issued) == (1, 0)
    economy.submit({
        "id": "1", "type": "order.completed", "order": "1", "member": "m", "amount": 1_000_000,
    })  # fmt: skip
    assert economy.rejected == []
    assert economy.state.reserve == 500_001


def test_shapes_are_remembered_up_to_a_bound(monkeypatch):
    module = events
    monkeypatch.setattr(module, "_SHAPES", {kind: {} for kind in module.FORMS})
    monkeypatch.setattr(module, "_SHAPES_MAX", 1)
    event = {"id": "1", "type": "merchant.opened", "merchant": "m"}
    turned = dict(reversed(event.items()))
    assert is_well_formed(event)
    assert is_well_formed(turned)
    assert list(module._SHAPES["merchant.opened"]) == [("id", "type", "merchant")]


def test_a_charter_with_a_lone_surrogate_is_malformed():
    amended = CHARTER | {"economy": {"name": "\ud800", "currency": "CNY"}}
    economy = Replay(parse_charter(CHARTER))
    economy.submit({"id": "1", "type": "charter.amended", "charter": amended})
    assert economy.rejected == [("1", "malformed")]


@pytest.mark.parametrize("seed", range(5))
def test_the_line_and_the_heap_together_give_the_smallest(seed, monkeypatch):
    monkeypatch.setattr("patronage.economy.book._HEAP_MAX", 3)
    rng = Random(seed)
    book = MemoryBook()
    state = State(parse_charter(CHARTER))
    state.issued = state.reserve = 10**9
    for number in range(300):
        id = f"m{rng.randrange(40)}"
        account = book.accounts.setdefault(id, holder(id, 0, 0))
        account.points, account.quota = rng.randrange(3), rng.randrange(30)
        book.place(account)
        if number % 7 == 0:
            state.reserve = 10**9 * rng.randrange(25)
        line = sorted(
            (ceiling_of(one), one.id)
            for one in book.accounts.values()
            if ceiling_of(one) is not None
        )
        due = book.due(state)
        if line and is_due(line[0][0], state):
            assert due.id == line[0][1]
            due.points = 0
        else:
            assert due is None


def test_a_table_keeps_the_hashes_of_its_texts():
    plain, kept = {}, table()
    for number in range(1000):
        plain[str(number)] = kept[str(number)] = number
    assert kept == plain
    assert getsizeof(kept) > getsizeof(plain)
