"""The mall as a running program: started, answering, stopped with nothing left behind."""

import os
import select
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATRONAGE = [sys.executable, "-m", "patronage"]
KEY = {"PATRONAGE_SECRET_KEY": "a long random text"}


def environment(folder: Path, **more: str) -> dict[str, str]:
    ours = {
        "DATABASE_URL": f"sqlite:///{folder}/mall.sqlite3",
        "PATRONAGE_STATIC": str(folder / "static"),
        "PATRONAGE_MEDIA": str(folder / "media"),
        **more,
    }
    return {**os.environ, "PATRONAGE_LANG": "en", **ours}


def run(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PATRONAGE, *arguments],
        cwd=folder, env=environment(folder, **more), capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_it_says_what_it_needs(tmp_path: Path) -> None:
    for part in ("serve", "web", "work"):
        result = run(tmp_path, part)
        assert result.returncode == 2
        assert "set PATRONAGE_SECRET_KEY" in result.stderr
        assert "Traceback" not in result.stderr
    result = run(tmp_path, "serve", **KEY)
    assert result.returncode == 2
    assert "there is no economy mall here" in result.stderr
    assert "Traceback" not in result.stderr
    result = run(tmp_path, "web", **KEY, DATABASE_URL=f"sqlite:///{tmp_path}/none.sqlite3")
    assert result.returncode == 2
    assert "the database cannot be used" in result.stderr


def opened(folder: Path) -> None:
    """Open the economy, as an operator would."""
    charter = (ROOT / "examples/redwine.toml").read_text(encoding="utf-8")
    (folder / "charter.toml").write_text(charter.replace('"0.00"', '"1000.00"'), encoding="utf-8")
    assert run(folder, "open", "mall", "charter.toml").returncode == 0


def test_it_does_not_show_amounts_in_another_currency(tmp_path: Path) -> None:
    opened(tmp_path)
    result = run(tmp_path, "work", PATRONAGE_CURRENCY="EUR", **KEY)
    assert result.returncode == 2
    assert "counts in CNY, the settings in EUR; set PATRONAGE_CURRENCY=CNY" in result.stderr
    assert "Traceback" not in result.stderr


def test_it_shares_no_port(tmp_path: Path) -> None:
    opened(tmp_path)
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as other:
        port = other.getsockname()[1]
        result = run(tmp_path, "web", "--port", str(port), **KEY)
    assert result.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port} (Address already in use)" in result.stderr


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_it_serves_until_it_ends_and_leaves_nothing_running(
    tmp_path: Path, end: signal.Signals
) -> None:
    opened(tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # What a part inherits stays open as long as it lives: the end of the pipe is the end of all.
    reading, writing = os.pipe()
    serving = subprocess.Popen(
        [*PATRONAGE, "serve", "--port", str(port)],
        cwd=tmp_path,
        env=environment(tmp_path, **KEY),
        stdout=writing,
        stderr=writing,
    )
    os.close(writing)
    try:
        assert "<!doctype html>" in first_answer(serving, f"http://127.0.0.1:{port}/").lower()
    finally:
        serving.send_signal(end)
        assert serving.wait(60) == (0 if end == signal.SIGTERM else -end)
    assert "Traceback" not in all_said(reading)


def all_said(reading: int) -> str:
    """Read to the end of a pipe, which comes when the last that could write has ended."""
    said = b""
    while select.select([reading], [], [], 60)[0]:
        piece = os.read(reading, 65536)
        said += piece
        if not piece:
            os.close(reading)
            return said.decode()
    raise AssertionError("a part lives on")


def first_answer(serving: subprocess.Popen[bytes], url: str) -> str:
    """Ask until there is an answer, or the program has ended."""
    while serving.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310
                text: str = answer.read().decode()
                return text
        except ConnectionRefusedError:
            pass
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
    raise AssertionError("it ended by itself")
