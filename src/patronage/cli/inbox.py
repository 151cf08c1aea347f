"""`patronage submit`, `settle`, `set-aside`: events on their way into the journal."""

import os
import signal
import threading
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from patronage.cli import options, show
from patronage.cli.database import reached
from patronage.cli.words import fail, say
from patronage.economy import BrokenInvariantError, UndeclaredReadError

if TYPE_CHECKING:
    from patronage.ledger import Fault

_BROKEN: Final = 3
"""The exit code where an invariant is broken: a fault of the program, not of what was given it."""

_AT_ONCE = 1000
_POLL_SECONDS = 0.1


def submit(economy: options.EconomyId, file: options.EventsFile) -> None:
    """Submit a file of events; `settle` applies them."""
    from patronage import ledger

    new = known = 0
    with reached():
        try:
            with file.open("rb") as lines:
                while chunk := list(islice(lines, _AT_ONCE)):
                    for receipt in ledger.submit_lines(economy, chunk):
                        known += receipt.outcome is not None
                        new += receipt.outcome is None
        except OSError as error:
            fail(
                f"cannot read {file} ({error.strerror}); check its name and permissions.",
                f"无法读取 {file}（{error.strerror}）；请检查文件名与权限。",
            )
    show.console.print(
        say(
            f"{new:,} submitted, {known:,} settled before.",
            f"已提交 {new:,} 个事件，另有 {known:,} 个早已入账。",
        )
    )


def settle(
    economy: Annotated[
        str | None,
        typer.Argument(
            help=say("The economy's id; all of them without.", "经济体的编号；省略则为全部。")
        ),
    ] = None,
    *,
    follow: Annotated[
        bool,
        typer.Option("--follow", help=say("Go on until interrupted.", "持续进行，直到被中断。")),
    ] = False,
) -> None:
    """Settle what was submitted. An economy that cannot go on does not stop the others."""
    from patronage import ledger

    count = 0
    broken: set[str] = set()
    # An interrupt ends it between two rounds: what is settled is counted.
    stopping = threading.Event()
    if follow:
        signal.signal(signal.SIGINT, lambda *_: stopping.set())
    with reached():
        while True:
            settled = 0
            for id in [economy] if economy is not None else ledger.economies():
                if id not in broken:
                    one, fault = _settled_all(id)
                    settled += one
                    if fault is not None:
                        broken.add(id)
                        _say_broken(id, fault)
            count += settled
            if not follow or stopping.is_set():
                break
            if not settled and stopping.wait(_POLL_SECONDS):
                break
    show.console.print(say(f"{count:,} settled.", f"已入账 {count:,} 个事件。"))
    if broken:
        raise typer.Exit(_BROKEN)


def _settled_all(economy: str) -> tuple[int, "Fault | None"]:
    """Settle an economy as far as it goes: how many were, and what breaks an invariant then."""
    from patronage import ledger

    count = 0
    while True:
        try:
            one = ledger.settle(economy)
        except (BrokenInvariantError, UndeclaredReadError):
            one, fault = ledger.find_fault(economy)
            if fault is not None:
                return count + one, fault
        if not one:
            return count, None
        count += one


def settled_or_stopped(economy: str) -> None:
    """Settle all that waits; end the command where an invariant is broken."""
    _, fault = _settled_all(economy)
    if fault is not None:
        _say_broken(economy, fault)
        raise typer.Exit(_BROKEN)


def _say_broken(economy: str, fault: "Fault") -> None:
    """Say which event breaks an invariant and what to do."""
    typer.echo(
        say(
            f"patronage: the event {fault.event_id} of {economy} breaks an invariant "
            f"({fault.reason}). This is a fault of the program: nothing of the event was kept, it "
            "and those after it wait in the inbox. Run `patronage verify` and report the fault; "
            f"`patronage set-aside {economy} FILE` lets the others pass meanwhile.",
            f"patronage：{economy} 的事件 {fault.event_id} 破坏了不变式（{fault.reason}）。"
            "这是程序的错误：该事件没有留下任何结果，它与其后的事件仍在收件箱中等待。"
            "请运行 `patronage verify` 并报告此错误；"
            f"`patronage set-aside {economy} 文件` 可先让其他事件通过。",
        ),
        err=True,
    )


def set_aside(
    economy: options.EconomyId,
    file: Annotated[
        Path,
        typer.Argument(
            help=say("Where the event is kept; must not exist.", "事件存放的文件，须尚不存在。")
        ),
    ],
) -> None:
    """Move the one event that breaks an invariant from the inbox into a file."""
    from patronage import ledger

    def keep(line: str) -> None:
        with file.open("x", encoding="utf-8", newline="\n") as kept:
            kept.write(line + "\n")
            kept.flush()
            os.fsync(kept.fileno())

    with reached():
        _, fault = ledger.find_fault(economy)
        if fault is None:
            show.console.print(
                say(
                    f"No event of {economy} breaks an invariant; all are settled.",
                    f"{economy} 没有破坏不变式的事件；已全部入账。",
                )
            )
            return
        try:
            done = ledger.set_aside(economy, fault, keep)
        except OSError as error:
            fail(
                f"cannot write {file} ({error.strerror}); name a file that is not there yet.",
                f"无法写入 {file}（{error.strerror}）；请指定一个尚不存在的文件。",
            )
    if not done:
        fail(
            "the inbox changed meanwhile and nothing was set aside; try again.",
            "收件箱在此期间有变化，没有搁置任何事件；请重试。",
        )
    show.console.print(
        say(
            f"{fault.event_id} is in {file} and no longer in the inbox. It was not applied: submit "
            "the file again when the program is mended.",
            f"{fault.event_id} 已移到 {file}，不再在收件箱中。它没有被执行："
            "程序修好后请重新提交该文件。",
        )
    )
