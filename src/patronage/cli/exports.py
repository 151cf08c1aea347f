"""`patronage export`: an economy's journal for other programs."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from patronage.cli import options
from patronage.cli.database import reached
from patronage.cli.words import fail, say


class Format(StrEnum):
    """What an export is written as."""

    BEANCOUNT = "beancount"
    EVENTS = "events"
    JSONL = "jsonl"


def export(
    economy: options.EconomyId,
    form: Annotated[
        Format,
        typer.Option(
            "--format",
            help=say(
                "beancount: balanced double entry; events: what `patronage replay` takes; jsonl: "
                "the journal's records.",
                "beancount：平衡的复式账；events：供 `patronage replay` 重放；jsonl：日记账记录。",
            ),
        ),
    ] = Format.BEANCOUNT,
    output: Annotated[
        Path | None,
        typer.Option(
            help=say("Write to this file, not to stdout.", "写到此文件，而不是标准输出。")
        ),
    ] = None,
) -> None:
    """Write an economy's journal for other programs."""
    from patronage import ledger

    lines = {
        Format.BEANCOUNT: ledger.beancount_lines,
        Format.EVENTS: ledger.event_lines,
        Format.JSONL: ledger.journal_lines,
    }[form]
    with reached():
        ledger.summary(economy)  # before a file is made
        if output is None:
            # Other programs read UTF-8, whatever the terminal speaks.
            stream = typer.get_binary_stream("stdout")
            for line in lines(economy):
                stream.write(line.encode() + b"\n")
            return
        try:
            with output.open("w", encoding="utf-8", newline="\n") as file:
                file.writelines(f"{line}\n" for line in lines(economy))
        except OSError as error:
            fail(
                f"cannot write {output} ({error.strerror}); name another file.",
                f"无法写入 {output}（{error.strerror}）；请指定另一个文件。",
            )
