"""The demonstration year is settled durably, and the commands it names work on it."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from patronage import ledger
from patronage.cli import app
from patronage.economy import Replay, load_charter
from tests.integration.play import final_state

ROOT = Path(__file__).resolve().parents[2]


def demo(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["demo", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def say(command: str, url: str) -> str:
    result = subprocess.run(
        [sys.executable, "-m", "patronage", *shlex.split(command, comments=True)],
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def readme_commands(name: str) -> list[str]:
    """Return the commands for the ledger, as the page shows them."""
    text = (ROOT / name).read_text(encoding="utf-8")
    block = re.search(r"```sh\n(\S+ open .*?)```", text, re.DOTALL)
    assert block is not None
    lines = block[1].splitlines()
    return [line.partition("#")[0].removeprefix(".venv/bin/patronage ").strip() for line in lines]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRONAGE_LANG", "en")
    monkeypatch.setattr("sys.argv", [str(tmp_path / ".venv" / "bin" / "patronage")])
    monkeypatch.chdir(tmp_path)


def test_the_year_again_and_again() -> None:
    first = demo()
    seconds = re.compile(r"[0-9.]+ s\b")
    assert seconds.sub("", demo()) == seconds.sub("", first)  # a new ledger each time

    replay = Replay(load_charter(Path("demo/charter.toml").read_bytes()))
    for line in Path("demo/events.jsonl").read_bytes().splitlines():
        replay.submit_line(line)
    with ledger.opened("year", "sqlite:///demo/ledger.sqlite3"):
        assert final_state("year", "club") == replay.final_state()
        written = Path("demo/events.jsonl").read_text(encoding="utf-8").splitlines()
        journal = list(ledger.event_lines("club", using="year"))
        assert list(map(json.loads, journal)) == list(map(json.loads, written))

    commands = re.findall(r"^ +\.venv/bin/patronage (.+)$", first, re.MULTILINE)
    url = re.search(r"export DATABASE_URL=(\S+)$", first, re.MULTILINE)
    assert url is not None
    said = {command.split()[0]: say(command, url[1]) for command in commands[-5:]}
    assert list(said) == ["status", "account", "statement", "verify", "export"]
    assert "1,156,441.74" in said["status"]
    assert "(member), CNY" in said["account"]
    assert "order completed" in said["statement"]
    assert "12,961 records verified" in said["verify"]
    assert Path("demo/club.beancount").stat().st_size

    for command in readme_commands("README.md"):
        told = say(command, "")
    assert told == ""
    assert Path("shop.beancount").stat().st_size


def test_both_readmes_show_the_same_commands() -> None:
    assert readme_commands("README.md") == readme_commands("README.zh-Hans.md")


def test_a_charter_without_a_founding_and_an_old_ledger() -> None:
    Path("demo").mkdir()
    for name in ("ledger.sqlite3", "ledger.sqlite3-wal", "ledger.sqlite3.backup"):
        Path("demo", name).write_text("old", encoding="utf-8")
    told = demo("--charter", ROOT / "examples" / "redwine.toml")
    assert "It ends where the backtest does." in " ".join(told.split())
    assert Path("demo/ledger.sqlite3.backup").read_text(encoding="utf-8") == "old"
