"""The operations that events are made of: settle, retire, redeem, debit, post.

`//` rounds towards −∞ throughout; whoever takes value out bears the rounding.
"""

from typing import NamedTuple

from patronage.economy.book import Book
from patronage.economy.charter import MICRO
from patronage.economy.refusals import BrokenInvariantError, Refusal
from patronage.economy.state import BALANCE_MAX, Account, State, payable

Movement = tuple[Account, str, int, int, int, int, int, int, int, int, int, int]
"""What one event did to one account, for one cause: (account, cause, points, quota, cash, coins,
points after, quota after, cash after, coins after, dividend, fee).

The first four figures are changes, the next four the balances they led to; `dividend` is what
settling paid, a part of the changes in cash and quota; `fee` was kept back from a redemption. (A
named tuple would cost as much as all the rest of `post`.)
"""


def member(state: State, book: Book, id: str) -> Account:
    """Return the account; an unknown one becomes a member."""
    account = book.accounts.get(id)
    if account is None:
        account = book.accounts[id] = Account(id, False, state.index)  # noqa: FBT003
    return account


def known(book: Book, id: str) -> Account:
    """Return the account that a record names: it cannot be missing."""
    account = book.accounts.get(id)
    if account is None:
        raise BrokenInvariantError(f"account {id!r} is missing")
    return account


def settle(state: State, account: Account) -> int:
    """Pay an account its dividends up to its quota; return what was paid, in minor units.

    Always followed by `post`, which is told of it. Settling leaves the account's ceiling where it
    is, or lifts it where the quota did not suffice.
    """
    if account.at == state.index:
        return 0  # nothing accrued since, and less than a minor unit was left then
    owed, due, paid = payable(state, account)
    account.at = state.index
    account.owed = owed
    account.quota -= paid
    account.cash += paid
    state.dividends_unpaid -= due
    state.surplus += due - paid
    if state.dividends_unpaid < 0:
        raise BrokenInvariantError("more dividends are paid than were set aside")
    return paid


def post(
    book: Book,
    movements: list[Movement],
    account: Account,
    cause: str,
    points: int = 0,
    quota: int = 0,
    cash: int = 0,
    coins: int = 0,
    dividend: int = 0,
    fee: int = 0,
) -> None:
    """Change an account's figures, and note the movement with what `settle` paid before."""
    held = account.points
    allowed = account.quota
    account.points = held_after = held + points
    account.quota = allowed_after = allowed + quota
    # From above, points are bounded by those authorised, cash by paid_in, coins by the reserve.
    if held_after < 0 or not 0 <= allowed_after <= BALANCE_MAX:
        raise BrokenInvariantError(f"points or quota of account {account.id!r} are out of bounds")
    if cash or coins:
        account.cash += cash
        account.coins += coins
        if account.cash < 0 or account.coins < 0:
            raise BrokenInvariantError(f"cash or coins of account {account.id!r} are below 0")
    # With points added, (quota × 10²⁴ − owed) / points cannot fall if quota / points does not.
    if points < 0 or quota * held <= points * allowed:
        book.place(account)
    movements.append(
        (
            account,
            cause,
            points,
            quota - dividend,
            cash + dividend,
            coins,
            held_after,
            allowed_after,
            account.cash,
            account.coins,
            dividend,
            fee,
        )
    )


def retire(state: State, points: int) -> int:
    """Burn points and take their worth out of the reserve; return it, in minor units.

    The price does not move, but for the rounding that stays in the reserve.
    """
    price, per = state.price
    worth = points * price // per
    state.reserve -= worth
    state.burned += points
    if state.issued == state.burned:
        state.surplus += state.reserve
        state.reserve = 0
    return worth


class Redemption(NamedTuple):
    """Points redeemed: what they were worth, what the quota allowed of it, and the fee on that."""

    points: int
    worth: int
    pay: int
    fee: int


def redeem(state: State, account: Account, points: int) -> Redemption:
    """Retire a settled account's points against money; the account itself is for `post`."""
    charter = state.charter
    fee_micro = charter.merchant_fee_micro if account.merchant else charter.fee_micro
    worth = retire(state, points)
    pay = min(worth, account.quota)
    fee = -(-pay * fee_micro // MICRO)  # rounds up
    state.fees += fee
    state.surplus += worth - pay
    return Redemption(points, worth, pay, fee)


def debit(state: State, account: Account, points: int) -> int | Refusal:
    """Tell how many points really leave when so many are to go."""
    if points > account.points:
        return Refusal.INSUFFICIENT_POINTS
    price, per = state.price
    if (account.points - points) * price < per:  # the rest would be worth less than a minor unit
        points = account.points
    if points * price < per:
        return Refusal.WORTH_NOTHING
    return points


def buy_out(state: State, book: Book, movements: list[Movement], account: Account) -> None:
    """Settle an account, redeem all its points, and end its quota."""
    dividend = settle(state, account)
    redemption = redeem(state, account, account.points)
    state.compulsory_redemptions += 1
    post(
        book,
        movements,
        account,
        "compulsory_redemption",
        points=-redemption.points,
        quota=-account.quota,
        cash=redemption.pay - redemption.fee,
        dividend=dividend,
        fee=redemption.fee,
    )
