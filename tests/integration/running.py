"""Commands run in this process, on a database of the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from django.db import connections
from typer.testing import CliRunner, Result

from patronage.cli import app, show

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "redwine.toml"
CHARTER = EXAMPLE.read_text(encoding="utf-8").replace('amount = "0.00"', 'amount = "50.00"')


class Run(Protocol):
    """Runs a command, and expects it to end with a code."""

    def __call__(self, *arguments: object, code: int = 0) -> Result: ...


@contextmanager
def running(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run commands in a folder, on the file ledger.sqlite3 there, in which `wine` is open."""
    connection = connections["default"]
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", str(folder / "ledger.sqlite3"))
    monkeypatch.setenv("PATRONAGE_LANG", "en")
    monkeypatch.setattr(show.console, "_width", 200)
    monkeypatch.chdir(folder)
    Path("charter.toml").write_text(CHARTER, encoding="utf-8")

    def run(*arguments: object, code: int = 0) -> Result:
        result = CliRunner().invoke(app, [*map(str, arguments)])
        assert result.exit_code == code, result.output
        return result

    run("open", "wine", "charter.toml")
    yield run
    connection.close()
