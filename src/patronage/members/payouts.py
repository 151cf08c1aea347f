"""Withdrawing cash: requested by the member, approved and confirmed by staff, paid by a provider.

The amount leaves the member's cash when it is requested (`cash.withdrawn`, `withdrawal:<number>`)
and comes back once if it fails (`cash.restored`). Nothing is called paid before the provider says
so. Whatever a crash leaves half way goes on by `go_on`, a job.
"""

import re
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patronage import ledger
from patronage.economy.charter import MICRO
from patronage.members import auditing, clock, payout_port, posting
from patronage.members.gate import GateRefusal, Verb, closed_to, may_leave
from patronage.members.limits import Limit, take
from patronage.members.models import (
    AuditVerb,
    NoticeKind,
    Payee,
    Person,
    Withdrawal,
    WithdrawalState,
)
from patronage.members.notices import Told, tell
from patronage.members.payout_port import ProviderAwayError, Standing
from patronage.members.refusals import Refusal

KEY_LENGTH = 64
_CHECKS = (Limit(10, 3600), Limit(30, 86400))
_ASK_AFTER = timedelta(minutes=1)
_OPEN = (
    WithdrawalState.REQUESTED,
    WithdrawalState.APPROVED,
    WithdrawalState.CONFIRMED,
    WithdrawalState.FAILED,
)
_SPENT = (*_OPEN, WithdrawalState.PAID)


class PayoutRefusal(Refusal):
    """Why a payee is not taken, nothing is withdrawn, or staff cannot do a step."""

    BAD_PAYEE = "bad_payee", _("Enter your real name, the bank, and an account of 8 to 30 digits.")
    NOT_YOURS = "not_yours", _("The account does not belong to this name. Check both.")
    KYC_AWAY = "kyc_away", _("The account cannot be checked just now. Try again later.")
    TOO_OFTEN = "too_often", _("Too many attempts. Try again later.")
    NO_PAYEE = "no_payee", _("Say first to whom it is paid.")
    BAD_AMOUNT = "bad_amount", _("Enter an amount like 100 or 100.50.")
    TOO_LITTLE = "too_little", _("This is less than the least amount that is paid out.")
    TOO_MUCH = "too_much", _("With this you would pass what may be withdrawn in a day.")
    NOT_ENOUGH = "not_enough", _("You do not have that much cash.")
    KEY_USED = "key_used", _("This withdrawal was requested already with another amount.")
    UNKNOWN = "unknown", _("There is no such withdrawal.")
    WRONG_STATE = "wrong_state", _("Its state does not allow this any more.")
    ABOVE_LIMIT = "above_limit", _("So large a withdrawal is paid out by a proposal.")
    BELOW_LIMIT = "below_limit", _("This withdrawal needs no proposal: approve and confirm it.")
    SAME_EYES = "same_eyes", _("Somebody else has to confirm what you approved.")


class Parts(NamedTuple):
    """What becomes of an amount that is withdrawn, in minor units."""

    amount_minor: int
    fee_minor: int
    tax_minor: int

    @property
    def net_minor(self) -> int:
        """What is paid out."""
        return self.amount_minor - self.fee_minor - self.tax_minor


def parts_of(amount_minor: int) -> Parts:
    """Divide an amount into fee, withheld tax and what is paid out; whoever withdraws rounds up.

    The rates are the operator's, `PAYOUT_FEE_MICRO` and `PAYOUT_TAX_MICRO`, of the amount.
    """
    fee = -(-amount_minor * settings.PAYOUT_FEE_MICRO // MICRO)
    tax = -(-amount_minor * settings.PAYOUT_TAX_MICRO // MICRO)
    return Parts(amount_minor, fee, tax)


def save_payee(*, person: Person, name: str, bank: str, account: str) -> Payee | PayoutRefusal:
    """Set whom a member's withdrawals are paid to, once the provider says it is them."""
    name, bank = name.strip(), bank.strip()
    account = re.sub(r"[\s-]", "", account)
    fits = 2 <= len(name) <= 40 and 2 <= len(bank) <= 40
    if not fits or not re.fullmatch(r"[0-9]{8,30}", account):
        return PayoutRefusal.BAD_PAYEE
    if not take("payee", str(person.pk), *_CHECKS):
        return PayoutRefusal.TOO_OFTEN
    try:
        if not payout_port.kyc().belongs(name=name, bank=bank, account=account):
            return PayoutRefusal.NOT_YOURS
    except ProviderAwayError:
        return PayoutRefusal.KYC_AWAY
    payee, _is_new = Payee.objects.update_or_create(
        person=person,
        defaults={"name": name, "bank": bank, "account": account, "checked_at": clock.now()},
    )
    return payee


def withdrawn_today(person: Person) -> int:
    """Return how much a member has withdrawn since the mall's midnight, in minor units."""
    midnight = timezone.localtime(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    today = person.withdrawals.filter(requested_at__gte=midnight, state__in=_SPENT)
    return today.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def has_open(person: Person) -> bool:
    """Tell whether a withdrawal of a member's has not ended yet."""
    return person.withdrawals.filter(state__in=_OPEN).exists()


def withdraw(*, person: Person, key: str, amount_minor: int, pin: str) -> Withdrawal | Refusal:
    """Take an amount from a member's cash to be paid out; `key` names the press.

    Look at `state`: REFUSED where the cash was spent meanwhile. Not inside a transaction.
    """
    with transaction.atomic():
        made = _request(person, key[:KEY_LENGTH], amount_minor, pin)
    if isinstance(made, Refusal):
        return made
    conclude(made.number)
    made.refresh_from_db()
    return made


def _request(person: Person, key: str, amount_minor: int, pin: str) -> Withdrawal | Refusal:
    # One at a time for a member, so that a press counts once and the day's limit holds.
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    earlier = person.withdrawals.filter(key=key).first()
    if earlier is not None:
        return earlier if earlier.amount_minor == amount_minor else PayoutRefusal.KEY_USED
    parts = parts_of(amount_minor)
    if amount_minor < settings.PAYOUT_MIN_MINOR or parts.net_minor < 1:
        return PayoutRefusal.TOO_LITTLE
    payee = Payee.objects.filter(person=person).first()
    if payee is None:
        return PayoutRefusal.NO_PAYEE
    if withdrawn_today(person) + amount_minor > settings.PAYOUT_DAILY_MINOR:
        return PayoutRefusal.TOO_MUCH
    refusal = may_leave(person=person, verb=Verb.WITHDRAW, pin=pin)
    if refusal is not None:
        return refusal
    made = Withdrawal(
        person=person,
        key=key,
        **parts._asdict(),
        payee_name=payee.name,
        payee_bank=payee.bank,
        payee_account=payee.account,
    )
    event = {
        "id": taking_id(made),
        "type": "cash.withdrawn",
        "account": person.account,
        "amount": amount_minor,
    }
    try:
        told = ledger.preview(settings.ECONOMY, person.account, event)
    except (ledger.UnknownAccountError, ledger.UnknownEconomyError):
        return PayoutRefusal.NOT_ENOUGH
    if told.refusal is not None:
        return PayoutRefusal.NOT_ENOUGH
    made.save()
    posting.submit(event)
    return made


def taking_id(withdrawal: Withdrawal) -> str:
    """Return the id of the event that takes the amount."""
    return f"withdrawal:{withdrawal.number}"


def restoring_id(withdrawal: Withdrawal) -> str:
    """Return the id of the event that brings it back."""
    return f"withdrawal:{withdrawal.number}:restored"


def conclude(number: str) -> None:
    """Note what the ledger said of taking the amount, or of bringing it back.

    Not inside a transaction.
    """
    withdrawal = Withdrawal.objects.get(number=number)
    if withdrawal.state == WithdrawalState.REQUESTED and withdrawal.taken_at is None:
        taken = posting.settle(taking_id(withdrawal)).refusal is None
        change = {"taken_at": clock.now()} if taken else {"state": WithdrawalState.REFUSED}
        requested = Withdrawal.objects.filter(number=number, state=WithdrawalState.REQUESTED)
        requested.filter(taken_at=None).update(**change)
    elif withdrawal.state == WithdrawalState.FAILED:
        settled = posting.settle(restoring_id(withdrawal))
        if settled.refusal is not None:
            raise RuntimeError(f"{restoring_id(withdrawal)} was refused as {settled.refusal}")
        failed = Withdrawal.objects.filter(number=number, state=WithdrawalState.FAILED)
        failed.update(state=WithdrawalState.RESTORED)


def approve(*, number: str, who: Person) -> PayoutRefusal | GateRefusal | None:
    """Approve a request whose amount was taken; None when it is done."""
    with transaction.atomic():
        withdrawal = _locked(number)
        if withdrawal is None:
            return PayoutRefusal.UNKNOWN
        if is_large(withdrawal):
            return PayoutRefusal.ABOVE_LIMIT
        refusal = _unapprovable(withdrawal)
        if refusal is not None:
            return refusal
        withdrawal.state = WithdrawalState.APPROVED
        withdrawal.approved_by, withdrawal.approved_at = who, clock.now()
        withdrawal.save()
        auditing.record(actor=who, verb=AuditVerb.APPROVED, subject=withdrawal)
    return None


def large_refused(number: str) -> PayoutRefusal | GateRefusal | None:
    """Tell what stands against proposing that a large withdrawal be paid out."""
    withdrawal = Withdrawal.objects.filter(number=number).first()
    if withdrawal is None:
        return PayoutRefusal.UNKNOWN
    return _unapprovable(withdrawal) if is_large(withdrawal) else PayoutRefusal.BELOW_LIMIT


def let_go(
    *, number: str, proposed_by: Person, accepted_by: Person
) -> PayoutRefusal | GateRefusal | None:
    """Approve and confirm a large withdrawal at once, by two; None when that is done.

    In the caller's transaction; `ask` after it is committed.
    """
    with transaction.atomic():
        withdrawal = _locked(number)
        if withdrawal is None:
            return PayoutRefusal.UNKNOWN
        refusal = _unapprovable(withdrawal)
        if refusal is not None:
            return refusal
        withdrawal.state = WithdrawalState.CONFIRMED
        withdrawal.approved_by, withdrawal.confirmed_by = proposed_by, accepted_by
        withdrawal.approved_at = withdrawal.confirmed_at = clock.now()
        withdrawal.save()
        auditing.record(actor=accepted_by, verb=AuditVerb.CONFIRMED, subject=withdrawal)
    return None


def confirm(*, number: str, who: Person) -> PayoutRefusal | GateRefusal | None:
    """Let an approved withdrawal be paid out, by somebody else than who approved it.

    None when the provider is asked or will be by the job. Not inside a transaction.
    """
    with transaction.atomic():
        withdrawal = _locked(number)
        if withdrawal is None:
            return PayoutRefusal.UNKNOWN
        if withdrawal.state != WithdrawalState.APPROVED:
            return PayoutRefusal.WRONG_STATE
        if withdrawal.approved_by_id == who.pk:
            return PayoutRefusal.SAME_EYES
        refusal = _barred(withdrawal)
        if refusal is not None:
            return refusal
        withdrawal.state = WithdrawalState.CONFIRMED
        withdrawal.confirmed_by, withdrawal.confirmed_at = who, clock.now()
        withdrawal.save()
        auditing.record(actor=who, verb=AuditVerb.CONFIRMED, subject=withdrawal)
    ask(number)
    return None


def decline(*, number: str, who: Person, reason: str) -> PayoutRefusal | None:
    """Let a withdrawal fail that no provider was asked for; the amount comes back.

    Not inside a transaction.
    """
    with transaction.atomic():
        withdrawal = _locked(number)
        if withdrawal is None:
            return PayoutRefusal.UNKNOWN
        is_taken = withdrawal.taken_at is not None
        if not is_taken or withdrawal.state not in (
            WithdrawalState.REQUESTED,
            WithdrawalState.APPROVED,
        ):
            return PayoutRefusal.WRONG_STATE
        _fail(withdrawal, reason)
        auditing.record(actor=who, verb=AuditVerb.DECLINED, subject=withdrawal, reason=reason)
    conclude(number)
    return None


def go_on() -> int:
    """Go on with every withdrawal that waits for the ledger or the provider; return how many."""
    due = clock.now() - _ASK_AFTER
    waiting = Withdrawal.objects.filter(asked_at__lte=due).order_by("asked_at")
    unjudged = waiting.filter(state=WithdrawalState.REQUESTED, taken_at=None)
    failed = waiting.filter(state=WithdrawalState.FAILED)
    numbers = [*unjudged.values_list("number", flat=True), *failed.values_list("number", flat=True)]
    for number in numbers:
        Withdrawal.objects.filter(number=number).update(asked_at=clock.now())
        conclude(number)
    confirmed = waiting.filter(state=WithdrawalState.CONFIRMED)
    to_pay = list(confirmed.values_list("number", flat=True))
    for number in to_pay:
        ask(number)
    return len(numbers) + len(to_pay)


def ask(number: str) -> None:
    """Ask the provider to pay, as often as need be, and let the withdrawal end as it says.

    Nothing happens to one that is not confirmed, or has ended. Not inside a transaction.
    """
    confirmed = Withdrawal.objects.filter(number=number, state=WithdrawalState.CONFIRMED)
    confirmed.update(asked_at=clock.now())
    withdrawal = confirmed.first()
    if withdrawal is None:
        return
    provider = payout_port.provider()
    try:
        provider.send(withdrawal)
        told = provider.query(withdrawal)
    except ProviderAwayError:
        return  # then another time
    if told.standing == Standing.WAITING:
        return
    with transaction.atomic():
        locked = _locked(number)
        if locked is None or locked.state != WithdrawalState.CONFIRMED:
            return
        if told.standing == Standing.PAID:
            locked.state, locked.ended_at = WithdrawalState.PAID, clock.now()
            locked.save()
            _tell(locked)
            return
        _fail(locked, told.reason)
    conclude(number)


def _locked(number: str) -> Withdrawal | None:
    return Withdrawal.objects.select_for_update().filter(number=number).first()


def is_large(withdrawal: Withdrawal) -> bool:
    """Tell whether a withdrawal is paid out by a proposal alone."""
    return withdrawal.amount_minor > settings.PAYOUT_PROPOSAL_MINOR


def _unapprovable(withdrawal: Withdrawal) -> PayoutRefusal | GateRefusal | None:
    if withdrawal.state != WithdrawalState.REQUESTED or withdrawal.taken_at is None:
        return PayoutRefusal.WRONG_STATE
    return _barred(withdrawal)


def _barred(withdrawal: Withdrawal) -> GateRefusal | None:
    """Tell whether a member was frozen or blocked since they asked."""
    return closed_to(withdrawal.person, Verb.PAY)


def _fail(withdrawal: Withdrawal, reason: str) -> None:
    """Let a withdrawal fail, and hand in that its amount comes back; its row is locked."""
    withdrawal.state, withdrawal.ended_at = WithdrawalState.FAILED, clock.now()
    withdrawal.reason = reason[:200]
    withdrawal.save()
    _tell(withdrawal)
    posting.submit(
        {
            "id": restoring_id(withdrawal),
            "type": "cash.restored",
            "withdrawal": taking_id(withdrawal),
            "amount": withdrawal.amount_minor,
        }
    )


def _tell(withdrawal: Withdrawal) -> None:
    """Tell the member how a withdrawal ended, in the transaction in which it does."""
    facts = {"state": str(withdrawal.state), "amount": withdrawal.amount_minor}
    tell(Told(withdrawal.person_id, NoticeKind.PAYOUT, withdrawal.number, facts))
