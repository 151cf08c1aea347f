"""The audit log grows and never changes; what was changed behind its back is found."""

import pytest
from django.db import connection

from patronage.members import auditing, blocking, freezing
from patronage.members.auditing import Chain, ChainFault, check_chain, record
from patronage.members.models import AppendOnlyError, AuditEntry, AuditHead, AuditVerb, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(new_member) -> Person:
    return new_member()


def three(staff: Person) -> list[AuditEntry]:
    return [
        record(
            actor=staff, verb=AuditVerb.VIEWED, subject=staff, facts={"n": n, "次": ["一", 2**60]}
        )
        for n in range(3)
    ]


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_each_entry_follows_from_the_one_before(staff: Person) -> None:
    assert check_chain() == Chain(0, "0" * 64)
    entries = three(staff)
    assert [entry.number for entry in entries] == [1, 2, 3]
    assert [entry.previous for entry in entries[1:]] == [entry.hash for entry in entries[:-1]]
    assert check_chain() == Chain(3, entries[-1].hash)
    found = AuditEntry.objects.get(number=2)
    assert (found.subject_kind, found.subject_id) == ("person", str(staff.pk))
    assert found.facts == {"n": 1, "次": ["一", 2**60]}


def test_an_entry_is_neither_changed_nor_removed(staff: Person) -> None:
    entry = three(staff)[0]
    for forbidden in (
        entry.save,
        entry.delete,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(reason="x"),
        lambda: AuditEntry.objects.bulk_create([entry]),
    ):
        with pytest.raises(AppendOnlyError):
            forbidden()


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE members_auditentry SET reason = 'x' WHERE number = 2", 2),
        ("UPDATE members_auditentry SET actor_id = NULL WHERE number = 1", 1),
        ("DELETE FROM members_auditentry WHERE number = 2", 2),
        ("DELETE FROM members_auditentry WHERE number = 3", 3),
        ("UPDATE members_audithead SET number = 4", 4),
    ],
)
def test_what_was_changed_in_the_database_is_found(
    staff: Person, statement: str, broken: int
) -> None:
    three(staff)
    run(statement)
    assert check_chain() == ChainFault(broken)


def test_an_entry_of_what_did_not_happen_is_not_there(staff: Person, monkeypatch) -> None:
    def fails(**_told: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(auditing, "record", fails)
    with pytest.raises(RuntimeError):
        freezing.freeze(person_id=staff.pk, by=staff, reason="报失")
    staff.refresh_from_db()
    assert staff.frozen_at is None
    assert not AuditHead.objects.exists()


def test_what_staff_do_to_people_is_recorded(staff: Person, new_member) -> None:
    member = new_member()
    told = {"person_id": member.id, "by": staff}
    freezing.freeze(**told, reason=" 报失 ")
    freezing.thaw(**told, reason="找回")
    blocking.block(**told, reason="刷单")
    blocking.lift(**told, reason="误判")
    entries = AuditEntry.objects.order_by("number")
    assert [(entry.verb, entry.reason) for entry in entries] == [
        ("froze", "报失"),
        ("thawed", "找回"),
        ("blocked", "刷单"),
        ("unblocked", "误判"),
    ]
    assert {(entry.actor_id, entry.subject_id) for entry in entries} == {(staff.pk, str(member.pk))}
