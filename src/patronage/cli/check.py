"""`patronage check`: is a charter sound? Judged by reasoning, promise by promise."""

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from patronage.cli import show
from patronage.cli.files import read_charter
from patronage.cli.findings import sentence, title
from patronage.cli.words import fail, say
from patronage.economy import Charter
from patronage.lab.check import Assumptions, Number, Report, Share
from patronage.lab.check import check as judge

_MARKS = {
    "holds": ("✓", "green"),
    "warning": ("!", "yellow"),
    "fails": ("✗", "bold red"),
    "note": ("·", "cyan"),
}
_DECIMAL = re.compile(r"([0-9]{1,18})(?:\.([0-9]{1,18}))?", re.ASCII)
_BASKET_MAX = 10**12
_SALES_MAX = 10**15


def check(
    charter: Annotated[
        Path, typer.Argument(help=say("The charter, a TOML file.", "章程（TOML 文件）。"))
    ],
    basket: Annotated[
        str | None,
        typer.Option(
            help=say("The average order, in money; 100 if not given.", "平均每单金额；默认 100。")
        ),
    ] = None,
    sales_per_day: Annotated[
        str | None,
        typer.Option(
            help=say("Sales a day, in money; 10000 if not given.", "每日销售额；默认 10000。")
        ),
    ] = None,
    margin: Annotated[
        str | None,
        typer.Option(
            help=say(
                "Profit's share of sales, like 0.4; unknown without it.",
                "利润占销售额的比例，如 0.4；不给则视为未知。",
            )
        ),
    ] = None,
    referred: Annotated[
        str,
        typer.Option(
            help=say("The share of orders that have a referrer.", "有推荐人的订单所占比例。")
        ),
    ] = "0.5",
    members: Annotated[
        int | None,
        typer.Option(
            min=1, help=say("How many members share these sales.", "由多少会员产生这些销售。")
        ),
    ] = None,
    as_json: Annotated[  # noqa: FBT002  (typer's form of an option)
        bool,
        typer.Option(
            "--json",
            help=say("Print the findings as one JSON object.", "以一个 JSON 对象输出结论。"),
        ),
    ] = False,
) -> None:
    """Judge a charter by reasoning: exit code 0 sound, 1 with warnings, 2 refused."""
    rules = read_charter(charter)
    report = judge(
        rules,
        Assumptions(
            basket_minor=_money(basket, "--basket", 100, rules),
            sales_minor=_money(sales_per_day, "--sales-per-day", 10_000, rules),
            margin=None if margin is None else _rate(margin, "--margin"),
            referred=_rate(referred, "--referred"),
            members=members,
        ),
    )
    if as_json:
        typer.echo(json.dumps(_document(report), indent=2))
    else:
        _render(report)
    if not report.is_sound:
        raise typer.Exit(1)


def _decimal(text: str) -> Fraction | None:
    return Fraction(text) if _DECIMAL.fullmatch(text) else None


def _money(text: str | None, option: str, default: int, charter: Charter) -> int:
    """Read money exactly, as minor units; an order's bounds are the rule book's."""
    value = Fraction(default) if text is None else _decimal(text)
    minor = None if value is None else value * 10**charter.minor_unit_exponent
    most = _BASKET_MAX if option == "--basket" else _SALES_MAX
    if minor is None or minor.denominator != 1 or not 1 <= minor <= most:
        example = show.money(100 * 10**charter.minor_unit_exponent, charter)
        fail(
            f'{option} "{text}" is no amount in {charter.currency}; write it like {example}.',
            f'{option} "{text}" 不是 {charter.currency} 金额；请写成 {example} 的样子。',
        )
    return int(minor)


def _rate(text: str, option: str) -> Fraction:
    value = _decimal(text)
    if value is None or value > 1:
        fail(
            f'{option} "{text}" is no share; write a decimal from 0 to 1, like 0.4.',
            f'{option} "{text}" 不是比率；请写 0 到 1 之间的小数，如 0.4。',
        )
    return value


def _render(report: Report) -> None:
    charter = report.charter
    heading = say("Charter check", "章程审查")
    show.console.print(Text(f"\n{heading}: {charter.name} ({charter.currency})", style="bold"))
    show.paragraph(_assumed(report), style="dim")
    for finding in report.findings:
        mark, style = _MARKS[finding.verdict]
        show.console.print()
        show.console.print(Text.assemble((mark, style), " ", (title(finding), "bold")))
        show.paragraph(sentence(finding, charter), indent="  ")
        for inequality in filter(None, finding.inequality.split(";  ")):
            show.paragraph(inequality, indent="    ", style="dim")
    show.console.print()
    _render_shares(report)
    _render_milestones(report)
    show.paragraph(_summary(report), style="bold")


def _assumed(report: Report) -> str:
    charter, assumed = report.charter, report.assumptions
    basket = show.money(assumed.basket_minor, charter)
    sales = show.money(assumed.sales_minor, charter)
    margin = say("margin not given", "未给出利润率")
    if assumed.margin is not None:
        share = _per_cent(assumed.margin)
        margin = say(f"margin {share}", f"利润率 {share}")
    referrer = ""
    if charter.referral_micro is not None:
        share = _per_cent(assumed.referred)
        referrer = say(f"{share} of them with a referrer, ", f"其中 {share} 有推荐人，")
    return say(
        f"Assumed: equal orders of {basket}, {referrer}{sales} of sales every day, {margin}.",
        f"假定：每笔订单 {basket}，{referrer}每天销售额 {sales}，{margin}。",
    )


def _per_cent(value: Fraction) -> str:
    text = show.decimal(round(value * 100, 2), 2)
    return text.rstrip("0").rstrip(".") + " %"


def _render_shares(report: Report) -> None:
    charter = report.charter
    names = {
        "reserve": say("to the reserve", "进入底池"),
        "buyer": say("  the buyer's points", "  买家的积分"),
        "referrer": say("  the referrer's points", "  推荐人的积分"),
        "lift": say("  lifts all holders' points", "  抬升全体持有人的积分"),
        "dividend": say("to the dividend pool", "进入分红池"),
        "rest": say("for goods and operator, dividend included", "留给商品和运营方（含分红）"),
        "goods": say("goods, at the margin given", "商品成本（按给出的利润率）"),
        "operator": say("the operator keeps", "运营方所得"),
    }
    profit = say("of profit", "利润")

    def cell(share: Share, value: Fraction) -> str:
        if share.of == "money":
            return show.decimal(value, charter.minor_unit_exponent)
        return say(f"{_per_cent(value)} {profit}", f"{profit}的 {_per_cent(value)}")

    header = ["", ""]
    if charter.referral_micro is not None:
        header = ["", say("without referrer", "无推荐人"), say("with referrer", "有推荐人")]
    rows = []
    for share in report.shares:
        row = [names[share.part], cell(share, share.without)]
        if charter.referral_micro is not None:
            row.append(cell(share, share.referred))
        rows.append(row)
    hundred = show.money(100 * 10**charter.minor_unit_exponent, charter)
    show.table(
        say(f"Where each {hundred} goes, at the opening", f"每 {hundred} 的去向（开业时）"),
        header,
        rows,
    )


def _render_milestones(report: Report) -> None:
    if not report.milestones:
        return
    exponent = report.charter.minor_unit_exponent
    rows = []
    for row in report.milestones:
        after = say(f"{row.orders:,.0f} orders", f"{row.orders:,.0f} 笔订单")
        if row.by_days:
            years = round(row.days) // 365
            after = say(f"{row.days:,.0f} days", f"{row.days:,.0f} 天")
            if years:
                after = say(f"{years} year{'s' * (years > 1)}", f"{years} 年")
        rows.append(
            [
                after,
                f"{row.sales:,.0f}",
                show.decimal(Fraction(row.reserve), 0),
                show.decimal(Fraction(row.circulating), 0 if row.circulating >= 1000 else 2),
                show.decimal(Fraction(row.price), max(exponent, 4) if row.price < 1000 else 2),
            ]
        )
    show.table(
        say("The growth law, nobody redeeming", "增长规律（假定无人卖出）"),
        [
            say("after", "经过"),
            say("sales", "销售额"),
            say("reserve", "底池"),
            say("circulating", "流通量"),
            say("price", "价格"),
        ],
        rows,
    )


def _summary(report: Report) -> str:
    holds, warned, failed = (report.count(v) for v in ("holds", "warning", "fails"))
    if report.is_sound:
        return say(
            f"Sound: all {holds} promises hold.",
            f"稳妥：{holds} 项承诺全部成立。",
        )
    counts = [
        (
            holds,
            say(f"{holds} promise{'s hold' if holds > 1 else ' holds'}", f"{holds} 项承诺成立"),
        ),
        (warned, say(f"{warned} with a warning", f"{warned} 项有警告")),
        (failed, say(f"{failed} not kept", f"{failed} 项不成立")),
    ]
    listed = say(", ", "，").join(text for count, text in counts if count)
    return say(f"Not sound as it stands: {listed}.", f"尚不稳妥：{listed}。")


def _document(report: Report) -> dict[str, Any]:
    charter, assumed = report.charter, report.assumptions
    unit = 10**charter.minor_unit_exponent
    return {
        "charter": charter.name,
        "currency": charter.currency,
        "sound": report.is_sound,
        "assumptions": {
            "basket": _plain(Fraction(assumed.basket_minor, unit)),
            "sales_per_day": _plain(Fraction(assumed.sales_minor, unit)),
            "margin": _plain(assumed.margin),
            "referred": _plain(assumed.referred),
            "members": assumed.members,
        },
        "findings": [
            {
                "code": finding.code,
                "verdict": finding.verdict,
                "case": finding.case,
                "inequality": finding.inequality,
                "numbers": {name: _plain(value) for name, value in finding.numbers.items()},
            }
            for finding in report.findings
        ],
        "shares": [
            {
                "part": share.part,
                "of": share.of,
                "without_referrer": _plain(share.without),
                "with_referrer": _plain(share.referred),
            }
            for share in report.shares
        ],
        "growth": [
            {name: _plain(value) for name, value in row._asdict().items() if name != "by_days"}
            for row in report.milestones
        ],
    }


def _plain(value: Number) -> str | int | None:
    """Write a number for JSON: integers as such, decimals as texts, without exponent.

    Fractions are exact if twelve decimals suffice; floats have ten significant figures.
    """
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        text = f"{value:.9e}"
        mantissa, _, exponent = text.partition("e")
        value = Fraction(mantissa) * Fraction(10) ** int(exponent)
    if value.denominator == 1:
        return str(value.numerator)
    places = 12 if abs(value) >= 1 else 24
    scaled = f"{abs(round(value * 10**places)):0{places + 1}d}"
    fraction = scaled[-places:].rstrip("0")
    sign = "-" if value < 0 else ""
    return sign + scaled[:-places] + (f".{fraction}" if fraction else "")
