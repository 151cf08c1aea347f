"""The operations that events are made of, and the order in which holders are bought out."""

from fractions import Fraction
from math import ceil, floor

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from patronage.economy import Account, MemoryBook, Refusal, State, parse_charter
from patronage.economy.operations import buy_out, debit, post, redeem, retire, settle
from patronage.economy.state import ceiling_of, is_due
from tests.properties.play import applied
from tests.properties.strategies import SCALE, Stream, streams
from tests.unit.economy.store import Store

INT64 = 2**63 - 1
POINTS = st.integers(1, 9 * 10**18) | st.integers(1, 1000)
MONEY = st.integers(0, INT64) | st.integers(0, 1000)
FEES = st.sampled_from([100_000, 0, 1, 333_333, 999_999, 1_000_000])

CHARTER = {
    "economy": {"name": "x", "currency": "CNY"},
    "points": {"authorised": "1000", "issue_price": "1"},
    "reserve": {"rate": "0.5", "of": "revenue"},
    "grant": {"rate": "0.5", "mode": "value"},
    "quota": {"multiple": "2"},
    "redemption": {"fee": "0.1"},
}


@st.composite
def holders(draw, *, most_due: int = INT64) -> tuple[State, Account]:
    """An economy, and an account to which something may be owed; both of any size."""
    fee, merchant_fee = draw(FEES), draw(FEES)
    redemption = {"fee": f"{fee / 10**6:.6f}", "merchant_fee": f"{merchant_fee / 10**6:.6f}"}
    state = State(parse_charter({**CHARTER, "redemption": redemption}))
    account = Account("a", merchant=draw(st.booleans()), at=draw(st.integers(0, 10**30)))
    account.points = draw(POINTS | st.just(0))
    account.quota = draw(MONEY)
    account.cash = draw(MONEY)
    account.owed = draw(st.integers(0, SCALE - 1) | st.sampled_from([0, 1, SCALE - 1]))
    due = draw(st.integers(0, most_due) | st.integers(0, 3))
    state.index = account.at + (due * SCALE // account.points if account.points else due)
    state.dividends_unpaid = due + draw(st.sampled_from([1, 1000]))
    state.issued = account.points + draw(st.integers(0, 10**18))
    state.reserve = draw(MONEY)
    return state, account


@given(holders())
def test_settle(holder: tuple[State, Account]) -> None:
    """settle(account): `owed += points × (index − at)`; `at = index`; `due = ⌊owed / 10²⁴⌋`;
    `owed −= due × 10²⁴`; `paid = min(due, quota)`; quota −= paid; cash += paid;
    dividends_unpaid −= due; surplus += due − paid.
    """
    state, account = holder
    # An account is brought up to date together with what it has earned until then.
    account.at, state.index = (account.at, state.index) if state.index > account.at else (0, 0)
    owed = account.owed + account.points * (state.index - account.at)
    assume(state.index > account.at or owed < SCALE)
    due = floor(Fraction(owed, SCALE))
    paid = min(due, account.quota)
    quota, cash = account.quota - paid, account.cash + paid
    unpaid, surplus = state.dividends_unpaid - due, state.surplus + due - paid
    assert settle(state, account) == paid
    assert (account.owed, account.at) == (owed - due * SCALE, state.index)
    assert (account.quota, account.cash) == (quota, cash)
    assert (state.dividends_unpaid, state.surplus) == (unpaid, surplus)
    assert settle(state, account) == 0, "settling twice pays nothing"


@given(holders(), st.data())
def test_retire(holder: tuple[State, Account], data: st.DataObject) -> None:
    """retire(n): `worth = ⌊n × price⌋`; reserve −= worth; burned += n; if nothing circulates any
    more, surplus += reserve and reserve = 0. … (The price does not move, but for the rounding that
    stays in the reserve.)
    """
    state, _ = holder
    assume(state.issued)
    n = data.draw(st.integers(0, state.issued) | st.just(state.issued))
    price, reserve, issued = Fraction(state.reserve, state.issued), state.reserve, state.issued
    worth = retire(state, n)
    assert worth == floor(n * price)
    assert (state.burned, state.issued) == (n, issued)
    if n == issued:
        assert (state.reserve, state.surplus) == (0, reserve - worth)
    else:
        assert (state.reserve, state.surplus) == (reserve - worth, 0)
        now = Fraction(state.reserve, state.circulating)
        assert price <= now < price + Fraction(1, state.circulating)


@given(holders(), st.data())
def test_redeem(holder: tuple[State, Account], data: st.DataObject) -> None:
    """redeem(account, n): `worth = retire(n)`; `pay = min(worth, quota)`;
    `fee = ⌈pay × fee rate⌉`, for a merchant the merchant fee; …; fees += fee;
    surplus += worth − pay.
    """
    state, account = holder
    assume(account.points)
    n = data.draw(st.integers(1, account.points) | st.just(account.points))
    worth = floor(n * Fraction(state.reserve, state.issued))
    left = 0 if n == state.issued else state.reserve - worth
    swept = state.reserve - worth - left
    pay = min(worth, account.quota)
    charter = state.charter
    rate = charter.merchant_fee_micro if account.merchant else charter.fee_micro
    fee = ceil(pay * Fraction(rate, 10**6))
    assert redeem(state, account, n) == (n, worth, pay, fee)
    assert (state.reserve, state.fees) == (left, fee)
    assert state.surplus == worth - pay + swept
    assert 0 <= fee <= pay


@given(holders(), st.data())
def test_debit(holder: tuple[State, Account], data: st.DataObject) -> None:
    """debit(account, n) is what really leaves when n points are to go: more than is held is
    `insufficient_points`; if what would stay is worth less than one minor unit, all points go; if
    what goes is worth less than one minor unit, `worth_nothing`.
    """
    state, account = holder
    assume(state.issued)
    if data.draw(st.booleans()):
        state.reserve = data.draw(st.integers(1, 1000))
    price = Fraction(state.reserve, state.issued)
    one = ceil(1 / price) if price else 1
    near = [1, one, one - 1, account.points - one, account.points - one + 1, account.points,
            account.points + 1]  # fmt: skip
    n = data.draw(st.sampled_from(near) | st.integers(1, account.points + 1))
    assume(n >= 1)
    if n > account.points:
        expected = Refusal.INSUFFICIENT_POINTS
    else:
        expected = account.points if (account.points - n) * price < 1 else n
        if expected * price < 1:
            expected = Refusal.WORTH_NOTHING
    held = account.points
    assert debit(state, account, n) == expected
    assert account.points == held


# The ceiling.


def ceiling(account: Account) -> Fraction:
    return Fraction(account.quota * SCALE - account.owed, account.points) + account.at


def holding(points: int, quota: int, owed: int = 0, at: int = 0, id: str = "a") -> Account:
    account = Account(id, merchant=False, at=at)
    account.points, account.quota, account.owed = points, quota, owed
    return account


OWED = st.integers(0, SCALE - 1) | st.sampled_from([0, 1, SCALE - 1])


@st.composite
def near_accounts(draw) -> tuple[Account, Account]:
    """Two accounts whose ceilings are equal or differ as little as two fractions can."""
    one = holding(draw(POINTS), draw(MONEY), draw(OWED), draw(st.integers(0, 10**24)))
    value = ceiling(one)
    points = draw(POINTS | st.just(one.points) | st.integers(9 * 10**18 - 1000, 9 * 10**18))
    # The same ceiling within 1/points: at takes what quota and owed cannot.
    quota = draw(st.integers(0, max(0, min(INT64, floor(value * points / SCALE)))))
    at = floor(value - Fraction(quota * SCALE, points)) + draw(st.integers(-1, 1))
    rest = floor((at - value) * points) + quota * SCALE + draw(st.integers(-2, 2))
    other = holding(points, quota, max(rest, 0), max(at, 0))
    return one, other


@given(
    near_accounts()
    | st.tuples(*[st.builds(holding, POINTS, MONEY, OWED, st.integers(0, 10**40))] * 2)
)
@example((holding(3, 1), holding(9 * 10**18, 3 * 10**18)))
@example((holding(9 * 10**18 - 1, 1), holding(9 * 10**18, 1)))
@example((holding(9 * 10**18, 1, SCALE - 1), holding(9 * 10**18 - 1, 1, SCALE - 1)))
def test_the_order_of_ceilings_is_exact(pair: tuple[Account, Account]) -> None:
    """Ceiling = (quota × 10²⁴ − owed) / points + at … (exact, nothing rounded)"""
    one, other = pair
    a, b = ceiling(one), ceiling(other)
    assert (ceiling_of(one) < ceiling_of(other)) == (a < b)
    assert (ceiling_of(one) == ceiling_of(other)) == (a == b)
    assert (ceiling_of(one) > ceiling_of(other)) == (a > b)
    assert ceiling_of(holding(0, one.quota)) is None


@given(holders(), st.integers(-3, 3), st.booleans())
def test_due_is_exact(holder: tuple[State, Account], off: int, near: bool) -> None:
    """An account with points > 0 is *due* when
    points × price + (owed + points × (index − at)) / 10²⁴ ≥ quota (exact, nothing rounded),
    that is: price × 10²⁴ + index ≥ ceiling.
    """
    state, account = holder
    assume(account.points)
    price = Fraction(state.reserve, state.issued)
    earned = Fraction(account.owed + account.points * (state.index - account.at), SCALE)
    if near:  # the quota nearest to what is reached, or one unit of owed beside it
        account.quota = max(0, floor(account.points * price + earned) + off)
        account.owed = max(0, account.owed + off)
        earned = Fraction(account.owed + account.points * (state.index - account.at), SCALE)
    due = account.points * price + earned >= account.quota
    assert is_due(ceiling_of(account), state) == due
    assert (price * SCALE + state.index >= ceiling(account)) == due


@st.composite
def crowds(draw) -> tuple[State, list[Account]]:
    """Several holders, many with equal ceilings, in an economy whose price has just risen."""
    state = State(parse_charter(CHARTER))
    state.index = draw(st.sampled_from([0, 10**15, SCALE]))
    accounts = []
    ids = draw(st.permutations(["a", "aa", "B", "é", "｡", "\U0001f600", "10", "9"]))
    for id in ids[: draw(st.integers(1, 8))]:
        points, times = (
            draw(st.sampled_from([1, 2, 3, 1000])),
            draw(st.sampled_from([1, 1, 2, 3, 7])),
        )
        owed = draw(st.sampled_from([0, 0, 1, SCALE // 2]))
        quota = points * times + draw(st.sampled_from([0, 0, 0, 1]))
        at = draw(st.sampled_from([0, state.index]))
        accounts.append(holding(points, quota, owed, at, id))
    state.founding = draw(st.sampled_from([0, 1, 1000]))
    state.issued = sum(account.points for account in accounts) + state.founding
    state.reserve = draw(st.integers(0, 8)) * state.issued + draw(st.integers(0, state.issued))
    state.dividends_unpaid = 10**9
    return state, accounts


def naive_sweep(state: State, accounts: list[Account]) -> list[str]:
    """Buy out as the rule reads, in fractions: whom, in which order."""
    reserve, circulating = state.reserve, state.issued - state.burned
    left = {account.id: account for account in accounts if account.points}
    order = []
    while circulating:
        price = Fraction(reserve, circulating)
        due = [
            (ceiling(account), id.encode())
            for id, account in left.items()
            if account.points * price
            + Fraction(account.owed + account.points * (state.index - account.at), SCALE)
            >= account.quota
        ]
        if not due:
            break
        id = min(due)[1].decode()
        order.append(id)
        points = left.pop(id).points
        reserve -= floor(points * price)
        circulating -= points
    return order


@given(crowds(), st.permutations(range(8)), st.integers(0, 3))
def test_sweep(crowd: tuple[State, list[Account]], order: list[int], page_size: int) -> None:
    """While some account is due, take the one with the smallest ceiling (ties: smallest id by its
    UTF-8 bytes), settle it, redeem all its points, set its quota to 0.
    """
    state, accounts = crowd
    expected = naive_sweep(state, accounts)
    book = MemoryBook() if page_size == 0 else Store(page_size)
    for number in order:
        if number < len(accounts):
            book.accounts[accounts[number].id] = accounts[number]
            book.place(accounts[number])
    if page_size:
        book = book.load([])
    found = []
    while (account := book.due(state)) is not None:
        found.append(account.id)
        buy_out(state, book, [], account)
        assert account.points == account.quota == 0
    assert found == expected
    assert state.compulsory_redemptions == len(expected)


@given(streams())
def test_after_the_sweep_nobody_is_due(stream: Stream) -> None:
    """sweep, at the end of every applied event: … due when
    points × price + (owed + points × (index − at)) / 10²⁴ ≥ quota (exact, nothing rounded).
    """
    for step in applied(stream):
        now = step.after
        for id, account in now.accounts.items():
            reached = account.points * now.price + Fraction(now.owed(id), SCALE)
            assert account.points == 0 or reached < account.quota


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 9)), max_size=30),
    st.integers(0, 40),
)
def test_the_line_is_never_out_of_order(moves: list[tuple[int, int, int]], reserve: int) -> None:
    """(The ceiling of an account moves only when the account itself is touched. An ordered index on
    it finds who is due without looking at anyone else….)
    """
    state = State(parse_charter(CHARTER))
    book = MemoryBook()
    accounts = [holding(0, 0, id=id) for id in "abcdef"]
    for account in accounts:
        book.accounts[account.id] = account
    for number, points, quota in moves:
        account = accounts[number]
        points, quota = max(points - 4, -account.points), max(quota - 4, -account.quota)
        post(book, [], account, "order", points=points, quota=quota)
        state.issued = sum(account.points for account in accounts)
        state.reserve = reserve
        due = [
            (ceiling(account), account.id)
            for account in accounts
            if account.points and account.points * Fraction(reserve, state.issued) >= account.quota
        ]
        first = book.due(state)
        assert (first and first.id) == (min(due)[1] if due else None)


@pytest.mark.parametrize("points", [1, 9 * 10**18])
def test_a_ceiling_has_no_bound(points: int) -> None:
    """products, `owed` and the dividend index do not [fit 64 bits], and use big integers."""
    account = holding(points, INT64, SCALE - 1, 10**60)
    assert ceiling_of(account) == floor(ceiling(account) * 2**128)
