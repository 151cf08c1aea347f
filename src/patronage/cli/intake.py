"""How the command reads a shop's export, and what it says about it."""

import csv
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NoReturn

from patronage.cli import show
from patronage.cli.files import read_bytes
from patronage.cli.words import fail, say
from patronage.economy import Charter
from patronage.intake import (
    Columns,
    Day,
    ErrorCode,
    Export,
    ExportError,
    Reason,
    Recorded,
    Unusable,
    days,
    guess_columns,
    read_export,
    read_or_create_key,
    read_table,
)

NO_COLUMN: Final = "-"
"""As a column's name on the command line: the export has none, whatever it looks like."""

_COLUMNS: Final[dict[str, tuple[str, str]]] = {
    "order": ("order", "订单"),
    "customer": ("customer", "顾客"),
    "date": ("date", "日期"),
    "amount": ("amount", "金额"),
    "status": ("status", "状态"),
    "profit": ("profit", "利润"),
    "referrer": ("referrer", "推荐人"),
    "returned_order": ("returned order", "退回的订单"),
}
_REQUIRED = ("order", "customer", "date", "amount")

_DELIMITERS: Final[dict[str, tuple[str, str]]] = {
    ",": ("commas", "逗号"),
    ";": ("semicolons", "分号"),
    "\t": ("tabs", "制表符"),
}

_REASONS: Final[dict[Reason, tuple[str, str]]] = {
    Reason.MISSING_FIELD: (
        "order, customer, date or amount is missing",
        "缺少订单、顾客、日期或金额",
    ),
    Reason.BAD_DATE: ("the date cannot be read", "日期无法读出"),
    Reason.FUTURE_DATE: ("the date is in the future", "日期在将来"),
    Reason.BAD_AMOUNT: (
        "an amount cannot be read, or the profit exceeds it",
        "金额无法读出，或利润超过金额",
    ),
    Reason.AMOUNT_TOO_LARGE: ("the amount is too large", "金额过大"),
    Reason.ZERO_AMOUNT: ("the order's amount is 0", "订单金额为 0"),
    Reason.TEXT_TOO_LONG: ("the order's number is too long", "订单号过长"),
    Reason.WRONG_NUMBER_OF_FIELDS: (
        "the row has not the header's number of fields",
        "字段数与表头不符",
    ),
    Reason.TWO_CUSTOMERS: (
        "another line of the order names another customer",
        "同一订单的另一行是另一位顾客",
    ),
    Reason.NO_ORDER_TO_RETURN: (
        "there is no order that can bear this return",
        "没有可承担此退货的订单",
    ),
    Reason.CANCELLED: ("cancelled, and never a completed order", "已取消，从未完成"),
    Reason.CANCELLED_LATER: (
        "cancelled after it was completed, and the amount to go back is missing",
        "完成之后被取消，但缺少应退的金额",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A shop's export, read: what it holds, its days of events, and all that cannot be used."""

    path: Path
    export: Export
    days: list[Day]
    returns: int
    unusable: list[Unusable]
    made_key: bool

    def counts(self) -> dict[str, int]:
        """Return how many rows cannot be used, by reason."""
        return dict(Counter(row.reason.value for row in self.unusable).most_common())

    def knows_profit(self) -> bool:
        """Tell whether any order has a profit."""
        return any("profit" in event for day in self.days for event in day.events)

    def as_json(self) -> dict[str, Any]:
        """Return how the export was read, as plain texts, integers and objects."""
        export = self.export
        return {
            "file": str(self.path),
            "columns": asdict(export.columns),
            "encoding": export.encoding,
            "delimiter": export.delimiter,
            "date_format": export.date_format,
            "rows": export.rows,
            "orders": len(export.sales),
            "returns": self.returns,
            "unusable": self.counts(),
        }


def read_source(
    path: Path,
    *,
    exponent: int,
    named: Mapping[str, str | None],
    encoding: str | None,
    day_first: bool,
    margin: Fraction | None,
    key: Path,
    until: str | None = None,
    recorded: Recorded | None = None,
) -> Source:
    """Read an export with its columns as named, the others guessed, and lay it out as days.

    `until` and `recorded` are for what there is besides the file; see `intake.read_export`.
    """
    source = read_bytes(path)
    given = {field: name for field, name in named.items() if name not in (None, NO_COLUMN)}
    absent = [field for field, name in named.items() if name == NO_COLUMN]
    if any(field in _REQUIRED for field in absent):
        fail(
            "order, customer, date and amount cannot be left out; name their columns.",
            "订单、顾客、日期和金额不可省略；请指明各列的名称。",
        )
    try:
        columns = None
        if given or absent:
            table = read_table(source, encoding)
            cells = [cells for _, cells in table.rows]
            columns = guess_columns(table.header, cells, {f: n for f, n in given.items() if n})
            columns = Columns(**{**asdict(columns), **dict.fromkeys(absent)})
        export = read_export(
            source,
            exponent=exponent,
            columns=columns,
            encoding=encoding,
            day_first=day_first,
            until=until,
            recorded=recorded,
        )
    except ExportError as error:
        _fail_of_export(path, error)
    made_key = not os.path.exists(key)  # noqa: PTH110  (Path.exists may raise)
    try:
        secret = read_or_create_key(key)
    except ExportError as error:
        _fail_of_export(key, error)
    laid, nowhere = days(
        export.sales, export.returns, key=secret, margin=margin, recorded=export.recorded
    )
    return Source(
        path=path,
        export=export,
        days=laid,
        returns=len(export.returns) - len(nowhere),
        unusable=sorted([*export.unusable, *nowhere]),
        made_key=made_key,
    )


def _fail_of_export(path: Path, error: ExportError) -> NoReturn:
    detail, columns = error.detail, ", ".join(error.columns)
    match error.code:
        case ErrorCode.EMPTY:
            fail(f"{path} is empty.", f"{path} 是空文件。")
        case ErrorCode.NO_ROWS:
            fail(f"{path} has a header and no rows.", f"{path} 只有表头，没有数据行。")
        case ErrorCode.NOT_TEXT:
            fail(
                f"{path} is no text in UTF-8, GB18030 or UTF-16; if it is text, name its encoding "
                "with --encoding.",
                f"{path} 不是 UTF-8、GB18030 或 UTF-16 文本；若是文本，请用 --encoding 指明编码。",
            )
        case ErrorCode.SPREADSHEET:
            fail(
                f"{path} is a spreadsheet or an archive; save it as CSV first.",
                f"{path} 是电子表格或压缩文件；请先另存为 CSV。",
            )
        case ErrorCode.BAD_ENCODING:
            fail(
                f"{path} cannot be read in the encoding {detail}; leave --encoding out to have it "
                "found.",
                f"无法以编码 {detail} 读取 {path}；不写 --encoding 即自动判断。",
            )
        case ErrorCode.BAD_HEADER:
            fail(
                f"the first line of {path} is not a line of column names; add one.",
                f"{path} 的第一行不是列名；请加上一行列名。",
            )
        case ErrorCode.MISSING_COLUMN:
            fields = detail.split(", ")
            options = ", ".join(f"--{field}" for field in fields)
            fail(
                f"{path} has no column that looks like {_words(fields)}; name it with {options}. "
                f"Its columns are: {columns}.",
                f"{path} 中没有像是{_words(fields)}的列；请用 {options} 指明。"
                f"现有的列：{columns}。",
            )
        case ErrorCode.UNKNOWN_COLUMN:
            fail(
                f"{path} has no column {detail}. Its columns are: {columns}.",
                f"{path} 中没有列 {detail}。现有的列：{columns}。",
            )
        case ErrorCode.BAD_KEY:
            fail(
                f"no usable key for account ids in {detail}; name another file with --key.",
                f"没有可用的账户编号密钥：{detail}；请用 --key 指定另一个文件。",
            )


def _words(fields: Iterable[str]) -> str:
    return say(", ", "、").join(say(*_COLUMNS[field]) for field in fields)


def print_source(source: Source) -> None:
    """Say how the export was read and what it holds."""
    export = source.export
    delimiter = say(*_DELIMITERS[export.delimiter])
    encoding = export.encoding.upper()
    show.console.print(
        say(
            f"{source.path}: {export.rows:,} rows, {encoding}, separated by {delimiter}, "
            f"dates {export.date_format}",
            f"{source.path}：{export.rows:,} 行，{encoding}，以{delimiter}分隔，"
            f"日期 {export.date_format}",
        )
    )
    names = asdict(export.columns)
    found = [field for field in _COLUMNS if names[field] is not None]
    absent = [field for field in _COLUMNS if names[field] is None]
    show.table(
        "",
        [say("read as", "读作"), say("column", "列")],
        [[say(*_COLUMNS[field]), names[field]] for field in found],
        justify="left",
    )
    hint = say(
        "Not so? Name columns with --order, --customer and so on",
        "不对？用 --order、--customer 等指明各列",
    )
    none = (
        say(f"; none read as: {_words(absent)}.", f"；未读到：{_words(absent)}。")
        if absent
        else say(".", "。")
    )
    show.paragraph(hint + none, style="dim")
    orders, unusable = len(export.sales), len(source.unusable)
    customers = len({sale.customer for sale in export.sales})
    show.console.print(
        say(
            f"\nOrders: {orders:,} of {customers:,} customers; returns: {source.returns:,}; rows "
            f"that cannot be used: {unusable:,}.",
            f"\n订单：{customers:,} 位顾客的 {orders:,} 笔；退货：{source.returns:,} 笔；"
            f"不可用的行：{unusable:,}。",
        )
    )
    for code, count in source.counts().items():
        show.console.print(f"  {count:>7,}  {say(*_REASONS[Reason(code)])}")


def notes(source: Source, charters: Sequence[Charter], unusable: Path, key: Path) -> list[str]:
    """Say what happened beside, and what the export lacks."""
    notes = []
    if source.unusable:
        notes.append(say(f"Those rows are listed in {unusable}.", f"这些行列在 {unusable} 中。"))
    if source.made_key:
        notes.append(
            say(
                f"{key} was made. It turns customers into opaque account ids: keep it, and keep it "
                "secret.",
                f"已生成 {key}，用于把顾客换成不透明的账户编号：请保存，并保密。",
            )
        )
    if not source.knows_profit():
        if any(charter.reserve_of == "profit" for charter in charters):
            notes.append(
                say(
                    "No profit is known and a charter takes its contributions from it, so nothing "
                    "goes to its reserve: give --margin.",
                    "利润未知，而有章程按利润入池，因此其底池没有入池款：请给出 --margin。",
                )
            )
        elif any(charter.dividend_micro for charter in charters):
            notes.append(
                say(
                    "No profit is known, so there are no dividends: give --margin to have them.",
                    "利润未知，因此没有分红；给出 --margin 即可计入。",
                )
            )
    return notes


def write_unusable(path: Path, unusable: Sequence[Unusable]) -> None:
    """Write the rows that cannot be used, with line, reason and the row itself."""
    try:
        # With the mark at its beginning, spreadsheets read the Chinese in it.
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            report = csv.writer(file, lineterminator="\n")
            report.writerow(["line", "reason", "words", "row"])
            report.writerows(
                [r.line, r.reason.value, say(*_REASONS[r.reason]), r.text] for r in unusable
            )
    except OSError as error:
        fail(
            f"cannot write {path} ({error.strerror}); name another file with --unusable.",
            f"无法写入 {path}（{error.strerror}）；请用 --unusable 指定另一个文件。",
        )
