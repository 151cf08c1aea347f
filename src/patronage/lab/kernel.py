"""The fast gear's loops over single accounts, in floats: compiled where numba is installed.

Plain Python gives the same numbers, only slower. An account is a row of eight figures, one line of
a processor's cache; an economy's own figures are one array, so that loops change them in place. The
rules are those of `economy`, with the same roundings of money.

Who leaves next is found by a heap of ceilings, which knows only those up to a horizon: `HORIZON`
is beyond today's price, and whoever orders may look further away from everyone's. When price plus
index reach it, a loop stops, the heap is filled anew (`Fast`), and the loop goes on.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

try:
    from numba import njit
except ImportError:  # pragma: no cover  (the development group has it)
    njit = None  # type: ignore[assignment]

Function = TypeVar("Function", bound=Callable[..., Any])
Rows = NDArray[np.float64]

# What a row holds: points, quota, the index it was settled at, the fraction owed, dividends paid,
# the price at which it began to hold, spend, and the key under which the heap has it (0: not).
POINTS, QUOTA, AT, OWED, DIVIDENDS, ENTRY, SPENT, KEY = range(8)
COLUMNS: Final = 8

# What an account's second row holds, looked at only when value leaves.
REDEEMED, BOUGHT_OUT, COINS, COINS_GOT, EXITS = range(5)
MORE_COLUMNS: Final = 5

# The economy's figures, then its charter's, then the heap's size and horizon.
(
    RESERVE, CIRCULATING, ISSUED, TREASURY, COINS_OUT, POOL, UNPAID, FEES, SURPLUS, INDEX,
    REDEEMED_SUM, BOUGHT_OUT_SUM, EXITS_SUM, CONVERTED_SUM, SPENT_SUM, DIVIDENDS_SUM,
    AUTHORISED, ISSUE_PRICE, REFERRAL, FEE, MERCHANT_FEE, MULTIPLE, MERCHANTS, SIZE, HORIZON,
) = range(25)  # fmt: skip
FIGURES: Final = 25


def compiled(function: Function) -> Function:
    """Compile a function where that is possible, and keep what was compiled where that is."""
    if njit is None:
        return function
    try:
        return cast("Function", njit(cache=True, nogil=True)(function))
    except RuntimeError:  # neither the package's folder nor the user's can be written to
        return cast("Function", njit(nogil=True)(function))


@compiled
def price_of(figures: Rows) -> float:
    """Return the price in minor units a nano-point."""
    if figures[CIRCULATING] <= 0.0:
        return figures[ISSUE_PRICE]
    return figures[RESERVE] / figures[CIRCULATING]


@compiled
def ceiling_of(row: Rows) -> float:
    """Return from which price plus index an account that holds points is due."""
    return (row[QUOTA] - row[OWED]) / row[POINTS] + row[AT]


@compiled
def place(rows: Rows, figures: Rows, keys: Rows, ids: NDArray[np.int64], account: int) -> None:
    """Put an account into the heap if its ceiling is within the horizon and not there already."""
    row = rows[account]
    if row[POINTS] <= 0.0:
        return
    key = ceiling_of(row)
    if key > figures[HORIZON] or (row[KEY] != 0.0 and key >= row[KEY]):
        return
    row[KEY] = key
    position = int(figures[SIZE])
    figures[SIZE] += 1.0
    while position > 0:
        parent = (position - 1) >> 1
        if keys[parent] <= key:
            break
        keys[position] = keys[parent]
        ids[position] = ids[parent]
        position = parent
    keys[position] = key
    ids[position] = account


@compiled
def place_all(
    rows: Rows, figures: Rows, keys: Rows, ids: NDArray[np.int64], accounts: NDArray[np.int64]
) -> None:
    """Put accounts into the heap, those whose ceilings are within the horizon."""
    for account in accounts:
        place(rows, figures, keys, ids, account)


@compiled
def take_top(figures: Rows, keys: Rows, ids: NDArray[np.int64]) -> None:
    """Take the smallest entry out of the heap."""
    size = int(figures[SIZE]) - 1
    figures[SIZE] = size
    key, account = keys[size], ids[size]
    position = 0
    while True:
        child = 2 * position + 1
        if child >= size:
            break
        if child + 1 < size and keys[child + 1] < keys[child]:
            child += 1
        if keys[child] >= key:
            break
        keys[position] = keys[child]
        ids[position] = ids[child]
        position = child
    keys[position] = key
    ids[position] = account


@compiled
def settle(rows: Rows, figures: Rows, account: int) -> None:
    """Pay an account its dividends up to its quota."""
    row = rows[account]
    if row[AT] == figures[INDEX]:
        return
    owed = row[OWED] + row[POINTS] * (figures[INDEX] - row[AT])
    due = np.floor(owed)
    paid = min(due, row[QUOTA])
    row[OWED] = owed - due
    row[AT] = figures[INDEX]
    row[QUOTA] -= paid
    row[DIVIDENDS] += paid
    figures[UNPAID] -= due
    figures[SURPLUS] += due - paid


@compiled
def redeem(rows: Rows, figures: Rows, account: int) -> float:
    """Redeem all points of a settled account; return what is paid, after the fee."""
    row = rows[account]
    points = row[POINTS]
    worth = np.floor(points * figures[RESERVE] / figures[CIRCULATING])
    figures[RESERVE] -= worth
    figures[CIRCULATING] -= points
    if figures[CIRCULATING] < 0.5:
        figures[SURPLUS] += figures[RESERVE]
        figures[RESERVE] = figures[CIRCULATING] = 0.0
    pay = min(worth, row[QUOTA])
    rate = figures[MERCHANT_FEE] if account < figures[MERCHANTS] else figures[FEE]
    fee = -np.floor(-pay * rate / 1e6)
    figures[FEES] += fee
    figures[SURPLUS] += worth - pay
    row[POINTS] = 0.0
    row[QUOTA] -= pay
    return pay - fee


@compiled
def sweep(rows: Rows, more: Rows, figures: Rows, keys: Rows, ids: NDArray[np.int64]) -> None:
    """Buy out every account that is due, as far as the heap knows; the smallest ceiling first."""
    while figures[SIZE] > 0.0:
        reach = price_of(figures) + figures[INDEX]
        if keys[0] > reach:
            return
        key, account = keys[0], ids[0]
        take_top(figures, keys, ids)
        row = rows[account]
        if key != row[KEY]:
            continue  # left behind when a lower entry took its place
        row[KEY] = 0.0
        if row[POINTS] <= 0.0:
            continue
        if ceiling_of(row) > key:  # risen since: its turn may come later
            place(rows, figures, keys, ids, account)
            continue
        settle(rows, figures, account)
        paid = redeem(rows, figures, account)
        row[QUOTA] = 0.0
        more[account, BOUGHT_OUT] += paid
        more[account, EXITS] += 1.0
        figures[BOUGHT_OUT_SUM] += paid
        figures[EXITS_SUM] += 1.0


@compiled
def credit(
    rows: Rows, figures: Rows, account: int, points: float, quota: float, price: float
) -> None:
    """Settle an account and give it points and quota."""
    settle(rows, figures, account)
    row = rows[account]
    if row[POINTS] == 0.0 and points > 0.0:
        row[ENTRY] = price
    row[POINTS] += points
    row[QUOTA] += quota


@compiled
def order(
    rows: Rows,
    more: Rows,
    figures: Rows,
    keys: Rows,
    ids: NDArray[np.int64],
    member: NDArray[np.int64],
    referrer: NDArray[np.int64],
    brought: NDArray[np.int64],
    granted: NDArray[np.int64],
    quota: NDArray[np.int64],
    units: Rows,
    first: int,
) -> int:
    """Complete orders from the first on; return how many are done when the horizon is reached.

    `brought` is each order's contribution, `granted` the worth of its points before limits, `units`
    the most points it may give, without a limit where empty.
    """
    for number in range(first, len(member)):
        price = price_of(figures)
        want = np.floor(granted[number] / price)
        if len(units) > 0:
            want = min(want, units[number])
        unissued = figures[AUTHORISED] - figures[ISSUED]
        points = min(want, unissued)
        account = member[number]
        credit(rows, figures, account, points, float(quota[number]), price)
        account_2 = referrer[number]
        points_2 = 0.0
        if account_2 >= 0:
            points_2 = min(np.floor(want * figures[REFERRAL] / 1e6), unissued - points)
            quota_2 = np.floor(quota[number] * figures[REFERRAL] / 1e6)
            credit(rows, figures, account_2, points_2, quota_2, price)
        figures[ISSUED] += points + points_2
        figures[CIRCULATING] += points + points_2
        if want == 0.0 or figures[CIRCULATING] <= 0.0:
            figures[SURPLUS] += brought[number]
        else:
            figures[RESERVE] += brought[number]
        place(rows, figures, keys, ids, account)
        if account_2 >= 0:
            place(rows, figures, keys, ids, account_2)
        sweep(rows, more, figures, keys, ids)
        if price_of(figures) + figures[INDEX] >= figures[HORIZON]:
            return number + 1
    return len(member)


@compiled
def redeem_wishes(
    rows: Rows,
    more: Rows,
    figures: Rows,
    keys: Rows,
    ids: NDArray[np.int64],
    accounts: NDArray[np.int64],
    multiples: Rows,
    first: int,
    convert: bool,  # noqa: FBT001
) -> int:
    """Redeem or convert all points of those whose price is reached; return how many are done."""
    for number in range(first, len(accounts)):
        account = accounts[number]
        row = rows[account]
        price = price_of(figures)
        if row[POINTS] * price < 1.0 or price < multiples[number] * row[ENTRY]:
            continue
        settle(rows, figures, account)
        if convert:
            coins = min(np.floor(row[POINTS] * price), row[QUOTA])
            figures[TREASURY] += row[POINTS]
            figures[COINS_OUT] += coins
            figures[CONVERTED_SUM] += coins
            row[POINTS] = 0.0
            row[QUOTA] -= coins
            more[account, COINS] += coins
            more[account, COINS_GOT] += coins
        else:
            paid = redeem(rows, figures, account)
            more[account, REDEEMED] += paid
            figures[REDEEMED_SUM] += paid
        sweep(rows, more, figures, keys, ids)
        if price_of(figures) + figures[INDEX] >= figures[HORIZON]:
            return number + 1
    return len(accounts)


@compiled
def redeem_coins(
    rows: Rows,
    more: Rows,
    figures: Rows,
    keys: Rows,
    ids: NDArray[np.int64],
    merchant: int,
    most: float,
) -> None:
    """Give a merchant points from the treasury for its coins."""
    amount = min(more[merchant, COINS], most)
    price = price_of(figures)
    points = np.floor(amount / price)
    if amount <= 0.0 or points <= 0.0:
        return
    more[merchant, COINS] -= amount
    figures[COINS_OUT] -= amount
    figures[TREASURY] -= points
    quota = np.floor(amount * figures[MULTIPLE] / 1e6)
    credit(rows, figures, merchant, points, quota, price)
    place(rows, figures, keys, ids, merchant)
    sweep(rows, more, figures, keys, ids)
