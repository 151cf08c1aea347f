"""Reads a shop's export: rows become orders, returns, and a report of what cannot be used."""

import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from patronage.economy.events import MONEY_MAX
from patronage.intake.amounts import read_amounts
from patronage.intake.columns import Columns, guess_columns, match_columns
from patronage.intake.dates import read_dates
from patronage.intake.records import Reason, Return, Sale, Unusable
from patronage.intake.table import Table, clean, read_table
from patronage.intake.vocabulary import CANCELLED, simplify

# Texts have at most 200 bytes. Round an order's id go "order:", ":refunded:", a date, an amount of
# 13 digits and a count of eight, with colons between.
_ORDER_BYTES_MAX = 151

Recorded = Callable[[set[str]], Collection[str]]
"""Tells which of some orders' ids were completed before, elsewhere."""


@dataclass(frozen=True)
class Export:
    """What an export holds, and how it was read.

    `rows` counts the rows that are not blank; each is part of a sale, a return, or unusable. Sales
    are in the order of their first lines. `date_format` is a pattern such as YYYY-MM-DD, or several
    with commas between.
    """

    columns: Columns
    encoding: str
    delimiter: str
    date_format: str
    rows: int
    sales: list[Sale]
    returns: list[Return]
    unusable: list[Unusable]
    recorded: frozenset[str]


def read_export(
    source: bytes,
    *,
    exponent: int,
    columns: Columns | None = None,
    encoding: str | None = None,
    day_first: bool = False,
    until: str | None = None,
    recorded: Recorded | None = None,
) -> Export:
    """Read an export for a currency whose minor unit has that many decimals.

    Columns are guessed if not given, the encoding is found out if not given. Lines of one order are
    summed: its date is the earliest, its referrer the first one named, its profit the sum of those
    given. A line cancelled by its status, or with a negative amount, is a return: of the order that
    it names, or of its own if that has other lines, or else of one yet to be found (`days` does).
    (So a cancelled line beside others of its order is money going back, and its amount is expected
    in theirs.) A positive line that was cancelled and has no other line of its order beside it was
    never an order, and is reported so, unless `recorded`, asked for orders that the file does not
    have, knows it: then it is money going back. Rows dated after `until` are unusable. Raises
    ExportError if the file cannot be read.
    """
    table = read_table(source, encoding)
    if columns is None:
        columns = guess_columns(table.header, [cells for _, cells in table.rows])
    else:
        columns = match_columns(table.header, columns)
    report = _Report(table, list(table.unusable))
    lines, date_format = _read_lines(
        table, columns, report, exponent, day_first=day_first, until=until
    )
    orders, sales = _sum_orders([line for line in lines if not line.is_return], report)
    back = [line for line in lines if line.is_return]
    elsewhere = _find_recorded(back, orders, report, recorded)
    returns = _find_returns(back, orders, elsewhere, report)
    return Export(
        columns=columns,
        encoding=table.encoding,
        delimiter=table.delimiter,
        date_format=date_format,
        rows=len(table.rows) + len(table.unusable),
        sales=sales,
        returns=returns,
        unusable=sorted(report.unusable),
        recorded=elsewhere,
    )


@dataclass(frozen=True)
class _Report:
    """What cannot be used; `empty` are lines cancelled without an amount."""

    table: Table
    unusable: list[Unusable]
    empty: list[tuple[str, int]] = field(default_factory=list)

    def add(self, line: int, reason: Reason) -> None:
        self.unusable.append(self.table.report(line, reason))


class _Row(NamedTuple):
    """A row's cells, and what can be read from them: None where they are empty or unreadable."""

    line: int
    order: str
    customer: str
    date_text: str
    date: str | None
    amount_text: str
    amount: int | None
    profit_text: str
    profit: int | None
    is_cancelled: bool
    referrer: str
    returned_order: str


class _Line(NamedTuple):
    """A row that can be used. A return's order or a cancelled line's date may be empty."""

    line: int
    order: str
    customer: str
    date: str
    amount: int
    profit: int | None
    is_cancelled: bool
    referrer: str
    returned_order: str

    @property
    def is_return(self) -> bool:
        return self.is_cancelled or self.amount < 0


@dataclass(slots=True)
class _Order:
    customer: str
    date: str
    amount: int = 0
    profit: int | None = None
    referrer: str = ""
    lines: list[int] = field(default_factory=list)


def _read_lines(
    table: Table,
    columns: Columns,
    report: _Report,
    exponent: int,
    *,
    day_first: bool,
    until: str | None,
) -> tuple[list[_Line], str]:
    """Read the rows' cells and report those that cannot be read."""

    def column(name: str | None) -> list[str]:
        if name is None:
            return [""] * len(table.rows)
        at = table.header.index(name)
        return [clean(cells[at]) for _, cells in table.rows]

    date_texts, amount_texts = column(columns.date), column(columns.amount)
    profit_texts = column(columns.profit)
    dates, date_format = read_dates(date_texts, day_first=day_first)
    amounts, profits = read_amounts((amount_texts, profit_texts), exponent=exponent)
    statuses = column(columns.status)
    cancelled = {status for status in set(statuses) if simplify(status) in CANCELLED}
    lines = []
    for row in map(
        _Row._make,
        zip(
            (line for line, _ in table.rows),
            column(columns.order),
            map(_normalize, column(columns.customer)),
            date_texts,
            dates,
            amount_texts,
            amounts,
            profit_texts,
            profits,
            (status in cancelled for status in statuses),
            map(_normalize, column(columns.referrer)),
            column(columns.returned_order),
            strict=True,
        ),
    ):
        line = _read_line(row, until)
        if line is Reason.CANCELLED and row.order:
            report.empty.append((row.order, row.line))
        elif isinstance(line, Reason):
            report.add(row.line, line)
        else:
            lines.append(line)
    return lines, date_format


def _read_line(row: _Row, until: str | None) -> _Line | Reason:
    is_return = row.is_cancelled or (row.amount is not None and row.amount < 0)
    if row.is_cancelled and (row.amount == 0 or not row.amount_text):
        return Reason.CANCELLED  # and nothing to give back
    if not (
        row.customer
        and row.amount_text
        and (row.order or is_return)
        and (row.date_text or row.is_cancelled)
    ):
        return Reason.MISSING_FIELD
    if row.amount is None or (row.profit is None and row.profit_text and not is_return):
        return Reason.BAD_AMOUNT
    if row.date is None and row.date_text:
        return Reason.BAD_DATE
    if until is not None and row.date is not None and row.date > until:
        return Reason.FUTURE_DATE
    if len(row.order.encode()) > _ORDER_BYTES_MAX:
        return Reason.TEXT_TOO_LONG
    return _Line(
        row.line,
        row.order,
        row.customer,
        row.date or "",
        row.amount,
        row.profit,
        row.is_cancelled,
        row.referrer,
        row.returned_order,
    )


def _normalize(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text).strip()


def _sum_orders(lines: Iterable[_Line], report: _Report) -> tuple[dict[str, _Order], list[Sale]]:
    """Sum lines to orders: those with an amount by id, and the sales among them."""
    orders: dict[str, _Order] = {}
    for line in lines:
        order = orders.get(line.order)
        if order is None:
            order = orders[line.order] = _Order(line.customer, line.date)
        elif order.customer != line.customer:
            report.add(line.line, Reason.TWO_CUSTOMERS)
            continue
        order.date = min(order.date, line.date)
        order.amount += line.amount
        if line.profit is not None:
            order.profit = (order.profit or 0) + line.profit
        order.referrer = order.referrer or line.referrer
        order.lines.append(line.line)
    sales = []
    for id, order in orders.items():
        reason = _judge(order)
        if reason is None:
            referrer = order.referrer or None
            sales.append(Sale(id, order.customer, order.date, order.amount, order.profit, referrer))
        else:
            for number in order.lines:
                report.add(number, reason)
    return {id: order for id, order in orders.items() if order.amount}, sales


def _judge(order: _Order) -> Reason | None:
    if order.amount == 0:
        return Reason.ZERO_AMOUNT
    if order.amount > MONEY_MAX:
        return Reason.AMOUNT_TOO_LARGE
    if order.profit is not None and order.profit > order.amount:
        return Reason.BAD_AMOUNT
    return None


def _find_recorded(
    lines: Iterable[_Line], orders: dict[str, _Order], report: _Report, recorded: Recorded | None
) -> frozenset[str]:
    """Find the orders that are not here, and say which were cancelled without an amount."""
    named = {order for line in lines for order in (line.returned_order, line.order) if order}
    asked = {
        order
        for order in (named | {order for order, _ in report.empty}) - orders.keys()
        if len(order.encode()) <= _ORDER_BYTES_MAX
    }
    found = frozenset(recorded(asked)) if recorded is not None and asked else frozenset[str]()
    for order, line in report.empty:
        report.add(line, Reason.CANCELLED_LATER if order in found else Reason.CANCELLED)
    return found


def _find_returns(
    lines: Iterable[_Line], orders: dict[str, _Order], recorded: frozenset[str], report: _Report
) -> list[Return]:
    returns = []
    for line in lines:
        named = line.returned_order
        if named == line.order:
            named = ""
        if not named and (line.order in orders or line.order in recorded):
            named = line.order
        order = orders.get(named)
        if line.amount > 0 and line.order and not named:
            report.add(line.line, Reason.CANCELLED)
        elif order is not None and order.customer != line.customer:
            report.add(line.line, Reason.TWO_CUSTOMERS)
        elif not line.date:
            report.add(line.line, Reason.MISSING_FIELD)
        elif abs(line.amount) > MONEY_MAX:
            report.add(line.line, Reason.AMOUNT_TOO_LARGE)
        else:
            amount = abs(line.amount)
            returns.append(Return(named or None, line.customer, line.date, amount, line.line))
    return returns
