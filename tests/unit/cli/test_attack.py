"""`patronage attack`: what it prints in both languages, its exit codes, its files, its JSON."""

import json
import re
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from patronage.cli import app, attack
from patronage.cli.bounds import BOUNDS as WORDS
from patronage.cli.bounds import advice, breach_words
from patronage.economy import load_charter
from patronage.lab.attack import BOUNDS, Finding, breach
from tests.unit.lab.test_attack import BROKEN, DEAR, MALL, WEAKENED, parse_charter
from tests.unit.lab.weakened import weakened

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
MALL_FILE, REDWINE_FILE = EXAMPLES / "mall.toml", EXAMPLES / "redwine.toml"
HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def a_clock_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every sequence takes a second, whatever the machine does; files go to the test's folder."""
    monkeypatch.setattr(attack, "time", SimpleNamespace(perf_counter=count().__next__))
    monkeypatch.chdir(tmp_path)


def run(*arguments: object, language: str = "en", command: str = "attack") -> Result:
    result = CliRunner().invoke(
        app, [command, *map(str, arguments)], env={"PATRONAGE_LANG": language, "COLUMNS": "100"}
    )
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.parametrize(
    ("language", "promise", "warning"),
    [("en", "✓ No promise of the rule book was broken (13 promises).", "no proof"),
     ("zh", "✓ 规则书的 13 项承诺未见被打破。", "不是证明")],
)  # fmt: skip
def test_nothing_found(language: str, promise: str, warning: str, tmp_path: Path) -> None:
    result = run(MALL_FILE, "--minutes", "1", language=language)
    assert result.exit_code == 0
    assert promise in result.stdout
    assert warning in result.stdout
    assert "60" in result.stdout
    assert "✗" not in result.stdout
    assert bool(HAN.search(result.stdout)) == (language == "zh")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_is_found_is_written_for_replay(language: str, tmp_path: Path) -> None:
    with weakened(*WEAKENED["returns_leave_the_points"]):
        result = run(MALL_FILE, "--minutes", "0.2", "--out", "it.jsonl", language=language)
        assert result.exit_code == 1
        file = tmp_path / "it.jsonl"
        events = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
        assert [event["type"] for event in events] == ["order.completed", "order.refunded"]
        again = run(MALL_FILE, file, "--strict", command="replay")
        assert again.exit_code == 0
        weak = json.loads(again.stdout)["accounts"]["m1"]["points"]
        assert breach(load_charter(MALL_FILE.read_bytes()), events, "refund") is not None
    true = json.loads(run(MALL_FILE, file, command="replay").stdout)["accounts"]["m1"]["points"]
    assert weak > true
    assert f"patronage replay {MALL_FILE} it.jsonl" in result.stdout
    assert {"en": "fault of the program", "zh": "程序的错误"}[language] in result.stdout


def test_each_finding_has_a_file_of_its_own(tmp_path: Path) -> None:
    with weakened(*WEAKENED["redemptions_pass_the_quota"]):
        result = run(MALL_FILE, "--minutes", "0.5", "--json")
    findings = json.loads(result.stdout)["findings"]
    assert len(findings) >= 2
    files = [tmp_path / finding["file"] for finding in findings]
    assert [path.name for path in files[:2]] == ["mall.attack.jsonl", "mall.attack.2.jsonl"]
    for path, finding in zip(files, findings, strict=True):
        lines = path.read_text("utf-8").splitlines()
        assert [json.loads(line) for line in lines] == finding["events"]
        assert finding["kind"] == BOUNDS[finding["bound"]]


def dear(folder: Path) -> Path:
    """Write a charter whose nano-points are worth 10.00 each."""
    text = REDWINE_FILE.read_text("utf-8").replace(
        'issue_price = "1.00"', 'issue_price = "10000000000"'
    )
    path = folder / "dear.toml"
    path.write_text(text.replace('"100000000"', '"1000"'), "utf-8")
    return path


def test_a_charter_that_lets_supply_get_thin(tmp_path: Path) -> None:
    result = run(dear(tmp_path), "--minutes", "0.2")
    assert result.exit_code == 1
    assert "✗ A buyer lost by thin supply." in result.stdout
    assert "a larger founding" in result.stdout
    assert "✓ No promise" in result.stdout


def test_the_page_lists_every_bound_with_its_source() -> None:
    page = (EXAMPLES.parent / "docs" / "lab.md").read_text("utf-8")
    rows = re.findall(
        r"^\| (\w+) \| (promise|overpaid|charter) \| (.+) \| (.+) \|$", page, re.MULTILINE
    )
    assert rows == [
        (bound, BOUNDS[bound], words.sentence[0], words.source[0].removeprefix("docs/"))
        for bound, words in WORDS.items()
    ]


def test_of_many_events_the_first_and_the_last_are_shown() -> None:
    lines = attack._shown([{"id": str(number)} for number in range(30)])
    assert len(lines) == 13
    assert lines[6] == "… 18 more …"
    assert lines[-1] == '{"id": "29"}'


def test_an_interrupt_tells_what_was_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    step = attack.Search.step

    def interrupted(search: attack.Search) -> object:
        if search.sequences == 3:
            raise KeyboardInterrupt
        return step(search)

    monkeypatch.setattr(attack.Search, "step", interrupted)
    result = run(MALL_FILE, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["sequences"] == 3


def test_replay_stops_where_an_invariant_breaks(tmp_path: Path) -> None:
    with weakened(*WEAKENED["worth_rounds_up"]):
        found = run(MALL_FILE, "--minutes", "0.2", "--json")
        kinds = {finding["bound"]: finding for finding in json.loads(found.stdout)["findings"]}
        result = run(MALL_FILE, tmp_path / kinds["stopped"]["file"], command="replay")
    assert result.exit_code == 3
    assert "the price fell" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["missing.toml"], "cannot read"),
        ([MALL_FILE, "--out", MALL_FILE], "would overwrite"),
        ([MALL_FILE, "--minutes", "0"], "--minutes"),
    ],
)
def test_bad_input(arguments: list, says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    result = run(dear(tmp_path), "--minutes", "0.2", "--out", "taken")
    assert result.exit_code == 2
    assert result.stderr.strip().endswith("name another file with --out.")


def test_a_folder_that_is_not_there_is_said_before_the_search(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attack, "Search", None)
    result = run(MALL_FILE, "--out", "no/such/file.jsonl")
    assert result.exit_code == 2
    assert result.stderr.strip().endswith("make it or name another.")


def test_a_second_finding_does_not_overwrite_the_charter(tmp_path: Path) -> None:
    charter = tmp_path / "it.2.toml"
    text = MALL_FILE.read_text("utf-8")
    charter.write_text(text, "utf-8")
    with weakened(*WEAKENED["redemptions_pass_the_quota"]):
        result = run(charter, "--minutes", "0.5", "--out", "it.toml")
    assert result.exit_code == 2
    assert "would overwrite" in result.stderr
    assert charter.read_text("utf-8") == text


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("bound", BOUNDS)
def test_every_bound_has_words(bound: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRONAGE_LANG", language)
    assert list(WORDS) == list(BOUNDS)
    charter = parse_charter(DEAR if bound == "thin" else MALL)
    places, events = BROKEN[bound]
    with ExitStack() as stack:
        for place in places:
            stack.enter_context(weakened(*place))
        told = breach(charter, events, bound)
    finding = Finding(
        bound, told.figure, told.allowed, told.found, told.account, told.detail, events
    )
    words = breach_words(finding, charter)
    assert words
    by_the_rules = re.search(r"(\S+) by the rules, (\S+) found|按规则为 (\S+)，实为 (\S+)", words)
    if told.figure != "number":
        one, other = (part for part in by_the_rules.groups() if part)
        assert one != other
    if language == "zh" and bound != "stopped":
        assert HAN.search(words)
    assert bool(HAN.search(advice(finding))) == (language == "zh")
