"""Publishing the journal as a log for everyone, where this installation has one."""

from pathlib import Path

from django.conf import settings

from patronage.ledger.log import publisher
from patronage.ledger.log.attestation import read_attestation


def publish() -> int:
    """Publish what was settled since the last time; return how many records. Not in a transaction.

    Raises ForkError where that would not continue what was published: an alarm tells of it.
    """
    if not settings.LOG_KEY:
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
