"""The audit log of what staff do: added to in the transaction of the deed, and checked."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final, NamedTuple

from django.db import transaction
from django.db.models import Model

from patronage.members import clock
from patronage.members.models import AuditEntry, AuditHead, AuditVerb, Person
from patronage.members.models.audit import FIRST_PREVIOUS

REASON_LENGTH: Final = 200


class ChainFault(NamedTuple):
    """The first entry that does not follow from the one before it, or is not there."""

    number: int


class Chain(NamedTuple):
    """A sound audit log: its length and last hash, to be noted outside the database."""

    number: int
    hash: str


def record(
    *,
    actor: Person | None,
    verb: AuditVerb,
    subject: Model | None = None,
    facts: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """Add to the audit log what someone did; actor None for a command.

    In the caller's transaction and as its last step: whoever else adds waits until that ends, so
    nothing may be locked after it. Facts are JSON without floats, and name people by number.
    """
    with transaction.atomic():
        head = _locked_head()
        entry = AuditEntry(
            number=head.number + 1,
            at=clock.now(),
            actor=actor,
            verb=verb,
            subject_kind="" if subject is None else type(subject).__name__.lower(),
            subject_id="" if subject is None else str(subject.pk),
            facts=dict(facts or {}),
            reason=reason.strip()[:REASON_LENGTH],
            previous=head.hash,
        )
        entry.hash = _hash_of(entry)
        entry.save()
        AuditHead.objects.filter(pk=head.pk).update(number=entry.number, hash=entry.hash)
    return entry


def check_chain() -> Chain | ChainFault:
    """Return the audit log's end if each entry follows from the one before, else where it breaks.

    Reads all of it, some ten thousand entries a second.
    """
    expected, previous = 1, FIRST_PREVIOUS
    for entry in AuditEntry.objects.order_by("number").iterator():
        is_next = entry.number == expected and entry.previous == previous
        if not is_next or entry.hash != _hash_of(entry):
            return ChainFault(expected)
        expected, previous = expected + 1, entry.hash
    head = AuditHead.objects.first() or AuditHead()
    if (head.number, head.hash) != (expected - 1, previous):
        return ChainFault(expected)
    return Chain(head.number, head.hash)


def _locked_head() -> AuditHead:
    AuditHead.objects.bulk_create([AuditHead()], ignore_conflicts=True)
    return AuditHead.objects.select_for_update().get()


def _hash_of(entry: AuditEntry) -> str:
    told = {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": entry.actor_id,
        "verb": str(entry.verb),
        "subject": [entry.subject_kind, entry.subject_id],
        "facts": entry.facts,
        "reason": entry.reason,
        "previous": entry.previous,
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
