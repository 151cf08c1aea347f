"""What parties of an order owe: collected from their cash, as far as that goes, until it is paid.

A charge is handed in with the note that it is under way, and its outcome is looked up afterwards: a
process that dies in between leaves a note by which the next one goes on.
"""

from django.db import transaction
from django.db.models import F, Sum

from patronage.commerce import alarms, posting
from patronage.commerce.models import AfterSale, Debt, Merchant, Order
from patronage.members.models import Person

Holder = Merchant | Person
"""Who owes, with an account in the ledger: a merchant, or a member who sold for one."""


def owe(
    holder: Holder, amount_minor: int, *, order: Order, aftersale: AfterSale | None = None
) -> None:
    """Let one owe so much more for an order or a case of it, in the caller's transaction."""
    if not amount_minor:
        return
    who = {"merchant": holder} if isinstance(holder, Merchant) else {"person": holder}
    debt, _is_new = Debt.objects.get_or_create(
        order=order, aftersale=aftersale, **who, defaults={"amount_minor": 0}
    )
    Debt.objects.filter(id=debt.id).update(amount_minor=F("amount_minor") + amount_minor)


def owed_by(holder: Holder) -> int:
    """Return what one still owes, in minor units."""
    sums = holder.debts.aggregate(amount=Sum("amount_minor"), paid=Sum("paid_minor"))
    return (sums["amount"] or 0) - (sums["paid"] or 0)


def charge_id(debt: Debt) -> str:
    """Return the id of the event by which a debt is being charged."""
    if debt.aftersale is None:
        return f"order:{debt.order.number}:charge:{debt.account}:{debt.tries}"
    return f"aftersale:{debt.aftersale.number}:charge:{debt.account}:{debt.tries}"


def collect_due() -> int:
    """Collect what is owed and can be paid; return how many debts were touched.

    Not inside a transaction.
    """
    due = Debt.objects.filter(paid_minor__lt=F("amount_minor")).order_by("id")
    return alarms.one_by_one("debt_not_collected", due.values_list("id", flat=True), collect)


def collect_of(order: Order) -> None:
    """Collect what can be paid now of the debts of an order. Not inside a transaction."""
    for debt in order.debts.filter(paid_minor__lt=F("amount_minor")).order_by("id"):
        collect(debt.id)


def collect(debt_id: int) -> bool:
    """Charge what the holder's cash gives of a debt; False if it gives nothing.

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


def _locked(debt_id: int) -> Debt:
    found = Debt.objects.select_for_update(of=("self",))
    return found.select_related("merchant", "person", "order", "aftersale").get(id=debt_id)


def _try(debt: Debt) -> bool:
    """Note and hand in a charge of what the holder's cash gives; False if it gives nothing."""
    held = posting.holdings(debt.account)
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
            "account": debt.account,
            "amount": amount,
            "reason": f"refund of order {debt.order.number}"
            if debt.aftersale
            else f"share of order {debt.order.number}",
        }
    )
    return True
