"""The demonstration's year, as far as its second week."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from patronage import ledger
from patronage.commerce.models import (
    Alarm,
    CounterPayment,
    CounterState,
    Distributor,
    Order,
    Picture,
    Product,
    PurchaseOrder,
    PurchaseState,
    Reward,
    RewardState,
    State,
)
from patronage.members import clock
from patronage.members.models import Notice, Person, Pin, Rank, Withdrawal
from patronage.members.payout_port import Standing
from patronage.web.demo import shop, stores, wallets
from patronage.web.demo.year import Year
from tests.integration.commerce.malls import as_default, empty


@pytest.fixture
def _nothing(sqlite_mall: str) -> Iterator[None]:
    with as_default(sqlite_mall):
        empty()
        yield


@pytest.mark.usefixtures("_nothing")
def test_some_members_pay_at_counters_withdraw_and_distribute(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.PAYOUT_MIN_MINOR = 1
    monkeypatch.setattr(wallets, "_FROM_DAY", 14)
    monkeypatch.setattr(wallets, "_COINS_MINOR", 2_00)
    monkeypatch.setattr(stores, "_EVERY", 1)
    opening = datetime(2026, 3, 1, tzinfo=UTC)
    with clock.at(opening):
        shop.open_economy(opening)
        shop.fit_out()
        shop.announce(date(2026, 4, 1))
    year = Year(date(2026, 3, 1))
    year.wallets.withdrawals = {19: Standing.PAID, 20: Standing.FAILED, 21: None}
    year.storefronts.from_day = 6
    year.live(lambda _day: None, days=23)

    assert not Alarm.objects.exists()
    assert Pin.objects.count() == wallets.MEMBERS
    assert set(CounterPayment.objects.values_list("way", flat=True)) == {"code", "qr"}
    assert not CounterPayment.objects.exclude(state=CounterState.SUCCEEDED).exists()
    ended = Withdrawal.objects.order_by("requested_at").values_list("state", flat=True)
    assert list(ended) == ["paid", "restored", "requested"]
    assert Notice.objects.filter(kind="coins_paid").exists()
    assert Notice.objects.filter(kind="dividends").exists()
    assert Rank.objects.count() == 10
    assert dict(Counter(Distributor.objects.values_list("state", flat=True))) == {
        "approved": 2,
        "waiting": 1,
    }
    of_storefronts = Order.objects.filter(distributor__isnull=False)
    states = {State.PAID, State.SHIPPED, State.RECEIVED, State.COMPLETED, State.CANCELLED}
    assert set(of_storefronts.values_list("state", flat=True)) == states
    assert set(PurchaseOrder.objects.values_list("state", flat=True)) == set(PurchaseState)
    assert of_storefronts.filter(lines__returned=1, state=State.COMPLETED).count() == 1
    assert Order.objects.filter(promoter__isnull=False).count() == 1
    assert Reward.objects.filter(state=RewardState.PAID).exists()
    assert ledger.verify("mall").difference is None


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
