"""What the first page shows beside products, and what the operator announced."""

from django.db.models import Q, QuerySet

from patronage.commerce.models import Announcement, Banner
from patronage.members import clock


def banners() -> list[Banner]:
    """Return the banners that are shown now, in the operator's order."""
    now = clock.now()
    open_end = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    return list(Banner.objects.filter(open_end, starts_at__lte=now))


def latest() -> Announcement | None:
    """Return the newest announcement that still stands on the first page, None if there is none."""
    now = clock.now()
    open_end = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    return announcements().filter(open_end).first()


def announcements() -> QuerySet[Announcement]:
    """Return all that was announced so far, the newest first."""
    return Announcement.objects.filter(starts_at__lte=clock.now())
