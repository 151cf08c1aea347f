"""Addresses, of which one is the default."""

import pytest
from django.db import IntegrityError, transaction

from patronage.members.addresses import MOST, AddressRefusal, delete_address, save_address
from patronage.members.models import Address, Person
from patronage.members.regions import PROVINCES
from tests.unit.members.conftest import Time

pytestmark = pytest.mark.django_db


def address(**fields) -> Address:
    return Address(
        **{
            "name": "李雷",
            "phone": "13800138000",
            "province": "浙江省",
            "city": "杭州市",
            "district": "西湖区",
            "street": "文三路 1 号",
            **fields,
        }
    )


def defaults(person: Person) -> list[int]:
    return list(person.addresses.filter(is_default=True).values_list("pk", flat=True))


def test_all_of_china() -> None:
    assert len(PROVINCES) == 34
    assert len({name for name, _ in PROVINCES}) == 34


def test_the_first_is_the_default_and_one_always_is(time: Time, new_member) -> None:
    person = new_member()
    first = save_address(person=person, address=address())
    time.pass_by(minutes=1)
    second = save_address(person=person, address=address(street="二"))
    assert defaults(person) == [first.pk]
    second.is_default = True
    save_address(person=person, address=second)
    assert defaults(person) == [second.pk]
    second.is_default = False
    save_address(person=person, address=second)
    assert defaults(person) == [second.pk]
    assert delete_address(person=person, id=second.pk)
    assert defaults(person) == [first.pk]
    assert delete_address(person=person, id=first.pk)
    assert defaults(person) == []


def test_the_database_holds_one_default(new_member) -> None:
    person = new_member()
    address(person=person, is_default=True).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        address(person=person, is_default=True).save()
    address(person=new_member(), is_default=True).save()


def test_anothers_is_not_deleted(new_member) -> None:
    mine = save_address(person=new_member(), address=address())
    assert not delete_address(person=new_member(), id=mine.pk)
    assert Address.objects.count() == 1


def test_there_is_an_end(new_member) -> None:
    person = new_member()
    for _ in range(MOST):
        save_address(person=person, address=address())
    assert save_address(person=person, address=address()) is AddressRefusal.TOO_MANY
    assert save_address(person=person, address=person.addresses.last()).pk
