"""`patronage demo`: a generated year of a wine shop, run as a backtest and settled in a ledger."""

import shutil
import sys
import time
import tomllib
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from patronage.cli import show
from patronage.cli.behaviour import behaviour_words
from patronage.cli.database import in_words
from patronage.cli.files import read_bytes, read_charter
from patronage.cli.report import print_report
from patronage.cli.run import run
from patronage.cli.words import fail, say
from patronage.economy import BrokenInvariantError, load_charter
from patronage.intake import days
from patronage.lab import demo as demonstration
from patronage.lab.result import Result

_FOLDER = Path("demo")
_LEDGER = _FOLDER / "ledger.sqlite3"
_URL = f"sqlite:///{_LEDGER.as_posix()}"
_ECONOMY = "club"
_AT_ONCE = 5000
_COMPARED = (
    *("reserve", "issued", "burned", "circulating", "treasury", "founding", "coins"),
    *("dividend_pool", "fees", "returned"),
)


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
    """Invent a year of orders, run it through the rules, settle it, and leave all in ./demo."""
    rules = (
        load_charter(demonstration.charter_source()) if charter is None else read_charter(charter)
    )
    source = demonstration.charter_source() if charter is None else read_bytes(charter)
    year = demonstration.year(seed, exponent=rules.minor_unit_exponent)
    laid, _ = days(year.sales, year.returns, key=demonstration.KEY)
    try:
        _FOLDER.mkdir(exist_ok=True)
        for beside in ("", "-wal", "-shm"):
            Path(f"{_LEDGER}{beside}").unlink(missing_ok=True)
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
    _settle(source, _FOLDER / "events.jsonl", result)
    print_report([result], [rules.name])
    _print_next(_command(), result)


def _settle(charter: bytes, events: Path, result: Result) -> None:
    """Settle the year in a ledger of its own, made anew, and compare where the two end.

    A charter may be tried here whatever its founding gives.
    """
    from patronage import ledger

    started = time.perf_counter()
    with in_words(), ledger.opened(_ECONOMY, _URL), events.open("rb") as lines:
        tables = tomllib.loads(charter.decode("utf-8-sig"))
        ledger.open_unchecked(_ECONOMY, tables, using=_ECONOMY)
        while chunk := list(islice(lines, _AT_ONCE)):
            ledger.submit_lines(_ECONOMY, chunk, using=_ECONOMY)
            while ledger.settle(_ECONOMY, _AT_ONCE, using=_ECONOMY):
                pass
        told = ledger.summary(_ECONOMY, using=_ECONOMY)
    for name in _COMPARED:
        if told.figures[name] != getattr(result, name):
            raise BrokenInvariantError(f"the ledger's {name} is not the backtest's")
    seconds = time.perf_counter() - started
    show.paragraph(
        say(
            f"Settled durably in {_LEDGER} as the economy {_ECONOMY}: {told.records:,} records in "
            f"{seconds:.1f} s. It ends where the backtest does.",
            f"已持久入账到 {_LEDGER}，经济体 {_ECONOMY}：{told.records:,} 条记录，"
            f"{seconds:.1f} 秒。其期末与回测一致。",
        )
    )
    show.console.print()


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
    _print_commands(command, rows)
    holding = next((one for one in result.largest if one.kind == "member"), None)
    rows = [(say("How does the economy stand?", "经济体状况如何？"), f"status {_ECONOMY}")]
    if holding is not None:
        rows += [
            (
                say("Its largest member, and what moved the account", "最大的会员，及其账户变动"),
                f"account {_ECONOMY} {holding.account}",
            ),
            ("", f"statement {_ECONOMY} {holding.account}"),
        ]
    rows += [
        (say("Is everything as the journal says?", "一切与日记账一致吗？"), f"verify {_ECONOMY}"),
        (
            say(
                "Its books, for beancount's bean-check", "导出账簿，供 beancount 的 bean-check 检查"
            ),
            f"export {_ECONOMY} --output {_FOLDER}/{_ECONOMY}.beancount",
        ),
    ]
    show.console.print("\n" + say("In the settled ledger", "在已入账的总账中"), style="bold")
    show.console.print(f"    export DATABASE_URL={_URL}", style="bold")
    _print_commands(command, rows)


def _print_commands(command: str, rows: Sequence[tuple[str, str]]) -> None:
    for words, arguments in rows:
        if words:
            show.console.print("  " + words)
        show.console.print(f"    {command} {arguments}", style="bold")
