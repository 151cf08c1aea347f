"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from patronage.cli.words import say
from patronage.lab.report import Language

CharterFile = Annotated[
    Path, typer.Argument(help=say("The charter, a TOML file.", "章程（TOML 文件）。"))
]
EventsFile = Annotated[
    Path,
    typer.Argument(
        help=say("The events, one JSON object a line.", "事件文件，每行一个 JSON 对象。")
    ),
]
EconomyId = Annotated[str, typer.Argument(help=say("The economy's id.", "经济体的编号。"))]
AccountId = Annotated[str, typer.Argument(help=say("The account's id.", "账户的编号。"))]
AsJson = Annotated[
    bool,
    typer.Option(
        "--json", help=say("Print one JSON object and nothing else.", "只输出一个 JSON 对象。")
    ),
]

OrdersFile = Annotated[
    Path,
    typer.Argument(help=say("The shop's export, a CSV file.", "商城导出的订单（CSV 文件）。")),
]
OrderColumn = Annotated[
    str | None,
    typer.Option("--order", help=say("The column with the order's number.", "订单号所在的列。")),
]
CustomerColumn = Annotated[
    str | None,
    typer.Option("--customer", help=say("The column with the customer.", "顾客所在的列。")),
]
DateColumn = Annotated[
    str | None, typer.Option("--date", help=say("The column with the date.", "日期所在的列。"))
]
AmountColumn = Annotated[
    str | None,
    typer.Option("--amount", help=say("The column with the amount paid.", "实付金额所在的列。")),
]
StatusColumn = Annotated[
    str | None,
    typer.Option(
        "--status",
        help=say("The column with the status, - for none.", "状态所在的列，- 表示没有。"),
    ),
]
ProfitColumn = Annotated[
    str | None,
    typer.Option(
        "--profit",
        help=say("The column with the profit, - for none.", "利润所在的列，- 表示没有。"),
    ),
]
ReferrerColumn = Annotated[
    str | None,
    typer.Option(
        "--referrer",
        help=say(
            "The column with the referring customer, - for none.", "推荐人所在的列，- 表示没有。"
        ),
    ),
]
ReturnedOrderColumn = Annotated[
    str | None,
    typer.Option(
        "--returned-order",
        help=say(
            "The column with the order a return takes back, - for none.",
            "退货所对应订单号的列，- 表示没有。",
        ),
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        help=say("The file's encoding, if it is read wrongly.", "文件编码，自动识别有误时使用。"),
    ),
]
DayFirst = Annotated[
    bool,
    typer.Option(
        "--day-first",
        help=say("Read 03/05/2024 as the 3rd of May.", "把 03/05/2024 读作 5 月 3 日。"),
    ),
]
Margin = Annotated[
    str | None,
    typer.Option(
        "--margin",
        help=say(
            "An order's profit as a share of its amount, where the export has none.",
            "导出中没有利润时，按金额的这一比例计算利润。",
        ),
    ),
]
Unusable = Annotated[
    Path | None,
    typer.Option(
        "--unusable",
        help=say(
            "Where unusable rows are written; else NAME.unusable.csv, here.",
            "不可用的行写到哪里；默认写到当前目录的 NAME.unusable.csv。",
        ),
    ),
]
Report = Annotated[
    Path | None,
    typer.Option(
        "--report",
        metavar="FILE.html",
        help=say(
            "Write a report with charts, one file that needs no network.",
            "写出带图表的报告：一个文件，无需网络。",
        ),
    ),
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FOLDER",
        help=say(
            "Write the report's figures as CSV files, one a table.",
            "把报告的数据写成 CSV 文件，每表一个。",
        ),
    ),
]
Parquet = Annotated[
    bool,
    typer.Option(
        "--parquet",
        help=say("Write --data as Parquet instead of CSV.", "--data 写成 Parquet 而不是 CSV。"),
    ),
]
Sheet = Annotated[
    Path | None,
    typer.Option(
        "--sheet",
        metavar="FOLDER",
        help=say(
            "Write the disclosure sheet for members, a page in each language.",
            "写出给会员的一页说明，中英文各一份。",
        ),
    ),
]
ReportLanguage = Annotated[
    Language | None,
    typer.Option(
        "--language",
        help=say("The report's language; else the terminal's.", "报告的语言；默认与终端相同。"),
    ),
]
Key = Annotated[
    Path,
    typer.Option(
        "--key",
        help=say(
            "The key that makes customers' account ids; made if missing.",
            "用来生成账户号的密钥文件；没有则新建。",
        ),
    ),
]
