"""The last part of a report: the operator's side, and what else could have been."""

from patronage.lab.report import charts
from patronage.lab.report.document import Chart, Column, Figure, Part, Section, Table
from patronage.lab.report.language import Language, money, percent, price, whole
from patronage.lab.report.material import Material, Neighbour, price_of
from patronage.lab.report.names import FIGURES
from patronage.lab.report.people import quantile_columns
from patronage.lab.simulation import Simulation


def operator(material: Material, language: Language) -> Section:
    """Show what is left to the operator after everything the charter takes."""
    say, one, exponent = language.say, material.run.operator, material.exponent
    taken = one.contributions + one.dividend_contributions
    sales = one.sales or 1
    rows: list[tuple[object, ...]] = []
    if material.knows_profit:
        rows.append((say("profit on the orders", "订单利润"), one.profit, one.profit / sales))
    rows += [
        (
            say("− contributions to the reserve", "− 入池款"),
            -one.contributions,
            -one.contributions / sales,
        ),
        (
            say("− contributions to dividends", "− 分红入池款"),
            -one.dividend_contributions,
            -one.dividend_contributions / sales,
        ),
    ]
    if material.knows_profit:
        rows.append((say("left to the operator", "运营方留存"), one.margin, one.margin / sales))
    else:
        rows.append((say("taken together", "合计取走"), -taken, -taken / sales))
    table = Table(
        "operator",
        "",
        [
            Column("item", "", "text"),
            Column("amount", material.charter.currency, "money"),
            Column("share", say("of sales", "占销售额"), "share"),
        ],
        rows,
        has_total=True,
    )
    text = say(
        f"Sales less refunds: {whole(one.sales, exponent)} {material.charter.currency}. Returned "
        "orders take their profit and what they brought in with them. Costs that no order carries "
        "(rent, wages, advertising, tax) are still to be paid from what is left.",
        f"销售额（已减退款）：{whole(one.sales, exponent)} {material.charter.currency}。"
        "退货的订单连同其利润与入池款一并扣除。不由订单承担的成本（租金、工资、广告、税）还须从留存中支付。",
    )
    parts: list[Part] = [text, table]
    if not material.knows_profit:
        parts.append(
            say(
                f"The profit is not known. With a profit below {percent(taken / sales)} of sales "
                "the operator would pay more into this than the orders earn.",
                f"利润未知。若利润低于销售额的 {percent(taken / sales)}，"
                "运营方投入的将多于订单所赚。",
            )
        )
    elif one.margin < 0:
        parts.append(
            say(
                "The charter takes more than these orders earn: at this profit it cannot be "
                "kept up.",
                "章程取走的多于这些订单所赚：按此利润无法持续。",
            )
        )
    if one.founding:
        parts.append(
            say(
                f"Apart from this, {money(one.founding, exponent)} of founding money lies in the "
                "reserve for good.",
                f"此外，{money(one.founding, exponent)} 的创始储备一直留在底池中。",
            )
        )
    return Section("operator", say("The operator's margin", "运营方利润"), parts)


def stop(material: Material, language: Language) -> Section:
    """Say what happens if sales stop the day after."""
    say, run, exponent = language.say, material.run, material.exponent
    one, currency = run.stop, material.charter.currency
    paid = one.paid + one.coins
    figures = [
        Figure(
            say("All holders together would still get", "全体持有人还可得到"),
            whole(paid, exponent),
            say(
                f"{currency}, after the fee, coins included", f"{currency}，扣手续费后，含恒定积分"
            ),
        ),
        Figure(
            say("Members who would have their spend back", "可收回全部消费的会员"),
            percent(one.whole),
            say("of those who spent anything", "占有消费的会员"),
        ),
        Figure(
            say("The member in the middle would have", "居中的会员共得"),
            "–" if one.back.q50 is None else percent(one.back.q50),
            say("of what they spent", "占其消费"),
        ),
    ]
    texts: list[Part] = [
        say(
            "If no further order comes, no order lifts the price any more, and there is no profit "
            "to divide. Only fees of those who redeem, and money the operator chooses to "
            "add, still "
            "can lift it.",
            "如果不再有订单，就没有订单抬升价格，也没有利润可分。只有卖出者的手续费和运营方自愿投入的钱"
            "还能抬升价格。",
        ),
        figures,
        _at_which_price(material, language),
    ]
    table = Table(
        "stop",
        say(
            "Of their spend, so many members would have at most", "占其消费：下列比例的会员至多得到"
        ),
        [
            Column("when", "", "text"),
            *quantile_columns(language, "back", "share"),
        ],
        [
            (say("got back so far", "目前已得回"), *run.back),
            (say("if everyone redeems", "若人人卖出"), *one.back),
        ],
    )
    return Section("stop", say("If sales stop tomorrow", "如果明天停止销售"), [*texts, table])


def _at_which_price(material: Material, language: Language) -> str:
    say, run, currency = language.say, material.run, material.charter.currency
    left = whole(sum(cohort.quota_left for cohort in run.cohorts), material.exponent)
    end = price_of(run.periods[-1])
    if end is None:
        return say(
            f"Nobody holds points any more. {left} {currency} of quota will never be used: a quota "
            "is a ceiling, and no money stands behind it.",
            f"已没有人持有积分。另有 {left} {currency} 的额度将永远用不上：额度是上限，"
            "背后并没有钱。",
        )
    told = price(end, material.exponent)
    return say(
        f"This is so if everyone redeems on the next day at {told} {currency} a point. {left} "
        f"{currency} of quota would never be used: a quota is a ceiling, and no money "
        "stands behind "
        "it.",
        f"以上按所有人次日以每积分 {told} {currency} 卖出计算。另有 {left} {currency} 的额度"
        "将永远用不上：额度是上限，背后并没有钱。",
    )


def sensitivity(material: Material, language: Language) -> Section | None:
    """Show what the same orders come to if one figure of the charter is another."""
    base = material.base
    if base is None or not material.neighbours:
        return None
    say, own = language.say, _compared(base)
    step = percent(material.step, 0)
    less, more = say(f"{step} less", f"减 {step}"), say(f"{step} more", f"增 {step}")
    text = say(
        "The same orders and the same behaviour under charters that differ in one figure. In "
        "truth people would behave differently under another charter; this shows the "
        "arithmetic alone.",
        "订单与行为相同，只有章程的一项参数不同。换一份章程，人们的行为其实也会不同；"
        "这里只展示算术上的差别。",
    )
    keys = list(dict.fromkeys(one.key for one in material.neighbours))

    def changes(figure: str, *, is_more: bool) -> list[charts.Value]:
        """Return by how many percentage points a figure differs, for each key."""
        moved: dict[str, charts.Value] = dict.fromkeys(keys)
        for one in material.neighbours:
            if one.run is not None and one.is_more == is_more:
                moved[one.key] = round((_compared(one.run)[figure] - own[figure]) * 100, 3)
        return list(moved.values())

    drawn = [
        Chart(
            title,
            unit,
            charts.lying(
                [say(*FIGURES[key]) for key in keys],
                {less: changes(figure, is_more=False), more: changes(figure, is_more=True)},
            ),
            height=50 + 44 * len(keys),
        )
        for figure, title, unit in (
            (
                "back_held",
                say("What members got back and still hold: the change", "会员已得回与仍持有：变化"),
                say("percentage points of the spend", "百分点（占消费）"),
            ),
            (
                "taken",
                say("What the charter takes: the change", "章程所取：变化"),
                say("percentage points of sales", "百分点（占销售额）"),
            ),
        )
    ]
    rows: list[tuple[object, ...]] = [
        (say("the charter itself", "章程本身"), "", price_of(base.periods[-1]), *own.values()),
        *(_row(one, language) for one in material.neighbours),
    ]
    table = Table(
        "sensitivity",
        say(f"One figure {step} less, or {step} more", f"一项参数减少或增加 {step}"),
        [
            Column("figure", say("figure", "参数"), "text"),
            Column("value", say("value", "取值"), "text"),
            Column("price", say("price at the end", "期末价格"), "price"),
            Column(
                "back_held", say("members have, of their spend", "会员所得与持有，占消费"), "share"
            ),
            Column("ever_out", say("reached the quota", "曾达额度"), "share"),
            Column("taken", say("the charter takes, of sales", "章程所取，占销售额"), "share"),
        ],
        rows,
    )
    title = say("If the charter were another", "如果章程不同")
    return Section("sensitivity", title, [text, *drawn, table])


def _compared(run: Simulation) -> dict[str, float]:
    """Return the figures by which charters are compared."""
    got = sum(one.dividends + one.redeemed + one.bought_out + one.coins for one in run.cohorts)
    held = sum(one.held for one in run.cohorts)
    taken = run.operator.contributions + run.operator.dividend_contributions
    return {
        "back_held": (got + held) / (run.spent or 1),
        "ever_out": run.ever_out,
        "taken": taken / (run.operator.sales or 1),
    }


def _row(one: Neighbour, language: Language) -> tuple[object, ...]:
    name = language.say(*FIGURES[one.key])
    if one.run is None:
        refused = language.say(f"{one.value}: refused", f"{one.value}：不被允许")
        return (name, refused, None, None, None, None)
    return (name, one.value, price_of(one.run.periods[-1]), *_compared(one.run).values())
