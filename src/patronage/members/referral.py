"""Who brought whom: bound at sign-up for good, one level."""

from datetime import datetime
from typing import NamedTuple

from patronage.members.models import FormerPhone, Person
from patronage.members.phones import digest_of, masked


class Referred(NamedTuple):
    """Someone a member brought, as that member may see them."""

    masked_phone: str
    joined_at: datetime


def referrer_by(code: str) -> Person | None:
    """Return the member whose code this is and who may refer; None for a code that binds no one."""
    members = Person.objects.filter(is_active=True, is_staff=False)
    return members.filter(referral_code=code.strip().lower()).first() if code else None


def referrer_for(phone: str, code: str) -> Person | None:
    """Return who refers a phone that signs up now: no one, if it was a member's before.

    Whoever signs up has no row yet. So they can be neither the referrer nor among those the
    referrer came from: with `Person.referrer` never changed later, no loop can come to be.
    """
    if FormerPhone.objects.filter(digest=digest_of(phone)).exists():
        return None
    return referrer_by(code)


def referrer_account(person: Person) -> str:
    """Return the ledger account that this member's orders reward; "" without a referrer.

    A referrer who closed their account is no longer rewarded.
    """
    referrer = person.referrer
    return "" if referrer is None or referrer.closed_at else referrer.account


def locked_referrer(account: str) -> Person | None:
    """Return a referrer, by ledger account, who is still to be rewarded, and keep it so.

    Who closes their account meanwhile waits for the caller's transaction, and then finds the order
    that rewards them.
    """
    if not account:
        return None
    return Person.objects.select_for_update().filter(account=account, closed_at=None).first()


def referred_by(person: Person) -> list[Referred]:
    """Return whom a member brought, the latest first, without telling who they are."""
    rows = person.referred.order_by("-joined_at").values_list("phone", "joined_at")
    return [Referred(masked(phone or ""), joined_at) for phone, joined_at in rows]
