"""Redeeming and converting points: first a quote, then, within its minute, the confirmation.

A quote's number names the ledger's event (`quote:<number>`), so that however often it is confirmed
it is done once.
"""

from datetime import timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage import ledger
from patronage.economy import Refusal as Refused
from patronage.members import clock, posting
from patronage.members.gate import Verb, closed_to, may_leave
from patronage.members.limits import Limit, take
from patronage.members.models import Person, Quote
from patronage.members.refusals import Refusal

VALID = timedelta(minutes=1)
_OFTEN = Limit(120, 3600)
_KEPT = timedelta(days=1)
_EVENTS = {Quote.Verb.REDEEM: "points.redeemed", Quote.Verb.CONVERT: "points.converted"}


class ValueRefusal(Refusal):
    """Why there is no quote, or nothing was done by it."""

    BAD_AMOUNT = "bad_amount", _("Enter how many points, with at most nine decimals.")
    NOT_ENOUGH = "not_enough", _("You do not have that many points.")
    WORTH_NOTHING = "worth_nothing", _("So few points are worth less than 0.01.")
    TOO_OFTEN = "too_often", _("Too many quotes. Try again later.")
    NO_QUOTE = "no_quote", _("There is no such quote. Ask for a new one.")
    EXPIRED = "expired", _("The quote has expired; nothing was done. Ask for a new one.")
    CHANGED = (
        "changed",
        _("What you hold has changed since the quote; nothing was done. Ask for a new one."),
    )


_TOLD = {
    Refused.WORTH_NOTHING: ValueRefusal.WORTH_NOTHING,
    Refused.INVALID_AMOUNT: ValueRefusal.BAD_AMOUNT,
}


class Done(NamedTuple):
    """What became of a quote: what the ledger really took and gave, and by which record."""

    quote: Quote
    record: int
    points_nano: int
    gross_minor: int
    fee_minor: int

    @property
    def net_minor(self) -> int:
        """What the member got, in minor units: cash, or coins."""
        return self.gross_minor - self.fee_minor


def quote(*, person: Person, verb: Quote.Verb, points_nano: int) -> Quote | Refusal:
    """Return what redeeming or converting so many points would bring, good for a minute."""
    refusal = closed_to(person, Verb(verb))
    if refusal is not None:
        return refusal
    with transaction.atomic():
        if not take("quote", str(person.pk), _OFTEN):
            return ValueRefusal.TOO_OFTEN
        quote = _quoted(person, verb, points_nano)
        if isinstance(quote, Quote):
            forgotten = clock.now() - _KEPT
            person.quotes.filter(used_at=None, expires_at__lt=forgotten).delete()
            quote.save()
    return quote


def confirm(*, person: Person, number: str, pin: str) -> Done | Refusal:
    """Do what a quote says, and tell what came of it; confirmed again it tells the same.

    Not inside a transaction.
    """
    with transaction.atomic():
        mine = _locked(person, number)
        if mine is None:
            return ValueRefusal.NO_QUOTE
        if mine.used_at is None:
            refusal = _use(person, mine, pin)
            if refusal is not None:
                return refusal
    return _done(mine, posting.settle(event_id(mine)))


def done_by(*, person: Person, number: str) -> Done | Refusal:
    """Return what came of a quote that was confirmed. Not inside a transaction."""
    mine = person.quotes.filter(number=number).exclude(used_at=None).first()
    if mine is None:
        return ValueRefusal.NO_QUOTE
    return _done(mine, posting.settle(event_id(mine)))


def event_id(quote: Quote) -> str:
    """Return the id of the event that carries a quote out."""
    return f"quote:{quote.number}"


def _locked(person: Person, number: str) -> Quote | None:
    return Quote.objects.select_for_update().filter(person=person, number=number).first()


def _use(person: Person, mine: Quote, pin: str) -> Refusal | None:
    """Spend a quote and hand its event in, unless something stands against it."""
    refusal = may_leave(person=person, verb=Verb(mine.verb), pin=pin)
    if refusal is not None:
        return refusal
    # Only now, as whoever waited for the locks may have waited past the minute.
    now = clock.now()
    if mine.expires_at <= now:
        return ValueRefusal.EXPIRED
    again = _quoted(person, Quote.Verb(mine.verb), mine.points_nano)
    if isinstance(again, Refusal) or again.net_minor < mine.net_minor:
        return ValueRefusal.CHANGED
    mine.used_at = now
    mine.save(update_fields=["used_at"])
    posting.submit(_event(person, mine))
    return None


def _quoted(person: Person, verb: Quote.Verb, points_nano: int) -> Quote | ValueRefusal:
    """Return a quote not yet saved, by the rule itself."""
    now = clock.now()
    made = Quote(
        person=person, verb=verb, points_nano=points_nano, made_at=now, expires_at=now + VALID
    )
    try:
        told = ledger.preview(settings.ECONOMY, person.account, _event(person, made))
    except (ledger.UnknownAccountError, ledger.UnknownEconomyError):
        return ValueRefusal.NOT_ENOUGH
    if told.refusal is not None or told.facts is None:
        return _TOLD.get(told.refusal, ValueRefusal.NOT_ENOUGH)  # type: ignore[arg-type]
    facts = told.facts._asdict()  # type: ignore[attr-defined]  # all facts are named tuples
    made.leaves_nano = facts["points"]
    made.gross_minor, made.fee_minor = _brought(facts)
    made.stays_nano = told.after.points
    made.quota_after_minor = told.after.quota
    return made


def _event(person: Person, quote: Quote) -> dict[str, Any]:
    return {
        "id": event_id(quote),
        "type": _EVENTS[Quote.Verb(quote.verb)],
        "account": person.account,
        "points": quote.points_nano,
    }


def _brought(facts: dict[str, Any]) -> tuple[int, int]:
    """Return what redeeming or converting brought before the fee, and the fee."""
    return (facts["coins"], 0) if "coins" in facts else (facts["pay"], facts["fee"])


def _done(mine: Quote, settled: ledger.Settled) -> Done | ValueRefusal:
    if settled.refusal is not None or settled.facts is None:
        return ValueRefusal.CHANGED
    gross, fee = _brought(settled.facts)
    return Done(mine, settled.seq, int(settled.facts["points"]), gross, fee)
