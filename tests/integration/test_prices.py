"""How the price went, as the journal tells it."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from patronage import ledger
from patronage.ledger.opening import open_unchecked
from patronage.ledger.prices import spread
from tests.integration.commerce.play import REDWINE
from tests.integration.play import fresh

OPENED = datetime(2026, 1, 1, 4, tzinfo=UTC)


def lived(using: str, days: int) -> str:
    """Let an order and a close happen a day, by the rule book's red-wine charter."""
    economy = fresh("prices")
    open_unchecked(economy, REDWINE, using=using, clock=lambda: OPENED)
    for day in range(days):
        noon = OPENED + timedelta(days=day)
        order = {"id": f"o{day}", "type": "order.completed", "order": f"{day}", "amount": 100_00}
        close = {"id": f"d{day}", "type": "day.closed", "date": f"{noon.date()}"}
        ledger.submit(economy, {**order, "member": f"m{day}"}, using=using, clock=lambda: noon)  # noqa: B023
        ledger.submit(economy, close, using=using, clock=lambda: noon)  # noqa: B023
    while ledger.settle(economy, using=using):
        pass
    return economy


def of_point(price: Fraction | None) -> str:
    assert price is not None
    return f"{float(price * 10**7):.4f}"


def test_the_days_tell_the_rule_books_prices(using: str) -> None:
    economy = lived(using, 4)
    days = ledger.latest_days(economy, using=using)
    assert [day.date for day in days] == [f"{date(2026, 1, n)}" for n in (1, 2, 3, 4)]
    assert [of_point(day.price) for day in days] == ["1.4286", "1.6807", "1.8674", "2.0188"]
    assert days == ledger.days(economy, using=using)
    assert ledger.latest_days(economy, last=2, using=using) == days[2:]


def test_a_long_history_is_spread_with_both_ends(using: str) -> None:
    economy = lived(using, 9)
    told = [int(day.date[-2:]) for day in ledger.latest_days(economy, most=3, using=using)]
    assert told == [1, 5, 9]
    assert spread(range(1, 366), 4) == [1, 122, 243, 365]
    assert spread([1, 2], 4) == [1, 2]


def test_the_moments_are_those_since_the_close_before_the_last(using: str) -> None:
    economy = lived(using, 4)
    moments = ledger.latest_moments(economy, using=using)
    assert [moment.seq for moment in moments] == [7, 8, 9]
    assert moments[-1].at == OPENED + timedelta(days=3)
    assert [of_point(moment.price) for moment in moments] == ["1.8674", "2.0188", "2.0188"]
    # An event that brings its own time has none of the ledger's.
    charter = {"id": "x", "type": "cash.credited", "account": "m0", "amount": 1, "reason": "r"}
    ledger.submit(economy, {**charter, "at": "yesterday"}, using=using)
    ledger.settle(economy, using=using)
    assert ledger.latest_moments(economy, using=using) == moments


def test_before_anything_circulates_there_is_no_price(using: str) -> None:
    economy = fresh("prices")
    assert ledger.latest_moments(economy, using=using) == []
    open_unchecked(economy, REDWINE, using=using)
    assert ledger.latest_days(economy, using=using) == []
    assert [moment.price for moment in ledger.latest_moments(economy, using=using)] == [None]
