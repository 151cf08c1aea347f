"""Write docs/cli.md from the command's own help: `python -m tests.docs`."""

import os
import subprocess
import sys
from pathlib import Path

import typer

from patronage.cli import app

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "cli.md"

_HEAD = """# The command

`patronage` speaks English, or Chinese where the system's locale or `PATRONAGE_LANG` begins with
`zh`. It ends with exit code 0; 1 or 3 where a command says so; 2 for input it cannot use, with one
sentence on what is wrong and what to do. This page is made from the command's own help by
`make docs`.
"""


def cli_page() -> str:
    """Return the page: the help of the command and of each of its commands, in English."""
    group = typer.main.get_command(app)
    names = sorted(group.commands)  # type: ignore[attr-defined]
    parts = [_HEAD, _block([])]
    for name in names:
        parts += [f"## {name}\n", _block([name])]
    return "\n".join(parts)


def _block(command: list[str]) -> str:
    shown = subprocess.run(
        [sys.executable, "-m", "patronage", *command, "--help"],
        env={**os.environ, "PATRONAGE_LANG": "en", "COLUMNS": "100", "TERMINAL_WIDTH": "100"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.replace("python -m patronage", "patronage")
    lines = "\n".join(line.rstrip() for line in shown.strip().splitlines())
    return f"```text\n{lines}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(cli_page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
