"""`patronage backtest`: a shop's past orders through one charter or several."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from patronage.cli import options, show
from patronage.cli.behaviour import (
    behaviour_as_json,
    behaviour_words,
    read_behaviour,
    read_share,
)
from patronage.cli.documents import Wanted, neighbours, print_written, write
from patronage.cli.files import forbid_overwriting, read_charter, read_document
from patronage.cli.intake import Source, notes, print_source, read_source, write_unusable
from patronage.cli.report import print_report
from patronage.cli.run import run
from patronage.cli.words import fail, say
from patronage.economy import Charter
from patronage.lab.behaviour import Behaviour
from patronage.lab.record import Record
from patronage.lab.report import Language, Material, Neighbour
from patronage.lab.result import Result
from patronage.lab.sensitivity import STEP


def backtest(
    charter: options.CharterFile,
    orders: options.OrdersFile,
    charters: Annotated[
        list[Path] | None,
        typer.Option(
            "--charter",
            help=say(
                "Another charter, side by side with the first; repeatable.",
                "另一份章程，与第一份并列比较；可重复。",
            ),
        ),
    ] = None,
    order: options.OrderColumn = None,
    customer: options.CustomerColumn = None,
    date: options.DateColumn = None,
    amount: options.AmountColumn = None,
    status: options.StatusColumn = None,
    profit: options.ProfitColumn = None,
    referrer: options.ReferrerColumn = None,
    returned_order: options.ReturnedOrderColumn = None,
    encoding: options.Encoding = None,
    margin: options.Margin = None,
    redeem: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE@MULTIPLE",
            help=say(
                "0.2@3: 20 % of the members redeem all points once the price is 3 times that at "
                "their first order.",
                "0.2@3：20 % 的会员在价格达到其首单时的 3 倍后卖出全部积分。",
            ),
        ),
    ] = None,
    convert: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE@MULTIPLE",
            help=say(
                "Likewise others, who convert into coins.", "同上，由另一些会员转换为恒定积分。"
            ),
        ),
    ] = None,
    spend: Annotated[
        str | None,
        typer.Option(
            metavar="SHARE",
            help=say(
                "The share of those with coins who spend them at a merchant each month end.",
                "每月末在商家花掉恒定积分的持有人比例。",
            ),
        ),
    ] = None,
    seed: Annotated[
        int,
        typer.Option(
            help=say("Another number chooses other members.", "换一个数字，选中的会员随之不同。")
        ),
    ] = 0,
    events: Annotated[
        Path | None,
        typer.Option(
            help=say(
                "Write the events for `patronage replay` (first charter).",
                "写出事件文件，供 `patronage replay` 重放（第一份章程）。",
            )
        ),
    ] = None,
    unusable: options.Unusable = None,
    report: options.Report = None,
    data: options.Data = None,
    sheet: options.Sheet = None,
    language: options.ReportLanguage = None,
    key: options.Key = Path("patronage.key"),
    *,
    day_first: options.DayFirst = False,
    parquet: options.Parquet = False,
    as_json: options.AsJson = False,
) -> None:
    """Run a shop's past orders through a charter and show what would have come of them."""
    behaviour = read_behaviour(redeem, convert, spend, seed)
    share = None if margin is None else read_share(margin, "--margin")
    paths = [charter, *(charters or ())]
    wanted = Wanted(report=report, data=data, parquet=parquet, sheet=sheet, language=language)
    if wanted.anything and charters:
        fail(
            "--report, --data and --sheet are of one charter; leave --charter out.",
            "--report、--data 与 --sheet 只针对一份章程；请不要再给 --charter。",
        )
    unusable = unusable or Path(f"{orders.stem}.unusable.csv")
    written = [("--unusable", unusable), ("--events", events), ("--key", key)]
    written += [("--report", report), ("--data", data), ("--sheet", sheet)]
    forbid_overwriting([*paths, orders], [(name, path) for name, path in written if path])
    read = [read_charter(path) for path in paths]
    _require_one_exponent(paths, read)
    source = read_source(
        orders,
        exponent=read[0].minor_unit_exponent,
        named={
            "order": order,
            "customer": customer,
            "date": date,
            "amount": amount,
            "status": status,
            "profit": profit,
            "referrer": referrer,
            "returned_order": returned_order,
        },
        encoding=encoding,
        day_first=day_first,
        margin=share,
        key=key,
    )
    if source.unusable:
        write_unusable(unusable, source.unusable)
    if not source.days:
        fail(
            f"no row of {orders} can be used; {unusable} says why.",
            f"{orders} 中没有可用的行；理由见 {unusable}。",
        )
    if not as_json:
        print_source(source)
        for note in notes(source, read, unusable, key):
            show.paragraph(note)
        show.paragraph(behaviour_words(behaviour))
        show.console.print()
    record = Record() if wanted.anything else None
    results = [
        run(one, source.days, behaviour, *((None, None) if number else (events, record)))
        for number, one in enumerate(read)
    ]
    files = _write(wanted, charter, source, behaviour, results[0], record) if record else []
    if as_json:
        answer = {
            "source": source.as_json(),
            "unusable": str(unusable) if source.unusable else None,
            "written": [str(path) for path in files],
            "margin": margin,
            "behaviour": behaviour_as_json(behaviour),
            "results": [result.as_json() for result in results],
        }
        json.dump(answer, sys.stdout)
        sys.stdout.write("\n")
    else:
        print_report(results, _names(read, paths))
        if files:
            print_written(files)


def _write(
    wanted: Wanted,
    charter: Path,
    source: Source,
    behaviour: Behaviour,
    result: Result,
    record: Record,
) -> list[Path]:
    """Write the report and what else is wanted, and return the files."""
    if not result.orders:
        return []
    run = record.simulation(behaviour.seed)
    around: list[Neighbour] = []
    if wanted.needs_neighbours:
        around = neighbours(read_document(charter), source.days, behaviour)

    def material(_: Language) -> Material:
        return Material(
            charter=result.charter,
            title=result.charter.name,
            is_past=True,
            runs=[run],
            assumptions=[behaviour_words(behaviour)],
            knows_profit=record.knows_profit,
            uses=result.uses,
            base=run,
            step=float(STEP),
            neighbours=around,
        )

    return write(wanted, material)


def _require_one_exponent(paths: Sequence[Path], charters: Sequence[Charter]) -> None:
    """End with a sentence unless all charters' currencies have the same number of decimals."""
    first = charters[0]
    for path, charter in zip(paths, charters, strict=True):
        if charter.minor_unit_exponent != first.minor_unit_exponent:
            fail(
                f"{path} is in {charter.currency} and {paths[0]} in {first.currency}: currencies "
                "side by side must have the same number of decimals.",
                f"{path} 用 {charter.currency}，{paths[0]} 用 {first.currency}："
                "并列比较的货币，小数位数必须相同。",
            )


def _names(charters: Sequence[Charter], paths: Sequence[Path]) -> list[str]:
    """Return what to call each charter: its name, or its file's where two are the same."""
    names = [charter.name for charter in charters]
    files = [path.name for path in paths]
    return [
        name if names.count(name) == 1 else file if files.count(file) == 1 else str(path)
        for name, file, path in zip(names, files, paths, strict=True)
    ]
