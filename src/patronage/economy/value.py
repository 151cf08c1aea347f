"""What holders do with value: redeem and convert points, pay and redeem coins, move cash."""

from typing import NamedTuple

from patronage.economy.book import Book
from patronage.economy.charter import MICRO
from patronage.economy.events import MONEY_MAX, POINTS_MAX, Event
from patronage.economy.operations import (
    Movement,
    Redemption,
    debit,
    known,
    member,
    post,
    redeem,
    settle,
)
from patronage.economy.refusals import Refusal
from patronage.economy.state import Payment, State, Withdrawal, payable


def points_redeemed(
    state: State, book: Book, event: Event, movements: list[Movement]
) -> Refusal | Redemption:
    """Redeem points for money."""
    account = book.accounts.get(event["account"])
    if account is None:
        return Refusal.UNKNOWN_ACCOUNT
    if not 1 <= event["points"] <= POINTS_MAX:
        return Refusal.INVALID_AMOUNT
    points = debit(state, account, event["points"])
    if isinstance(points, Refusal):
        return points

    # From here on it must succeed.
    dividend = settle(state, account)
    redemption = redeem(state, account, points)
    post(
        book,
        movements,
        account,
        "redemption",
        points=-points,
        quota=-redemption.pay,
        cash=redemption.pay - redemption.fee,
        dividend=dividend,
        fee=redemption.fee,
    )
    return redemption


class Conversion(NamedTuple):
    """Points that left an account for the treasury, or came from it, and the coins for them."""

    points: int
    coins: int


def points_converted(
    state: State, book: Book, event: Event, movements: list[Movement]
) -> Refusal | Conversion:
    """Convert points into coins."""
    account = book.accounts.get(event["account"])
    if account is None:
        return Refusal.UNKNOWN_ACCOUNT
    if not 1 <= event["points"] <= POINTS_MAX:
        return Refusal.INVALID_AMOUNT
    if account.merchant:
        return Refusal.WRONG_ACCOUNT_KIND
    points = debit(state, account, event["points"])
    if isinstance(points, Refusal):
        return points

    # From here on it must succeed. Nothing is burned: the treasury's points back the coins.
    dividend = settle(state, account)
    price, per = state.price
    coins = min(points * price // per, account.quota)
    state.treasury += points
    state.coins += coins
    post(
        book,
        movements,
        account,
        "conversion",
        points=-points,
        quota=-coins,
        coins=coins,
        dividend=dividend,
    )
    return Conversion(points, coins)


def coins_spent(
    state: State,  # noqa: ARG001  (every rule has the same form)
    book: Book,
    event: Event,
    movements: list[Movement],
) -> Refusal | Payment:
    """Pay a merchant in coins."""
    amount: int = event["amount"]
    account, merchant = book.accounts.get(event["account"]), book.accounts.get(event["merchant"])
    if account is None or merchant is None:
        return Refusal.UNKNOWN_ACCOUNT
    if not 1 <= amount <= MONEY_MAX:
        return Refusal.INVALID_AMOUNT
    if account.merchant or not merchant.merchant:
        return Refusal.WRONG_ACCOUNT_KIND
    if amount > account.coins:
        return Refusal.INSUFFICIENT_COINS

    # From here on it must succeed.
    post(book, movements, account, "payment", coins=-amount)
    post(book, movements, merchant, "payment", coins=amount)
    payment = Payment(account.id, merchant.id, amount)
    book.payments[event["id"]] = payment
    return payment


def coins_refunded(
    state: State,  # noqa: ARG001  (every rule has the same form)
    book: Book,
    event: Event,
    movements: list[Movement],
) -> Refusal | Payment:
    """Give back (part of) a coin payment."""
    amount: int = event["amount"]
    payment = book.payments.get(event["payment"])
    if payment is None:
        return Refusal.UNKNOWN_PAYMENT
    if not 1 <= amount <= MONEY_MAX:
        return Refusal.INVALID_AMOUNT
    if payment.refunded + amount > payment.amount:
        return Refusal.REFUND_EXCEEDS_PAYMENT
    merchant = known(book, payment.merchant)
    if amount > merchant.coins:
        return Refusal.INSUFFICIENT_COINS

    # From here on it must succeed.
    post(book, movements, merchant, "payment_refund", coins=-amount)
    post(book, movements, known(book, payment.member), "payment_refund", coins=amount)
    payment = payment._replace(refunded=payment.refunded + amount)
    book.payments[event["payment"]] = payment
    return payment


def coins_redeemed(
    state: State, book: Book, event: Event, movements: list[Movement]
) -> Refusal | Conversion:
    """Give a merchant treasury points of equal value for coins."""
    amount: int = event["amount"]
    merchant = book.accounts.get(event["merchant"])
    if merchant is None:
        return Refusal.UNKNOWN_ACCOUNT
    if not 1 <= amount <= MONEY_MAX:
        return Refusal.INVALID_AMOUNT
    if not merchant.merchant:
        return Refusal.WRONG_ACCOUNT_KIND
    if amount > merchant.coins:
        return Refusal.INSUFFICIENT_COINS
    price, per = state.price
    points = amount * per // price
    if points == 0:
        return Refusal.WORTH_NOTHING

    # From here on it must succeed: the treasury is worth at least all coins.
    dividend = settle(state, merchant)
    state.coins -= amount
    state.treasury -= points
    post(
        book,
        movements,
        merchant,
        "coin_redemption",
        points=points,
        quota=amount * state.charter.multiple_micro // MICRO,
        coins=-amount,
        dividend=dividend,
    )
    return Conversion(points, amount)


def cash_withdrawn(
    state: State, book: Book, event: Event, movements: list[Movement]
) -> Refusal | Withdrawal:
    """Let cash leave: paid out, or used to pay an order."""
    refusal = _take_cash(state, book, event, movements, "withdrawal")
    if refusal is not None:
        return refusal
    withdrawal = Withdrawal(event["account"], event["amount"])
    book.withdrawals[event["id"]] = withdrawal
    return withdrawal


def cash_charged(
    state: State, book: Book, event: Event, movements: list[Movement]
) -> Refusal | None:
    """Take money that an account owes the operator."""
    return _take_cash(state, book, event, movements, "charge")


def _take_cash(
    state: State, book: Book, event: Event, movements: list[Movement], cause: str
) -> Refusal | None:
    amount: int = event["amount"]
    account = book.accounts.get(event["account"])
    if account is None:
        return Refusal.UNKNOWN_ACCOUNT
    if not 1 <= amount <= MONEY_MAX:
        return Refusal.INVALID_AMOUNT
    if amount > account.cash + payable(state, account)[2]:
        return Refusal.INSUFFICIENT_CASH

    # From here on it must succeed.
    dividend = settle(state, account)
    state.paid_out += amount
    post(book, movements, account, cause, cash=-amount, dividend=dividend)
    return None


def cash_restored(
    state: State, book: Book, event: Event, movements: list[Movement]
) -> Refusal | Withdrawal:
    """Bring (part of) a withdrawal that did not go through back to its account."""
    amount: int = event["amount"]
    withdrawal = book.withdrawals.get(event["withdrawal"])
    if withdrawal is None:
        return Refusal.UNKNOWN_WITHDRAWAL
    if not 1 <= amount <= MONEY_MAX:
        return Refusal.INVALID_AMOUNT
    if withdrawal.restored + amount > withdrawal.amount:
        return Refusal.RESTORE_EXCEEDS_WITHDRAWAL

    # From here on it must succeed.
    state.paid_out -= amount
    post(book, movements, known(book, withdrawal.account), "restoration", cash=amount)
    withdrawal = withdrawal._replace(restored=withdrawal.restored + amount)
    book.withdrawals[event["withdrawal"]] = withdrawal
    return withdrawal


def cash_credited(
    state: State, book: Book, event: Event, movements: list[Movement]
) -> Refusal | None:
    """Owe a holder money that these rules did not produce."""
    amount: int = event["amount"]
    if not 1 <= amount <= MONEY_MAX:
        return Refusal.INVALID_AMOUNT

    # From here on it must succeed.
    state.paid_in += amount
    post(book, movements, member(state, book, event["account"]), "credit", cash=amount)
    return None
