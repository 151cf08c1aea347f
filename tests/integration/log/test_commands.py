"""The log's commands, in both languages, right and wrong."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connections

from patronage import ledger
from patronage.ledger.log.folder import Folder
from tests.integration.log.play import close, order
from tests.integration.running import Run
from tests.integration.test_verify import EVENTS


def settle(*events: dict) -> None:
    ledger.submit_many("wine", events)
    while ledger.settle("wine"):
        pass


def test_a_log_from_its_key_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("log-key", "log.example.com/wine").stdout.startswith("log.example.com/wine+")
    assert "1 records published, 1 in the log." in run("publish", "wine").stdout
    settle(*EVENTS)
    assert "10 records published, 11 in the log." in run("publish", "wine").stdout
    monkeypatch.setenv("PATRONAGE_LANG", "zh")
    monkeypatch.setenv("PATRONAGE_LOG", "elsewhere")
    assert "指定另一个文件" in run("log-key", "log.example.com/wine", code=2).stderr
    assert "restore" not in (said := run("publish", "wine", code=3).stderr)
    assert said == "patronage：没有签署任何内容：日志文件与其最后的检查点不符；请恢复该文件夹。\n"


def test_what_is_wrong_is_said(run: Run) -> None:
    assert "cannot name a log" in run("log-key", "a b", code=2).stderr
    assert "cannot use log.key (No such file" in run("publish", "wine", code=2).stderr
    run("log-key", "log.example.com/wine")
    assert "a key is never overwritten" in run("log-key", "x", code=2).stderr
    assert "there is no economy beer" in run("publish", "beer", code=2).stderr
    Path("log.key").chmod(0o644)
    assert "set its mode to 600" in run("publish", "wine", code=2).stderr
    Path("log.key").chmod(0o600)
    Path("note").write_text("nothing")
    assert "no signed note" in run("publish", "wine", "--attestation", "note", code=2).stderr
    Path("file").touch()
    assert "check --log and --key" in run("publish", "wine", "--log", "file", code=2).stderr
    assert "cannot write" in run("log-key", "x", "--key", "file/key", code=2).stderr


def test_a_restored_backup_is_refused(run: Run) -> None:
    run("log-key", "log.example.com/wine")
    connections["default"].close()
    shutil.copy("ledger.sqlite3", "backup.sqlite3")
    settle(*EVENTS)
    run("publish", "wine")
    connections["default"].close()
    for file in Path().glob("ledger.sqlite3*"):
        file.unlink()
    shutil.copy("backup.sqlite3", "ledger.sqlite3")
    assert "an old state of the database was restored" in run("publish", "wine", code=3).stderr
    settle(*(order(number) for number in range(20)))
    said = run("publish", "wine", code=3).stderr
    assert "record 10 is not the one that was published" in said
    assert ledger.verify("wine").difference is None, "only the log knows"


def test_following_publishes_what_is_settled(run: Run) -> None:
    run("log-key", "log.example.com/wine")
    with subprocess.Popen(
        [sys.executable, "-m", "patronage", "publish", "wine", "--follow"],
        env={**os.environ, "DATABASE_URL": "sqlite:///ledger.sqlite3"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        settle(order(1), close(1))
        while b"\n4\n" not in (Folder(Path("log")).get("checkpoint") or b""):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate()
    assert process.returncode == 0
    assert said.endswith("4 in the log.\n")
