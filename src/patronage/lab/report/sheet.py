"""The disclosure sheet: one printed page that says in plain language what the numbers say."""

from html import escape

from patronage.economy.charter import MICRO
from patronage.lab.report.language import Language, decimal, percent, price, whole
from patronage.lab.report.material import Material, price_of
from patronage.lab.report.page import head
from patronage.lab.simulation import LEVELS, Cohort

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def sheet(material: Material, language: Language) -> str:
    """Write the sheet as one HTML file without scripts."""
    say, run, exponent = language.say, material.run, material.exponent
    name = material.charter.name
    title = (
        say(f"{name}: what points brought, on one page", f"{name}：积分带来了什么（一页说明）")
        if material.is_past
        else say(
            f"{name}: what points bring in a calculation, on one page",
            f"{name}：推算中积分带来什么（一页说明）",
        )
    )
    first, last = material.since_until()
    orders = decimal(sum(period.orders for period in run.periods), 0)
    members = decimal(run.members, 0)
    source = (
        say(
            f"Computed from past orders of {first} to {last}: {orders} orders of {members} "
            "members, "
            f"under this mall's charter. Money in {material.charter.currency}.",
            f"依据 {first} 至 {last} 的过去订单计算：{members} 位会员的 {orders} 笔订单，"
            f"适用本商城的章程。金额单位 {material.charter.currency}。",
        )
        if material.is_past
        else say(
            f"Computed from assumed orders of {first} to {last}, {orders} by {members} members: a "
            f"calculation, not what has happened. Money in {material.charter.currency}.",
            f"依据 {first} 至 {last} 的假定订单计算，{members} 位会员共 {orders} 笔：这是推算，"
            f"并非已发生的事。金额单位 {material.charter.currency}。",
        )
    )
    blocks = [
        (say("Where the money comes from", "钱从哪里来"), _source(material, language)),
        (say("What members got back", "会员得回了多少"), _got(material, language)),
        (say("Early and late members", "先来与后到"), _early(material, language)),
        (say("How many got how far", "多少人走到哪一步"), _far(material, language)),
        (say("The quota is a ceiling", "额度是上限"), _quota(material, language)),
        (say("If sales stop tomorrow", "如果明天停止销售"), _stop(material, language)),
        (say("Whether the operator can go on", "运营方能否持续"), _operator(material, language)),
        (say("What else you should know", "还应知道"), _risks(language)),
    ]
    body = "".join(
        f"<section><h2>{escape(name)}</h2><p>{escape(text)}</p></section>" for name, text in blocks
    )
    advice = say(
        "Buy here because you want the goods at their price; whatever points bring on top, treat "
        "as uncertain.",
        "请因为想要商品、认可其价格而购买；积分另外带来的，都当作不确定的。",
    )
    assumed = material.assumptions[0]
    end = price_of(run.periods[-1])
    at_end = say("none at the end, as nothing circulates", "期末没有积分流通，没有价格")
    if end is not None:
        at_end = say(f"{price(end, exponent)} at the end", f"期末 {price(end, exponent)}")
    note = say(
        f"Price of a point: {price(run.first_price, exponent)} at the start, "
        f"{at_end}. {assumed} What was, or was "
        "computed, does not tell what will be. Made with Patronage.",
        f"每积分价格：期初 {price(run.first_price, exponent)}，{at_end}。"
        f"{assumed}过去与推算都不说明将来。由惠顾生成。",
    )
    return (
        head(language, title, "sheet.css", _POLICY)
        + f"<body><main><h1>{escape(title)}</h1><p>{escape(source)}</p>{_bars(material, language)}"
        + f'<div class="blocks">{body}</div><p class="advice">{escape(advice)}</p>'
        + f"<footer><p>{escape(note)}</p></footer></main></body></html>\n"
    )


def _bars(material: Material, language: Language) -> str:
    """Show what became of each 100 that members spent, as bars with their numbers."""
    say, run = language.say, material.run
    spent = run.spent or 1
    got = _sum(material, "dividends", "redeemed", "bought_out", "coins") * 100 / spent
    held = _sum(material, "held") * 100 / spent
    rows = (
        (say("spent", "消费"), 100.0),
        (say("got back so far, money and coins", "目前已得回（现金与恒定积分）"), got),
        (say("still held, after the fee", "仍持有（扣手续费后）"), held),
    )
    title = say("Of each 100 that members spent", "会员每消费 100")
    cells = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{decimal(value, 2)}</td>'
        f'<td><svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{min(value, 100):.2f}" height="8"/></svg></td></tr>'
        for name, value in rows
    )
    return f"<table><caption>{escape(title)}</caption><tbody>{cells}</tbody></table>"


def _sum(material: Material, *fields: str) -> int:
    return sum(getattr(one, field) for one in material.run.cohorts for field in fields)


def _source(material: Material, language: Language) -> str:
    charter = material.charter
    rate, grant = _rate(charter.reserve_micro), _rate(charter.grant_micro)
    of, zh_of = (
        ("of each order's money", "每笔订单的付款中")
        if charter.reserve_of == "revenue"
        else ("of each order's profit", "每笔订单的利润中")
    )
    text = language.say(
        f"From orders: {rate} {of} goes into a common reserve, and the buyer's points are worth at "
        f"most {grant} of that. A point's price rises because orders pay in more than their own "
        "points are worth: what holders of today gain is paid by buyers of tomorrow. ",
        f"来自订单：{zh_of}，{rate} 进入共同的底池，买家的积分至多值其中的 {grant}。"
        "价格上升，是因为订单投入的多于其自身积分的价值：今天持有人的所得，由明天的买家支付。",
    )
    if charter.dividend_micro:
        share = _rate(charter.dividend_micro)
        text += language.say(
            f"Dividends are {share} of the operator's profit; without profit there are none.",
            f"分红是运营方利润的 {share}；没有利润就没有分红。",
        )
    return text


def _rate(micro: int) -> str:
    return percent(micro / MICRO, 2).replace(".00", "")


def _got(material: Material, language: Language) -> str:
    back = material.run.back
    if back.q50 is None or back.q90 is None:
        return language.say("Nobody has spent anything.", "还没有人消费。")
    low, high = percent(back.q50), percent(back.q90)
    return language.say(
        f"Half of the members have got back {low} of what they spent or less, nine in ten "
        f"{high} or "
        "less: dividends, money for points after the fee, and coins. The rest paid for the goods; "
        "none of it was ever promised back.",
        f"一半会员得回的不超过其消费的 {low}，十人中有九人不超过 {high}：包括分红、卖出积分"
        "（扣手续费后）的钱和恒定积分。其余的钱付的是商品，从未承诺返还。",
    )


def _early(material: Material, language: Language) -> str:
    enough = material.run.members / 100  # a month with less than 1 % of the members tells little
    ones = [
        one for one in material.run.cohorts if one.back.q50 is not None and one.members >= enough
    ]
    if len(ones) < 2:
        return language.say("There is only one joining month so far.", "目前只有一个加入月份。")
    told = [
        (one.month, percent(one.back.q50 or 0), percent(one.back_held.q50 or 0))
        for one in (ones[0], ones[-1])
    ]
    (early, got, having), (late, late_got, late_having) = told
    return language.say(
        f"Who joined in {early}: half got back at most {got}, with the points still held {having}. "
        f"Who joined in {late}: {late_got}, with points {late_having}. Those who come later wait "
        "longer, for the same order lifts a larger reserve by less.",
        f"{early} 加入者：一半人得回至多 {got}，连同仍持有的积分为 {having}。{late} 加入者："
        f"{late_got}，连同积分为 {late_having}。后来者要等得更久，因为底池越大，"
        "同样的订单抬升得越少。",
    )


def _far(material: Material, language: Language) -> str:
    cohorts = material.run.cohorts
    members = sum(one.members for one in cohorts) or 1

    def reached(number: int) -> str:
        return percent(sum(one.reached[number] * one.members for one in cohorts) / members)

    told = dict(zip(LEVELS, map(reached, range(len(LEVELS))), strict=True))
    quarter, half, all_, twice = told.values()
    text = language.say(
        f"Within this time {quarter} of the members have ever got back a quarter of what they had "
        f"spent, {half} a half, {all_} all of it, {twice} twice of it. ",
        f"在此期间，{quarter} 的会员曾得回当时消费的四分之一，{half} 得回一半，{all_} 得回全部，"
        f"{twice} 得回两倍。",
    )
    return text + _waited(cohorts[0], language) if cohorts else text


def _waited(first: Cohort, language: Language) -> str:
    """Say how long the first cohort waited for a quarter of its spend."""
    days = first.days_to[0].q50
    if days is None:
        return language.say(
            f"Of those who joined first, in {first.month}, fewer than half have got a quarter.",
            f"最早（{first.month}）加入的会员中，得回四分之一的还不到一半。",
        )
    return language.say(
        f"For a quarter, half of those who joined first, in {first.month}, waited at most "
        f"{decimal(days, 0)} days.",
        f"最早（{first.month}）加入的会员中，一半人在 {decimal(days, 0)} 天内得回四分之一。",
    )


def _quota(material: Material, language: Language) -> str:
    multiple = decimal(100 * material.charter.multiple_micro / MICRO, 2)
    share = percent(material.run.ever_out, 2)
    reached = language.say(
        f"{share} of the members have ever reached their quota; their points were then redeemed by "
        "themselves.",
        f"曾达到额度的会员占 {share}；达到时其积分自动全部卖出。",
    )
    if not material.run.ever_out:
        reached = language.say("No member has ever reached it.", "还没有会员达到过。")
    return language.say(
        f"An order of 100.00 allows at most {multiple} to be paid to its buyer. {reached} Nobody "
        "owes you your quota.",
        f"一笔 100.00 的订单，至多允许付给买家 {multiple}。{reached}没有人欠您这笔额度。",
    )


def _stop(material: Material, language: Language) -> str:
    stop = material.run.stop
    left = whole(_sum(material, "quota_left"), material.exponent)
    middle = "–" if stop.back.q50 is None else percent(stop.back.q50)
    return language.say(
        "Then no order lifts the price and there is no profit to divide. If everyone redeemed, the "
        f"member in the middle would end with {middle} of what they spent, "
        f"{percent(stop.whole)} of "
        f"the members with all of it or more; {left} of quota would never be paid.",
        f"那时没有订单抬升价格，也没有利润可分。若人人卖出，居中的会员总共得到其消费的 {middle}，"
        f"得到全部或更多的会员占 {percent(stop.whole)}；另有 {left} 的额度永远不会支付。",
    )


def _operator(material: Material, language: Language) -> str:
    one = material.run.operator
    sales = one.sales or 1
    taken = percent((one.contributions + one.dividend_contributions) / sales)
    if not material.knows_profit:
        return language.say(
            f"The charter takes {taken} of sales. What the operator earns on the orders is "
            "not known "
            "here; if it is less, this cannot be kept up.",
            f"章程取走销售额的 {taken}。运营方在订单上赚多少，这里未知；若少于此，则无法持续。",
        )
    left = percent(abs(one.margin) / sales)
    if one.margin < 0:
        return language.say(
            f"The charter takes {taken} of sales, and that is {left} of sales more than the orders "
            "earn. At this profit it cannot be kept up.",
            f"章程取走销售额的 {taken}，比订单所赚多出销售额的 {left}。按此利润无法持续。",
        )
    return language.say(
        f"The charter takes {taken} of sales; {left} of sales is left to the operator, from which "
        "rent, wages and tax are still to be paid.",
        f"章程取走销售额的 {taken}；运营方留存销售额的 {left}，租金、工资与税还须从中支付。",
    )


def _risks(language: Language) -> str:
    return language.say(
        "You may get back less than you spent, or nothing. The money is in the hands of the "
        "operator: if it is lost, points are worth what is left. The rules can be amended for the "
        "future. Points are no deposit and no security, nothing insures them, there is no market "
        "for them, and no authority has approved them.",
        "您得回的可能少于消费，也可能一无所得。钱在运营方手中：若有损失，积分只值余下的部分。"
        "规则可以对将来作出修订。积分不是存款，也不是证券，没有保险，没有交易市场，也未经任何机关批准。",
    )
