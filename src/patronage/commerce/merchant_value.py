"""What leaves a merchant's account: coins redeemed into points, and points into cash.

The gate of members asks for their pay PIN; here one of the merchant's staff gives a code of their
app at that moment, which the page has checked. A press has a key and is done once.
"""

import re
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage import ledger
from patronage.commerce import orders, posting
from patronage.commerce.models import Merchant
from patronage.economy import Refusal as Refused
from patronage.members import auditing
from patronage.members.models import AuditVerb, Person
from patronage.members.refusals import Refusal

_KEY: Final = re.compile(r"[0-9a-f]{16,40}")


class RedeemRefusal(Refusal):
    """Why nothing was redeemed."""

    SHUT = "shut", _("The merchant is suspended or not approved: nothing leaves its account.")
    BAD_AMOUNT = "bad_amount", _("Enter an amount above nothing.")
    HELD = (
        "held",
        _("That many coins are not free: those of orders that are not completed stay."),
    )
    NOT_ENOUGH = "not_enough", _("The merchant does not hold that much.")
    WORTH_NOTHING = "worth_nothing", _("So little is worth less than can be paid.")
    NO_PROOF = "no_proof", _("The code of the app is wrong, or was used already.")
    NO_KEY = "no_key", _("Open the page anew.")


_TOLD: Final = {
    Refused.WORTH_NOTHING: RedeemRefusal.WORTH_NOTHING,
    Refused.INVALID_AMOUNT: RedeemRefusal.BAD_AMOUNT,
    Refused.CONFLICT: RedeemRefusal.NO_KEY,
}


class Brought(NamedTuple):
    """What a redemption takes and brings: coins into points, or points into cash less the fee."""

    coins_minor: int
    points_nano: int
    cash_minor: int
    fee_minor: int


class Wanted(NamedTuple):
    """Coins to redeem in minor units, or points in nano-points; the other is nothing."""

    coins_minor: int = 0
    points_nano: int = 0


def free_coins(merchant: Merchant) -> int:
    """Return the coins that a merchant may redeem: not those of orders that are under way."""
    held = posting.holdings(merchant.account)
    return max(0, held.coins - orders.held_coins(merchant)) if held is not None else 0


def quote(merchant: Merchant, wanted: Wanted) -> Brought | RedeemRefusal:
    """Return what redeeming would bring now, by the rule itself; nothing changes."""
    refusal = _why_not(merchant, wanted)
    if refusal is not None:
        return refusal
    try:
        told = ledger.preview(settings.ECONOMY, merchant.account, _event(merchant, wanted, "quote"))
    except ledger.UnknownAccountError:
        return RedeemRefusal.NOT_ENOUGH
    if told.refusal is not None or told.facts is None:
        return _TOLD.get(told.refusal, RedeemRefusal.NOT_ENOUGH)  # type: ignore[arg-type]
    return _brought(wanted, told.facts._asdict())  # type: ignore[attr-defined]


def redeem(
    *, merchant: Merchant, wanted: Wanted, key: str, who: Person, is_proved: bool
) -> Brought | RedeemRefusal:
    """Redeem a merchant's coins or points, as one of its staff who gave a code for just this.

    Not inside a transaction.
    """
    if not is_proved:
        return RedeemRefusal.NO_PROOF
    if not _KEY.fullmatch(key):
        return RedeemRefusal.NO_KEY
    event = _event(merchant, wanted, key)
    with transaction.atomic():
        locked = Merchant.objects.select_for_update().get(id=merchant.id)
        if posting.outcome_of(event["id"]) is None:
            refusal = _why_not(locked, wanted)
            if refusal is not None:
                return refusal
            posting.submit(event)
            facts = {name: str(value) for name, value in wanted._asdict().items() if value}
            auditing.record(actor=who, verb=AuditVerb.EXECUTED, subject=locked, facts=facts)
    settled = posting.settle(event["id"])
    if settled.refusal is not None or settled.facts is None:
        return _TOLD.get(settled.refusal, RedeemRefusal.NOT_ENOUGH)  # type: ignore[arg-type]
    return _brought(wanted, settled.facts)


def _why_not(merchant: Merchant, wanted: Wanted) -> RedeemRefusal | None:
    if not merchant.is_open:
        return RedeemRefusal.SHUT
    if (wanted.coins_minor > 0) == (wanted.points_nano > 0):
        return RedeemRefusal.BAD_AMOUNT
    return RedeemRefusal.HELD if wanted.coins_minor > free_coins(merchant) else None


def _event(merchant: Merchant, wanted: Wanted, key: str) -> dict[str, Any]:
    id = f"merchant:{merchant.id}:redeem:{key}"
    if wanted.coins_minor:
        event = {"type": "coins.redeemed", "merchant": merchant.account}
        return {"id": id, **event, "amount": wanted.coins_minor}
    event = {"type": "points.redeemed", "account": merchant.account}
    return {"id": id, **event, "points": wanted.points_nano}


def _brought(wanted: Wanted, facts: dict[str, Any]) -> Brought:
    if wanted.coins_minor:
        return Brought(wanted.coins_minor, int(facts["points"]), 0, 0)
    pay, fee = int(facts["pay"]), int(facts["fee"])
    return Brought(0, int(facts["points"]), pay - fee, fee)
