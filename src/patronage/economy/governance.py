"""What the operator does: open merchants, fund, burn, close the day, amend the charter."""

from typing import NamedTuple

from patronage.economy.book import Book
from patronage.economy.charter import MICRO, Charter, CharterError, parse_charter
from patronage.economy.events import MONEY_MAX, POINTS_MAX, Event
from patronage.economy.operations import Movement, post, retire
from patronage.economy.refusals import Refusal
from patronage.economy.state import INDEX_SCALE, Account, State


def merchant_opened(
    state: State, book: Book, event: Event, movements: list[Movement]
) -> Refusal | None:
    """Open a merchant's account; it stays a merchant's for good."""
    if book.accounts.get(event["merchant"]) is not None:
        return Refusal.ACCOUNT_EXISTS

    # From here on it must succeed.
    account = Account(event["merchant"], merchant=True, at=state.index)
    book.accounts[account.id] = account
    post(book, movements, account, "opening")
    return None


def reserve_funded(
    state: State,
    book: Book,  # noqa: ARG001  (every rule has the same form)
    event: Event,
    movements: list[Movement],  # noqa: ARG001
) -> Refusal | None:
    """Lift the price with the operator's money or with surplus."""
    amount: int = event["amount"]
    from_surplus = event.get("source") == "surplus"
    if not 1 <= amount <= MONEY_MAX:
        return Refusal.INVALID_AMOUNT
    if state.circulating == 0:
        return Refusal.NO_CIRCULATION
    if from_surplus and amount > state.surplus:
        return Refusal.INSUFFICIENT_SURPLUS

    # From here on it must succeed.
    if from_surplus:
        state.surplus -= amount
    else:
        state.paid_in += amount
    state.reserve += amount
    return None


class TreasuryBurn(NamedTuple):
    """What burned treasury points were worth: it joins the day's fees."""

    worth: int


def treasury_burned(
    state: State,
    book: Book,  # noqa: ARG001  (every rule has the same form)
    event: Event,
    movements: list[Movement],  # noqa: ARG001
) -> Refusal | TreasuryBurn:
    """Burn treasury points that no coin needs."""
    points: int = event["points"]
    if not 1 <= points <= POINTS_MAX:
        return Refusal.INVALID_AMOUNT
    if points > state.treasury:
        return Refusal.INSUFFICIENT_TREASURY
    price, per = state.price
    if (state.treasury - points) * price < state.coins * per:
        return Refusal.COINS_UNCOVERED

    # From here on it must succeed.
    state.treasury -= points
    worth = retire(state, points)
    state.fees += worth
    return TreasuryBurn(worth)


class DayClose(NamedTuple):
    """What fees lifted the reserve by, what the pool paid, and what that added to the index.

    Dividend and step are 0 while the pool waits because no account holds points.
    """

    lift: int
    dividend: int
    step: int


def day_closed(
    state: State,
    book: Book,  # noqa: ARG001  (every rule has the same form)
    event: Event,
    movements: list[Movement],  # noqa: ARG001
) -> Refusal | DayClose:
    """Let the day's fees lift the price, then pay the pool to all who hold points."""
    charter = state.charter
    profit: int = max(event.get("profit", 0), 0)
    if event["date"] <= state.last_closed:
        return Refusal.DAY_NOT_AFTER
    if profit > MONEY_MAX:
        return Refusal.INVALID_AMOUNT

    # From here on it must succeed.
    # The lift is bounded, so a day's fees never lift the price by more than the fee rate.
    lift = 0
    if state.circulating:
        lift = min(state.fees, state.reserve * charter.fee_micro // MICRO)
    state.reserve += lift
    state.surplus += state.fees - lift
    state.fees = 0

    contribution = profit * charter.dividend_micro // MICRO
    state.dividend_pool += contribution
    state.paid_in += contribution
    held = state.circulating - state.treasury - state.founding
    dividend = step = 0
    if held:
        dividend = state.dividend_pool
        step = dividend * INDEX_SCALE // held
        state.index += step
        state.dividends_unpaid += dividend
        state.dividend_pool = 0
    state.last_closed = event["date"]
    state.days_closed += 1
    return DayClose(lift, dividend, step)


def charter_amended(
    state: State,
    book: Book,  # noqa: ARG001  (every rule has the same form)
    event: Event,
    movements: list[Movement],  # noqa: ARG001
) -> Refusal | None:
    """Put a whole new charter in force from the next event on."""
    try:
        charter = parse_charter(event["charter"])
    except CharterError:
        return Refusal.MALFORMED
    if _fixed(charter) != _fixed(state.charter) or charter.authorised_nano < state.issued:
        return Refusal.FORBIDDEN_CHANGE

    # From here on it must succeed.
    state.charter = charter
    return None


def _fixed(charter: Charter) -> tuple[str, int, tuple[int, int]]:
    """What an economy can never change: points already granted hang on it."""
    return charter.currency, charter.founding_minor, charter.issue_price
