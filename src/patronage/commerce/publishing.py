"""Publishing the journal as a log for everyone, where this installation has one."""

from pathlib import Path

from django.conf import settings

from patronage.ledger.log import publisher, witnesses
from patronage.ledger.log.attestation import read_attestation
from patronage.ledger.log.bucket import Bucket, copy_log
from patronage.ledger.log.folder import Folder


class ContradictedError(RuntimeError):
    """A witness has seen another history of the log than the one that is published."""


def publish() -> int:
    """Publish what was settled since the last time; return how many records. Not in a transaction.

    Raises ForkError where that would not continue what was published: an alarm tells of it.
    """
    if not settings.LOG or not settings.LOG_KEY:
        return 0
    stated = Path(settings.LOG_ATTESTATION) if settings.LOG_ATTESTATION else None
    attestation = read_attestation(stated)
    count = 0
    while True:
        published = publisher.publish(
            settings.ECONOMY, Path(settings.LOG), Path(settings.LOG_KEY), attestation=attestation
        )
        if not published.new:
            return count
        count += published.new


def copy() -> int:
    """Copy what was published to the bucket, if one is named; return how many leaves are new there.

    Raises BucketError where it cannot be used or shows another log: an alarm tells of it.
    """
    if not settings.LOG or not settings.LOG_BUCKET:
        return 0
    return copy_log(Folder(Path(settings.LOG)), Bucket(settings.LOG_BUCKET))


def push_witnesses() -> int:
    """Have the last checkpoint cosigned; return how many did so.

    Who cannot be reached is asked again the next time: the log's page tells when each last
    cosigned. Raises ContradictedError, for which an alarm sounds.
    """
    if not settings.LOG or not settings.LOG_WITNESSES:
        return 0
    named = witnesses.read_witnesses(Path(settings.LOG_WITNESSES))
    pushed = witnesses.push(Folder(Path(settings.LOG)), named)
    for one in pushed:
        if one.outcome is witnesses.Outcome.CONTRADICTED:
            raise ContradictedError(f"{one.witness.key.name}: {one.detail}")
    return sum(one.outcome is witnesses.Outcome.COSIGNED for one in pushed)
