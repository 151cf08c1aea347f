"""The language of what the command prints: English or Chinese, both at the place of use."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn

import typer

_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language, whatever the terminal's is: what is said goes into a file."""
    token = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(token)


def is_chinese() -> bool:
    """Tell whether to speak Chinese: PATRONAGE_LANG, else the system's locale, begins with zh."""
    if (language := _spoken.get()) is not None:
        return language.startswith("zh")
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
