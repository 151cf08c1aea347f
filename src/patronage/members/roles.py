"""What each role of the staff may do in the console: one table, and who has which role.

An operator, made by `patronage appoint --operator`, is an owner. Whoever is one decides who else is
of the staff, but nobody changes their own roles: so an owner is left whatever is done.
"""

from collections.abc import Collection
from enum import Enum, IntEnum, auto
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patronage.members import auditing
from patronage.members.models import AuditVerb, Person, Role, StaffRole
from patronage.members.refusals import Refusal


class Area(Enum):
    """A part of the console, in the order of its menu."""

    TODAY = auto()
    ORDERS = auto()
    GOODS = auto()
    MERCHANTS = auto()
    MEMBERS = auto()
    VALUE = auto()
    ECONOMY = auto()
    CUSTODY = auto()
    STAFF = auto()
    RECORDS = auto()


class Right(IntEnum):
    """How far a role goes in an area: a higher one has all below it."""

    NONE = 0
    READ = 1
    CHANGE = 2


def _each(right: Right, *areas: Area) -> dict[Area, Right]:
    return dict.fromkeys(areas, right)


TABLE: Final[dict[Role, dict[Area, Right]]] = {
    Role.OWNER: _each(Right.CHANGE, *Area),
    Role.FINANCE: {
        **_each(Right.READ, Area.TODAY, Area.ORDERS, Area.MERCHANTS, Area.MEMBERS, Area.RECORDS),
        **_each(Right.CHANGE, Area.VALUE, Area.ECONOMY, Area.CUSTODY),
    },
    Role.SERVICE: {
        **_each(Right.READ, Area.TODAY, Area.GOODS, Area.MERCHANTS, Area.VALUE, Area.ECONOMY),
        **_each(Right.CHANGE, Area.ORDERS, Area.MEMBERS),
    },
    Role.MERCHANDISER: {
        **_each(Right.READ, Area.TODAY),
        **_each(Right.CHANGE, Area.GOODS, Area.MERCHANTS),
    },
    Role.AUDITOR: _each(Right.READ, *Area),
}
"""What is not written here is closed."""


class RoleRefusal(Refusal):
    """Why someone's roles stay as they are."""

    NO_STAFF = "no_staff", _("Roles are for the staff.")
    OWN = "own", _("Nobody changes their own roles; ask another owner.")


def roles_of(person: Person) -> frozenset[Role]:
    """Return the roles of one of the staff who may sign in; nobody else has any."""
    if not (person.is_active and person.is_staff):
        return frozenset()
    held = {Role(one.role) for one in person.staff_roles.all()}
    return frozenset(held | {Role.OWNER} if person.is_superuser else held)


def right_of(roles: Collection[Role], area: Area) -> Right:
    """Return how far roles go in an area together."""
    return max((TABLE[role].get(area, Right.NONE) for role in roles), default=Right.NONE)


def deciders() -> int:
    """Return how many may decide on proposals, counted up to two: four eyes take no more."""
    able = [role for role in Role if right_of([role], Area.ECONOMY) is Right.CHANGE]
    holds = Q(is_superuser=True) | Q(staff_roles__role__in=able)
    found = Person.objects.filter(holds, is_active=True, is_staff=True).distinct()
    return len(found.values_list("pk")[:2])


def give(*, person: Person, given: Collection[Role], by: Person | None) -> RoleRefusal | None:
    """Let one of the staff have these roles and no others; by None: a command."""
    if by is not None and by.pk == person.pk:
        return RoleRefusal.OWN
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        if not locked.is_staff:
            return RoleRefusal.NO_STAFF
        locked.staff_roles.exclude(role__in=given).delete()
        known = set(locked.staff_roles.values_list("role", flat=True))
        for role in Role:  # in their order
            if role in given and role not in known:
                StaffRole.objects.create(person=locked, role=role, given_by=by)
        # What Django and older installations know an owner by.
        locked.is_superuser = Role.OWNER in given
        locked.save(update_fields=["is_superuser"])
        facts = {"roles": sorted(given)}
        auditing.record(actor=by, verb=AuditVerb.APPOINTED, subject=locked, facts=facts)
    return None
