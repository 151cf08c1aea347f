"""Money and value going back to whom it came from."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction

from patronage.commerce import alarms, channels, debts, posting
from patronage.commerce.allocation import allocate, piece_part
from patronage.commerce.models import (
    AfterSale,
    Channel,
    Line,
    Order,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    Tender,
)
from patronage.commerce.port import ProviderUnreachableError
from patronage.economy import Refusal as Refused
from patronage.ledger import Settled
from patronage.members import clock

RETRY_AFTER = timedelta(hours=1)


def spending_id(tender: Tender) -> str:
    """Return the id of the ledger's event by which a tender was paid from there."""
    kind = "coins" if tender.channel == Channel.COINS else "cash"
    return f"order:{tender.order.number}:{kind}:{tender.payment.attempt}"


def tenders_of(order: Order) -> list[Tender]:
    """Return what paid an order: the tenders of the payment that succeeded, with their refunds."""
    return list(
        Tender.objects.filter(order=order, payment__state=PaymentState.SUCCEEDED)
        .select_related("payment", "order")
        .prefetch_related("refunds")
        .order_by("id")
    )


def left_of(tenders: Iterable[Tender]) -> dict[int, tuple[int, int]]:
    """Return of each tender, by its id, the amount not going back, and of it what is for goods.

    A refund counts from its request on, even if the provider never makes it: the money is the
    member's then, and no part of the order's. The tenders are as `tenders_of` gives them.
    """
    left = {}
    for tender in tenders:
        back = tender.refunds.all()
        left[tender.id] = (
            tender.amount_minor - sum(one.amount_minor for one in back),
            tender.goods_minor - sum(one.goods_minor for one in back),
        )
    return left


class Part(NamedTuple):
    """What goes back of one tender, in minor units; `goods_minor` of it for goods."""

    tender: Tender
    amount_minor: int
    goods_minor: int


def parts_of_all(order: Order) -> list[Part]:
    """Return all that is left of what paid an order, by tender."""
    tenders = tenders_of(order)
    left = left_of(tenders)
    return [Part(tender, *left[tender.id]) for tender in tenders if left[tender.id][0] > 0]


def parts_of(order: Order, quantities: Mapping[int, int]) -> list[Part]:
    """Return what giving pieces of lines back gives back, by tender.

    Giving back all that is still there gives the freight back too. Else it goes back in the
    proportion in which the tenders paid what is still there, by largest remainder: so none gives
    back more than it has.
    """
    lines = list(order.lines.all())
    if is_rest(lines, quantities):
        return parts_of_all(order)
    tenders = tenders_of(order)
    left = left_of(tenders)
    parts = allocate(goods_of(lines, quantities), [left[tender.id][1] for tender in tenders])
    return [
        Part(tender, part, part) for tender, part in zip(tenders, parts, strict=True) if part > 0
    ]


def is_rest(lines: Iterable[Line], quantities: Mapping[int, int]) -> bool:
    """Tell whether these pieces are all of an order's that are still there."""
    return all(line.returned + quantities.get(line.id, 0) == line.quantity for line in lines)


def goods_of(lines: Iterable[Line], quantities: Mapping[int, int]) -> int:
    """Return what was paid for so many more pieces of an order's lines."""
    return sum(
        piece_part(
            line.net_minor,
            line.quantity,
            line.returned,
            line.returned + quantities.get(line.id, 0),
        )
        for line in lines
    )


def request(
    part: Part,
    *,
    key: str,
    reason: str,
    aftersale: AfterSale | None = None,
    netted_minor: int = 0,
) -> Refund:
    """Note that so much of a tender is to go back, in the caller's transaction.

    Of an after-sale case less what is netted. Call `carry_out` with it when that is committed.
    """
    is_all_kept = netted_minor == part.amount_minor
    refund = Refund.objects.create(
        payment=part.tender.payment,
        tender=part.tender,
        channel=part.tender.channel,
        key=f"{key}:{part.tender.channel}",
        amount_minor=part.amount_minor,
        goods_minor=part.goods_minor,
        netted_minor=netted_minor,
        aftersale=aftersale,
        state=RefundState.SUCCEEDED if is_all_kept else RefundState.REQUESTED,
        ended_at=clock.now() if is_all_kept else None,
        reason=reason[:200],
    )
    if part.tender.channel != Channel.TEST and not is_all_kept:
        posting.submit(_event(refund))
    return refund


def request_stray(payment: Payment) -> Refund:
    """Note that money which came when it was no longer wanted is to go back."""
    refund, _is_new = Refund.objects.get_or_create(
        key=f"stray:{payment.reference}",
        defaults={
            "payment": payment,
            "channel": payment.channel,
            "amount_minor": payment.amount_minor,
            "reason": "the payment came after it was given up",
        },
    )
    return refund


def request_all(order: Order, *, key: str, reason: str) -> list[Refund]:
    """Note that all that is left of what paid an order is to go back."""
    return [request(part, key=key, reason=reason) for part in parts_of_all(order)]


def _event_id(refund: Refund) -> str:
    return f"refund:{refund.key}:{refund.tries}"


def _event(refund: Refund) -> dict[str, Any]:
    tender = refund.tender
    if tender is None:
        raise TypeError(f"{refund.key} came from no tender")
    what: Mapping[str, Any]
    if refund.advanced_at is not None:
        number = tender.order.number
        reason = f"coins of order {number}, advanced"
        account = tender.order.person.account
        what = {"type": "cash.credited", "account": account, "reason": reason}
    elif refund.channel == Channel.COINS:
        what = {"type": "coins.refunded", "payment": spending_id(tender)}
    else:
        what = {"type": "cash.restored", "withdrawal": spending_id(tender)}
    return {"id": _event_id(refund), **what, "amount": refund.sent_minor}


def carry_out(refund_ids: Iterable[int]) -> None:
    """Do what was noted, and note how it ended. Not inside a transaction.

    What a provider does not answer, and what a merchant has no coins for, is tried again later; of
    an after-sale case the latter is advanced as cash, and the merchant owes it.
    """
    ids = list(refund_ids)
    refunds = Refund.objects.filter(id__in=ids, state=RefundState.REQUESTED).order_by("id")
    found = list(refunds.select_related("payment"))
    if any(refund.channel != Channel.TEST for refund in found):
        posting.settle_all()
    for refund in found:
        if refund.channel == Channel.TEST:
            _by_provider(refund)
        else:
            _from_ledger(refund.id)


def _by_provider(refund: Refund) -> None:
    try:
        is_done = channels.of(refund.channel).refund(refund)
    except ProviderUnreachableError:
        Refund.objects.filter(id=refund.id).update(asked_at=clock.now())
        return
    state = RefundState.SUCCEEDED if is_done else RefundState.FAILED
    with transaction.atomic():
        Refund.objects.filter(id=refund.id, state=RefundState.REQUESTED).update(
            state=state, ended_at=clock.now()
        )
        if not is_done:
            alarms.sound("refund_failed", refund.key, "the provider will not send it back")


def _from_ledger(refund_id: int) -> None:
    with transaction.atomic():
        refund = Refund.objects.select_for_update().get(id=refund_id)
        outcome = posting.outcome_of(_event_id(refund))
        if refund.state != RefundState.REQUESTED or outcome is None:
            return
        if _is_to_be_advanced(refund, outcome):
            _advance(refund)
            return
        if posting.require_applied(f"refund:{refund.key}", outcome):
            refund.state = RefundState.SUCCEEDED
            refund.ended_at = clock.now()
        else:
            # A refused id is spent: the next try has its own, and is handed in when it is due.
            refund.asked_at = clock.now()
        refund.save(update_fields=["state", "ended_at", "asked_at"])


def _is_to_be_advanced(refund: Refund, outcome: Settled) -> bool:
    is_short = outcome.refusal is Refused.INSUFFICIENT_COINS
    return is_short and refund.aftersale_id is not None and refund.advanced_at is None


def _advance(refund: Refund) -> None:
    """Let the operator pay as cash, at once, the coins that a merchant no longer has."""
    assert refund.aftersale is not None  # noqa: S101  (as was asked)
    refund.tries += 1
    refund.advanced_at = clock.now()
    refund.save(update_fields=["tries", "advanced_at"])
    order = refund.aftersale.order
    debts.owe(order.merchant, refund.sent_minor, order=order, aftersale=refund.aftersale)
    posting.submit(_event(refund))


def retry() -> int:
    """Try again what is still to go back; return how many. Not inside a transaction."""
    due = Refund.objects.filter(state=RefundState.REQUESTED).order_by("id")

    def retry_one(refund_id: int) -> bool:
        _hand_in_again(refund_id)
        carry_out([refund_id])
        return True

    ids = list(due.values_list("id", flat=True))
    return alarms.one_by_one("refund_not_made", ids, retry_one)


def _hand_in_again(refund_id: int) -> None:
    """Hand a refused refund in under a new id, an hour after the last try."""
    with transaction.atomic():
        refund = Refund.objects.select_for_update().get(id=refund_id)
        if refund.state != RefundState.REQUESTED or refund.channel == Channel.TEST:
            return
        outcome = posting.outcome_of(_event_id(refund))
        if outcome is None or outcome.refusal is None:
            return
        if clock.now() < refund.asked_at + RETRY_AFTER:
            return
        refund.tries += 1
        refund.save(update_fields=["tries"])
        posting.submit(_event(refund))
