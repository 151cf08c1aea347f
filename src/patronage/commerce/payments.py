"""How payments end: paid, failed, given up, or come too late.

Every end is reached under the checkout's lock. Whatever succeeded at a provider ends as a paid
order or as a recorded refund.
"""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from patronage.commerce import alarms, channels, fulfilment, posting, purchasing, refunds, testpay
from patronage.commerce.models import (
    Channel,
    Checkout,
    Notification,
    Payment,
    PaymentState,
    Product,
    State,
)
from patronage.commerce.port import (
    Message,
    NotificationRefusal,
    ProviderUnreachableError,
    Standing,
)
from patronage.commerce.transitions import locked_of, move
from patronage.members import clock
from patronage.members.digests import digest_of

__all__ = ["NotificationRefusal", "receive"]

ASK_AFTER = timedelta(minutes=1)
OPEN = (PaymentState.CREATED, PaymentState.PENDING)


def locked(payment_id: int) -> Payment:
    """Return a payment, its checkout kept from everyone else until the transaction ends."""
    checkout_id = Payment.objects.values_list("checkout_id", flat=True).get(id=payment_id)
    Checkout.objects.select_for_update().get(id=checkout_id)
    return Payment.objects.get(id=payment_id)


def receive(channel: str, headers: Mapping[str, str], body: bytes) -> NotificationRefusal | None:
    """Take in a provider's message; None when it was believed, however often it comes.

    The web answers 200 to None and 400 to a refusal, so that the provider sends it again. Not
    inside a transaction.
    """
    if channel not in channels.available():
        return NotificationRefusal.NO_CHANNEL
    message = channels.of(channel).receive(headers, body)
    if isinstance(message, NotificationRefusal):
        return message
    payment = Payment.objects.filter(channel=channel, reference=message.reference).first()
    if payment is None:
        return NotificationRefusal.UNKNOWN_REFERENCE
    if message.amount_minor != payment.amount_minor:
        alarms.sound(
            "amount_differs",
            payment.reference,
            f"asked for {payment.amount_minor}, told of {message.amount_minor}",
        )
        return NotificationRefusal.AMOUNT_DIFFERS
    try:
        with transaction.atomic():
            _note(channel, message)
            going_back = apply(payment.id, message.standing)
            if message.payer:
                payer = digest_of("payer", message.payer)
                Payment.objects.filter(id=payment.id).update(payer=payer)
    except IntegrityError:
        if Notification.objects.filter(channel=channel, event_id=message.event_id).exists():
            return None
        raise
    refunds.carry_out(going_back)
    return None


def _note(channel: str, message: Message) -> None:
    Notification.objects.create(
        channel=channel,
        event_id=message.event_id,
        subject=message.reference,
        kind=message.standing,
        amount_minor=message.amount_minor,
    )


def apply(payment_id: int, standing: Standing) -> list[int]:
    """Let a payment end as its provider says, in the caller's transaction.

    Returns the ids of the refunds to carry out when that is committed.
    """
    payment = locked(payment_id)
    if standing == Standing.WAITING:
        return []
    if payment.state == PaymentState.PENDING:
        if standing == Standing.SUCCEEDED:
            succeed(payment)
            return []
        is_closed = standing == Standing.CLOSED
        return fail(payment, PaymentState.CLOSED if is_closed else PaymentState.FAILED)
    if standing == Standing.SUCCEEDED and payment.state != PaymentState.SUCCEEDED:
        return [refunds.request_stray(payment).id]
    return []


def succeed(payment: Payment) -> None:
    """Mark a payment and its orders as paid; the caller holds the checkout's lock."""
    _end(payment, PaymentState.SUCCEEDED)
    sold = Counter[int]()
    for order in locked_of(payment.checkout_id, State.PAYING):
        move(order.id, State.PAID, who=None)
        fulfilment.begin(order)
        purchasing.make(order)
        for line in order.lines.select_related("sku"):
            sold[line.sku.product_id] += line.quantity
    for product_id in sorted(sold):  # all in the same order, so that no two wait for each other
        Product.objects.filter(id=product_id).update(sold=F("sold") + sold[product_id])


def fail(payment: Payment, state: PaymentState) -> list[int]:
    """End a payment without money: its orders are unpaid again, what the ledger gave goes back.

    The caller holds the checkout's lock. Returns the ids of the refunds to carry out.
    """
    _end(payment, state)
    for order in locked_of(payment.checkout_id, State.PAYING):
        move(order.id, State.UNPAID, who=None, note=str(state))
    going_back = []
    for tender in payment.tenders.exclude(channel=Channel.TEST).select_related("order", "payment"):
        outcome = posting.outcome_of(refunds.spending_id(tender))
        if outcome is None:
            raise RuntimeError(f"{payment.reference} ended before its ledger part was settled")
        if outcome.refusal is None:
            refund = refunds.request(
                refunds.Part(tender, tender.amount_minor, tender.goods_minor),
                key=f"undo:{payment.reference}:{tender.order.number}",
                reason="the payment was not completed",
            )
            going_back.append(refund.id)
    return going_back


def _end(payment: Payment, state: PaymentState) -> None:
    payment.state = state
    payment.ended_at = clock.now()
    payment.save(update_fields=["state", "ended_at"])


def conclude_inner(payment_id: int) -> Payment:
    """Go on with a payment whose ledger part is settled, or undo it. Not in a transaction."""
    posting.settle_all()
    with transaction.atomic():
        payment = locked(payment_id)
        going_back: list[int] = []
        if payment.state == PaymentState.CREATED:
            if not _is_inner_taken(payment):
                going_back = fail(payment, PaymentState.FAILED)
            elif payment.amount_minor:
                payment.state = PaymentState.PENDING
                payment.save(update_fields=["state"])
            else:
                succeed(payment)
    refunds.carry_out(going_back)
    return payment


def redemption_id(payment: Payment) -> str:
    """Return the id of the event that redeems the points for a payment."""
    return f"checkout:{payment.checkout.number}:redeemed:{payment.attempt}"


def _is_inner_taken(payment: Payment) -> bool:
    """Tell whether all that the ledger was to give for a payment was given."""
    inner = payment.tenders.exclude(channel=Channel.TEST).select_related("order", "payment")
    ids = [refunds.spending_id(tender) for tender in inner]
    if payment.points_nano:
        ids.append(redemption_id(payment))
    outcomes = [posting.outcome_of(id) for id in ids]
    if any(outcome is None for outcome in outcomes):
        raise RuntimeError(f"{payment.reference}: its ledger part was not settled")
    return all(outcome is not None and outcome.refusal is None for outcome in outcomes)


def close(payment: Payment) -> Standing | None:
    """Give a pending payment up at its provider, and let it end as that says.

    None where the provider does not answer: then it goes on. Not inside a transaction.
    """
    try:
        standing = channels.of(payment.channel).close(payment)
    except ProviderUnreachableError:
        return None
    _apply_now(payment.id, standing)
    return standing


def _apply_now(payment_id: int, standing: Standing) -> None:
    with transaction.atomic():
        going_back = apply(payment_id, standing)
    refunds.carry_out(going_back)


def ask_providers() -> int:
    """Ask how the payments stand that a provider has not told about; return how many were asked.

    Payments that a crash left before their ledger part was judged go on as well.
    """
    now = clock.now()
    due = Payment.objects.filter(state__in=OPEN, asked_at__lte=now - ASK_AFTER).order_by("id")
    ids = list(due.values_list("id", flat=True))
    return alarms.one_by_one("payment_not_asked", ids, _ask)


def _ask(payment_id: int) -> bool:
    Payment.objects.filter(id=payment_id).update(asked_at=clock.now())
    payment = Payment.objects.get(id=payment_id)
    if payment.state == PaymentState.CREATED:
        conclude_inner(payment.id)
    elif payment.state == PaymentState.PENDING:
        with suppress(ProviderUnreachableError):  # then another time
            _apply_now(payment.id, channels.of(payment.channel).query(payment))
    return True


def deliver_test_messages() -> int:
    """Let the test provider deliver what is due."""
    return testpay.deliver_due(receive) if Channel.TEST in channels.available() else 0
