"""How the results of simulations read: one scenario at length, several side by side."""

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from itertools import groupby
from statistics import median
from typing import TYPE_CHECKING, Final

from patronage.cli import show
from patronage.cli.words import say

if TYPE_CHECKING:
    from patronage.lab.simulation import Period, Simulation

_ROWS_MAX = 16
_Figure = tuple[str, str, Callable[["Simulation"], float | None], Callable[[float], str]]


def _share(value: float) -> str:
    return show.decimal(round(Fraction(value) * 100, 1), 1) + " %"


def _number(value: float) -> str:
    return show.decimal(Fraction(round(value)), 0)


def _money_of(first: "Simulation") -> Callable[[float], str]:
    """Return what writes minor units as whole major units."""
    unit = 10**first.exponent

    def money(value: float) -> str:
        return show.decimal(Fraction(round(value), unit), 0)

    return money


def _price_of(first: "Simulation") -> Callable[[float], str]:
    unit = 10**first.exponent

    def price(value: float) -> str:
        return show.decimal(Fraction(value) / unit, 4)

    return price


def print_outlook(results: "Sequence[Simulation]") -> None:
    """Print what runs of a scenario found: of several seeds the median, and from least to most."""
    by_settings = {
        settings: list(group) for settings, group in groupby(results, lambda run: run.settings)
    }
    if len(by_settings) == 1:
        _print_one(results)
    else:
        _print_several(by_settings)
    show.console.print()
    show.paragraph(
        say(
            "These figures follow from the scenario's assumptions and the charter's rules; they do "
            "not tell what will happen. A quota is a ceiling, not a promise.",
            "以上数字来自情景的假设与章程的规则，并不说明将来会发生什么。分红额度是上限，不是承诺。",
        )
    )


def _figures(first: "Simulation") -> list[_Figure]:
    money, price = _money_of(first), _price_of(first)
    return [
        ("price at the end", "期末价格", lambda run: run.periods[-1].price, price),
        ("reserve", "底池", lambda run: run.periods[-1].reserve, money),
        ("members", "会员", lambda run: run.members, _number),
        ("sales", "销售额", lambda run: run.operator.sales, money),
        ("profit before the charter", "章程扣除前利润", lambda run: run.operator.profit, money),
        ("left to the operator", "经营者剩余", lambda run: run.operator.margin, money),
        ("dividends", "分红", lambda run: _sum(run, "dividends"), money),
        ("redeemed at will, after the fee", "自愿卖出（扣手续费后）",
         lambda run: _sum(run, "redeemed"), money),
        ("compulsory redemptions", "强制卖出次数", lambda run: _sum(run, "exits"), _number),
        ("  paid for them", "　强制卖出所付", lambda run: _sum(run, "bought_out"), money),
        ("converted into coins", "转换为恒定积分", lambda run: _sum(run, "converted"), money),
        ("members who ever reached their quota", "曾达到额度的会员",
         lambda run: run.ever_out, _share),
        ("got back ÷ spent, the median member", "所得 ÷ 消费，中位会员",
         lambda run: run.back.q50, _share),
        ("  the lowest tenth, at most", "　最低的一成，至多", lambda run: run.back.q10, _share),
        ("  the highest tenth, at least", "　最高的一成，至少", lambda run: run.back.q90, _share),
        ("points held by the top 1 %", "前 1 % 会员持有的积分", lambda run: run.held.top_1, _share),
        ("points held by the top 10 %", "前 10 % 会员持有的积分",
         lambda run: run.held.top_10, _share),
        ("if sales stop and all redeem: paid", "若停售且全部卖出：所付",
         lambda run: run.stop.paid, money),
        ("  the median member has back", "　中位会员共收回", lambda run: run.stop.back.q50, _share),
        ("  members who have all of it back", "　收回全部消费的会员",
         lambda run: run.stop.whole, _share),
    ]  # fmt: skip


def _sum(run: "Simulation", name: str) -> int:
    return sum(getattr(period, name) for period in run.periods)


def _median(runs: "Sequence[Simulation]", value: Callable[["Simulation"], float | None]) -> float:
    return median(value(run) or 0 for run in runs)


def _print_one(runs: "Sequence[Simulation]") -> None:
    first = runs[0]
    rows = []
    for english, chinese, value, write in _figures(first):
        values = sorted(value(run) or 0 for run in runs)
        row = [say(english, chinese), write(median(values))]
        if len(runs) > 1:
            row += [write(values[0]), write(values[-1])]
        rows.append(row)
    seeds = say(f"{len(runs)} seeds, the median", f"{len(runs)} 个种子的中位数")
    header = ["", seeds, say("least", "最小"), say("most", "最大")] if len(runs) > 1 else ["", ""]
    last = first.periods[-1].last_day
    title = say(
        f"{first.scenario} · until {last}, in {first.currency} · {first.gear} gear",
        f"{first.scenario} · 至 {last}，金额单位 {first.currency} · {_gear(first.gear)}",
    )
    show.table(title, header, rows)
    _print_periods(first)
    _print_cohorts(first)
    prices = [Fraction(period.price) / 10**first.exponent for period in first.periods]
    show.console.print()
    show.chart(
        prices,
        (first.periods[0].last_day, last),
        title="  "
        + say(
            f"Price in {first.currency} a point, seed {first.seed}",
            f"价格，每积分 {first.currency}，种子 {first.seed}",
        ),
        scale=lambda value: show.decimal(value, 2),
    )


def _gear(gear: str) -> str:
    return {"exact": "精确档", "fast": "快速档"}[gear]


def _by_year(periods: "Sequence[Period]") -> "list[tuple[str, list[Period]]]":
    """Group periods by year, or leave them single where they are few."""
    if len(periods) <= _ROWS_MAX:
        return [(period.last_day, [period]) for period in periods]
    length: Final = 4 if periods[-1].last_day[:4] != periods[0].last_day[:4] else 7
    return [(name, list(group)) for name, group in groupby(periods, lambda p: p.last_day[:length])]


def _print_periods(run: "Simulation") -> None:
    money, price = _money_of(run), _price_of(run)
    rows = [
        [
            name,
            money(sum(period.sales for period in periods)),
            money(sum(period.dividends for period in periods)),
            money(sum(period.redeemed + period.bought_out for period in periods)),
            _number(sum(period.exits for period in periods)),
            money(periods[-1].reserve),
            price(periods[-1].price),
        ]
        for name, periods in _by_year(run.periods)
    ]
    header = [
        "",
        say("sales", "销售额"),
        say("dividends", "分红"),
        say("redeemed", "卖出"),
        say("compelled", "强制"),
        say("reserve", "底池"),
        say("price", "价格"),
    ]
    show.table(say(f"Seed {run.seed}", f"种子 {run.seed}"), header, rows)


def _print_cohorts(run: "Simulation") -> None:
    """Say of joining months what their members spent and got; of many, a spread of them."""
    some = [cohort for cohort in run.cohorts if cohort.members]
    step = -(-len(some) // _ROWS_MAX)
    money = _money_of(run)
    ended = date.fromisoformat(run.periods[-1].last_day)

    def days(value: float | None) -> str:
        return "–" if value is None else _number(value)

    rows = [
        [
            cohort.month,
            _number(cohort.members),
            money(cohort.spent),
            money(cohort.dividends + cohort.redeemed + cohort.bought_out + cohort.coins),
            money(cohort.held),
            _share(cohort.back.q50 or 0),
            days(cohort.days_to[1].q50),
            days(cohort.days_to[2].q50),
        ]
        for cohort in some[::step]
    ]
    header = [
        say("joined", "加入月份"),
        say("members", "会员"),
        say("spent", "消费"),
        say("got", "所得"),
        say("held", "仍持有"),
        say("got back", "收回"),
        say("to 50 %", "至 50 %"),
        say("to 100 %", "至 100 %"),
    ]
    title = say(f"Who joined when, by {ended}", f"各加入月份的会员，到 {ended} 为止")
    show.table(title, header, rows)
    show.paragraph(
        say(
            "Got: dividends, money and coins for points. Held: what their points would be paid. Of "
            "the median member: the share of the spend got back, and the days to 50 and 100 % of "
            "it; a dash where half of them are not there yet.",
            "所得：分红，以及以积分换得的现金与恒定积分。仍持有：积分若卖出可得。"
            "后三列取中位会员：收回的消费比例，收回 50 % 与 100 % 所用天数；半数尚未达到时为“–”。",
        ),
        indent="  ",
        style="dim",
    )


def _print_several(by_settings: "dict[tuple[tuple[str, str], ...], list[Simulation]]") -> None:
    """Print one row for each point of a grid: medians over its seeds."""
    first = next(iter(by_settings.values()))[0]
    shown = [0, 5, 11, 12, 17, 19]
    figures = [_figures(first)[number] for number in shown]
    labels = [
        ", ".join(f"{key} = {value}" for key, value in settings) or say("as it is", "不变")
        for settings in by_settings
    ]
    for number, label in enumerate(labels, start=1):
        show.paragraph(f"{number}: {label}")
    rows = [
        [str(number), *(write(_median(runs, value)) for _, _, value, write in figures)]
        for number, runs in enumerate(by_settings.values(), start=1)
    ]
    header = [
        "",
        say("price at the end", "期末价格"),
        say("left to the operator", "经营者剩余"),
        say("ever reached quota", "曾达到额度"),
        say("median got back", "中位收回"),
        say("if sales stop, paid", "停售时所付"),
        say("all back", "收回全部"),
    ]
    last = first.periods[-1].last_day
    title = say(
        f"{first.scenario} · until {last}, in {first.currency} · medians of the seeds",
        f"{first.scenario} · 至 {last}，金额单位 {first.currency} · 各种子的中位数",
    )
    show.table(title, header, rows)
