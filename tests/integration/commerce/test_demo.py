"""The demonstration's year, as far as its second week."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from patronage import ledger
from patronage.commerce.models import Alarm, Order, Picture, Product, State
from patronage.members import clock
from patronage.members.models import Person
from patronage.web.demo import shop
from patronage.web.demo.year import Year
from tests.integration.commerce.malls import as_default, empty


@pytest.fixture
def _nothing(sqlite_mall: str) -> Iterator[None]:
    with as_default(sqlite_mall):
        empty()
        yield


@pytest.mark.usefixtures("_nothing")
def test_its_days_are_lived_through_the_malls_own_functions() -> None:
    opening = datetime(2026, 3, 1, tzinfo=UTC)
    told: list[int] = []
    with clock.at(opening):
        shop.open_economy(opening)
        shop.fit_out()
    Year(date(2026, 3, 1)).live(told.append, days=14)

    assert told == list(range(14))
    assert not Alarm.objects.exists()
    assert Product.objects.filter(listed_at__isnull=False).count() == Picture.objects.count() > 10
    assert Person.objects.filter(referrer__isnull=False).exists()
    assert Order.objects.filter(state=State.COMPLETED).exists()
    assert ledger.summary("mall").figures["days_closed"] == 14
    assert ledger.verify("mall").difference is None
