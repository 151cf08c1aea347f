"""What proposals do once they are accepted, each kind in its way.

Whatever goes to the ledger is one event, named by its proposal: done again after a crash it is the
same event.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from patronage import ledger
from patronage.commerce import amendments, posting
from patronage.commerce.models import Amendment, Merchant, Proposal, ProposalKind
from patronage.economy.events import MONEY_MAX, POINTS_MAX
from patronage.members import freezing, payouts
from patronage.members.freezing import FreezeRefusal
from patronage.members.models import Person
from patronage.members.refusals import Refusal

Facts = Mapping[str, Any]


class Ground(models.TextChoices):
    """Why cash is credited or charged: the event tells it to everybody, so it names nobody."""

    CORRECTION = "correction", _("correction of a mistake")
    COMPENSATION = "compensation", _("compensation")
    REWARD = "reward", _("reward")
    DEBT = "debt", _("what the account owes the operator")


class DeedRefusal(Refusal):
    """Why the ledger would not do it now."""

    INVALID_AMOUNT = "invalid_amount", _("Enter an amount above 0, and not above what is possible.")
    UNKNOWN_ACCOUNT = "unknown_account", _("Nobody has this account.")
    NO_CIRCULATION = "no_circulation", _("No points circulate, so there is no price to lift.")
    INSUFFICIENT_SURPLUS = "insufficient_surplus", _("There is not so much surplus.")
    INSUFFICIENT_TREASURY = "insufficient_treasury", _("The treasury does not hold so many points.")
    COINS_UNCOVERED = "coins_uncovered", _("The coins outstanding need these treasury points.")
    INSUFFICIENT_CASH = "insufficient_cash", _("The account does not have so much cash.")


_REFUSALS: Final = {refusal.value: refusal for refusal in DeedRefusal}


class Outcome(NamedTuple):
    """What came of a deed: the journal's record, and the ledger's refusal or nothing."""

    record: int | None = None
    refusal: str = ""


class Deed(NamedTuple):
    """A kind's three steps.

    `refusal_of` tells what stands against it now. `do` does it for who decided so, in the
    transaction of the decision, or does nothing and refuses. `conclude` does what has to come after
    that is committed, as often as need be.
    """

    refusal_of: Callable[[Facts], Refusal | None]
    do: Callable[[Proposal, Person], Refusal | None]
    conclude: Callable[[Proposal], Outcome]


def event_id(proposal: Proposal) -> str:
    """Return the id of the event that a proposal hands in."""
    return f"proposal:{proposal.pk}"


def _cash(kind: str) -> Callable[[Facts], dict[str, Any]]:
    return lambda facts: {
        "type": kind,
        "account": facts["account"],
        "amount": facts["amount_minor"],
        "reason": Ground(facts["ground"]).value,
    }


_EVENTS: Final[dict[str, Callable[[Facts], dict[str, Any]]]] = {
    ProposalKind.FUNDING: lambda facts: {"type": "reserve.funded", "amount": facts["amount_minor"]},
    ProposalKind.SURPLUS: lambda facts: {
        "type": "reserve.funded",
        "amount": facts["amount_minor"],
        "source": "surplus",
    },
    ProposalKind.TREASURY: lambda facts: {
        "type": "treasury.burned",
        "points": facts["points_nano"],
    },
    ProposalKind.CREDIT: _cash("cash.credited"),
    ProposalKind.CHARGE: _cash("cash.charged"),
}


def _posted(kind: str) -> Deed:
    """Return the steps of a kind that is an event of the ledger."""
    event_of = _EVENTS[kind]

    def do(proposal: Proposal, _by: Person) -> Refusal | None:
        refusal = _event_refused(event_of(proposal.facts))
        if refusal is None:
            posting.submit({**event_of(proposal.facts), "id": event_id(proposal)})
        return refusal

    def conclude(proposal: Proposal) -> Outcome:
        settled = posting.settle(event_id(proposal))
        posting.require_applied(event_id(proposal), settled)
        refusal = "" if settled.refusal is None else settled.refusal.value
        return Outcome(settled.seq, refusal)

    return Deed(lambda facts: _event_refused(event_of(facts)), do, conclude)


def _event_refused(event: dict[str, Any]) -> DeedRefusal | None:
    most = POINTS_MAX if "points" in event else MONEY_MAX
    if not 1 <= event.get("points", event.get("amount", 0)) <= most:
        return DeedRefusal.INVALID_AMOUNT
    event = {**event, "id": "t"}
    if "account" not in event:
        code = posting.try_event(posting.state(), event)
        return None if code is None else _REFUSALS[code]
    # An unknown account would be opened for nobody.
    if not _is_known(event["account"]):
        return DeedRefusal.UNKNOWN_ACCOUNT
    if event["type"] == "cash.credited":
        return None
    try:
        told = ledger.preview(settings.ECONOMY, event["account"], event)
    except ledger.UnknownAccountError:
        return DeedRefusal.INSUFFICIENT_CASH
    return None if told.refusal is None else _REFUSALS[told.refusal.value]


def _is_known(account: str) -> bool:
    return (
        Person.objects.filter(account=account, closed_at=None).exists()
        or Merchant.objects.filter(account=account).exclude(approved_at=None).exists()
    )


def _announce(proposal: Proposal, _by: Person) -> Refusal | None:
    facts = proposal.facts
    made = amendments.announce(
        charter=facts["charter"],
        in_force_from=datetime.fromisoformat(facts["in_force_from"]),
        why=facts["why"],
        why_en=facts["why_en"],
    )
    return None if isinstance(made, Amendment) else made


def _pay_out(proposal: Proposal, by: Person) -> Refusal | None:
    return payouts.let_go(
        number=proposal.facts["withdrawal"],
        proposed_by=proposal.proposed_by,
        accepted_by=by,
    )


def _ask_provider(proposal: Proposal) -> Outcome:
    payouts.ask(proposal.facts["withdrawal"])
    return Outcome()


def _is_thawed(facts: Facts) -> Refusal | None:
    frozen = Person.objects.filter(pk=facts["person"], frozen_at__isnull=False)
    return None if frozen.exists() else FreezeRefusal.NOT_FROZEN


def _thaw(proposal: Proposal, by: Person) -> Refusal | None:
    return freezing.thaw(person_id=proposal.facts["person"], by=by, reason=proposal.reason)


DEEDS: Final[dict[str, Deed]] = {
    **{kind: _posted(kind) for kind in _EVENTS},
    ProposalKind.AMENDMENT: Deed(
        lambda facts: amendments.refusal_of(
            facts["charter"], datetime.fromisoformat(facts["in_force_from"])
        ),
        _announce,
        lambda _proposal: Outcome(),
    ),
    ProposalKind.PAYOUT: Deed(
        lambda facts: payouts.large_refused(facts["withdrawal"]), _pay_out, _ask_provider
    ),
    ProposalKind.UNFREEZE: Deed(_is_thawed, _thaw, lambda _proposal: Outcome()),
}
