"""A member's addresses. All of them are found from the member: another's are none of theirs."""

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from patronage.members import clock
from patronage.members.models import Address, Person
from patronage.members.queries import prepared
from patronage.members.refusals import Refusal

MOST = 20


class AddressRefusal(Refusal):
    """Why an address is not saved."""

    TOO_MANY = "too_many", _("You have 20 addresses. Delete one first.")


@prepared
def addresses_of(person: Person) -> QuerySet[Address]:
    """Return a member's addresses, the default first."""
    return Address.objects.filter(person=person)


def save_address(*, person: Person, address: Address) -> Address | AddressRefusal:
    """Save an address as this member's. The first is the default; a new default replaces the old.

    The default stays one until another takes its place.
    """
    with transaction.atomic():
        # One at a time for a member, so that the count holds and one default remains.
        Person.objects.select_for_update().get(pk=person.pk)
        others = person.addresses.exclude(pk=address.pk)
        if address.pk is None and others.count() >= MOST:
            return AddressRefusal.TOO_MANY
        if not others.filter(is_default=True).exists():
            address.is_default = True
        if address.is_default:
            others.filter(is_default=True).update(is_default=False)
        address.person = person
        address.changed_at = clock.now()
        address.save()
    return address


def delete_address(*, person: Person, id: int) -> bool:
    """Delete a member's address; after the default goes, the one changed last is the default."""
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        address = person.addresses.filter(pk=id).first()
        if address is None:
            return False
        address.delete()
        heir = person.addresses.first()
        if heir is not None and not heir.is_default:
            Address.objects.filter(pk=heir.pk).update(is_default=True)
    return True
