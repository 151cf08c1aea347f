"""`patronage replay` with files that are none: one clear sentence, exit 2, no traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from patronage.cli import app

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
CHARTER = VECTORS / "half.toml"
ORDER = b'{"id": "o", "type": "order.completed", "order": "o", "member": "m", "amount": 4000}\n'


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRONAGE_LANG", "en")


@pytest.fixture
def events(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_bytes(ORDER)
    return path


def replay(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["replay", *map(str, arguments)])


def refused(result: Result) -> str:
    """Return the one sentence it says."""
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.exception is None or isinstance(result.exception, SystemExit)
    lines = [line for line in result.stderr.splitlines() if line]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("patronage: ")
    assert lines[0].endswith(".")
    assert "Traceback" not in lines[0]
    return lines[0]


def test_the_final_state(events: Path) -> None:
    result = replay(CHARTER, events)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["reserve"] == 12000
    assert "1 lines" in result.stderr


@pytest.mark.parametrize("name", ["codes_points.half", "tie_astral.thin", "coins_life.half"])
def test_a_vector(name: str) -> None:
    result = replay(VECTORS / f"{name.split('.')[1]}.toml", VECTORS / f"{name}.events.jsonl")
    assert json.loads(result.stdout) == json.loads((VECTORS / f"{name}.state.json").read_bytes())


def test_no_such_charter(tmp_path: Path, events: Path) -> None:
    assert "No such file" in refused(replay(tmp_path / "none.toml", events))


def test_no_such_events(tmp_path: Path) -> None:
    assert "No such file" in refused(replay(CHARTER, tmp_path / "none.jsonl"))


def test_a_directory_is_no_charter(tmp_path: Path, events: Path) -> None:
    assert "directory" in refused(replay(tmp_path, events))


def test_a_directory_is_no_events(tmp_path: Path) -> None:
    assert "directory" in refused(replay(CHARTER, tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(events: Path) -> None:
    events.chmod(0)
    assert "Permission denied" in refused(replay(CHARTER, events))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"", "economy: missing section"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ('[economy]\nname = "酒"\n'.encode("gb18030"), "not UTF-8"),
        (b"\x00" * 1000, "not valid TOML"),
        (b"x" * 1_000_000, "not valid TOML"),
        (b"x = " + b"[" * 100_000, "not valid TOML"),
        (b"x = " + b"9" * 10_000, "not valid TOML"),
        (CHARTER.read_bytes().replace(b'"2"', b"2"), "quota.multiple: must be a decimal in quotes"),
        (CHARTER.read_bytes().replace(b"CNY", b"XXX"), "economy.currency"),
        (CHARTER.read_bytes() + b"[quota]\n", "not valid TOML"),
    ],
)
def test_no_charter(tmp_path: Path, events: Path, source: bytes, words: str) -> None:
    charter = tmp_path / "charter.toml"
    charter.write_bytes(source)
    assert words in refused(replay(charter, events))


def test_no_events_are_an_economy_at_its_opening(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    for nothing in (b"", b"\n \r\n\t\n"):
        events.write_bytes(nothing)
        result = replay(CHARTER, events, "--strict")
        assert result.exit_code == 0
        state = json.loads(result.stdout)
        assert (state["reserve"], state["accounts"], state["rejected"]) == (10000, {}, [])


@pytest.mark.parametrize(
    "line",
    [b"x", b"\xff\xfe", b"\xef\xbb\xbf" + ORDER, b"x" * 5_000_000, b"[" * 1_000_000, b"{" * 100_000,
     b'{"id": "x", "a": ' + b"9" * 100_000 + b"}", b'{"id": "' + b"x" * 2_000_000 + b'"}', b"\x00"],
    ids=lambda line: repr(line[:12]),
)  # fmt: skip
def test_a_line_that_is_no_event_is_recorded_and_the_rest_goes_on(
    events: Path, line: bytes
) -> None:
    events.write_bytes(line + b"\n" + ORDER)
    result = replay(CHARTER, events)
    assert result.exit_code == 0
    state = json.loads(result.stdout)
    assert [code for _, code in state["rejected"]] == ["malformed"]
    assert state["reserve"] == 12000


def test_strict_ends_with_one_after_any_refusal(events: Path) -> None:
    assert replay(CHARTER, events, "--strict").exit_code == 0
    events.write_bytes(ORDER + ORDER)
    assert replay(CHARTER, events, "--strict").exit_code == 0
    events.write_bytes(ORDER + ORDER.replace(b"4000", b"4001"))
    assert replay(CHARTER, events).exit_code == 0
    result = replay(CHARTER, events, "--strict")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["rejected"] == [["o", "conflict"]]


def test_missing_arguments_are_no_traceback() -> None:
    for arguments in ((), (CHARTER,), (CHARTER, CHARTER, CHARTER), ("--no-such", CHARTER, CHARTER)):
        result = replay(*arguments)
        assert result.exit_code == 2
        assert "Traceback" not in result.output


def test_it_speaks_chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATRONAGE_LANG", "zh_CN")
    result = replay(CHARTER, tmp_path)
    assert result.exit_code == 2
    assert result.stderr.startswith("patronage：无法读取")


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "patronage", "replay", *map(str, arguments)],
        capture_output=True,
        env={"PATH": os.environ["PATH"], "PATRONAGE_LANG": "en", **environment},
    )


def test_a_real_process_prints_utf_8_whatever_the_locale(events: Path) -> None:
    events.write_bytes(ORDER.replace(b'"m"', '"会员😀"'.encode()))
    for environment in ({"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}, {"PYTHONUTF8": "1"}):
        done = run(CHARTER, events, **environment)
        assert b"Traceback" not in done.stderr, (environment, done.stderr)
        assert done.returncode == 0
        assert list(json.loads(done.stdout)["accounts"]) == ["会员😀"]


def test_a_real_process_says_one_sentence(tmp_path: Path) -> None:
    done = run(tmp_path / "none.toml", tmp_path)
    assert done.returncode == 2
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["replay", "check"])
def test_any_terminal_can_show_the_answer(events: Path, command: str) -> None:
    events.write_text('{"id": "1", "type": "merchant.opened", "merchant": "酒"}\n', "utf-8")
    arguments = [CHARTER, events] if command == "replay" else [CHARTER]
    done = subprocess.run(
        [sys.executable, "-m", "patronage", command, *map(str, arguments)],
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PATRONAGE_LANG": "zh"},
        capture_output=True,
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode in (0, 1)
    if command == "replay":
        assert list(json.loads(done.stdout)["accounts"]) == ["酒"]


def test_a_key_with_a_line_break_is_named_in_one_line(tmp_path: Path, events: Path) -> None:
    charter = tmp_path / "charter.toml"
    charter.write_text('"a\\u000ab" = 1\n')
    assert "unknown section" in refused(replay(charter, events))
