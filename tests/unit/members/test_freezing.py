"""Freezing and thawing what a member holds."""

import pytest

from patronage.members import clock
from patronage.members.freezing import FreezeRefusal, freeze, thaw
from patronage.members.models import Person

pytestmark = pytest.mark.django_db


def test_frozen_until_thawed_with_a_reason(new_member) -> None:
    member, staff = new_member(), new_member()
    assert freeze(person_id=member.id, by=staff, reason=" 报失 ") is None
    member.refresh_from_db()
    assert (member.frozen_at, member.frozen_reason, member.is_active) == (clock.now(), "报失", True)
    assert freeze(person_id=member.id, by=staff, reason="again") is FreezeRefusal.FROZEN
    assert thaw(person_id=member.id, by=staff) is None
    member = Person.objects.get(id=member.id)
    assert (member.frozen_at, member.frozen_reason) == (None, "")
    assert thaw(person_id=member.id, by=staff) is FreezeRefusal.NOT_FROZEN


def test_what_is_refused(new_member) -> None:
    staff = new_member()
    assert freeze(person_id=staff.id, by=staff, reason=" ") is FreezeRefusal.REASON_NEEDED
    assert freeze(person_id=0, by=staff, reason="x") is FreezeRefusal.UNKNOWN
    assert thaw(person_id=0, by=staff) is FreezeRefusal.UNKNOWN
