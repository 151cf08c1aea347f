import json

from patronage.lab.journal import read_journal
from patronage.lab.record import Record
from patronage.lab.simulation import Simulation
from tests.unit.lab.studies import charter
from tests.unit.lab.test_backtest import EVERYTHING, backtest, order, year


def told(*events: dict) -> Simulation | None:
    record = read_journal(charter("redwine"), (json.dumps(event) for event in events))
    return None if record is None else record.simulation()


def closed(day: str, **more: object) -> dict:
    return {"id": f"day:{day}{more}", "type": "day.closed", "date": day, **more}


def test_a_journal_of_a_backtests_events_tells_what_the_backtest_told():
    events: list[dict] = []
    record = Record()
    backtest(charter("redwine"), year(), EVERYTHING, events.append, record)
    assert told(*events) == record.simulation()


def test_nothing_is_told_before_a_day_was_closed():
    assert told() is None
    assert told(order(1, "m1"), closed("2025-02-30")) is None


def test_a_close_that_is_refused_leaves_its_day_to_the_next():
    one = told(order(1, "m1"), closed("2025-01-31"), order(2, "m2"), closed("2025-01-30"),
               {"type": "nonsense"}, closed("2025-02-01"))  # fmt: skip
    assert [day.last_day for day in one.periods] == ["2025-01-31", "2025-02-01"]
    assert [cohort.month for cohort in one.cohorts] == ["2025-01", "2025-02"]


def test_what_follows_the_last_close_is_of_the_day_after():
    one = told(closed("2025-01-31"), order(1, "m1"))
    assert one.periods[-1].last_day == "2025-02-01"
    assert one.cohorts[0].month == "2025-02"
