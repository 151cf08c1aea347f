"""What is told of an economy is what the rules would do."""

from fractions import Fraction

import pytest

from patronage import ledger
from patronage.ledger import UnknownAccountError, UnknownEconomyError, open_economy
from tests.integration.play import fresh, settle_all
from tests.integration.test_canonical import CHARTER
from tests.integration.test_verify import EVENTS


@pytest.fixture
def economy(using: str) -> str:
    economy = fresh("reads")
    charter = {**CHARTER, "dividend": {"rate": "0.5"}}
    open_economy(economy, charter, using=using)
    ledger.submit_many(economy, EVENTS[:-1], using=using)
    close = {"id": "9", "type": "day.closed", "date": "2026-01-01", "profit": 1000}
    ledger.submit(economy, close, using=using)
    settle_all(using, economy)
    return economy


def test_the_summary(using: str, economy: str) -> None:
    ledger.submit(economy, {**EVENTS[-1], "id": "10", "date": "2026-01-02"}, using=using)
    told = ledger.summary(economy, using=using)
    assert (told.charter.name, told.charter.currency, told.records) == ("n", "CNY", 10)
    assert (told.members, told.merchants, told.unsettled) == (2, 1, 1)
    assert told.last_closed == "2026-01-01"
    assert told.price == Fraction(told.figures["reserve"], told.figures["circulating"])
    assert told.figures["dividends_unpaid"] == 500
    assert economy in ledger.economies(using=using)


def test_an_account_tells_what_redeeming_brings(using: str, economy: str) -> None:
    told = ledger.account(economy, "n", using=using)
    assert told.kind == "member"
    assert told.dividend > 0
    event = {"id": "11", "type": "points.redeemed", "account": "n", "points": told.points}
    receipt = ledger.submit(economy, event, using=using)
    facts = ledger.settle_through(economy, receipt, using=using).facts
    assert (facts["pay"], facts["fee"]) == (told.redeemable, told.fee)
    after = ledger.account(economy, "n", using=using)
    assert after.cash == told.cash + told.dividend + told.redeemable - told.fee
    assert (after.points, after.redeemable, after.fee, after.dividend) == (0, 0, 0, 0)


def test_a_statement_in_pages_is_the_whole(using: str, economy: str) -> None:
    whole = ledger.statement(economy, "m", using=using)
    assert [line.cause for line in whole] == ["payment", "conversion", "order"]
    assert [line.event_id for line in whole] == ["5", "4", "1"]
    pages, before = [], None
    while page := ledger.statement(economy, "m", before=before, limit=2, using=using):
        pages += page
        before = page[-1].place
    assert pages == whole
    held = ledger.account(economy, "m", using=using)
    newest = whole[0]
    assert (newest.points_after, newest.coins_after) == (held.points, held.coins)
    assert sum(line.points for line in whole) == held.points
    assert ledger.statement(economy, "nobody", using=using) == []


def test_the_days(using: str, economy: str) -> None:
    (day,) = ledger.days(economy, using=using)
    told = ledger.summary(economy, using=using)
    assert (day.date, day.dividend) == ("2026-01-01", 500)
    assert (day.reserve, day.price) == (told.figures["reserve"], told.price)
    held = ledger.account(economy, "n", using=using)
    assert held.points * day.step // 10**24 == held.dividend
    assert ledger.days(economy, after=day.seq, using=using) == []


def test_who_is_unknown(using: str, economy: str) -> None:
    with pytest.raises(UnknownAccountError):
        ledger.account(economy, "nobody", using=using)
    for read in (ledger.summary, lambda id, using: ledger.account(id, "m", using=using)):
        with pytest.raises(UnknownEconomyError):
            read("nowhere", using=using)
