"""The middle of a report: who pays whom, how long it takes, who has how much."""

from collections.abc import Callable
from itertools import pairwise
from typing import Final

from patronage.lab.report import charts
from patronage.lab.report.document import Chart, Column, Kind, Part, Section, Table
from patronage.lab.report.language import Language, decimal, percent
from patronage.lab.report.material import Material
from patronage.lab.simulation import LEVELS, Cohort, Spread

_PARTS: Final[list[tuple[tuple[str, str], Callable[[Cohort], int]]]] = [
    (("dividends", "分红"), lambda one: one.dividends),
    (("redeemed at will", "自愿卖出"), lambda one: one.redeemed),
    (("compulsory redemptions", "强制卖出"), lambda one: one.bought_out),
    (("coins", "恒定积分"), lambda one: one.coins),
    (("still held", "仍持有"), lambda one: one.held),
]


def cohorts(material: Material, language: Language) -> Section:
    """Show for each joining month what its members paid and what they got."""
    say, run = language.say, material.run
    months = [one.month for one in run.cohorts]
    parts: list[Part] = [
        say(
            "A member's joining month is that of their first order or of the first order of "
            "someone they referred. “Got back” is money in hand: dividends, points redeemed after "
            "the fee, coins. “Still held” is what redeeming everything on the last day would "
            "bring, within the quota and after the fee.",
            "加入月份按会员首单（或其所推荐者的首单）计。“已得回”指到手的钱：分红、卖出积分"
            "（扣手续费后）、恒定积分。“仍持有”指期末当日全部卖出可得的钱（在额度之内，扣手续费后）。",
        ),
        Chart(
            say("Of each 100 spent, by joining month", "每消费 100 的所得，按加入月份"),
            say("of 100 spent, all members of the month together", "占消费 100，同月加入者合计"),
            charts.stacked(
                months,
                {
                    say(*words): [round(of(one) * 100 / (one.spent or 1), 2) for one in run.cohorts]
                    for words, of in _PARTS
                },
            ),
        ),
        _ranges(
            say(
                "What a member got back and still holds, of their spend",
                "会员已得回与仍持有，占其消费",
            ),
            say("% of the spend; each member counts once", "占消费的百分比；每位会员计一次"),
            months,
            [one.back_held for one in run.cohorts],
            language,
        ),
        _ranges(
            say("What a member got back, of their spend", "会员已得回，占其消费"),
            say("% of the spend; each member counts once", "占消费的百分比；每位会员计一次"),
            months,
            [one.back for one in run.cohorts],
            language,
        ),
        _cohort_table(material, language),
        _spread_table(material, language),
    ]
    return Section("cohorts", say("Who pays whom, by joining month", "谁付给谁：按加入月份"), parts)


def _ranges(
    title: str, unit: str, months: list[str], spreads: list[Spread], language: Language
) -> Chart:
    say = language.say
    return Chart(
        title,
        unit,
        charts.ranges(
            months,
            [[charts.rounded(_of_100(value), 2) for value in spread] for spread in spreads],
            (
                say("80 % of the members", "80 % 的会员"),
                say("the half in the middle", "居中的一半"),
                say("the member in the middle", "居中的会员"),
            ),
            100,
        ),
        say(
            "A tenth of the members lie below the boxes and a tenth above. At the dashed line "
            "a member has what they spent.",
            "方框之下与之上各有十分之一的会员。虚线处恰等于其消费。",
        ),
    )


def _of_100(value: float | None) -> float | None:
    return None if value is None else value * 100


def _cohort_table(material: Material, language: Language) -> Table:
    say, run = language.say, material.run

    def row(name: str, ones: list[Cohort]) -> tuple[object, ...]:
        members = sum(one.members for one in ones)
        return (
            name,
            members,
            *(sum(getattr(one, field) for one in ones) for field in (
                "spent", "contributions", "dividends", "redeemed", "bought_out", "coins", "held",
                "quota_left",
            )),
            sum(one.ever_out * one.members for one in ones) / (members or 1),
        )  # fmt: skip

    ones = list(run.cohorts)
    rows = [*(row(one.month, [one]) for one in ones), row(say("together", "合计"), ones)]
    return Table(
        "cohorts",
        say(
            f"Money in {material.charter.currency}, by joining month",
            f"按加入月份，金额单位 {material.charter.currency}",
        ),
        [
            Column("month", say("joined", "加入"), "text"),
            Column("members", say("members", "会员"), "count"),
            Column("spent", say("spent", "消费"), "whole"),
            Column("contributions", say("to the reserve", "入池"), "whole"),
            Column("dividends", say("dividends", "分红"), "whole"),
            Column("redeemed", say("redeemed", "自愿卖出"), "whole"),
            Column("bought_out", say("compulsory", "强制卖出"), "whole"),
            Column("coins", say("coins", "恒定积分"), "whole"),
            Column("held", say("still held", "仍持有"), "whole"),
            Column("quota_left", say("quota left (a ceiling)", "剩余额度（上限）"), "whole"),
            Column("ever_out", say("reached the quota", "曾达额度"), "share"),
        ],
        rows,
        has_total=True,
    )


def quantile_columns(language: Language, name: str, kind: Kind) -> list[Column]:
    """Return the columns of a spread: so many of the members have at most what is in them."""
    headings = (
        ("a tenth", "十分之一"),
        ("a quarter", "四分之一"),
        ("half", "一半"),
        ("three quarters", "四分之三"),
        ("nine tenths", "十分之九"),
    )
    return [
        Column(f"{name}_{field}", language.say(*words), kind)
        for field, words in zip(Spread._fields, headings, strict=True)
    ]


def _spread_table(material: Material, language: Language) -> Table:
    say, run = language.say, material.run
    return Table(
        "back",
        say(
            "Got back, of the spend: so many of the members have at most",
            "已得回占消费：下列比例的会员至多有",
        ),
        [
            Column("month", say("joined", "加入"), "text"),
            *quantile_columns(language, "back", "share"),
            *(column._replace(heading=say("with points: ", "含积分：") + column.heading)
              for column in quantile_columns(language, "back_held", "share")),
        ],
        [(one.month, *one.back, *one.back_held) for one in run.cohorts]
        + [(say("everyone", "全体"), *run.back, *run.stop.back)],
    )  # fmt: skip


def times(material: Material, language: Language) -> Section:
    """Show how long it took members to get back so much of their spend."""
    say, run = language.say, material.run
    ones = run.cohorts
    parts: list[Part] = [
        say(
            "Counted from joining to the day on which what a member had got back first reached "
            "that share of what they had spent by then. Who has not reached it yet, and may never, "
            "counts as later than everyone else; a dash says that so many have not reached it "
            "within the time shown. A quota pays in money at most what it allows, less the fee on "
            "redeemed points.",
            "从加入之日算起，到会员已得回首次达到当时消费的该比例为止。尚未达到者（也可能永远达不到）"
            "排在所有人之后；横线表示在所示期间内还没有这么多会员达到。"
            "额度以内的付款，卖出积分的部分还要扣除手续费。",
        )
    ]
    names = [percent(level, 0) for level in LEVELS]
    steps = [_differences((1.0, *one.reached, 0.0)) for one in ones]
    labels = [
        say(f"less than {names[0]}", f"不到 {names[0]}"),
        *(say(f"{low} to {high}", f"{low} 至 {high}") for low, high in pairwise(names)),
        say(f"{names[-1]} and more", f"{names[-1]} 及以上"),
    ]
    parts.append(
        Chart(
            say("How far members ever came", "会员曾达到的程度"),
            say("% of the members of the joining month", "占同月加入会员的百分比"),
            charts.steps(
                [one.month for one in ones],
                {
                    label: [round(step[number] * 100, 2) for step in steps]
                    for number, label in enumerate(labels)
                },
            ),
            say(
                "Of what they had spent by then, got back in dividends, money for points, "
                "and coins.",
                "指已得回（分红、卖出所得、恒定积分）占当时消费的比例。",
            ),
        )
    )
    for number, level in enumerate(LEVELS):
        if any(one.days_to[number].q25 is not None for one in ones):
            parts.append(_waiting(material, language, number, level))
    parts.append(
        Table(
            "times",
            say("Days until so many of the members had got back", "多少天后，下列比例的会员已得回"),
            [
                Column("month", say("joined", "加入"), "text"),
                Column("level", say("of the spend", "占消费"), "share"),
                Column("reached", say("reached by the end", "期末已达到"), "share"),
                *quantile_columns(language, "days", "days"),
            ],
            [
                (one.month, level, one.reached[number], *one.days_to[number])
                for one in ones
                for number, level in enumerate(LEVELS)
            ],
        )
    )
    return Section("times", say("How long it takes", "需要多久"), parts)


def _differences(falling: tuple[float, ...]) -> list[float]:
    return [one - other for one, other in pairwise(falling)]


def _waiting(material: Material, language: Language, number: int, level: float) -> Chart:
    say, ones = language.say, material.run.cohorts
    return Chart(
        say(
            f"Days until {percent(level, 0)} of the spend was got back",
            f"得回消费的 {percent(level, 0)} 所需天数",
        ),
        say("days from joining", "自加入起的天数"),
        charts.ranges(
            [one.month for one in ones],
            [list(one.days_to[number]) for one in ones],
            (
                say("10 to 90 % of the members", "10 % 至 90 % 的会员"),
                say("25 to 75 %", "25 % 至 75 %"),
                say("half of the members", "一半会员"),
            ),
        ),
        say(
            "A box that is not closed, or missing, says that so many have not come so far.",
            "方框不全或缺失，表示还没有这么多会员达到。",
        ),
        240,
    )


def concentration(material: Material, language: Language) -> Section:
    """Show how unevenly points, and what was paid out, are spread."""
    say, run = language.say, material.run
    rows = [
        (say("points held", "持有的积分"), *run.held),
        (say("what was got back", "已得回的钱"), *run.got),
    ]
    table = Table(
        "concentration",
        "",
        [
            Column("what", "", "text"),
            Column("top_1", say("the top 1 % have", "前 1 % 占"), "share"),
            Column("top_10", say("the top 10 % have", "前 10 % 占"), "share"),
            Column("gini", say("Gini coefficient", "基尼系数"), "share"),
        ],
        rows,
    )
    text = say(
        f"Over all {decimal(run.members, 0)} members who ever joined, those without points "
        "included. A Gini coefficient of 0 % means that all have the same, near 100 % that one has "
        "everything.",
        f"按曾加入的全部 {decimal(run.members, 0)} 位会员计，包括没有积分的。基尼系数 0 % "
        "表示人人相同，"
        "接近 100 % 表示由一人独占。",
    )
    return Section("concentration", say("Concentration", "集中程度"), [text, table])
