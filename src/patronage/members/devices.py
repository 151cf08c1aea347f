"""By which browsers members come in: a random cookie each, of which the keyed hash is kept."""

from datetime import timedelta
from typing import Final

from patronage.members import clock
from patronage.members.digests import digest_of
from patronage.members.models import Device, Person

KEPT: Final = timedelta(days=365)


def note(person: Person, token: str) -> str:
    """Note that someone uses the browser with this token; return the token's keyed hash."""
    digest = digest_of("device", token)
    now = clock.now()
    Device.objects.bulk_create(
        [Device(person=person, digest=digest, first_at=now, last_at=now)],
        update_conflicts=True,
        unique_fields=("person", "digest"),
        update_fields=("last_at",),
    )
    return digest


def forget_old() -> int:
    """Delete the devices that were not seen for a year; return how many."""
    return Device.objects.filter(last_at__lt=clock.now() - KEPT).delete()[0]
