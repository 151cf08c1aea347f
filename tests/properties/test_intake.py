"""Whatever stands in an export: one clear error, or every row accounted for and sound events."""

from datetime import date
from fractions import Fraction
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from patronage.economy import Replay, load_charter
from patronage.intake import (
    Day,
    Export,
    ExportError,
    Return,
    Sale,
    Unusable,
    day_closed,
    days,
    read_export,
)
from patronage.intake.table import clean

CHARTER = load_charter((Path(__file__).resolve().parents[1] / "vectors" / "half.toml").read_bytes())
HEADER = ("order", "customer", "date", "amount", "status", "profit", "referrer", "returned order")
KEY = bytes(32)

few = st.sampled_from(["1", "2", "3", "惠", " 2 ", ""])
dates = st.dates(date(2023, 12, 1), date(2024, 5, 1)).map(str) | st.sampled_from(
    [
        "2024-03-05",
        "2024/3/6 14:03",
        "5.3.2024",
        "13/03/2024",
        "03/05/2024",
        "20240304",
        "0204-03-05",
        "",
        "?",
    ]
)
amounts = (
    st.decimals(-(10**11), 10**11, places=2).map(str)
    | st.integers(-300, 300).map(str)
    | st.sampled_from(
        ["1,234.50", "1.234,50", "12,5", "1,234", "(3)", "￥7", "0.00", "", "x", "9" * 40]
    )
)
statuses = st.sampled_from(["", "", "", "done", "cancelled", "退款成功"])
rows = st.tuples(few, few, dates, amounts, statuses, amounts, few, few)
# Fields as they come, quoted or not; rows of any width.
wild = st.lists(st.text(max_size=12) | few | dates | amounts, max_size=10)


def line_of(cells: tuple[str, ...] | list[str]) -> str:
    return ",".join(f'"{cell}"' if "," in cell else cell for cell in cells)


def check_replay(
    sales: list[Sale], returns: list[Return], margin: Fraction | None
) -> list[Unusable]:
    """Judge an export's events, each day closed; none may be refused for anything."""
    laid, unusable = days(sales, returns, key=KEY, margin=margin)
    replay = Replay(CHARTER)
    for day in [day for day in laid if day.events][:50]:
        for event in [*day.events, day_closed(day.date)]:
            replay.submit(event)
    assert replay.rejected == []
    assert [day.date for day in laid] == sorted({day.date for day in laid})
    assert not laid or (laid[0].events and laid[-1].events)
    assert count(laid, "order.completed") == len(sales)
    assert count(laid, "order.refunded") == len(returns) - len(unusable)
    return unusable


def count(laid: list[Day], kind: str) -> int:
    return sum(event["type"] == kind for day in laid for event in day.events)


def check_rows(export: Export) -> None:
    """Every row is part of a sale or a return, or in the report once."""
    lines = [row.line for row in export.unusable] + [item.line for item in export.returns]
    assert len(set(lines)) == len(lines)
    assert len(lines) + len(export.sales) <= export.rows
    assert not any(row.text == "" for row in export.unusable)


@settings(deadline=None)
@given(
    st.binary(max_size=200), st.sampled_from([None, "utf-8", "gb18030", "utf-16", "cp037", "no"])
)
def test_any_bytes_are_an_export_or_one_clear_error(source: bytes, encoding: str | None) -> None:
    for start in (
        b"",
        b"order,customer,date,amount\n",
        b"\xff\xfe",
        b"order;customer;date;amount\n",
    ):
        try:
            export = read_export(start + source, exponent=2, encoding=encoding)
        except ExportError:
            continue
        check_rows(export)


@settings(deadline=None)
@given(
    st.lists(rows.map(line_of) | wild.map(",".join), max_size=12),
    st.sampled_from([0, 2, 3]),
    st.none() | st.fractions(-1, 1),
    st.booleans(),
)
def test_any_table_becomes_events_that_the_rules_accept(
    table: list[str], exponent: int, margin: Fraction | None, day_first: bool
) -> None:
    source = "\n".join([",".join(HEADER), *table])
    try:
        export = read_export(source.encode(), exponent=exponent, day_first=day_first)
    except ExportError:
        return
    check_rows(export)
    check_replay(export.sales, export.returns, margin)


@settings(deadline=None)
@given(st.lists(rows, min_size=1, max_size=12))
def test_sales_returns_and_the_report_account_for_every_row(table: list[tuple[str, ...]]) -> None:
    source = "\n".join([",".join(HEADER), *map(line_of, table)])
    try:
        export = read_export(source.encode(), exponent=2)
    except ExportError:
        assert not any("".join(row).strip() for row in table)
        return
    elsewhere = {row.line for row in export.unusable} | {item.line for item in export.returns}
    summed: dict[str, int] = {}
    for line, row in enumerate(table, 2):
        if line not in elsewhere and "".join(row).strip():
            order = clean(row[0])
            summed[order] = summed.get(order, 0) + 1
    assert {sale.order for sale in export.sales} == summed.keys()
    assert sum(summed.values()) + len(elsewhere) == export.rows
    assert all(1 <= sale.amount <= 10**12 for sale in export.sales)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(-(10**6), 10**6).filter(bool)),
        min_size=1,
        max_size=20,
    )
)
def test_money_in_the_file_is_money_in_sales_and_returns(lines: list[tuple[str, int]]) -> None:
    table = [
        f"{order},c,2024-03-05,{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02}"
        for order, minor in lines
    ]
    source = "\n".join(["order,customer,date,amount", *table])
    export = read_export(source.encode(), exponent=2)
    assert export.unusable == []
    assert sum(sale.amount for sale in export.sales) == sum(n for _, n in lines if n > 0)
    assert sum(item.amount for item in export.returns) == -sum(n for _, n in lines if n < 0)


some_days = st.integers(1, 9).map("2024-03-0{}".format)
sales_of_two = st.lists(st.tuples(st.sampled_from("cd"), some_days, st.integers(1, 9)), max_size=12)
returns_of_two = st.lists(
    st.tuples(st.none() | st.integers(0, 12), st.sampled_from("cd"), some_days, st.integers(1, 9)),
    max_size=12,
)


@settings(deadline=None)
@given(sales_of_two, returns_of_two)
def test_a_return_goes_to_the_latest_order_that_can_bear_it(
    bought: list[tuple[str, str, int]], given_back: list[tuple[int | None, str, str, int]]
) -> None:
    """Compared with looking at every order for every return."""
    sales = [Sale(f"o{at}", *fields) for at, fields in enumerate(bought)]
    returns = [
        Return(None if at is None else f"o{at}", *fields, line)
        for line, (at, *fields) in enumerate(given_back)
    ]
    left = {sale.order: sale.amount for sale in sales}
    date_of = {sale.order: sale.date for sale in sales}
    nowhere = []
    expected = []
    for item in sorted(returns, key=lambda item: max(item.date, date_of.get(item.order or "", ""))):
        able = [
            sale.order
            for sale in sorted(sales, key=lambda sale: sale.date)
            if left[sale.order] >= item.amount
            and (
                sale.order == item.order
                or (
                    item.order is None and sale.customer == item.customer and sale.date <= item.date
                )
            )
        ]
        if able:
            left[able[-1]] -= item.amount
            expected.append((able[-1], item.amount))
        else:
            nowhere.append(item.line)
    unusable = check_replay(sales, returns, None)
    laid, _ = days(sales, returns, key=KEY)
    refunds = [
        (event["order"], event["amount"])
        for day in laid
        for event in day.events
        if event["type"] == "order.refunded"
    ]
    assert (refunds, [row.line for row in unusable]) == (expected, nowhere)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(1, 4), st.integers(1, 3)),
        max_size=12,
    ),
    st.randoms(),
    st.integers(0, 12),
)
def test_an_event_has_the_same_id_in_every_export_that_holds_it(returned, random, kept):
    """A later export of the same shop repeats the ids of an earlier one, in whatever order."""
    sales = [Sale(order, order, "2025-01-01", 100) for order in "abcd"]
    returns = [
        Return(order, order, f"2025-01-0{day}", amount, line)
        for line, (order, day, amount) in enumerate(returned)
    ]

    def by_id(some):
        shuffled = random.sample(some, len(some))
        laid, unusable = days(sales, shuffled, key=KEY)
        assert unusable == []
        events = [event for day in laid for event in day.events]
        found = {event["id"]: event for event in events}
        assert len(found) == len(events)
        return found

    longer = by_id(returns)
    assert by_id(returns) == longer
    assert by_id(returns[:kept]).items() <= longer.items()
