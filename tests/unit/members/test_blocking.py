"""Blocking and unblocking, each with its reason."""

import pytest
from django.contrib.auth import get_user
from django.db import IntegrityError, transaction
from django.test import Client

from patronage.members import blocking, clock, export
from patronage.members.blocking import BlockRefusal
from patronage.members.models import Block, Person
from tests.unit.members.conftest import orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Person:
    return Person.objects.create_superuser("operator@example.com", "x")


def test_who_is_blocked_is_out_at_once_until_it_is_lifted(
    client: Client, new_member, operator: Person
) -> None:
    member = new_member()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    made = blocking.block(person_id=member.id, by=operator, reason=" 刷单 ")
    assert (made.reason, made.blocked_by, made.blocked_at) == ("刷单", operator, clock.now())
    assert get_user(client).is_anonymous
    lifted = blocking.lift(person_id=member.id, by=operator, reason="误判")
    assert (lifted.id, lifted.lifting_reason, lifted.lifted_by) == (made.id, "误判", operator)
    assert get_user(client) == member
    assert isinstance(blocking.block(person_id=member.id, by=operator, reason="再犯"), Block)
    assert [one.reason for one in member.blocks.all()] == ["再犯", "刷单"]
    told = export.export_of(member, orders())["blocks"]
    assert [(one["reason"], one["lifted_at"] is None) for one in told] == [
        ("再犯", True),
        ("刷单", False),
    ]


def test_what_is_refused(new_member, operator: Person) -> None:
    member, closed = new_member(), new_member(is_active=False)
    Person.objects.filter(id=closed.id).update(phone=None, closed_at=clock.now())

    def block(person_id: int, reason: str = "r") -> Block | BlockRefusal:
        return blocking.block(person_id=person_id, by=operator, reason=reason)

    def lift(person_id: int, reason: str = "r") -> Block | BlockRefusal:
        return blocking.lift(person_id=person_id, by=operator, reason=reason)

    assert block(member.id, "  ") is lift(member.id, "  ") is BlockRefusal.REASON_NEEDED
    assert block(operator.id) is BlockRefusal.ONESELF
    assert block(0) is lift(0) is BlockRefusal.UNKNOWN
    assert block(closed.id) is BlockRefusal.CLOSED
    assert lift(member.id) is lift(closed.id) is BlockRefusal.NOT_BLOCKED
    block(member.id)
    assert block(member.id) is BlockRefusal.BLOCKED
    with pytest.raises(IntegrityError), transaction.atomic():
        Block.objects.create(person=member, reason="twice")
