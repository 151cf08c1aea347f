"""A shop's export into an economy, again and again: only what is new is added, in order."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import Result

from patronage import ledger
from patronage.economy import Replay, load_charter
from patronage.intake import account_id
from patronage.ledger import store
from tests.integration.play import final_state, rows
from tests.integration.running import CHARTER, Run

HEADER = ("order_id", "customer_id", "date", "amount", "status", "returned_order_id")


def sold(order: str, customer: str, date: str, amount: str, status: str = "") -> tuple[str, ...]:
    return (order, customer, date, amount, status, "")


def returned(order: str, customer: str, date: str, amount: str, of: str = "") -> tuple[str, ...]:
    return (order, customer, date, f"-{amount}", "", of)


WEEK = [
    sold("1", "a", "2025-03-01", "100.00"),
    sold("2", "b", "2025-03-01", "80.00"),
    sold("3", "a", "2025-03-03", "50.00"),
    returned("3-R", "a", "2025-03-03", "5.00", "3"),
    sold("4", "c", "2025-03-04", "70.00"),
]


def write(*lines: tuple[str, ...], name: str = "orders.csv") -> str:
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *lines])
    return name


def judged() -> list[tuple[str | None, str]]:
    """Return the journal's event ids and codes, the opening left out."""
    return [(row[1], row[3]) for row in rows("default", store.JOURNAL, "wine")][1:]


def last_lines(result: Result) -> str:
    return result.stdout.partition("Orders: ")[2].partition("\n")[2]


def test_an_import_is_the_backtest_of_the_same_export(run: Run) -> None:
    write(*WEEK)
    run("backtest", "charter.toml", "orders.csv", "--margin", "0.4", "--events", "events.jsonl")
    run("import", "wine", "orders.csv", "--margin", "0.4")
    run("close-day", "wine", "2025-03-04")
    replay = Replay(load_charter(CHARTER.encode()))
    assert all(replay.submit_lines(Path("events.jsonl").read_bytes().splitlines()))
    assert final_state("default", "wine") == replay.final_state()
    assert [id for id, _ in judged()] == [
        "order:1:completed",
        "order:2:completed",
        "day:2025-03-01",
        "day:2025-03-02",
        "order:3:completed",
        "order:3:refunded:2025-03-03:500",
        "day:2025-03-03",
        "order:4:completed",
        "day:2025-03-04",
    ]


def test_the_same_file_again_adds_nothing(run: Run) -> None:
    write(*WEEK)
    first = last_lines(run("import", "wine", "orders.csv"))
    assert "New: 4 orders, 1 returns, 3 days closed. Recorded before: 0." in first
    assert "2025-03-04, the last day of the export, is still open" in first
    before = rows("default", store.JOURNAL, "wine")
    again = last_lines(run("import", "wine", "orders.csv"))
    assert "New: 0 orders, 0 returns, 0 days closed. Recorded before: 5." in again
    write(*reversed(WEEK))
    run("import", "wine", "orders.csv")
    assert rows("default", store.JOURNAL, "wine") == before


def test_a_longer_export_adds_only_what_is_new(run: Run) -> None:
    write(*WEEK)
    run("import", "wine", "orders.csv")
    write(
        returned("2-R", "b", "2025-03-05", "8.00", "2"),
        sold("5", "b", "2025-03-04", "60.00"),
        *WEEK,
        sold("6", "a", "2025-03-05", "20.00"),
    )
    before = judged()
    told = last_lines(run("import", "wine", "orders.csv"))
    assert "New: 2 orders, 1 returns, 1 days closed. Recorded before: 5." in told
    assert "were recorded before" not in told
    assert judged() == [
        *before,
        ("order:5:completed", "applied"),
        ("day:2025-03-04", "applied"),
        ("order:6:completed", "applied"),
        ("order:2:refunded:2025-03-05:800", "applied"),
    ]


@pytest.mark.parametrize("cut", range(1, len(WEEK)))
def test_two_exports_are_one_wherever_the_first_ends(run: Run, cut: int) -> None:
    write(*WEEK, name="whole.csv")
    write(*WEEK[:cut], name="first.csv")
    run("open", "whole", "charter.toml")
    run("import", "whole", "whole.csv")
    run("import", "wine", "first.csv")
    run("import", "wine", "whole.csv")
    journals = [
        {(row[1], row[3], row[4]) for row in rows("default", store.JOURNAL, economy)[1:]}
        for economy in ("whole", "wine")
    ]
    assert journals[0] == journals[1]
    assert {code for _, code, _ in journals[0]} == {"applied"}


def test_days_closed_otherwise_stay_so_and_late_orders_count_from_now(run: Run) -> None:
    write(*WEEK[:2])
    run("import", "wine", "orders.csv")
    run("close-day", "wine", "2025-03-02", "--profit", "10")
    write(*WEEK, sold("0", "d", "2025-03-01", "9.00"))
    told = last_lines(run("import", "wine", "orders.csv"))
    assert "New: 3 orders, 1 returns, 1 days closed. Recorded before: 2." in told
    assert "1 of them belong to days that were closed before" in told
    assert {code for _, code in judged()} == {"applied"}


def test_a_changed_order_stays_as_recorded_and_is_named(run: Run) -> None:
    write(*WEEK)
    run("import", "wine", "orders.csv")
    write(sold("1", "a", "2025-03-01", "90.00"), *WEEK[1:], sold("5", "a", "2025-03-05", "1.00"))
    before = judged()
    told = last_lines(run("import", "wine", "orders.csv"))
    assert "1 were recorded before with other content" in told
    assert "order:1:completed." in told
    assert judged()[len(before) :] == [
        ("day:2025-03-04", "applied"),
        ("order:5:completed", "applied"),
    ]


def test_what_goes_back_of_orders_of_earlier_files(run: Run) -> None:
    write(*WEEK)
    run("import", "wine", "orders.csv")
    write(
        sold("1", "a", "2025-03-01", "100.00", "cancelled"),
        returned("2", "b", "2025-03-06", "30.00"),
        returned("4-R", "c", "2025-03-06", "7.00", "4"),
        sold("3", "a", "2025-03-03", "", "cancelled"),
        sold("8", "a", "2025-03-05", "10.00", "cancelled"),
        sold("9", "a", "2025-03-06", "10.00"),
        name="march.csv",
    )
    run("import", "wine", "march.csv")
    orders = ledger.recorded_orders("wine", ["1", "2", "3", "4", "8", "9"])
    assert {id: order.refunded for id, order in orders.items()} == {
        "1": 10_000,
        "2": 3000,
        "3": 500,
        "4": 700,
        "9": 0,
    }
    with Path("march.unusable.csv").open(encoding="utf-8-sig") as file:
        assert [(row["line"], row["reason"]) for row in csv.DictReader(file)] == [
            ("5", "cancelled_later"),
            ("6", "cancelled"),
        ]
    before = judged()
    run("import", "wine", "march.csv")
    assert judged() == before


def test_a_date_to_come_closes_no_day(run: Run) -> None:
    far = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    write(*WEEK, sold("5", "a", far, "1.00"), sold("6", "a", "2099-01-01", "1.00"))
    run("import", "wine", "orders.csv")
    assert judged()[-1] == ("order:4:completed", "applied")
    assert Path("orders.unusable.csv").read_text(encoding="utf-8-sig").count("future_date") == 2


def test_another_key_is_not_mistaken_for_other_customers(run: Run) -> None:
    write(*WEEK)
    run("import", "wine", "orders.csv")
    before = judged()
    Path("patronage.key").rename("kept.key")
    missing = run("import", "wine", "orders.csv", code=2)
    assert "their key patronage.key is not here" in missing.stderr
    assert not Path("patronage.key").exists()
    Path("patronage.key").write_text("7a" * 32, encoding="ascii")
    other = run("import", "wine", "orders.csv", code=2)
    assert "the customers of orders imported before are others" in other.stderr
    assert judged() == before
    run("import", "wine", "orders.csv", "--key", "kept.key")
    assert judged() == before


def test_what_the_rules_refuse_is_counted_once(run: Run) -> None:
    Path("patronage.key").write_text("7a" * 32, encoding="ascii")
    merchant = account_id(b"z" * 32, "m")
    ledger.submit("wine", {"id": "x", "type": "merchant.opened", "merchant": merchant})
    write(*WEEK, sold("5", "m", "2025-03-04", "1.00"))
    told = last_lines(run("import", "wine", "orders.csv"))
    assert "New: 4 orders, 1 returns, 3 days closed." in told
    assert "Refused: wrong_account_kind 1." in told
    assert "Refused" not in last_lines(run("import", "wine", "orders.csv"))


def test_files_and_options_that_cannot_be_used(run: Run) -> None:
    assert "No such file" in run("import", "wine", "nothing.csv", code=2).stderr
    write(("1", "a", "soon", "5.00", "", ""))
    assert "no row of orders.csv can be used" in run("import", "wine", "orders.csv", code=2).stderr
    write(*WEEK)
    assert "there is no economy beer" in run("import", "beer", "orders.csv", code=2).stderr
    overwriting = run("import", "wine", "orders.csv", "--unusable", "orders.csv", code=2)
    assert "would overwrite" in overwriting.stderr
    assert "--margin must be" in run("import", "wine", "orders.csv", "--margin", "2", code=2).stderr
