"""Amending the charter: announced to everybody first, in force when the time has come."""

import tomllib
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from patronage.commerce import alarms, posting
from patronage.commerce.models import Amendment
from patronage.economy import Charter
from patronage.economy.charter import CharterError, load_charter
from patronage.members import auditing, clock
from patronage.members.models import AuditVerb, Person
from patronage.members.refusals import Refusal


class AmendmentRefusal(Refusal):
    """Why an amendment cannot be announced or withdrawn."""

    UNREADABLE = (
        "unreadable",
        _("This is no charter. `patronage check` names the key and the reason."),
    )
    FORBIDDEN = (
        "forbidden",
        _(
            "An amendment cannot change the currency, the founding or the issue price, nor "
            "authorise fewer points than are issued."
        ),
    )
    TOO_SOON = "too_soon", _("That is too soon: members must know of it beforehand.")
    OVER = "over", _("It was withdrawn, or is in force already.")


class Announced(NamedTuple):
    """An amendment that is not in force yet, and its charter."""

    amendment: Amendment
    charter: Charter


def refusal_of(charter: str, in_force_from: datetime) -> AmendmentRefusal | None:
    """Tell why an amendment could not be announced now."""
    try:
        load_charter(charter.encode())
    except CharterError:
        return AmendmentRefusal.UNREADABLE
    outcome = posting.try_event(posting.state(), {**_event(charter), "id": "t"})
    if outcome is not None:
        return AmendmentRefusal.FORBIDDEN
    if in_force_from < clock.now() + timedelta(days=settings.AMENDMENT_NOTICE_DAYS):
        return AmendmentRefusal.TOO_SOON
    return None


def announce(
    *, charter: str, in_force_from: datetime, why: str, why_en: str = ""
) -> Amendment | AmendmentRefusal:
    """Announce a new charter, given as TOML."""
    refusal = refusal_of(charter, in_force_from)
    if refusal is not None:
        return refusal
    return Amendment.objects.create(
        charter=charter, in_force_from=in_force_from, why=why, why_en=why_en
    )


def withdraw(*, amendment_id: int, by: Person) -> AmendmentRefusal | None:
    """Take back an announcement before its time has come."""
    open_one = Amendment.objects.filter(id=amendment_id, withdrawn_at=None, submitted_at=None)
    with transaction.atomic():
        if not open_one.update(withdrawn_at=clock.now()):
            return AmendmentRefusal.OVER
        withdrawn = Amendment.objects.get(id=amendment_id)
        auditing.record(actor=by, verb=AuditVerb.WITHDREW, subject=withdrawn)
    return None


def announced() -> list[Announced]:
    """Return the amendments to come, the soonest first. One query."""
    waiting = Amendment.objects.filter(withdrawn_at=None, submitted_at=None)
    return [Announced(one, load_charter(one.charter.encode())) for one in waiting]


def put_in_force() -> int:
    """Hand in the amendments whose time has come, in order; return how many there were.

    What the ledger refuses after all is an alarm. Not inside a transaction.
    """
    due = Amendment.objects.filter(
        withdrawn_at=None, submitted_at=None, in_force_from__lte=clock.now()
    )
    return alarms.one_by_one("amendment", due.values_list("id", flat=True), _put_in_force)


def _put_in_force(id: int) -> bool:
    with transaction.atomic():
        amendment = Amendment.objects.select_for_update().get(id=id)
        if amendment.withdrawn_at or amendment.submitted_at:
            return False
        event = {**_event(amendment.charter), "id": f"amendment:{id}"}
        receipt = posting.submit(event)
        amendment.submitted_at = clock.now()
        amendment.save(update_fields=["submitted_at"])
    posting.require_applied(event["id"], posting.settle(receipt))
    return True


def _event(charter: str) -> dict[str, Any]:
    return {"type": "charter.amended", "charter": tomllib.loads(charter)}
