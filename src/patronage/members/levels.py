"""Levels: what a member is called by the points held."""

from patronage.members.models import Level


def level_of(points_nano: int) -> Level | None:
    """Return the highest level that so many points reach, None below the lowest."""
    return Level.objects.filter(from_nano__lte=points_nano).order_by("-from_nano").first()


def is_partner(points_nano: int) -> bool:
    """Tell whether so many points make a partner. No level marked: nobody is one."""
    return Level.objects.filter(is_partner=True, from_nano__lte=points_nano).exists()


def table() -> list[Level]:
    """Return all levels, the lowest first."""
    return list(Level.objects.all())
