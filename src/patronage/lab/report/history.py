"""The first half of a report: what happened, and where the money went."""

from collections.abc import Callable
from statistics import median

from patronage.lab.report import charts
from patronage.lab.report.document import Chart, Column, Figure, Kind, Part, Section, Table, written
from patronage.lab.report.language import Language, decimal, percent, price, whole
from patronage.lab.report.material import Material, price_of, spans
from patronage.lab.report.names import USES
from patronage.lab.result import HUNDREDTHS, apportion
from patronage.lab.simulation import Period, Simulation

_NANO = 10**9
_MONTHS_MAX = 24


def summary(material: Material, language: Language) -> Section:
    """Say in a few numbers what came of it."""
    say, run, exponent = language.say, material.run, material.exponent
    last, spent = run.periods[-1], run.spent or 1
    got = sum(one.dividends + one.redeemed + one.bought_out + one.coins for one in run.cohorts)
    held = sum(one.held for one in run.cohorts)
    orders = sum(period.orders for period in run.periods)
    currency = material.charter.currency
    figures = [
        Figure(
            say("Sales, less refunds", "销售额（已减退款）"),
            whole(run.operator.sales, exponent),
            say(
                f"{currency}; {decimal(orders, 0)} orders of {decimal(run.members, 0)} members",
                f"{currency}；{decimal(run.members, 0)} 位会员的 {decimal(orders, 0)} 笔订单",
            ),
        ),
        Figure(
            say("Price of a point at the end", "期末每积分价格"),
            price(last.price, exponent) if last.supply else "–",
            say(
                f"{currency}; {price(run.first_price, exponent)} at the start",
                f"{currency}；期初 {price(run.first_price, exponent)}",
            )
            if last.supply
            else say("nothing circulates any more", "已没有积分流通"),
        ),
        Figure(
            say("Got back of each 100 spent", "每消费 100 已得回"),
            decimal(got * 100 / spent, 2),
            say("all members together, in money and coins", "全体会员合计，现金与恒定积分"),
        ),
        Figure(
            say("Still held of each 100 spent", "每消费 100 仍持有"),
            decimal(held * 100 / spent, 2),
            say("if redeemed today, after the fee", "按今日卖出、扣手续费后"),
        ),
        Figure(
            say("The member in the middle got back", "居中的会员已得回"),
            "–" if run.back.q50 is None else percent(run.back.q50),
            say("of what they spent: half got less", "占其消费；有一半会员少于此"),
        ),
        Figure(
            say("Ever reached their quota", "曾达到分红额度者"),
            percent(run.ever_out, 2),
            say("of the members; a quota is a ceiling", "占全体会员；额度是上限"),
        ),
        _operator(material, language),
    ]
    lead = say(
        "All figures below are of these orders and these assumptions alone. They do not tell "
        "what will happen, and nobody is owed what they show.",
        "以下数字只对应这些订单与这些假定，不说明将来如何，也不构成对任何人的承诺。",
    )
    return Section("summary", say("In short", "概要"), [figures, lead])


def _operator(material: Material, language: Language) -> Figure:
    say, operator = language.say, material.run.operator
    taken = operator.contributions + operator.dividend_contributions
    if material.knows_profit:
        return Figure(
            say("Left to the operator", "运营方留存"),
            percent(operator.margin / (operator.sales or 1)),
            say("of sales, after everything the charter takes", "占销售额，扣除章程所取之后"),
        )
    return Figure(
        say("Taken by the charter", "章程所取"),
        percent(taken / (operator.sales or 1)),
        say("of sales; the profit is not known", "占销售额；利润未知"),
    )


def history(material: Material, language: Language) -> Section:
    """Show price, reserve, points and payments over time."""
    say, run, exponent = language.say, material.run, material.exponent
    currency, unit = material.charter.currency, 10**exponent
    shown = charts.thinned(run.periods)
    days = [period.last_day for period in shown]

    def over_time(figure: Callable[[Period], float], places: int) -> list[charts.Value]:
        return [round(figure(period), places) for period in shown]

    parts: list[Part] = [_price(material, language)]
    parts += [
        Chart(
            say("Reserve", "底池"),
            currency,
            charts.lines(days, {"": over_time(lambda one: one.reserve / unit, 2)}),
            height=220,
        ),
        Chart(
            say("Points in circulation", "流通的增值积分"),
            say("points", "积分"),
            charts.lines(days, {"": over_time(lambda one: one.supply / _NANO, 2)}),
            say(
                "All points issued and not burned, the treasury's and the founding ones included.",
                "已发行且未销毁的全部积分，包括金库与创始积分。",
            ),
            220,
        ),
    ]
    length = 7 if len(list(spans(run, 7))) <= 2 * _MONTHS_MAX else 4
    grouped = list(spans(run, length))
    by = say("a month", "每月") if length == 7 else say("a year", "每年")
    flows: dict[str, Callable[[Period], int]] = {
        say("dividends", "分红"): lambda one: one.dividends,
        say("redeemed at will, after the fee", "自愿卖出（扣手续费后）"): lambda one: one.redeemed,
        say("compulsory redemptions, after the fee", "强制卖出（扣手续费后）"): lambda one: (
            one.bought_out
        ),
        say("coins given for points", "积分转换所得恒定积分"): lambda one: one.converted,
    }
    parts.append(
        Chart(
            say("Paid to holders", "付给持有人"),
            f"{currency}{say(', ', '，')}{by}",
            charts.stacked(
                [span for span, _ in grouped],
                {
                    name: [round(sum(map(figure, ones)) / unit, 2) for _, ones in grouped]
                    for name, figure in flows.items()
                },
            ),
        )
    )
    parts.append(_periods(material, language, length))
    parts.append(_days(material, language))
    return Section(
        "history", say("Price, reserve, points, dividends", "价格、底池、积分、分红"), parts
    )


def _price(material: Material, language: Language) -> Chart:
    say, unit = language.say, 10**material.exponent
    title = say("Price of a point", "每积分价格")
    axis = say(f"{material.charter.currency} a point", f"{material.charter.currency} 每积分")
    if len(material.runs) == 1:
        shown = charts.thinned(material.run.periods)
        values = [charts.rounded(_per(price_of(one), unit)) for one in shown]
        drawing = charts.lines([one.last_day for one in shown], {"": values})
        return Chart(title, axis, drawing, _about_gaps(material, language))
    together = zip(*(run.periods for run in material.runs), strict=False)
    rows = charts.thinned([row for row in together if all(map(price_of, row))])
    prices = [[period.price / unit for period in row] for row in rows]
    values_of = tuple([round(pick(row), 4) for row in prices] for pick in (min, median, max))
    return Chart(
        title,
        axis,
        charts.band(
            [row[0].last_day for row in rows],
            (values_of[0], values_of[1], values_of[2]),
            (say("median of the seeds", "各种子的中位数"), say("lowest to highest", "最低至最高")),
        ),
        say(
            f"{len(material.runs)} runs that differ in their chances alone. ",
            f"{len(material.runs)} 次运行，只有随机部分不同。",
        )
        + _about_gaps(material, language),
    )


def _per(minor: float | None, unit: int) -> float | None:
    return None if minor is None else minor / unit


def _about_gaps(material: Material, language: Language) -> str:
    if all(period.supply for run in material.runs for period in run.periods):
        return ""
    return language.say(
        "Where nothing circulates there is no price, and the line ends.",
        "没有积分流通时没有价格，曲线到此为止。",
    )


def _periods(material: Material, language: Language, length: int) -> Table:
    say, run = language.say, material.run
    rows = [
        (
            span,
            sum(one.orders for one in ones),
            sum(one.sales for one in ones),
            sum(one.dividends for one in ones),
            sum(one.redeemed + one.bought_out for one in ones),
            sum(one.exits for one in ones),
            ones[-1].reserve,
            ones[-1].supply,
            price_of(ones[-1]),
        )
        for span, ones in spans(run, length)
    ]
    currency = material.charter.currency
    return Table(
        "spans",
        (say("Month by month", "逐月") if length == 7 else say("Year by year", "逐年"))
        + say(f", money in {currency}", f"，金额单位 {currency}"),
        [
            Column("span", say("month", "月份") if length == 7 else say("year", "年份"), "text"),
            Column("orders", say("orders", "订单"), "count"),
            Column("sales", say("sales", "销售额"), "whole"),
            Column("dividends", say("dividends", "分红"), "whole"),
            Column("redeemed", say("redeemed, net", "卖出（净额）"), "whole"),
            Column("exits", say("compulsory", "强制卖出笔数"), "count"),
            Column("reserve", say("reserve", "底池"), "whole"),
            Column("supply", say("circulating", "流通量"), "points"),
            Column("price", say("price", "价格"), "price"),
        ],
        rows,
    )


def _days(material: Material, language: Language) -> Table:
    """Return every period of every run, for the files of data."""
    fields = Period._fields
    kinds: dict[str, Kind] = {"last_day": "text", "price": "price"}
    kinds |= dict.fromkeys(("supply", "issued", "treasury"), "points")
    kinds |= dict.fromkeys(("members", "newcomers", "orders", "exits"), "count")
    return Table(
        "periods",
        language.say("Every period", "每一期"),
        [
            Column("seed", "seed", "count"),
            *(Column(name, name, kinds.get(name, "money")) for name in fields),
        ],
        [(run.seed, *period) for run in material.runs for period in run.periods],
        is_shown=False,
    )


def uses(material: Material, language: Language) -> Section | None:
    """Say what each 100.00 of sales became."""
    if not material.uses:
        return None
    say = language.say
    shares = apportion(material.uses, HUNDREDTHS)
    shown = [use for use in USES if material.uses.get(use)]
    rows = [(say(*USES[use]), shares[use] / HUNDREDTHS, material.uses[use]) for use in shown]
    rows.append((say("together", "合计"), 1.0, sum(material.uses.values())))
    chart = Chart(
        say("What 100.00 of sales became", "每 100.00 销售额的去向"),
        say("of 100.00", "占 100.00"),
        charts.lying(
            [say(*USES[use]) for use in shown], {"": [shares[use] / 100 for use in shown]}
        ),
        height=40 + 34 * len(shown),
    )
    table = Table(
        "uses",
        "",
        [
            Column("use", "", "text"),
            Column("share", say("of 100.00", "占 100.00"), "of_100"),
            Column("amount", material.charter.currency, "money"),
        ],
        rows,
        has_total=True,
    )
    return Section("uses", say("Where sales went", "销售额的去向"), [chart, table])


def runs(material: Material, language: Language) -> Section | None:
    """Show how the runs differ: by their chances, and by the settings of a grid."""
    groups = list(material.grid) or [material.runs]
    if len(groups) == 1 and len(groups[0]) == 1:
        return None
    say, exponent = language.say, material.exponent
    asked: dict[str, tuple[tuple[str, str], Kind, Callable[[Simulation], float | None]]] = {
        "price": (("price at the end", "期末价格"), "price", lambda run: run.periods[-1].price),
        "back": (
            ("the middle member got back", "居中会员已得回"),
            "share",
            lambda run: run.back.q50,
        ),
        "ever_out": (("reached the quota", "曾达额度"), "share", lambda run: run.ever_out),
        "margin": (
            ("left to the operator", "运营方留存"),
            "share",
            lambda run: run.operator.margin / (run.operator.sales or 1),
        ),
    }
    shown, rows = [], []
    for group in groups:
        settings = say(", ", "，").join(f"{key} = {value}" for key, value in group[0].settings)
        cells = []
        for _, kind, figure in asked.values():
            values = sorted(value for value in map(figure, group) if value is not None)
            if not values:
                cells.append("–")
                continue
            text = written(median(values), kind, exponent)
            if len(values) > 1:
                ends = [written(value, kind, exponent) for value in (values[0], values[-1])]
                text += say(f" ({ends[0]} to {ends[1]})", f"（{ends[0]} 至 {ends[1]}）")
            cells.append(text)
        shown.append((settings or say("as stated", "如所述"), len(group), *cells))
        rows += [
            (settings, run.seed, *(figure(run) for _, _, figure in asked.values())) for run in group
        ]
    shown_run = say(
        "All other sections show the run whose last price is in the middle",
        "其他各节展示期末价格居中的那次运行",
    )
    if material.grid:
        shown_run += say(", of the first setting", "（第一种设定）")
    text = say(
        "Each row is a setting: the median of its runs, and from the lowest to the highest. The "
        f"runs of a row differ in their chances alone. {shown_run}.",
        "每行一种设定：各次运行的中位数，以及最低至最高。同一行的各次运行只有随机部分不同。"
        f"{shown_run}。",
    )
    columns = [Column("settings", say("settings", "设定"), "text")]
    headings = [say(*words) for words, _, _ in asked.values()]
    table = Table(
        "settings",
        "",
        [*columns, Column("runs", say("runs", "运行次数"), "count"),
         *(Column(name, heading, "text") for name, heading in zip(asked, headings, strict=True))],
        shown,
    )  # fmt: skip
    data = Table(
        "runs",
        "",
        [*columns, Column("seed", "seed", "count"),
         *(Column(name, name, kind) for name, (_, kind, _) in asked.items())],
        rows,
        is_shown=False,
    )  # fmt: skip
    return Section("runs", say("How runs differ", "各次运行的差别"), [text, table, data])
