"""`patronage backtest`: what it prints and writes, and one sentence for what it cannot use."""

import csv
import json
import re
import stat
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from patronage.cli import app
from patronage.cli.intake import _REASONS
from patronage.intake import Reason

ROOT = Path(__file__).resolve().parents[3]
REDWINE = ROOT / "examples" / "redwine.toml"
MALL = ROOT / "examples" / "mall.toml"
YEN = ROOT / "tests" / "vectors" / "yen.toml"

ROWS = [
    ("order_id", "customer_id", "date", "amount", "profit", "referrer_id", "returned_order_id"),
    *(
        (
            f"A{n}",
            f"c{n % 23}",
            f"2025-{1 + n // 28:02}-{1 + n % 28:02}",
            f"{100 + n}.50",
            "40",
            "",
            "",
        )
        for n in range(150)
    ),
    ("B1", "c1", "2025-06-20", "90.00", "10", "c2", ""),
    ("R1", "c1", "2025-06-22", "-40.00", "", "", "B1"),
    ("B2", "c2", "2025-06-21", "0.00", "", "", ""),
    ("B3", "c3", "soon", "5.00", "", "", ""),
]
BEHAVIOUR = ("--redeem", "0.3@2", "--convert", "0.3@1.5", "--spend", "0.5")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATRONAGE_LANG", "en")
    monkeypatch.chdir(tmp_path)
    write("orders.csv", ROWS)
    Path("patronage.key").write_text("5e" * 32, encoding="ascii")  # the same members every time
    return tmp_path


def write(name: str, rows: list[tuple[str, ...]]) -> None:
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def backtest(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["backtest", *map(str, arguments)])


def figures(*arguments: object) -> dict:
    result = backtest(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def refused(*arguments: object) -> str:
    """Return the one sentence it says."""
    result = backtest(*arguments)
    assert result.exit_code == 2
    assert result.exception is None or isinstance(result.exception, SystemExit)
    lines = [line for line in result.stderr.splitlines() if line]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("patronage: ")
    assert lines[0].endswith(".")
    assert "Traceback" not in result.output
    return lines[0]


def test_it_shows_how_it_read_the_export_before_what_came_of_it():
    result = backtest(REDWINE, "orders.csv")
    assert result.exit_code == 0
    out = result.stdout
    assert "orders.csv: 154 rows, UTF-8, separated by commas, dates YYYY-MM-DD" in out
    for field in ("order_id", "customer_id", "date", "amount", "profit", "referrer_id"):
        assert field in out
    assert "Orders: 151 of 23 customers; returns: 1; rows that cannot be used: 2." in out
    assert out.index("customer_id") < out.index("What 100.00 of sales became")
    assert "a ceiling, not a promise" in re.sub(r"\s+", " ", out)
    assert "151" in result.stderr or "152" in result.stderr  # progress


def test_rows_that_cannot_be_used_go_to_a_report():
    result = backtest(REDWINE, "orders.csv")
    assert "orders.unusable.csv" in result.stdout
    with Path("orders.unusable.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["line", "reason", "words", "row"]
    assert [row[:2] for row in rows[1:]] == [["154", "zero_amount"], ["155", "bad_date"]]
    assert rows[2][3].startswith("B3,c3,soon")
    backtest(REDWINE, "orders.csv", "--unusable", "elsewhere.csv")
    assert Path("elsewhere.csv").exists()


def test_no_report_where_all_can_be_used():
    write("good.csv", ROWS[:-2])
    assert backtest(REDWINE, "good.csv").exit_code == 0
    assert not Path("good.unusable.csv").exists()


def test_the_key_is_made_once_and_only_its_owner_may_read_it():
    Path("patronage.key").unlink()
    first = backtest(REDWINE, "orders.csv")
    assert "patronage.key was made" in first.stdout
    assert stat.S_IMODE(Path("patronage.key").stat().st_mode) == 0o600
    key = Path("patronage.key").read_bytes()
    second = backtest(REDWINE, "orders.csv")
    assert "was made" not in second.stdout
    assert Path("patronage.key").read_bytes() == key


@pytest.mark.parametrize("charter", [REDWINE, MALL], ids=["redwine", "mall"])
def test_the_events_replay_to_the_same_final_state(charter):
    result = figures(charter, "orders.csv", *BEHAVIOUR, "--events", "events.jsonl")["results"][0]
    replay = CliRunner().invoke(app, ["replay", str(charter), "events.jsonl", "--strict"])
    assert replay.exit_code == 0
    final = json.loads(replay.stdout)
    for name in final.keys() - {"accounts", "compulsory_redemptions", "price"}:
        assert result[name] == final[name], name
    assert result["compulsory"]["number"] == final["compulsory_redemptions"]
    for holding in result["largest"]:
        account = final["accounts"][holding["account"]]
        assert {name: holding[name] for name in account} == account
    assert result["redemptions"]["number"] or charter == MALL


def test_json_is_one_object_and_nothing_else():
    found = figures(REDWINE, "orders.csv", "--redeem", "0.2@3", "--margin", "0.4")
    assert found["source"]["columns"]["order"] == "order_id"
    assert found["source"]["unusable"] == {"zero_amount": 1, "bad_date": 1}
    assert found["behaviour"]["redeem"] == {"share": "0.2", "multiple": "3"}
    assert found["margin"] == "0.4"
    assert found["unusable"] == "orders.unusable.csv"
    assert found["written"] == []
    (result,) = found["results"]
    assert (result["orders"], result["members"], result["refunded"]) == (151, 23, 4_000)
    assert sum(result["uses"].values()) == result["sales"]
    assert sum(result["shares"].values()) == 10_000


def test_several_charters_stand_side_by_side():
    result = backtest(REDWINE, "orders.csv", "--charter", MALL)
    assert result.exit_code == 0
    assert re.search(r"Red Wine Club +Mall", result.stdout)
    assert re.search(r"price at the start +1\.0000 +54\.0000", result.stdout)
    assert re.search(r"together +100\.00 +100\.00", result.stdout)
    both = figures(REDWINE, "orders.csv", "--charter", MALL)["results"]
    assert both == [
        *figures(REDWINE, "orders.csv")["results"],
        *figures(MALL, "orders.csv")["results"],
    ]


def test_with_several_charters_the_events_are_the_firsts():
    figures(REDWINE, "orders.csv", *BEHAVIOUR, "--events", "one.jsonl")
    figures(REDWINE, "orders.csv", *BEHAVIOUR, "--charter", MALL, "--events", "two.jsonl")
    assert Path("one.jsonl").read_bytes() == Path("two.jsonl").read_bytes()


def test_charters_of_one_name_are_told_apart_by_their_files():
    other = REDWINE.read_text(encoding="utf-8").replace('rate = "0.30"', 'rate = "0.20"', 1)
    Path("b.toml").write_text(other, encoding="utf-8")
    out = backtest(REDWINE, "orders.csv", "--charter", "b.toml").stdout
    assert "b.toml" in out


def test_columns_can_be_named_and_left_out():
    rows = [("a", "b", "c", "d", "profit"), ("1", "x", "05/03/2025", "10,50", "3")]
    write("odd.csv", rows)
    named = ("--order", "a", "--customer", "b", "--date", "c", "--amount", "d")
    found = figures(REDWINE, "odd.csv", *named, "--day-first", "--profit", "-")
    assert found["source"]["columns"]["profit"] is None
    assert found["results"][0]["sales"] == 1_050
    assert found["results"][0]["days"][0]["date"] == "2025-03-05"
    assert "no column that looks like" in refused(REDWINE, "odd.csv")
    assert "no column zebra" in refused(REDWINE, "orders.csv", "--amount", "zebra")
    assert "cannot be left out" in refused(REDWINE, "orders.csv", "--amount", "-")


def test_without_profit_it_says_what_is_missing():
    write("plain.csv", [row[:4] for row in ROWS])
    assert "No profit is known, so there are no dividends" in backtest(REDWINE, "plain.csv").stdout
    with_margin = backtest(REDWINE, "plain.csv", "--margin", "0.4")
    assert "No profit is known" not in with_margin.stdout


def test_brackets_in_names_are_shown_as_they_are():
    write(
        "odd.csv",
        [("order_id", "customer", "date", "amount [bold]"), ("1", "x", "2025-03-05", "9")],
    )
    charter = REDWINE.read_text(encoding="utf-8").replace("Red Wine Club", "Club [red]:wine_glass:")
    Path("odd.toml").write_text(charter, encoding="utf-8")
    out = backtest("odd.toml", "odd.csv", "--amount", "amount [bold]").stdout
    assert "amount [bold]" in out
    assert "Club [red]:wine_glass:" in out


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--margin", "1.5"),
        ("--margin", "40%"),
        ("--margin", "-0.1"),
        ("--margin", ""),
        ("--spend", "2"),
        ("--redeem", "0.2"),
        ("--redeem", "0.2@0.5"),
        ("--redeem", "1.2@3"),
        ("--redeem", "@"),
        ("--convert", "x@2"),
        ("--convert", "0.1@2@3"),
        ("--encoding", "klingon"),
    ],
)
def test_a_bad_option_is_one_sentence(option, value):
    assert option in refused(REDWINE, "orders.csv", f"{option}={value}")


def test_shares_above_one_together_are_refused():
    refused(REDWINE, "orders.csv", "--redeem", "0.6@2", "--convert", "0.6@2")


def test_bad_files_are_one_sentence(here: Path):
    Path("empty.csv").touch()
    Path("header.csv").write_text("order_id,customer_id,date,amount\n", encoding="utf-8")
    Path("none.csv").write_text(
        "order_id,customer_id,date,amount\n1,a,2025-01-01,0\n", encoding="utf-8"
    )
    Path("book.csv").write_bytes(b"PK\x03\x04" + bytes(60))
    Path("bad.toml").write_text("[economy]\n", encoding="utf-8")
    Path("bad.key").write_text("not a key", encoding="utf-8")
    assert "cannot read missing.csv" in refused(REDWINE, "missing.csv")
    assert "cannot read" in refused(REDWINE, here)
    assert "is empty" in refused(REDWINE, "empty.csv")
    assert "no rows" in refused(REDWINE, "header.csv")
    assert "no row of none.csv can be used" in refused(REDWINE, "none.csv")
    assert "spreadsheet" in refused(REDWINE, "book.csv")
    assert "cannot read missing.toml" in refused("missing.toml", "orders.csv")
    assert "bad.toml is refused: " in refused("bad.toml", "orders.csv")
    assert "bad.toml is refused: " in refused(REDWINE, "orders.csv", "--charter", "bad.toml")
    assert "JPY" in refused(REDWINE, "orders.csv", "--charter", YEN)
    assert "bad.key" in refused(REDWINE, "orders.csv", "--key", "bad.key")
    assert "key" in refused(REDWINE, "orders.csv", "--key", "no/such/folder.key")


def test_what_cannot_be_written_is_one_sentence():
    assert "--unusable" in refused(REDWINE, "orders.csv", "--unusable", "no/such/folder.csv")
    # Here the export has been shown already, on stdout.
    assert "no/such" in refused(REDWINE, "orders.csv", "--events", "no/such/events.jsonl")


def test_no_file_that_is_read_is_overwritten():
    before = Path("orders.csv").read_bytes()
    Path("link.csv").symlink_to("orders.csv")
    assert "--unusable" in refused(REDWINE, "orders.csv", "--unusable", "link.csv")
    for option in ("--unusable", "--report", "--events", "--key"):
        assert option in refused(REDWINE, "orders.csv", option, "./orders.csv")
    assert "--events" in refused(REDWINE, "orders.csv", "--events", REDWINE)
    refused(REDWINE, "orders.csv", "--events", "x.csv", "--unusable", "x.csv")
    refused(REDWINE, "orders.csv", "--unusable", "patronage.key")
    assert Path("orders.csv").read_bytes() == before


def test_it_speaks_chinese(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATRONAGE_LANG", "zh")
    result = backtest(REDWINE, "orders.csv", *BEHAVIOUR, "--charter", MALL)
    assert result.exit_code == 0
    for words in ("151 笔；退货：1 笔", "每 100.00 销售额的去向", "强制卖出", "分红额度是上限"):
        assert words in result.stdout
    known = r"--\w+|\S*[._/]\S*|\ba[0-9a-f]{10}…|Red Wine Club|Mall"
    latin = re.findall(r"[a-z]{4,}", re.sub(known, "", result.stdout))
    assert not [word for word in latin if word not in {"date", "amount", "profit"}]
    wrong = backtest(REDWINE, "missing.csv")
    assert "patronage：无法读取 missing.csv" in wrong.stderr


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_line_is_wider_than_the_terminal(language, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATRONAGE_LANG", language)
    for arguments in ((), ("--charter", MALL)):
        out = backtest(REDWINE, "orders.csv", *BEHAVIOUR, *arguments).stdout
        assert max(cell_len(line.rstrip()) for line in out.splitlines()) <= 80


def test_every_reason_has_words_in_both_languages():
    assert set(_REASONS) == set(Reason)
