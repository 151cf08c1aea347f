"""`patronage replay`: a file of events through the rules, in memory."""

import gc
import json
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Annotated

import typer

from patronage.cli import options
from patronage.cli.files import read_charter
from patronage.cli.words import fail, say
from patronage.economy import BrokenInvariantError, Replay

_PROGRESS_EVERY = 50_000


def replay(
    charter: options.CharterFile,
    events: options.EventsFile,
    *,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help=say(
                "End with exit code 1 if any event is refused.", "有事件被拒绝时以退出码 1 结束。"
            ),
        ),
    ] = False,
) -> None:
    """Apply a file of events to a charter and print the final state as one JSON object."""
    economy = Replay(read_charter(charter))
    # Records hold no references in a circle: the collector would only walk them, again and again.
    gc.disable()
    try:
        with events.open("rb") as lines:
            for _ in economy.submit_lines(_with_progress(lines)):
                pass
    except OSError as error:
        fail(
            f"cannot read {events} ({error.strerror}); check its name and permissions.",
            f"无法读取 {events}（{error.strerror}）；请检查文件名与权限。",
        )
    except BrokenInvariantError as error:
        typer.echo(
            say(
                f"patronage: the event after those counted breaks an invariant ({error}). This is "
                "a fault of the program; report it with the two files.",
                f"patronage：已计数事件之后的那一个破坏了不变式（{error}）。"
                "这是程序的错误；请附上这两个文件报告。",
            ),
            err=True,
        )
        raise typer.Exit(3) from None
    finally:
        gc.enable()
    json.dump(economy.final_state(), sys.stdout)
    sys.stdout.write("\n")
    if strict and economy.rejected:
        raise typer.Exit(1)


def _with_progress(lines: Iterable[bytes]) -> Iterator[bytes]:
    started = time.perf_counter()
    count = 0
    for count, line in enumerate(lines, start=1):
        yield line
        if count % _PROGRESS_EVERY == 0:
            _progress(count, started, end="\r")
    _progress(count, started, end="\n")


def _progress(count: int, started: float, end: str) -> None:
    seconds = max(time.perf_counter() - started, 1e-9)
    text = say(
        f"{count:,} lines, {count / seconds:,.0f} a second",
        f"已处理 {count:,} 行，每秒 {count / seconds:,.0f} 行",
    )
    sys.stderr.write(text + end)
    sys.stderr.flush()
