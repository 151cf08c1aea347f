"""Commands start fast: those that need no ledger import no Django."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
REDWINE = ROOT / "examples" / "redwine.toml"

CALL = """
import sys
import patronage.cli
sys.argv = ["patronage", *sys.argv[1:]]
try:
    patronage.cli.main()
except SystemExit:
    pass
print({"django", "psycopg", "sqlite3"} & sys.modules.keys(), file=sys.stderr)
"""


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["replay", REDWINE, "events.jsonl"],
        ["check", REDWINE],
        ["backtest", REDWINE, "orders.csv"],
        ["status", "--help"],
    ],
    ids=lambda arguments: str(arguments[0]),
)
def test_no_django_where_no_ledger_is(arguments: list[object], tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text("", encoding="utf-8")
    orders = "order_id,customer_id,date,amount\n1,c,2025-01-01,100\n"
    (tmp_path / "orders.csv").write_text(orders, encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-c", CALL, *map(str, arguments)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert result.stdout
    assert result.stderr.splitlines()[-1] == "set()"
