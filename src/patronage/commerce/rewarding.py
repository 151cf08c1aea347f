"""What an order brings whoever sold or referred it: paid at once, or after a review.

A sale's reward is made with the order's split. It is paid by `order:N:earnings`, unless there are
signals: then it waits until somebody releases or cancels it. A referrer with signals is left out of
the order's event, and the worth of what they would have got waits likewise; released, it is the
house's to pay. What was decided is carried out by `pay`, as often as need be.
"""

from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from patronage import economy
from patronage.commerce import alarms, debts, merchants, posting, signals
from patronage.commerce.models import (
    AfterSale,
    Bearer,
    Order,
    Party,
    Reward,
    RewardKind,
    RewardState,
)
from patronage.commerce.signals import Signal
from patronage.commerce.transitions import locked
from patronage.members import auditing, clock, referral
from patronage.members.auditing import REASON_LENGTH
from patronage.members.models import AuditVerb, NoticeKind, Person
from patronage.members.notices import Told, tell
from patronage.members.refusals import Refusal


class RewardRefusal(Refusal):
    """Why a reward stays as it is."""

    UNKNOWN = "unknown", _("There is no such reward.")
    REASON_NEEDED = "reason_needed", _("Write the reason.")
    OVER = "over", _("This reward is decided already.")
    CONCERNED = "concerned", _("Somebody else has to decide: you are concerned.")
    NOT_DIVIDED = (
        "not_divided",
        _("The order's money is not divided yet. Try again in a few minutes."),
    )
    HOUSE_SHORT = (
        "house_short",
        _("The house's account does not hold so much cash. Credit it first, or wait."),
    )


def earner_of(order: Order) -> Person | None:
    """Return who earns by selling an order: its distributor, or whose link led to it."""
    return order.promoter if order.distributor is None else order.distributor.person


def seller_of(order: Order) -> Party:
    """Return as what party the seller of an order earns."""
    return Party.PROMOTER if order.distributor_id is None else Party.DISTRIBUTOR


def make(order: Order, amount_minor: int) -> None:
    """Note what an order brings its seller, in the transaction that stores its split."""
    person = earner_of(order)
    if person is not None and amount_minor > 0:
        _make(Reward(order=order, kind=RewardKind.SALE, person=person, amount_minor=amount_minor))


def refer(order: Order, amounts: dict[str, int]) -> bool:
    """Tell whether an order's referrer is to be named in its event.

    In the transaction that hands it in. With signals they are not, and the worth of the points they
    would have got, at the price of now, waits for a review instead. Who has left is not named.
    """
    person = referral.locked_referrer(order.referrer_account)
    if person is None:
        return False
    granted = posting.try_order(posting.state(), amounts, referrer=True).referrer_points
    if not granted:
        return True
    reward = Reward(
        order=order,
        kind=RewardKind.REFERRAL,
        person=person,
        amount_minor=signals.worth_of(granted),
    )
    _judge(reward)
    if reward.signals and reward.amount_minor:
        reward.save()
        _tell(reward, "waiting")
    return not reward.signals


def _make(reward: Reward) -> None:
    _keep(reward.person_id)
    _judge(reward)
    reward.save()
    if reward.signals:
        _tell(reward, "waiting")


def _keep(person_id: int) -> None:
    """Let a person's rewards be made, counted and freed one after another."""
    Person.objects.select_for_update(no_key=True).get(id=person_id)


def _judge(reward: Reward) -> None:
    """Let a new reward wait if there are signals."""
    found = signals.signals_of(reward)
    if found:
        reward.state, reward.signals = RewardState.WAITING, [one.told() for one in found]


def bearer_of(order: Order) -> Bearer:
    """Return who bears what a refund takes of margin and commission: whoever had it."""
    cancelled = order.rewards.filter(kind=RewardKind.SALE, state=RewardState.CANCELLED)
    return Bearer.MERCHANT if cancelled.exists() else Bearer(seller_of(order))


def take_back(order: Order, amount_minor: int, case: AfterSale) -> None:
    """Take a refund's share back from an order's seller, in the caller's transaction.

    From what still waits for a review, which is paid less then; what was paid is owed.
    """
    waiting = Reward.objects.filter(order=order, kind=RewardKind.SALE, state=RewardState.WAITING)
    if waiting.update(taken_minor=F("taken_minor") + amount_minor):
        return
    person = earner_of(order)
    assert person is not None  # noqa: S101  (its part was recorded)
    debts.owe(person, amount_minor, order=order, aftersale=case)


def lessen(order: Order, recorded: economy.Order, refunded_minor: int) -> None:
    """Lessen what a referrer's reward waits with, in the proportion of a refund.

    In the caller's transaction. `recorded` is the order as the economy knew it before.
    """
    waiting = Reward.objects.select_for_update().filter(
        order=order, kind=RewardKind.REFERRAL, state=RewardState.WAITING
    )
    for reward in waiting:
        reward.taken_minor += recorded.part(reward.amount_minor, refunded_minor)
        reward.save(update_fields=["taken_minor"])


def rewards_of(person: Person) -> list[dict[str, object]]:
    """Return a member's rewards for their own export, as JSON would hold them."""
    return [
        {
            "order": reward.order.number,
            "kind": reward.kind,
            "amount_minor": str(reward.amount_minor),
            "taken_back_minor": str(reward.taken_minor),
            "state": reward.state,
            "made_at": reward.made_at.isoformat(timespec="seconds"),
            "reason": reward.reason,
        }
        for reward in Reward.objects.filter(person=person).select_related("order").order_by("id")
    ]


def forget(person: Person) -> None:
    """Leave of what matched nothing that tells of somebody who closes their account."""
    of_theirs = Reward.objects.filter(Q(order__person=person) | Q(person=person))
    for reward in of_theirs.exclude(signals=[]):
        reward.signals = [{**one, "matched": ""} for one in reward.signals]
        reward.save(update_fields=["signals"])


def release(*, reward_id: int, by: Person, reason: str) -> Reward | RewardRefusal:
    """Decide that a reward that waits be paid, and pay it. Not inside a transaction."""
    house = merchants.house()
    with transaction.atomic():
        found = _decidable(reward_id, by, reason)
        if isinstance(found, RewardRefusal):
            return found
        if found.kind == RewardKind.REFERRAL:
            held = posting.holdings(house.account)
            if found.left_minor > (0 if held is None else held.cash + held.dividend):
                return RewardRefusal.HOUSE_SHORT
        _let_go(found, house.account)
        _decide(found, RewardState.DUE, by, reason)
        facts = {"amount_minor": found.left_minor}
        auditing.record(
            actor=by, verb=AuditVerb.RELEASED, subject=found, facts=facts, reason=found.reason
        )
    pay(found.id)
    found.refresh_from_db()
    return RewardRefusal.HOUSE_SHORT if found.state == RewardState.WAITING else found


def cancel(*, reward_id: int, by: Person, reason: str) -> Reward | RewardRefusal:
    """Decide that a reward that waits be not paid: a sale's is the merchant's then.

    Not inside a transaction.
    """
    with transaction.atomic():
        # A return reads under the order's lock whose the reward is.
        order_id = Reward.objects.values_list("order_id", flat=True).filter(id=reward_id).first()
        if order_id is not None:
            locked(order_id)
        found = _decidable(reward_id, by, reason)
        if isinstance(found, RewardRefusal):
            return found
        if found.kind == RewardKind.SALE and found.left_minor:
            posting.submit(_credit(found, "forfeited", found.order.merchant.account))
        _decide(found, RewardState.CANCELLED, by, reason)
        found.ended_at = clock.now()
        found.save(update_fields=["ended_at"])
        _tell(found, "cancelled")
        facts = {"amount_minor": found.left_minor}
        auditing.record(
            actor=by, verb=AuditVerb.CANCELLED, subject=found, facts=facts, reason=found.reason
        )
    posting.settle_all()
    return found


def free(person: Person) -> None:
    """Let go what waited for nothing but a distributor's suspension, which has ended.

    In the transaction that ends it; what waits for something else too waits on.
    """
    _keep(person.id)
    waiting = Reward.objects.select_for_update(of=("self",)).filter(
        person=person, kind=RewardKind.SALE, state=RewardState.WAITING
    )
    for reward in waiting.select_related("order", "person").order_by("id"):
        left = [one for one in reward.signals if one["signal"] != Signal.SUSPENDED]
        if len(left) == len(reward.signals):
            continue
        reward.signals = left
        if not left:
            _let_go(reward)
            reward.state = RewardState.DUE
        reward.save()


def pay(reward_id: int) -> bool:
    """Carry out that a reward is to be paid; False where that is not so, or not possible now.

    A referral's that the house's cash does not cover waits again. Not inside a transaction.
    """
    reward = _read(reward_id)
    if reward.state != RewardState.DUE or reward.order.split_at is None:
        return False
    if reward.left_minor:
        if reward.kind == RewardKind.REFERRAL and not _charged(reward):
            return False
        if not _credited(reward):
            return False
    with transaction.atomic():
        due = Reward.objects.filter(id=reward_id, state=RewardState.DUE)
        if due.update(state=RewardState.PAID, ended_at=clock.now()):
            _tell(reward, "paid")
    return True


def pay_due() -> int:
    """Pay what was released and died half way; return how many. Not inside a transaction."""
    due = Reward.objects.filter(state=RewardState.DUE, order__split_at__isnull=False)
    ids = list(due.order_by("id").values_list("id", flat=True))
    return alarms.one_by_one("reward_not_paid", ids, pay)


_CREDITS: Final[dict[str, str]] = {RewardKind.SALE: "earnings", RewardKind.REFERRAL: "referral"}


def _let_go(reward: Reward, house: str = "") -> None:
    """Hand in what pays a reward: a referral's first leaves the house's account."""
    if not reward.left_minor:
        return
    if reward.kind == RewardKind.SALE:
        posting.submit(_credit(reward, "earnings", reward.person.account))
        return
    reward.tries += 1
    reward.save(update_fields=["tries"])
    posting.submit({**_credit(reward, _charge(reward), house), "type": "cash.charged"})


def _charged(reward: Reward) -> bool:
    """Tell whether the house has paid for a referral's reward, and hand in the credit then."""
    settled = posting.settle(f"order:{reward.order.number}:{_charge(reward)}")
    with transaction.atomic():
        now = _locked(reward.id)
        if now is None or now.state != RewardState.DUE or now.tries != reward.tries:
            return False  # someone else went on with it meanwhile
        if settled.refusal is None:
            posting.submit(_credit(reward, "referral", reward.person.account))
            return True
        # The house's cash left in the meantime.
        now.state, now.ended_by, now.reason = RewardState.WAITING, None, ""
        now.save(update_fields=["state", "ended_by", "reason"])
    return False


def _credited(reward: Reward) -> bool:
    """Tell whether the member has what was handed in for them."""
    id = f"order:{reward.order.number}:{_CREDITS[reward.kind]}"
    return posting.require_applied(id, posting.settle(id))


def _charge(reward: Reward) -> str:
    return f"referral_charge:{reward.tries}"


def _credit(reward: Reward, name: str, account: str) -> dict[str, Any]:
    number = reward.order.number
    return {
        "id": f"order:{number}:{name}",
        "type": "cash.credited",
        "account": account,
        "amount": reward.left_minor,
        "reason": f"{name.partition(':')[0]} of order {number}",
    }


def _decidable(reward_id: int, by: Person, reason: str) -> Reward | RewardRefusal:
    """Return a reward that somebody may decide, its row locked."""
    found = _locked(reward_id)
    if found is None:
        return RewardRefusal.UNKNOWN
    if by.pk in (found.person_id, found.order.person_id) or _is_of(found.order, by):
        return RewardRefusal.CONCERNED
    if found.state != RewardState.WAITING:
        return RewardRefusal.OVER
    if found.order.split_at is None:
        return RewardRefusal.NOT_DIVIDED
    return found if reason.strip() else RewardRefusal.REASON_NEEDED


def _is_of(order: Order, by: Person) -> bool:
    """Tell whether somebody acts for an order's merchant, the house apart."""
    return not order.merchant.is_house and order.merchant.staff.filter(pk=by.pk).exists()


def _decide(found: Reward, state: RewardState, by: Person, reason: str) -> None:
    found.state, found.ended_by = state, by
    found.reason = reason.strip()[:REASON_LENGTH]
    found.save(update_fields=["state", "ended_by", "reason"])


_WITH = ("order__merchant", "person")


def _read(reward_id: int) -> Reward:
    return Reward.objects.select_related(*_WITH).get(id=reward_id)


def _locked(reward_id: int) -> Reward | None:
    rows = Reward.objects.select_for_update(of=("self",)).select_related(*_WITH)
    return rows.filter(id=reward_id).first()


def _tell(reward: Reward, deed: str) -> None:
    """Tell the member what became of a reward, in the transaction in which it does."""
    facts = {"deed": deed, "amount": reward.left_minor, "reason": reward.reason}
    source = f"reward:{reward.pk}:{deed}"
    tell(Told(reward.person_id, NoticeKind.REWARD, source, facts))
