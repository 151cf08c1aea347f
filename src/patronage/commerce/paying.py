"""Paying a checkout: from the ledger, by a provider, or both."""

import secrets
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from patronage import ledger
from patronage.commerce import channels, payments, posting, refunds
from patronage.commerce.allocation import allocate
from patronage.commerce.checkout import KEY_LENGTH
from patronage.commerce.models import (
    Channel,
    Checkout,
    Order,
    Payment,
    PaymentState,
    State,
    Tender,
)
from patronage.commerce.port import ProviderUnreachableError, Standing
from patronage.commerce.transitions import locked_of, move
from patronage.economy import Charter
from patronage.economy.charter import MICRO
from patronage.members.gate import Proof, Verb, may_leave
from patronage.members.models import Person
from patronage.members.refusals import Refusal


class PayingRefusal(Refusal):
    """Why no payment begins."""

    UNKNOWN_CHECKOUT = "unknown_checkout", _("There is no such order.")
    NOTHING_TO_PAY = "nothing_to_pay", _("Nothing of this order is left to be paid.")
    PAYMENT_OPEN = (
        "payment_open",
        _("A payment of this order is under way. Finish it or give it up first."),
    )
    KEY_USED = "key_used", _("This payment was begun already with another choice.")
    BAD_AMOUNT = "bad_amount", _("Choose an amount between 0.01 and what is to be paid.")
    CHANNEL_NEEDED = "channel_needed", _("Choose how to pay the rest.")
    NO_CHANNEL = "no_channel", _("This way of paying is not available.")
    NO_COINS = (
        "no_coins",
        _(
            "Coins pay a merchant directly, and here a distributor sells. Pay it in money, cash or "
            "points."
        ),
    )
    NOT_ENOUGH = "not_enough", _("You do not have that much. Choose a smaller amount.")
    ALREADY_PAID = "already_paid", _("The payment has arrived meanwhile.")


INNER = (Channel.CASH, Channel.COINS, Channel.POINTS)


class Means(NamedTuple):
    """A way to pay, and at most how much of it; `points_nano` it would take at today's price."""

    channel: str
    label: str
    max_minor: int
    points_nano: int


class Started(NamedTuple):
    """A payment under way or done; `go_to` is where to send the shopper, None if nowhere.

    Look at `payment.state`: succeeded when the ledger paid it all, failed when it could not.
    """

    payment: Payment
    go_to: str | None


def to_pay(checkout: Checkout) -> int:
    """Return what is left to be paid of a checkout, in minor units."""
    unpaid = checkout.orders.filter(state__in=(State.UNPAID, State.PAYING))
    return unpaid.aggregate(sum=Sum("total_minor"))["sum"] or 0


def means_of(*, person: Person, checkout: Checkout) -> list[Means]:
    """Return the ways a member can pay a checkout, those with something to pay with."""
    total = to_pay(checkout)
    means = [Means(name, str(Channel(name).label), total, 0) for name in channels.available()]
    view = posting.holdings(person.account)
    if view is None:
        return means
    takes_coins = not checkout.orders.filter(distributor__isnull=False).exists()
    worth = view.redeemable - view.fee
    for channel, held in (
        (Channel.CASH, view.cash + view.dividend),
        (Channel.COINS, view.coins if takes_coins else 0),
        (Channel.POINTS, worth),
    ):
        most = min(held, total)
        if most > 0:
            nano = points_for(view, posting.charter(), most) if channel == Channel.POINTS else 0
            means.append(Means(channel, str(channel.label), most, nano or 0))
    return means


def points_for(view: ledger.AccountView, charter: Charter, amount_minor: int) -> int | None:
    """Return the fewest points that redeem into so much after the fee, None if not possible.

    Inverts the rule book's redeem: pay − ⌈pay × fee⌉ ≥ amount, pay = ⌊points × price⌋, which the
    quota bounds.
    """
    if view.redeemable - view.fee < amount_minor:
        return None
    fee = charter.fee_micro
    pay = -(-amount_minor * MICRO // (MICRO - fee)) if fee < MICRO else amount_minor
    while pay - (-(-pay * fee // MICRO)) < amount_minor:
        pay += 1
    # worth = points × price, exactly.
    return min(view.points, -(-pay * view.points * view.worth.denominator // view.worth.numerator))


def start_paying(
    *,
    person: Person,
    checkout_number: str,
    key: str,
    channel: str = "",
    inner: str = "",
    inner_minor: int = 0,
    pin: str | Proof = "",
) -> Started | Refusal:
    """Begin to pay a checkout, `inner_minor` of it by cash, coins or points, the rest by a channel.

    The inner part is taken first, and only through the gate: `pin` is for it. `key` names the
    press. Not inside a transaction.
    """
    if channel and channel not in channels.available():
        return PayingRefusal.NO_CHANNEL
    if inner and inner not in INNER:
        return PayingRefusal.NO_CHANNEL
    if bool(inner) != (inner_minor > 0):
        return PayingRefusal.BAD_AMOUNT
    with transaction.atomic():
        payment = _begin(
            person, checkout_number, key[:KEY_LENGTH], channel, inner, inner_minor, pin
        )
    if isinstance(payment, Refusal):
        return payment
    return _go_on(payment)


def _begin(
    person: Person,
    number: str,
    key: str,
    channel: str,
    inner: str,
    inner_minor: int,
    pin: str | Proof,
) -> Payment | Refusal:
    checkout = _locked(person, number)
    if checkout is None:
        return PayingRefusal.UNKNOWN_CHECKOUT
    earlier = checkout.payments.filter(key=key).first()
    if earlier is not None:
        is_same = (earlier.inner_channel, earlier.inner_minor) == (inner, inner_minor)
        return earlier if is_same else PayingRefusal.KEY_USED
    if checkout.payments.filter(state__in=payments.OPEN).exists():
        return PayingRefusal.PAYMENT_OPEN
    orders = locked_of(checkout.id, State.UNPAID)
    if not orders:
        return PayingRefusal.NOTHING_TO_PAY
    if inner == Channel.COINS and any(order.distributor_id for order in orders):
        return PayingRefusal.NO_COINS
    rest = sum(order.total_minor for order in orders) - inner_minor
    if rest < 0:
        return PayingRefusal.BAD_AMOUNT
    if rest and not channel:
        return PayingRefusal.CHANNEL_NEEDED
    if inner:
        refusal = may_leave(person=person, verb=Verb.PAY, pin=pin)
        if refusal is not None:
            return refusal
    points = _enough(person, inner, inner_minor)
    if points is None:
        return PayingRefusal.NOT_ENOUGH
    payment = Payment.objects.create(
        checkout=checkout,
        attempt=checkout.payments.count() + 1,
        key=key,
        reference=secrets.token_hex(16),
        inner_channel=inner,
        inner_minor=inner_minor,
        channel=channel if rest else "",
        amount_minor=rest,
        points_nano=points,
        state=PaymentState.PENDING if rest and not inner else PaymentState.CREATED,
    )
    tenders = tenders_for(payment, orders)
    Tender.objects.bulk_create(tenders)
    if points:
        posting.submit(
            {
                "id": payments.redemption_id(payment),
                "type": "points.redeemed",
                "account": person.account,
                "points": points,
            }
        )
    for tender in tenders:
        if tender.channel != Channel.TEST:
            posting.submit(_spending(tender, person))
    for order in orders:
        move(order.id, State.PAYING, who=person)
    return payment


def _locked(person: Person, number: str) -> Checkout | None:
    """Return a member's checkout, kept from everyone else until the transaction ends."""
    return Checkout.objects.select_for_update().filter(person=person, number=number).first()


def _enough(person: Person, inner: str, inner_minor: int) -> int | None:
    """Return the points to redeem (0 for another channel), None if the member has too little."""
    if not inner:
        return 0
    view = posting.holdings(person.account)
    if view is None:
        return None
    if inner == Channel.POINTS:
        return points_for(view, posting.charter(), inner_minor)
    held = view.coins if inner == Channel.COINS else view.cash + view.dividend
    return 0 if held >= inner_minor else None


def tenders_for(payment: Payment, orders: Sequence[Order]) -> list[Tender]:
    """Divide a payment's parts among its orders, and within an order among goods and freight.

    The inner part by largest remainder; the channel pays what is left of each.
    """
    inner = allocate(payment.inner_minor, [order.total_minor for order in orders])
    tenders = []
    for order, amount in zip(orders, inner, strict=True):
        goods = order.goods_minor - order.discount_minor
        of_goods = allocate(amount, [goods, order.freight_minor])[0]
        for channel, paid, for_goods in (
            (payment.inner_channel, amount, of_goods),
            (payment.channel, order.total_minor - amount, goods - of_goods),
        ):
            if paid:
                tenders.append(
                    Tender(
                        payment=payment,
                        order=order,
                        channel=channel,
                        amount_minor=paid,
                        goods_minor=for_goods,
                    )
                )
    return tenders


def _spending(tender: Tender, person: Person) -> dict[str, Any]:
    """Return the ledger's event that takes a tender from its member.

    It names the attempt: a later payment of the same order takes value again.
    """
    event: dict[str, Any] = {
        "id": refunds.spending_id(tender),
        "type": "cash.withdrawn",
        "account": person.account,
        "amount": tender.amount_minor,
    }
    if tender.channel == Channel.COINS:
        event |= {"type": "coins.spent", "merchant": tender.order.merchant.account}
    return event


def _go_on(payment: Payment) -> Started:
    """Go on with a payment where it stands, and say where to send the shopper."""
    if payment.state == PaymentState.CREATED:
        payment = payments.conclude_inner(payment.id)
    if payment.state != PaymentState.PENDING:
        return Started(payment, None)
    try:
        return Started(payment, channels.of(payment.channel).open(payment))
    except ProviderUnreachableError:
        return Started(payment, None)


def continue_paying(*, person: Person, checkout_number: str) -> Started | PayingRefusal:
    """Return to the payment that is under way."""
    payment = _open_payment(person, checkout_number)
    return payment if isinstance(payment, PayingRefusal) else _go_on(payment)


def abandon_paying(*, person: Person, checkout_number: str) -> PayingRefusal | None:
    """Give up the payment under way: the orders are unpaid again, what was taken goes back.

    ALREADY_PAID where the money came first: then the orders are paid. PAYMENT_OPEN where the
    provider does not answer. Not inside a transaction.
    """
    payment = _open_payment(person, checkout_number)
    if isinstance(payment, PayingRefusal):
        return payment
    return abandon(payment)


def abandon(payment: Payment) -> PayingRefusal | None:
    """Give up an open payment, as `abandon_paying` does."""
    if payment.state == PaymentState.CREATED:
        payment = payments.conclude_inner(payment.id)
    if payment.state == PaymentState.SUCCEEDED:
        return PayingRefusal.ALREADY_PAID
    if payment.state != PaymentState.PENDING:
        return None
    standing = payments.close(payment)
    if standing is None:
        return PayingRefusal.PAYMENT_OPEN
    return PayingRefusal.ALREADY_PAID if standing == Standing.SUCCEEDED else None


def _open_payment(person: Person, number: str) -> Payment | PayingRefusal:
    payment = Payment.objects.filter(
        checkout__person=person, checkout__number=number, state__in=payments.OPEN
    ).first()
    return PayingRefusal.NOTHING_TO_PAY if payment is None else payment
