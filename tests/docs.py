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

_SHOW = """
import sys
from patronage.cli import app
for number, name in enumerate(sys.argv[1:]):
    print("\\f" if number else "", end="")
    try:
        app([name, "--help"] if name else ["--help"], prog_name="patronage")
    except SystemExit as ended:
        assert not ended.code, name
"""


def cli_page() -> str:
    """Return the page: the help of the command and of each of its commands, in English."""
    group = typer.main.get_command(app)
    names = sorted(group.commands)  # type: ignore[attr-defined]
    # In a process of its own, as language and width are read when the command is imported.
    shown = subprocess.run(
        [sys.executable, "-c", _SHOW, "", *names],
        env={**os.environ, "PATRONAGE_LANG": "en", "COLUMNS": "100", "TERMINAL_WIDTH": "100"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\f")
    parts = [_HEAD, _block(shown[0])]
    for name, text in zip(names, shown[1:], strict=True):
        parts += [f"## {name}\n", _block(text)]
    return "\n".join(parts)


def _block(shown: str) -> str:
    lines = "\n".join(line.rstrip() for line in shown.strip().splitlines())
    return f"```text\n{lines}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(cli_page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
