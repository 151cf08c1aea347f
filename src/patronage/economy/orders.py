"""Orders: what a completed one brings and grants, what a return takes back."""

from functools import partial
from typing import NamedTuple

from patronage.economy.book import Book
from patronage.economy.charter import MICRO, NANO
from patronage.economy.events import MONEY_MAX, Event
from patronage.economy.operations import Movement, known, member, post, retire, settle
from patronage.economy.refusals import Refusal
from patronage.economy.state import Account, Order, State

_order = partial(tuple.__new__, Order)


def order_completed(
    state: State, book: Book, event: Event, movements: list[Movement]
) -> Refusal | Order:
    """Take the order's contribution into the reserve and grant points and quota."""
    charter = state.charter
    amount: int = event["amount"]
    profit: int = event.get("profit", 0)
    base: int | None = event.get("base")
    if base is None:
        base = amount if charter.reserve_of == "revenue" else max(profit, 0)
    if not 1 <= amount <= MONEY_MAX or profit > amount or not 0 <= base <= amount:
        return Refusal.INVALID_AMOUNT
    order_id: str = event["order"]
    if book.orders.get(order_id) is not None:
        return Refusal.ORDER_EXISTS
    buyer = book.accounts.get(event["member"])
    if buyer is not None and buyer.merchant:
        return Refusal.WRONG_ACCOUNT_KIND

    # From here on it must succeed.
    if buyer is None:
        buyer = member(state, book, event["member"])
    contribution = base * charter.reserve_micro // MICRO
    dividend = profit * charter.dividend_micro // MICRO if profit > 0 else 0
    circulating = state.issued - state.burned
    price, per = (state.reserve, circulating) if circulating else charter.issue_price
    want = (contribution * charter.grant_micro // MICRO) * per // price
    if charter.per_micro is not None:
        want = min(want, amount * NANO * MICRO // charter.per_micro)
    unissued = charter.authorised_nano - state.issued
    points = want
    if points > unissued:
        points = unissued
    quota = amount * charter.multiple_micro // MICRO
    paid = settle(state, buyer)
    post(book, movements, buyer, "order", points, quota, 0, 0, paid)

    referrer_id = None
    referrer_points = referrer_quota = 0
    referral_micro = charter.referral_micro
    if referral_micro is not None and "referrer" in event:
        referrer = _referrer(state, book, event, buyer)
        if referrer is not None:
            referrer_id = referrer.id
            referrer_points = want * referral_micro // MICRO
            if referrer_points > unissued - points:
                referrer_points = unissued - points
            referrer_quota = quota * referral_micro // MICRO
            paid = settle(state, referrer)
            post(book, movements, referrer, "referral", referrer_points, referrer_quota, 0, 0, paid)

    state.issued += points + referrer_points
    if want == 0 or state.issued == state.burned:
        state.surplus += contribution
    else:
        state.reserve += contribution
    state.dividend_pool += dividend
    state.paid_in += contribution + dividend
    order: Order = _order(
        (
            buyer.id,
            referrer_id,
            amount,
            contribution,
            dividend,
            points,
            referrer_points,
            quota,
            referrer_quota,
            state.days_closed,
            0,
        )
    )
    book.orders[order_id] = order
    return order


def _referrer(state: State, book: Book, event: Event, buyer: Account) -> Account | None:
    """Return the referrer if it counts: neither the buyer nor a merchant."""
    if event["referrer"] == buyer.id:
        return None
    referrer = member(state, book, event["referrer"])
    return None if referrer.merchant else referrer


class Refund(NamedTuple):
    """A return: points taken back and their worth; what went back to the operator.

    `missing` is the worth, at the price before, of the points that should have been taken back but
    were no longer there.
    """

    points: int
    worth: int
    back: int
    dividend_back: int
    missing: int


def order_refunded(
    state: State, book: Book, event: Event, movements: list[Movement]
) -> Refusal | Refund:
    """Take back the returned part of an order's points and quotas, as far as it is still there."""
    amount: int = event["amount"]
    order = book.orders.get(event["order"])
    if order is None:
        return Refusal.UNKNOWN_ORDER
    if not 1 <= amount <= MONEY_MAX:
        return Refusal.INVALID_AMOUNT
    if order.refunded + amount > order.amount:
        return Refusal.REFUND_EXCEEDS_ORDER

    # From here on it must succeed.
    part = partial(order.part, amount=amount)
    price, per = state.price
    asked = taken = 0
    for id, points, quota in (
        (order.member, part(order.points), part(order.quota)),
        (order.referrer, part(order.referrer_points), part(order.referrer_quota)),
    ):
        if id is None:
            continue
        account = known(book, id)
        paid = settle(state, account)
        held = min(account.points, points)
        post(
            book,
            movements,
            account,
            "refund",
            points=-held,
            quota=-min(account.quota, quota),
            dividend=paid,
        )
        asked += points
        taken += held

    worth = retire(state, taken)
    back = min(part(order.contribution), worth)
    state.fees += worth - back
    dividend_back = 0
    if order.days_closed == state.days_closed:
        dividend_back = min(state.dividend_pool, part(order.dividend))
        state.dividend_pool -= dividend_back
    state.returned += back + dividend_back
    book.orders[event["order"]] = order._replace(refunded=order.refunded + amount)
    return Refund(taken, worth, back, dividend_back, (asked - taken) * price // per)
