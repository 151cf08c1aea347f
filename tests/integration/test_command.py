"""The ledger's commands, each a process of its own on one file."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError

from patronage import ledger
from patronage.cli.database import reached
from patronage.ledger.database import database
from tests.integration.running import CHARTER, EXAMPLE
from tests.integration.test_verify import EVENTS


class Shop:
    """A folder with a database, a charter and a file of events."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "charter.toml").write_text(CHARTER, encoding="utf-8")
        (folder / "events.jsonl").write_text("\n".join(map(json.dumps, EVENTS)))

    def run(self, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "patronage", *map(str, arguments)],
            cwd=self.folder,
            env={
                **os.environ,
                "PATRONAGE_LANG": "en",
                "DATABASE_URL": "sqlite:///shop.sqlite3",
                **environment,
            },
            capture_output=True,
            text=True,
        )

    def says(self, *arguments: object, **environment: str) -> str:
        result = self.run(*arguments, **environment)
        assert result.returncode == 0, result.stderr
        assert result.stderr == ""
        return result.stdout

    def refuses(self, *arguments: object, **environment: str) -> str:
        result = self.run(*arguments, **environment)
        assert result.returncode == 2, result.stdout
        assert result.stdout == ""
        assert result.stderr.startswith(("patronage: ", "patronage："))
        assert result.stderr.count("\n") == 1
        return result.stderr


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_an_economy_from_opening_to_verifying(shop: Shop) -> None:
    assert shop.says("open", "wine", "charter.toml") == "wine is open.\n"
    assert shop.says("open", "wine", "charter.toml") == "wine is open.\n"
    assert shop.says("submit", "wine", "events.jsonl") == "9 submitted, 0 settled before.\n"
    assert shop.says("settle") == "9 settled.\n"
    assert shop.says("submit", "wine", "events.jsonl") == "0 submitted, 9 settled before.\n"
    assert shop.says("settle", "wine") == "0 settled.\n"
    told = json.loads(shop.says("status", "wine", "--json"))
    assert (told["records"], told["unsettled"], told["members"]) == (10, 0, 2)
    assert "Red Wine Club (wine), CNY" in shop.says("status", "wine")
    holder = json.loads(shop.says("account", "wine", "n", "--json"))
    assert holder["fee"] == -(-holder["redeemable"] // 10)
    assert "卖出" in shop.says("account", "wine", "n", PATRONAGE_LANG="zh")
    assert shop.says("verify", "wine") == "10 records verified: nothing differs.\n"
    with sqlite3.connect(shop.folder / "shop.sqlite3") as connection:
        connection.execute("UPDATE ledger_account SET cash = 10000 WHERE account = 'n'")
    connection.close()
    result = shop.run("verify", "wine")
    assert result.returncode == 1
    assert result.stdout == "first difference: account 'n': not as replayed.\n"


def test_what_cannot_be_done_is_said(shop: Shop) -> None:
    assert "founding of at least 1.00" in shop.refuses("open", "wine", EXAMPLE)
    assert "is no id" in shop.refuses("open", "Wine", "charter.toml")
    assert "there is no economy wine" in shop.refuses("status", "wine")
    shop.says("open", "wine", "charter.toml")
    assert "there is no account" in shop.refuses("account", "wine", "nobody")
    assert "No such file" in shop.refuses("submit", "wine", "nothing.jsonl")
    other = (shop.folder / "charter.toml").read_text().replace("Red", "White")
    (shop.folder / "other.toml").write_text(other)
    assert "under another charter" in shop.refuses("open", "wine", "other.toml")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://nobody@127.0.0.1:1/none", "cannot be used"),
        ("sqlite:////nowhere/at/all.sqlite3", "unable to open database file"),
        ("sqlite:///charter.toml", "not a database"),
        ("mysql://here", "it must begin with"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_of(shop: Shop, url: str, words: str) -> None:
    said = shop.refuses("settle", DATABASE_URL=url)
    assert words in said
    assert "check DATABASE_URL" in said


@pytest.mark.parametrize("url", ["postgresql://[::1", "postgresql://host:port/name"])
def test_what_is_no_url_is_not_taken_for_one(url: str) -> None:
    with pytest.raises(ledger.DatabaseUrlError, match="it is no URL"):
        database(url)


def test_a_driver_that_is_not_there_and_a_database_in_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATRONAGE_LANG", "en")
    monkeypatch.setattr(ledger, "create_tables", lambda: None)
    missing = ImproperlyConfigured("Error loading psycopg2 or psycopg module")
    locked = OperationalError("database is locked")
    for error, words in ((missing, "psycopg[binary]"), (locked, "in use by another process")):
        with pytest.raises(typer.Exit) as ended, reached():
            raise error
        assert ended.value.exit_code == 2
        assert words in capsys.readouterr().err
