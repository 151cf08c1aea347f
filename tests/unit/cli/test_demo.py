"""`patronage demo`: a year, its report, and files with which the next commands work."""

import json
import re
import shlex
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from patronage.cli import app

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRONAGE_LANG", "en")
    monkeypatch.setattr("sys.argv", [str(tmp_path / ".venv" / "bin" / "patronage")])
    monkeypatch.chdir(tmp_path)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_the_year_its_files_and_the_next_commands():
    result = run("demo")
    assert result.exit_code == 0, result.stderr
    assert "1,156,441.74" in result.stdout
    assert "Price in CNY a point" in result.stdout
    assert {path.name for path in Path("demo").iterdir()} == {
        "charter.toml",
        "demo.key",
        "events.jsonl",
        "ledger.sqlite3",
        "orders.csv",
    }
    assert (
        max(cell_len(line.rstrip()) for line in result.stdout.partition("Next")[0].splitlines())
        <= 80
    )

    commands = re.findall(r"^ +\.venv/bin/patronage (.+)$", result.stdout, re.MULTILINE)
    assert [command.split()[0] for command in commands] == [
        "check",
        "backtest",
        "replay",
        "backtest",
        "status",
        "account",
        "statement",
        "verify",
        "export",
    ]
    for command in commands[:3]:
        next_result = run(*shlex.split(command))
        assert next_result.exit_code in ({0, 1} if command.startswith("check") else {0})
        if command.startswith("replay"):
            final = json.loads(next_result.stdout)
            assert (final["reserve"], final["rejected"]) == (115_644_174, [])

    # The same orders under the same key and behaviour give the same report.
    behaviour = ("--redeem", "0.15@1.5", "--convert", "0.15@1.5", "--spend", "0.6")
    key = ("--key", "demo/demo.key")
    same = run("backtest", "demo/charter.toml", "demo/orders.csv", *key, *behaviour)
    start = "Red Wine Club · "
    report = result.stdout.partition(start)[2].partition("\nNext")[0]
    assert same.stdout.partition(start)[2].rstrip() == report.rstrip()


def test_another_seed_and_another_charter():
    first = run("demo", "--seed", 2, "--charter", ROOT / "examples" / "mall.toml")
    assert first.exit_code == 0
    assert "Mall · 2025-01-01" in first.stdout
    assert (ROOT / "examples" / "mall.toml").read_bytes() == Path("demo/charter.toml").read_bytes()
    yen = run("demo", "--charter", ROOT / "tests" / "vectors" / "yen.toml")
    assert yen.exit_code == 0, yen.stderr


def test_it_speaks_chinese(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATRONAGE_LANG", "zh")
    result = run("demo")
    assert result.exit_code == 0
    for words in ("演示年", "期末底池", "分红额度是上限，不是承诺", "接下来"):
        assert words in result.stdout
    assert "Next" not in result.stdout


def test_what_cannot_be_used_is_one_sentence():
    Path("bad.toml").write_text("[economy", encoding="utf-8")
    for arguments, words in (
        (("--charter", "missing.toml"), "cannot read missing.toml"),
        (("--charter", "bad.toml"), "bad.toml is refused"),
    ):
        result = run("demo", *arguments)
        assert result.exit_code == 2
        assert words in result.stderr
        assert result.stdout == ""
    Path("demo").touch()
    result = run("demo")
    assert result.exit_code == 2
    assert result.stderr.startswith("patronage: cannot write into ./demo")
