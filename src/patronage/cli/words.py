"""The language of what the command prints: English or Chinese, both at the place of use."""

import os
from typing import NoReturn

import typer


def is_chinese() -> bool:
    """Tell whether to speak Chinese: PATRONAGE_LANG, else the system's locale, begins with zh."""
    for name in ("PATRONAGE_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return value.lower().startswith("zh")
    return False


def say(english: str, chinese: str) -> str:
    """Return the one text or the other."""
    return chinese if is_chinese() else english


def fail(english: str, chinese: str) -> NoReturn:
    """Say in one sentence what is wrong and what to do, and end with exit code 2."""
    typer.echo(say(f"patronage: {english}", f"patronage：{chinese}"), err=True)
    raise typer.Exit(2)
