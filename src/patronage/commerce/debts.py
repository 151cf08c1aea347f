"""What merchants owe for refunds: collected from their cash, as far as that goes, until it is paid.

A charge is handed in with the note that it is under way, and its outcome is looked up afterwards: a
process that dies in between leaves a note by which the next one goes on.
"""

from django.db import transaction
from django.db.models import F, Sum

from patronage.commerce import alarms, posting
from patronage.commerce.models import AfterSale, Merchant, MerchantDebt


def owe(aftersale: AfterSale, amount_minor: int) -> None:
    """Let the merchant of a case owe so much more for it, in the caller's transaction.

    The house owes nothing: what it sells is the operator's.
    """
    merchant = aftersale.order.merchant
    if merchant.is_house or not amount_minor:
        return
    MerchantDebt.objects.get_or_create(
        aftersale=aftersale, defaults={"merchant": merchant, "amount_minor": 0}
    )
    mine = MerchantDebt.objects.filter(aftersale=aftersale)
    mine.update(amount_minor=F("amount_minor") + amount_minor)


def owed_by(merchant: Merchant) -> int:
    """Return what a merchant still owes for refunds, in minor units."""
    sums = MerchantDebt.objects.filter(merchant=merchant).aggregate(
        amount=Sum("amount_minor"), paid=Sum("paid_minor")
    )
    return (sums["amount"] or 0) - (sums["paid"] or 0)


def charge_id(debt: MerchantDebt) -> str:
    """Return the id of the event by which a debt is being charged."""
    return f"aftersale:{debt.aftersale.number}:charge:{debt.tries}"


def collect_due() -> int:
    """Collect what merchants owe and can pay; return how many debts were touched.

    Not inside a transaction.
    """
    due = MerchantDebt.objects.filter(paid_minor__lt=F("amount_minor")).order_by("id")
    return alarms.one_by_one("debt_not_collected", due.values_list("id", flat=True), collect)


def collect_of(aftersale: AfterSale) -> None:
    """Collect what the merchant of a case can pay for it now. Not inside a transaction."""
    debt = MerchantDebt.objects.filter(aftersale=aftersale).first()
    if debt is not None and debt.left_minor:
        collect(debt.id)


def collect(debt_id: int) -> bool:
    """Charge what a merchant's cash gives of a debt; False if it gives nothing.

    Not inside a transaction.
    """
    with transaction.atomic():
        debt = _locked(debt_id)
        if not debt.trying_minor and not _try(debt):
            return False
        id = charge_id(debt)
    settled = posting.settle(id)
    with transaction.atomic():
        debt = _locked(debt_id)
        if not debt.trying_minor or charge_id(debt) != id:
            return False  # someone else noted it meanwhile
        # Refused: the cash left in the meantime. What is owed stands, and is tried again.
        if settled.refusal is None:
            debt.paid_minor += debt.trying_minor
        debt.trying_minor = 0
        debt.save(update_fields=["paid_minor", "trying_minor"])
    return settled.refusal is None


def _locked(debt_id: int) -> MerchantDebt:
    found = MerchantDebt.objects.select_for_update(of=("self",))
    return found.select_related("merchant", "aftersale__order").get(id=debt_id)


def _try(debt: MerchantDebt) -> bool:
    """Note and hand in a charge of what the merchant's cash gives; False if it gives nothing."""
    held = posting.holdings(debt.merchant.account)
    amount = min(debt.left_minor, 0 if held is None else held.cash + held.dividend)
    if amount <= 0:
        return False
    debt.tries += 1
    debt.trying_minor = amount
    debt.save(update_fields=["tries", "trying_minor"])
    posting.submit(
        {
            "id": charge_id(debt),
            "type": "cash.charged",
            "account": debt.merchant.account,
            "amount": amount,
            "reason": f"refund of order {debt.aftersale.order.number}",
        }
    )
    return True
