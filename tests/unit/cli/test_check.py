"""`patronage check`: what it prints in both languages, its exit codes, its JSON."""

import json
import re
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from patronage.cli import app
from patronage.cli.findings import sentence, title
from patronage.cli.show import wrapped
from tests.unit.lab.test_check import CASES, charter, judged

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
SHARED = ROOT.parent / "shared" / "vectors" / "economy"
CHARTERS = sorted([*EXAMPLES.glob("*.toml"), *(ROOT / "tests" / "vectors").glob("*.toml")])
HAN = re.compile(r"[\u4e00-\u9fff]")


def run(*arguments: str | Path, language: str = "en", columns: int = 80) -> tuple[int, str]:
    environment = {"PATRONAGE_LANG": language, "COLUMNS": str(columns)}
    result = CliRunner().invoke(app, ["check", *map(str, arguments)], env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.output


def founded(folder: Path) -> Path:
    text = (EXAMPLES / "redwine.toml").read_text("utf-8")
    path = folder / "founded.toml"
    path.write_text(text.replace('amount = "0.00"', 'amount = "880.00"'), "utf-8")
    return path


def test_a_sound_charter_ends_with_0(tmp_path: Path) -> None:
    code, output = run(founded(tmp_path))
    assert code == 0
    assert output.rstrip().endswith("Sound: all 8 promises hold.")


def test_warnings_end_with_1(tmp_path: Path) -> None:
    code, output = run(founded(tmp_path), "--margin", "0.4")
    assert code == 1
    assert "each 100 of sales costs 2.00" in " ".join(output.split())
    assert "7 promises hold, 1 with a warning." in output


def test_a_failed_promise_ends_with_1() -> None:
    code, output = run(EXAMPLES / "redwine.toml")
    assert code == 1
    assert "✗ Supply never gets thin" in output
    assert "7 promises hold, 1 not kept." in output


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_refused_charter_ends_with_2_and_one_line(tmp_path: Path, language: str) -> None:
    path = tmp_path / "greedy.toml"
    text = (EXAMPLES / "redwine.toml").read_text("utf-8")
    path.write_text(text.replace('rate = "0.70"', 'rate = "0.95"'), "utf-8")
    code, output = run(path, language=language)
    assert code == 2
    assert "referral.rate" in output
    assert len(output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--basket", "0"),
        ("--basket", "-1"),
        ("--basket", "1.005"),
        ("--basket", "1e3"),
        ("--basket", "1,000"),
        ("--basket", "١٠٠"),
        ("--basket", ""),
        ("--basket", "9" * 5000),
        ("--basket", "10000000000.01"),
        ("--sales-per-day", "many"),
        ("--sales-per-day", "0.00"),
        ("--margin", "1.01"),
        ("--margin", "40%"),
        ("--referred", "2"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(arguments: tuple[str, str]) -> None:
    for language in ("en", "zh"):
        code, output = run(EXAMPLES / "mall.toml", *arguments, language=language)
        assert code == 2
        assert arguments[0] in output
        assert len(output.strip().splitlines()) == 1


def test_amounts_are_in_the_charters_currency() -> None:
    yen = ROOT / "tests" / "vectors" / "yen.toml"
    assert run(yen, "--basket", "100.5")[0] == 2
    assert "equal orders of 1,000," in run(yen, "--basket", "1000.00")[1]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("code", "verdict", "case", "changes", "assumed"),
    CASES,
    ids=[f"{case[0]}-{case[2]}" for case in CASES],
)
def test_every_case_has_words(
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    code: str,
    verdict: str,
    case: str,
    changes: dict[str, str],
    assumed: dict[str, object],
) -> None:
    monkeypatch.setenv("PATRONAGE_LANG", language)
    rules = charter(changes)
    for finding in judged(changes, **assumed).findings:
        for text in (title(finding), sentence(finding, rules)):
            assert text
            assert text == text.strip()
            assert "None" not in text
            assert "  " not in text
            assert bool(HAN.search(text)) is (language == "zh")
        if finding.code == code:
            assert (finding.verdict, finding.case) == (verdict, case)


def test_different_cases_have_different_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRONAGE_LANG", "en")
    said: dict[str, tuple[str, str]] = {}
    for code, _, case, changes, assumed in CASES:
        finding = next(f for f in judged(changes, **assumed).findings if f.code == code)
        text = sentence(finding, charter(changes))
        if "give --margin to have this judged" not in text:
            assert said.setdefault(text, (code, case)) == (code, case)


@pytest.mark.parametrize("path", CHARTERS, ids=lambda path: path.stem)
def test_every_charter_prints_in_both_languages(path: Path) -> None:
    for language in ("en", "zh"):
        for columns in (80, 120):
            more = ("--margin", "0.5", "--members", "500") if columns == 120 else ()
            code, output = run(path, *more, language=language, columns=columns)
            assert code in (0, 1)
            assert max(cell_len(line.rstrip()) for line in output.splitlines()) <= columns
            marks = [line[0] for line in output.splitlines() if line[:1] in ("✓", "!", "✗", "·")]
            assert len(marks) in (11, 12, 13)
            assert (code == 1) is ("!" in marks or "✗" in marks)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared vectors are not here")
def test_the_shared_charters_are_judged() -> None:
    codes = {path.stem: run(path)[0] for path in SHARED.glob("*.toml")}
    assert codes.pop("founded") == 0
    assert set(codes.values()) == {1}


def test_json_is_exact(tmp_path: Path) -> None:
    code, output = run(founded(tmp_path), "--json", "--margin", "0.5", "--members", "100")
    assert code == 0
    document = json.loads(output)
    assert document["sound"] is True
    assert document["assumptions"] == {
        "basket": "100",
        "sales_per_day": "10000",
        "margin": "0.5",
        "referred": "0.5",
        "members": 100,
    }
    findings = {finding["code"]: finding for finding in document["findings"]}
    assert len(findings) == 13
    assert findings["parties"]["verdict"] == "holds"
    assert findings["parties"]["numbers"]["stays"] == "6.9"
    assert findings["first_value"]["numbers"]["ratio"] == "9.52380952381"
    assert findings["margin"]["numbers"]["kept"] == "5"
    shares = {share["part"]: share for share in document["shares"]}
    assert shares["referrer"]["with_referrer"] == "2.1"
    assert document["growth"][0]["orders"] == "100"

    def leaves(value: object) -> list[object]:
        if isinstance(value, dict):
            return [leaf for item in value.values() for leaf in leaves(item)]
        if isinstance(value, list):
            return [leaf for item in value for leaf in leaves(item)]
        return [value]

    assert not any(isinstance(leaf, float) for leaf in leaves(document))
    numbers = [n for f in document["findings"] for n in f["numbers"].values() if type(n) is str]
    assert all(re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", number) for number in numbers)


def test_json_of_an_unsound_charter_ends_with_1() -> None:
    code, output = run(EXAMPLES / "redwine.toml", "--json", language="zh")
    assert code == 1
    assert json.loads(output)["sound"] is False


def test_chinese_wraps_within_the_width_and_not_before_a_stop() -> None:
    text = (
        "一笔 100.00 的订单带来 30.00 入池款，其中买家的积分（至多）值 21.00；推荐人的至多值 2.10。"
    )
    for width in range(12, 60):
        lines = list(wrapped(text, width))
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(cell_len(line) <= width for line in lines)
        assert not any(line[0] in "，。；）" for line in lines)
        assert not any(line[-1] == "（" for line in lines)
