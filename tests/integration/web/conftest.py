"""What the web's tests share."""

import pytest
from django.test import Client

from patronage.members.models import Person
from tests.shop import Shop, furnished, migrated, proof, shop

__all__ = ["furnished", "migrated", "shop"]

BACKEND = "django.contrib.auth.backends.ModelBackend"


def signed_in(
    person: Person | None, language: str = "zh-hans", *, has_proved: bool = True
) -> Client:
    """Return a browser; staff have given the code of their app unless told otherwise."""
    client = Client(headers={"accept-language": language})
    client.raise_request_exception = False
    if person is not None:
        client.force_login(person, backend=BACKEND)
        if person.is_staff and has_proved:
            session = client.session
            session.update(proof(person))
            session.save()
    return client


@pytest.fixture
def owner(shop: Shop) -> Client:
    """The browser of a member with an order in every state."""
    return signed_in(shop.owner)
