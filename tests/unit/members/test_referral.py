"""The first valid referrer binds at sign-up, for good, and no other way."""

import pytest
from django.db import IntegrityError, transaction

from patronage.members import closing, referral
from patronage.members.models import Person, ReferrerBoundError
from patronage.members.signin import ask_code, enter
from tests.unit.members.conftest import Time, code_sent, orders

pytestmark = pytest.mark.django_db


def sign_in(phone: str, code: str = "") -> Person:
    ticket = ask_code(phone=phone, source="192.0.2.1")
    person = enter(
        ticket=ticket,
        phone=phone,
        code=code_sent(phone),
        agreed=True,
        source="192.0.2.1",
        referral_code=code,
    )
    assert isinstance(person, Person)
    return person


def test_a_code_binds_at_sign_up_and_not_later(time: Time, new_member) -> None:
    first, second = new_member(), new_member()
    bound = sign_in("+8613800138000", first.referral_code.upper())
    assert bound.referrer == first
    unbound = sign_in("+8613800138001")
    time.pass_by(minutes=2)
    assert sign_in("+8613800138000", second.referral_code).referrer == first
    assert sign_in("+8613800138001", second.referral_code).referrer is None
    assert unbound.referrer is None


@pytest.mark.parametrize("code", ["", "nothere2", "x" * 500, "\x00"])
def test_a_code_of_nobody_binds_nobody(code: str) -> None:
    assert sign_in("+8613800138000", code).referrer is None


def test_staff_and_the_blocked_refer_nobody(new_member) -> None:
    staff = Person.objects.create_superuser("a@example.com", "x")
    blocked = new_member(is_active=False)
    assert sign_in("+8613800138000", staff.referral_code).referrer is None
    assert sign_in("+8613800138001", blocked.referral_code).referrer is None


def test_nothing_changes_a_referrer(new_member) -> None:
    first, second = new_member(), new_member()
    bound = sign_in("+8613800138000", first.referral_code)
    for other in (second, None):
        for person in (bound, Person.objects.get(pk=bound.pk)):
            person.referrer = other
            with pytest.raises(ReferrerBoundError):
                person.save()
            with pytest.raises(ReferrerBoundError):
                person.save(update_fields=["referrer"])
    late = new_member()
    late.referrer = first
    with pytest.raises(ReferrerBoundError):
        late.save()
    fresh = Person.objects.get(pk=bound.pk)
    fresh.name = "李雷"
    fresh.save()
    assert Person.objects.get(pk=bound.pk).referrer == first


def test_the_database_refuses_who_refers_themselves(new_member) -> None:
    person = new_member()
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(referrer=person)


def test_no_chain_of_sign_ups_makes_a_loop(time: Time, new_member) -> None:
    """Everyone tries to be referred by those who came after them; all chains still end."""
    people = [new_member()]
    for n in range(6):
        people.append(sign_in(f"+861380013800{n}", people[-1].referral_code))
    time.pass_by(minutes=2)
    for person in people[1:]:
        sign_in(person.phone, people[-1].referral_code)
    for person in Person.objects.all():
        seen = set()
        while person is not None:
            assert person.pk not in seen
            seen.add(person.pk)
            person = person.referrer


def test_a_former_phone_is_bound_by_nobody(time: Time, new_member) -> None:
    first, second = new_member(), new_member()
    leaver = sign_in("+8613800138000", first.referral_code)
    assert closing.close_account(person=leaver, orders=orders()) == []
    time.pass_by(minutes=2)
    again = sign_in("+8613800138000", second.referral_code)
    assert again != leaver
    assert again.account != leaver.account
    assert again.referrer is None


def test_who_left_neither_refers_nor_is_rewarded(new_member) -> None:
    first = new_member()
    code = first.referral_code
    bound = sign_in("+8613800138000", code)
    assert referral.referrer_account(bound) == first.account
    closing.close_account(person=first, orders=orders())
    assert sign_in("+8613800138001", code).referrer is None
    bound = Person.objects.get(pk=bound.pk)
    assert bound.referrer == first
    assert referral.referrer_account(bound) == ""


def test_whom_a_member_brought_is_shown_masked(time: Time, new_member) -> None:
    first = new_member()
    sign_in("+8613800138000", first.referral_code)
    time.pass_by(days=1)
    left = sign_in("+8613800138001", first.referral_code)
    closing.close_account(person=left, orders=orders())
    assert [r.masked_phone for r in referral.referred_by(first)] == ["****", "138****8000"]
