"""How the results of a backtest read: one charter, or several side by side."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby

from patronage.cli import show
from patronage.cli.summary import FIGURES
from patronage.cli.words import say
from patronage.lab.report.names import USES
from patronage.lab.result import HUNDREDTHS, DayEnd, Result

_MONTHS_MAX = 24
_ACCOUNT_SHOWN = 12


def print_report(results: Sequence[Result], names: Sequence[str]) -> None:
    """Print each charter's figures in a column of its own, and its price as a chart."""
    if not results[0].orders:
        show.console.print(
            say("No order could be used: there is nothing to report.", "没有可用的订单，无可报告。")
        )
        return
    several = len(results) > 1
    _print_figures(results, names)
    _print_uses(results, names)
    if several:
        _print_prices(results, names)
    else:
        _print_periods(results[0])
    for result, name in zip(results, names, strict=True):
        _print_largest(result, name if several else "")
    for result, name in zip(results, names, strict=True):
        _print_chart(result, name if several else "", height=5 if several else 8)
    show.console.print()
    show.paragraph(
        say(
            "Checked at the end: the identities of the rule book hold. These are past orders under "
            "the stated behaviour; they do not tell what future orders will bring. A quota is a "
            "ceiling, not a promise.",
            "结束时已检查：规则书的不变式全部成立。以上是过去的订单在所述行为下的结果，"
            "并不说明将来的订单会带来什么。分红额度是上限，不是承诺。",
        )
    )


def _print_figures(results: Sequence[Result], names: Sequence[str]) -> None:
    first, last = results[0].days[0].date, results[0].days[-1].date
    currencies = ", ".join(dict.fromkeys(result.charter.currency for result in results))
    rows: list[list[str]] = []
    for english, chinese, figures in FIGURES:
        shown = [
            [
                say(row.english, row.chinese),
                *(row.write(row.value(result), result.charter) for result in results),
            ]
            for row in figures
            if row.always or any(row.value(result) for result in results)
        ]
        rows += [[say(english, chinese)], *shown] if shown else []
    title = say(f"{first} to {last}, in {currencies}", f"{first} 至 {last}，金额单位 {currencies}")
    if len(names) == 1:
        title, names = f"{names[0]} · {title}", [""]
    show.table(title, ["", *names], rows)
    for result in results:
        if result.rejected:
            counts = Counter(code for _, code in result.rejected).most_common()
            codes = ", ".join(f"{code} {count:,}" for code, count in counts)
            show.console.print(
                say(
                    f"  Refused under {result.charter.name}: {codes}",
                    f"  {result.charter.name} 拒绝：{codes}",
                )
            )


def _print_uses(results: Sequence[Result], names: Sequence[str]) -> None:
    shares = [result.shares() for result in results]
    rows = [
        [say(*words), *(_hundredths(share[use]) for share in shares)]
        for use, words in USES.items()
        if any(result.uses.get(use, 0) for result in results)
    ]
    rows.append([say("together", "合计"), *([_hundredths(HUNDREDTHS)] * len(results))])
    header = ["", *names]
    if len(results) == 1:  # there is room for the amounts
        result = results[0]
        header = ["", "100.00", result.charter.currency]
        amounts = [result.uses.get(use, 0) for use in USES if result.uses.get(use, 0)]
        for row, amount in zip(rows, [*amounts, result.sales], strict=True):
            row.append(show.money(amount, result.charter))
    show.table(
        say("What 100.00 of sales became", "每 100.00 销售额的去向"), header, rows, total=True
    )


def _hundredths(share: int) -> str:
    return show.decimal(Fraction(share, 100), 2)


def _periods(days: Sequence[DayEnd]) -> list[tuple[str, list[DayEnd]]]:
    """Group days by month, or by year where the months are too many to read."""
    months = len({day.date[:7] for day in days})
    length = len("2025-01") if months <= _MONTHS_MAX else len("2025")
    return [(period, list(group)) for period, group in groupby(days, lambda d: d.date[:length])]


def _are_months(days: Sequence[DayEnd]) -> bool:
    return "-" in _periods(days)[0][0]


def _period_word(days: Sequence[DayEnd]) -> str:
    return say("month", "月份") if _are_months(days) else say("year", "年份")


def _print_periods(result: Result) -> None:
    charter = result.charter

    def whole(minor: int) -> str:
        return show.decimal(Fraction(minor, 10**charter.minor_unit_exponent), 0)

    rows = [
        [
            period,
            f"{sum(day.orders for day in days):,}",
            whole(sum(day.sales for day in days)),
            whole(sum(day.dividends for day in days)),
            whole(sum(day.redeemed for day in days)),
            whole(sum(day.bought_out for day in days)),
            whole(days[-1].reserve),
            show.price(days[-1].price, charter),
        ]
        for period, days in _periods(result.days)
    ]
    header = [
        _period_word(result.days),
        say("orders", "订单"),
        say("sales", "销售额"),
        say("dividend", "分红"),
        say("redeemed", "卖出"),
        say("compulsory", "强制卖出"),
        say("reserve", "底池"),
        say("price", "价格"),
    ]
    by, zh_by = ("Month by month", "逐月") if _are_months(result.days) else ("Year by year", "逐年")
    title = say(f"{by}, in whole {charter.currency}", f"{zh_by}，单位 {charter.currency}，只列整数")
    show.table(title, header, rows)


def _print_prices(results: Sequence[Result], names: Sequence[str]) -> None:
    periods = [_periods(result.days) for result in results]
    rows = [
        [
            row[0][0],
            *(
                show.price(days[-1].price, result.charter)
                for (_, days), result in zip(row, results, strict=True)
            ),
        ]
        for row in zip(*periods, strict=True)
    ]
    title = say("Price at the end of each period", "各期末价格")
    show.table(title, [_period_word(results[0].days), *names], rows)


def _print_largest(result: Result, name: str) -> None:
    if not result.largest:
        return
    charter = result.charter
    rows = [
        [
            _short(holding.account, is_merchant=holding.kind == "merchant"),
            show.points(holding.points),
            show.money(holding.worth, charter),
            show.money(holding.cash, charter),
            show.money(holding.used, charter),
            show.money(holding.quota, charter),
        ]
        for holding in result.largest
    ]
    header = [
        say("account", "账户"),
        say("points", "积分"),
        say("worth", "价值"),
        say("cash got", "已得现金"),
        say("quota used", "已用额度"),
        say("quota left", "剩余额度"),
    ]
    title = say("The ten largest accounts", "最大的十个账户") + (f" · {name}" if name else "")
    show.table(title, header, rows)


def _short(account: str, *, is_merchant: bool) -> str:
    if is_merchant:
        return say("the merchant", "商家")
    return account if len(account) <= _ACCOUNT_SHOWN else account[: _ACCOUNT_SHOWN - 1] + "…"


def _print_chart(result: Result, name: str, height: int) -> None:
    """Chart the price by calendar day: a day without orders has the price of the one before."""
    charter = result.charter
    closed = [date.fromisoformat(day.date) for day in result.days]
    span = (closed[-1] - closed[0]).days
    calendar = (closed[0] + timedelta(days=day) for day in range(span + 1))
    values = [Fraction(*result.days[bisect_right(closed, day) - 1].price) for day in calendar]
    of = f" · {name}" if name else ""
    show.console.print()
    show.chart(
        values,
        (result.days[0].date, result.days[-1].date),
        height,
        title="  "
        + say(f"Price in {charter.currency} a point", f"价格，每积分 {charter.currency}")
        + of,
        scale=lambda value: show.price(value, charter, 2),
    )
