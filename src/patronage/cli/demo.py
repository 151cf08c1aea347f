"""`patronage demo`: a generated year of a wine shop, through the same path as a backtest."""

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from patronage.cli import show
from patronage.cli.behaviour import behaviour_words
from patronage.cli.files import read_bytes, read_charter
from patronage.cli.report import print_report
from patronage.cli.run import run
from patronage.cli.words import fail, say
from patronage.economy import load_charter
from patronage.intake import days
from patronage.lab import demo as demonstration
from patronage.lab.result import Result

_FOLDER = Path("demo")


def demo(
    seed: Annotated[
        int,
        typer.Option(help=say("Another number invents another year.", "换一个数字，生成另一年。")),
    ] = 1,
    charter: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Your own charter instead of the built-in wine club.",
                "用自己的章程代替内置的红酒会章程。",
            )
        ),
    ] = None,
) -> None:
    """Invent a year of orders, run it through the rules, and leave the files in ./demo."""
    rules = (
        load_charter(demonstration.charter_source()) if charter is None else read_charter(charter)
    )
    source = demonstration.charter_source() if charter is None else read_bytes(charter)
    year = demonstration.year(seed, exponent=rules.minor_unit_exponent)
    laid, _ = days(year.sales, year.returns, key=demonstration.KEY)
    try:
        _FOLDER.mkdir(exist_ok=True)
        (_FOLDER / "charter.toml").write_bytes(source)
        (_FOLDER / "orders.csv").write_text(year.export, encoding="utf-8", newline="\n")
        (_FOLDER / "demo.key").write_text(demonstration.KEY.hex() + "\n", encoding="ascii")
    except OSError as error:
        fail(
            f"cannot write into ./{_FOLDER} ({error.strerror}); go to a folder where you may.",
            f"无法写入 ./{_FOLDER}（{error.strerror}）；请到可写的目录中运行。",
        )
    _print_introduction(seed, len(year.sales), len({sale.customer for sale in year.sales}))
    result = run(rules, laid, demonstration.BEHAVIOUR, _FOLDER / "events.jsonl")
    print_report([result], [rules.name])
    _print_next(_command(), result)


def _print_introduction(seed: int, orders: int, customers: int) -> None:
    show.console.print(say("A demonstration year", "演示年"), style="bold")
    show.paragraph(
        say(
            f"An invented wine shop, seed {seed}: {customers:,} customers, {orders:,} orders. Four "
            "in ten newcomers are referred, some orders are returned, the weeks of the Spring "
            "Festival and the summer are quiet, 6.18 and 11.11 are not.",
            f"虚构的红酒商店，种子 {seed}：{customers:,} 位顾客，{orders:,} 笔订单。"
            "十位新客中有四位经人推荐，部分订单退货，春节前后与盛夏为淡季，6.18 与 11.11 为旺日。",
        )
    )
    show.paragraph(behaviour_words(demonstration.BEHAVIOUR))
    show.console.print()


def _command() -> str:
    """Return how this command was called, as it can be typed again from here."""
    called = Path(sys.argv[0]).absolute()
    if called.name == "__main__.py":
        return "python -m patronage"
    if called.is_relative_to(Path.cwd()):
        return str(called.relative_to(Path.cwd()))
    return "patronage" if shutil.which("patronage") else str(called)


def _print_next(command: str, result: Result) -> None:
    key = _FOLDER / "demo.key"
    unit = 10**result.charter.minor_unit_exponent
    a_day = result.sales // len(result.days) // unit
    basket = result.sales // result.orders // unit
    rows = [
        (
            say("Is this charter sound?", "这份章程健全吗？"),
            f"check {_FOLDER}/charter.toml --sales-per-day {a_day} --basket {basket}",
        ),
        (
            say("The same orders, other behaviour", "同样的订单，不同的行为"),
            f"backtest {_FOLDER}/charter.toml {_FOLDER}/orders.csv --key {key} --redeem 0.5@2",
        ),
        (
            say("Recompute the end from the events", "由事件重新算出期末状态"),
            f"replay {_FOLDER}/charter.toml {_FOLDER}/events.jsonl",
        ),
        (
            say(
                "Your own shop's export in place of orders.csv",
                "以您自己商店的导出文件代替 orders.csv",
            ),
            f"backtest {_FOLDER}/charter.toml orders.csv --margin 0.4",
        ),
    ]
    show.console.print("\n" + say("Next", "接下来"), style="bold")
    for words, arguments in rows:
        show.console.print("  " + words)
        show.console.print(f"    {command} {arguments}", style="bold")
