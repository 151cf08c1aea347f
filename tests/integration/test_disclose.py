"""`patronage disclose`: an economy's own journal says the same as the backtest of its orders."""

import csv
from pathlib import Path

from tests.integration.running import Run
from tests.integration.test_import import WEEK, write


def rows(name: str) -> list[dict[str, str]]:
    with Path(name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_journal_tells_what_a_backtest_of_the_same_orders_tells(run: Run) -> None:
    write(*WEEK)
    run("backtest", "charter.toml", "orders.csv", "--margin", "0.4", "--data", "past")
    run("import", "wine", "orders.csv", "--margin", "0.4")
    run("close-day", "wine", "2025-03-04")
    result = run("disclose", "wine", "--sheet", "s", "--report", "r.html", "--data", "d")
    told = " ".join(result.stdout.split())
    assert "Written: r.html, d, s/disclosure.en.html, s/disclosure.zh-Hans.html" in told
    for name in ("cohorts", "back", "times", "operator", "concentration", "stop", "periods"):
        assert rows(f"d/{name}.csv") == rows(f"past/{name}.csv"), name
    assert "own journal, records 1 to" in Path("r.html").read_text("utf-8")
    assert "日记账" in Path("s/disclosure.zh-Hans.html").read_text("utf-8")
    assert not Path("d/sensitivity.csv").exists()


def test_what_is_after_the_last_close_counts_to_the_day_after_it(run: Run) -> None:
    write(*WEEK)
    run("import", "wine", "orders.csv", "--margin", "0.4")
    run("close-day", "wine", "2025-03-03")
    run("disclose", "wine", "--data", "d")
    assert rows("d/periods.csv")[-1]["last_day"] == "2025-03-04"


def test_what_cannot_be_told_is_one_sentence(run: Run) -> None:
    assert "closed no day yet" in run("disclose", "wine", "--sheet", "s", code=2).stderr
    assert "--sheet" in run("disclose", "wine", code=2).stderr
    assert "there is no economy beer" in run("disclose", "beer", "--sheet", "s", code=2).stderr
    assert not Path("s").exists()
