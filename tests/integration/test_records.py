"""The journal as it is read: records, charters, dividends."""

from hashlib import sha256

import pytest

from patronage import ledger
from patronage.economy import Replay
from patronage.ledger import UnknownEconomyError, open_economy
from tests.integration.play import fresh, settle_all
from tests.integration.test_canonical import CHARTER
from tests.integration.test_verify import EVENTS

AMENDED = {**CHARTER, "dividend": {"rate": "0.5"}}


@pytest.fixture
def economy(using: str) -> str:
    economy = fresh("records")
    open_economy(economy, CHARTER, using=using)
    amendment = {"type": "charter.amended", "charter": AMENDED}
    refused = {**AMENDED, "economy": {**CHARTER["economy"], "currency": "JPY"}}
    ledger.submit_many(
        economy,
        [
            *EVENTS[:-1],
            {"id": "a", **amendment},
            {"id": "b", "type": "charter.amended", "charter": refused},
            {"id": "c", "type": "day.closed", "date": "2026-01-01", "profit": 1000},
            {"id": "d", "type": "day.closed", "date": "2026-01-02", "profit": 500},
            {"id": "e", "type": "unheard of"},
        ],
        using=using,
    )
    settle_all(using, economy)
    return economy


def test_records_come_in_pages_the_newest_first(using: str, economy: str) -> None:
    whole = list(ledger.journal_lines(economy, using=using))
    newest = ledger.records(economy, limit=4, using=using)
    older = ledger.records(economy, before=newest[-1].seq, using=using)
    assert [one.text for one in newest + older] == whole[::-1]
    assert all(one.hash == sha256(one.text.encode()).hexdigest() for one in newest)
    assert [one.hash for one in newest[1:]] == [one.told["previous"] for one in newest[:-1]]
    end = ledger.tip(economy, using=using)
    assert (end.seq, end.hash) == (newest[0].seq, newest[0].hash)
    assert end.state.days_closed == 2
    assert ledger.record_at(economy, 3, using=using) == older[-3]
    assert ledger.record_at(economy, end.seq + 1, using=using) is None
    with pytest.raises(UnknownEconomyError):
        ledger.tip("nowhere", using=using)


def test_parts_of_the_journal_are_the_whole_of_it(using: str, economy: str) -> None:
    for read, whole in (
        (ledger.record_texts, list(ledger.journal_lines(economy, using=using))),
        (ledger.event_texts, list(ledger.event_lines(economy, using=using))),
    ):
        parts = [read(economy, after=start, limit=3, using=using) for start in range(0, 99, 3)]
        assert [text for part in parts for text in part] == whole


def test_charters_are_the_first_and_every_amendment(using: str, economy: str) -> None:
    first, amended = ledger.charters(economy, using=using)
    assert (first.seq, first.document, first.charter.dividend_micro) == (1, CHARTER, 0)
    assert (amended.document, amended.charter.dividend_micro) == (AMENDED, 500_000)
    told = ledger.record_at(economy, amended.seq, using=using).told
    assert (told["event"]["id"], told["code"]) == ("a", "applied")


def test_dividends_are_summed_over_all_days(using: str, economy: str) -> None:
    closed = ledger.days(economy, using=using)
    assert ledger.dividends_in_all(economy, using=using) == sum(day.dividend for day in closed)
    assert ledger.dividends_in_all(economy, using=using) == 750


def test_replaying_the_events_ends_in_the_state_that_is_told(using: str, economy: str) -> None:
    replay = Replay(ledger.charters(economy, using=using)[0].charter)
    for text in ledger.event_texts(economy, after=0, limit=99, using=using):
        replay.submit_line(text.encode())
    assert replay.state.figures() == ledger.tip(economy, using=using).state.figures()
