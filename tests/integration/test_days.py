"""Days are closed when they are over, once, and in order."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from patronage import ledger
from patronage.cli.calendar import today
from patronage.economy import Charter, load_charter
from tests.integration.running import CHARTER, Run
from tests.integration.test_import import judged


def charter(timezone: str | None) -> Charter:
    line = "" if timezone is None else f'timezone = "{timezone}"'
    return load_charter(CHARTER.replace('timezone = "Asia/Shanghai"', line).encode())


NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("timezone", "hour", "day", "words"),
    [
        ("Asia/Shanghai", 15, 31, ""),
        ("Asia/Shanghai", 16, 1, ""),
        ("America/New_York", 4, 30, ""),
        ("America/New_York", 5, 31, ""),
        (None, 23, 31, "names no time zone"),
        ("Mars/Olympus", 23, 31, "'Mars/Olympus' is not known here"),
        ("../../etc/passwd", 23, 31, "is not known here"),
        ("Europe", 23, 31, "is not known here"),
        ("", 23, 31, "is not known here"),
    ],
)
def test_today_is_the_charters(
    timezone: str | None,
    hour: int,
    day: int,
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATRONAGE_LANG", "en")
    assert today(charter(timezone), NOON.replace(hour=hour)).day == day
    said = capsys.readouterr().err
    assert words in said
    assert bool(said) == bool(words)


def test_closing_twice_is_closing_once_and_late_days_are_caught_up(run: Run) -> None:
    first = run("close-day", "wine", "2026-01-05", "--profit", "10.50").stdout
    assert first.startswith("2026-01-05 is closed: dividend 0.00, price of a point 1.0000 CNY")
    assert run("close-day", "wine", "2026-01-05").stdout == "2026-01-05 is closed already.\n"
    same = run("close-day", "wine", "2026-01-05", "--profit", "10.5").stdout
    assert same == "2026-01-05 is closed already.\n"
    late = run("close-day", "wine", "2026-01-08", "--profit", "1").stdout
    assert late.startswith("2026-01-08 is closed, and 2 days before it:")
    assert judged() == [(f"day:2026-01-0{day}", "applied") for day in (5, 6, 7, 8)]
    assert ledger.summary("wine").figures["dividend_pool"] == 345  # 30 % of 11.50


def test_without_a_date_it_is_the_last_day_that_has_ended(run: Run) -> None:
    shanghai = timedelta(hours=8)
    before = (datetime.now(UTC) + shanghai - timedelta(days=1)).date()
    run("close-day", "wine")
    after = (datetime.now(UTC) + shanghai - timedelta(days=1)).date()
    assert ledger.summary("wine").last_closed in (before.isoformat(), after.isoformat())


def test_days_that_cannot_be_closed(run: Run) -> None:
    def refuses(*arguments: object) -> str:
        return run("close-day", "wine", *arguments, code=2).stderr

    now = datetime.now(UTC) + timedelta(hours=8)
    for days in (0, 1, 9999):
        assert "has not ended yet" in refuses((now + timedelta(days=days)).date())
    run("close-day", "wine", "2026-01-05")
    assert "2026-01-05 is closed already" in refuses("2026-01-04")
    assert "with another profit" in refuses("2026-01-05", "--profit", "1")
    for text in ("2026-02-30", "yesterday", "20260101"):
        assert "is no date" in refuses(text)
    for text in ("x", "1.234", "-5", "1e3", "10000000000.01"):
        assert "is no amount in CNY" in refuses("2026-01-06", f"--profit={text}")
    assert "there is no economy" in run("close-day", "beer", code=2).stderr
    assert [id for id, _ in judged()] == ["day:2026-01-05"]


def test_a_day_that_was_refused_by_that_id_is_told_of(run: Run) -> None:
    line = '{"id": "day:2026-01-05", "type": "day.closed", "date": "2026-01-05", "profit": %d}'
    Path("events.jsonl").write_text(line % (10**12 + 1), encoding="utf-8")
    run("submit", "wine", "events.jsonl")
    run("settle", "wine")
    assert judged() == [("day:2026-01-05", "invalid_amount")]
    assert (
        "was refused before (invalid_amount)"
        in run("close-day", "wine", "2026-01-05", code=2).stderr
    )
