"""How the results of a backtest read: one charter, or several side by side."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Any, Final, NamedTuple

from patronage.cli import show
from patronage.cli.words import say
from patronage.economy import Charter
from patronage.lab.result import HUNDREDTHS, DayEnd, Result, Use

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
    show.console.print(
        "\n"
        + say(
            "Checked at the end: the identities of the rule book hold. These are past orders under "
            "the stated behaviour; they do not tell what future orders will bring. A quota is a "
            "ceiling, not a promise.",
            "结束时已检查：规则书的不变式全部成立。以上是过去的订单在所述行为下的结果，"
            "并不说明将来的订单会带来什么。分红额度是上限，不是承诺。",
        ),
        soft_wrap=False,
    )


class _Row(NamedTuple):
    """A figure with its names; one that is not `always` shown is left out where it is 0."""

    english: str
    chinese: str
    write: Callable[[Any, Charter], str]
    value: Callable[[Result], Any]
    always: bool = False


def _count(value: int, _: Charter) -> str:
    return f"{value:,}"


def _points(value: int, _: Charter) -> str:
    return show.points(value)


def _taken_back(result: Result) -> int:
    return result.burned - result.redemptions.points - result.compulsory.points


def _waiting(result: Result) -> int:
    return result.dividends_unpaid + result.dividend_pool


_FIGURES: Final[list[tuple[str, str, list[_Row]]]] = [
    (
        "Orders",
        "订单",
        [
            _Row("orders", "订单数", _count, lambda r: r.orders, always=True),
            _Row("members", "会员数", _count, lambda r: r.members, always=True),
            _Row("sales", "销售额", show.money, lambda r: r.sales, always=True),
            _Row("refunds", "退款笔数", _count, lambda r: r.refunds),
            _Row("refunded to the buyers", "退给买家", show.money, lambda r: r.refunded),
            _Row("events refused", "被拒绝的事件", _count, lambda r: len(r.rejected)),
        ],
    ),
    (
        "Reserve",
        "底池",
        [
            _Row("founding money", "创始储备", show.money, lambda r: r.charter.founding_minor),
            _Row("contributions", "入池款", show.money, lambda r: r.contributions, always=True),
            _Row("reserve at the end", "期末底池", show.money, lambda r: r.reserve, always=True),
            _Row(
                "price at the start", "期初价格", show.price, lambda r: r.first_price, always=True
            ),
            _Row("price at the end", "期末价格", show.price, lambda r: r.last_price, always=True),
            _Row("returned to the operator", "退还运营方", show.money, lambda r: r.returned),
            _Row(
                "already taken out at a refund", "退款时已被取走", show.money, lambda r: r.missing
            ),
            _Row("surplus", "盈余", show.money, lambda r: r.surplus),
        ],
    ),
    (
        "Points",
        "增值积分",
        [
            _Row("issued", "已发行", _points, lambda r: r.issued, always=True),
            _Row("redeemed", "卖出", _points, lambda r: r.redemptions.points),
            _Row("redeemed compulsorily", "强制卖出", _points, lambda r: r.compulsory.points),
            _Row("taken back by refunds", "因退款收回", _points, _taken_back),
            _Row("circulating", "流通量", _points, lambda r: r.circulating, always=True),
            _Row("· in the treasury", "· 在金库", _points, lambda r: r.treasury),
            _Row("· founding points", "· 创始积分", _points, lambda r: r.founding),
            _Row(
                "accounts with points", "持有积分的账户", _count, lambda r: r.holders, always=True
            ),
        ],
    ),
    (
        "Paid to the holders",
        "付给持有人",
        [
            _Row("dividends", "分红", show.money, lambda r: r.dividends_paid, always=True),
            _Row("dividends waiting", "待付分红", show.money, _waiting),
            _Row("redemptions", "卖出笔数", _count, lambda r: r.redemptions.number, always=True),
            _Row("· worth", "· 价值", show.money, lambda r: r.redemptions.gross),
            _Row(
                "· fee, to the reserve", "· 手续费，归底池", show.money, lambda r: r.redemptions.fee
            ),
            _Row("· paid", "· 付出", show.money, lambda r: r.redemptions.net),
            _Row(
                "compulsory redemptions",
                "强制卖出笔数",
                _count,
                lambda r: r.compulsory.number,
                always=True,
            ),
            _Row("· worth", "· 价值", show.money, lambda r: r.compulsory.gross),
            _Row(
                "· fee, to the reserve", "· 手续费，归底池", show.money, lambda r: r.compulsory.fee
            ),
            _Row("· paid", "· 付出", show.money, lambda r: r.compulsory.net),
            _Row(
                "quota used so far", "已用分红额度", show.money, lambda r: r.quota_used, always=True
            ),
            _Row(
                "quota left (a ceiling)",
                "剩余分红额度（上限）",
                show.money,
                lambda r: r.quota_left,
                always=True,
            ),
        ],
    ),
    (
        "Coins",
        "恒定积分",
        [
            _Row("got for points", "由积分转换", show.money, lambda r: r.converted_coins),
            _Row("spent at the merchant", "在商家支付", show.money, lambda r: r.spent_coins),
            _Row("outstanding", "未兑回", show.money, lambda r: r.coins),
        ],
    ),
]

_USES: Final[dict[Use, tuple[str, str]]] = {
    Use.SHOP: ("left for goods and the operator", "留作货款与运营"),
    Use.REFUNDED: ("refunded to the buyers", "退给买家"),
    Use.REDEEMED: ("paid for redeemed points", "卖出积分，已付"),
    Use.BOUGHT_OUT: ("paid at compulsory redemptions", "强制卖出，已付"),
    Use.DIVIDENDS_PAID: ("paid as dividends", "分红，已付"),
    Use.DIVIDENDS_WAITING: ("dividends waiting to be paid", "分红，待付"),
    Use.BEHIND_POINTS: ("reserve behind the holders' points", "底池：持有人的积分"),
    Use.BEHIND_TREASURY: ("reserve behind the coins (treasury)", "底池：恒定积分（金库）"),
    Use.BEHIND_FOUNDING: ("reserve: gain of the founding points", "底池：创始积分的增值"),
    Use.FEES: ("fees waiting for the close", "待日结的手续费"),
    Use.SURPLUS: ("surplus", "盈余"),
}


def _print_figures(results: Sequence[Result], names: Sequence[str]) -> None:
    first, last = results[0].days[0].date, results[0].days[-1].date
    currencies = ", ".join(dict.fromkeys(result.charter.currency for result in results))
    rows: list[list[str]] = []
    for english, chinese, figures in _FIGURES:
        shown = [
            [
                say(row.english, row.chinese),
                *(row.write(row.value(result), result.charter) for result in results),
            ]
            for row in figures
            if row.always or any(row.value(result) for result in results)
        ]
        rows += [[say(english, chinese)], *shown] if shown else []
    title = say(
        f"{first} to {last}, money in {currencies}", f"{first} 至 {last}，金额单位 {currencies}"
    )
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
        for use, words in _USES.items()
        if any(result.uses[use] for result in results)
    ]
    rows.append([say("together", "合计"), *([_hundredths(HUNDREDTHS)] * len(results))])
    header = ["", *names]
    if len(results) == 1:  # there is room for the amounts
        result = results[0]
        header = ["", "100.00", result.charter.currency]
        amounts = [result.uses[use] for use in _USES if result.uses[use]]
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


def _period_word(days: Sequence[DayEnd]) -> str:
    by_month = "-" in _periods(days)[0][0]
    return say("month", "月份") if by_month else say("year", "年份")


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
    currency = charter.currency
    title = say(f"As time went by, in whole {currency}", f"分期数字，{currency}，只列整数")
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
