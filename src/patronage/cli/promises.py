"""The words for each promise of a charter, as a check has found it."""

from fractions import Fraction

from patronage.cli import show
from patronage.cli.wording import Wording, needs_margin
from patronage.cli.words import say
from patronage.lab.check import Finding


def parties(finding: Finding, n: Wording) -> str:
    """An order's points against its contribution."""
    units = n.charter.per_micro is not None
    referral = bool(n.charter.referral_micro)
    if finding.case == "nothing":
        return say(
            f"An order of {n.money('basket')} rounds to no points: what it contributes "
            f"({n.money('contribution')}) goes to the surplus, and the price does not move.",
            f"一笔 {n.money('basket')} 的订单折算不出任何积分：它的入池款"
            f"（{n.money('contribution')}）归入盈余，价格不动。",
        )
    if finding.case == "no_slack":
        which = say("an order", "一笔订单")
        if referral:
            which = say("an order with a referrer", "一笔有推荐人的订单")
        return say(
            f"Points may take all that {which} brings in: such orders lift nothing, and only "
            "fees, rounding and the operator's own money move the price.",
            f"{which}带来的入池款可能全部变成积分：这样的订单不抬升价格，"
            "只有手续费、舍入和运营方自己的注资会使价格变动。",
        )
    if finding.case == "share":
        return say(
            f"Points take at most {n.share('share')} of what an order brings in; the rest stays "
            "and lifts the price for all holders.",
            f"积分至多占一笔订单入池款的 {n.share('share')}；其余留在底池，为全体持有人抬升价格。",
        )
    most, zh_most = ("at most ", "至多") if units else ("", "")
    referrer = zh_referrer = ""
    if referral:
        referrer = f", a referrer's at most {n.money('referrer_value')}"
        zh_referrer = f"，推荐人的至多值 {n.money('referrer_value')}"
    return say(
        f"An order of {n.money('basket')} brings {n.money('contribution')} into the reserve. The "
        f"buyer's points are worth {most}{n.money('buyer_value')} of it{referrer}; at least "
        f"{n.money('stays')} stays and lifts the price for all holders.",
        f"一笔 {n.money('basket')} 的订单带来 {n.money('contribution')} 入池款。其中买家的积分"
        f"{zh_most}值 {n.money('buyer_value')}{zh_referrer}；至少留下 {n.money('stays')}，"
        "为全体持有人抬升价格。",
    )


def founding(finding: Finding, n: Wording) -> str:
    """Founding points against thin supply."""
    cannot = say(
        "The charter can be studied, but no economy can be opened with it. ",
        "这份章程可以拿来研究，但不能据以开设经济体。",
    )
    match finding.case:
        case "none":
            text = say(
                f"Without founding points the first holders can make supply thin: "
                f"{n.count('orders_until_thin')} orders of {n.money('basket')}, each redeemed "
                f"before the next, and such an order rounds to no points. {cannot}",
                f"没有创始积分，最早的持有人可以使流通过薄：{n.count('orders_until_thin')} 笔 "
                f"{n.money('basket')} 的订单，每笔都在下一笔之前卖出，此后同样的订单就折算不出"
                f"任何积分。{cannot}",
            )
        case "below_a_point":
            text = say(
                f"Founding gives less than one point, too little to keep supply from getting "
                f"thin. {cannot}",
                f"创始储备给出的不足一个积分，不能防止流通过薄。{cannot}",
            )
        case "dear":
            text = say(
                "At this issue price a nano-point is worth at least one minor unit, so orders "
                "lose by rounding whatever the founding: lower the issue price.",
                "按这个发行价，一个纳积分至少值一个最小货币单位，无论创始储备多少，"
                "订单都会因舍入受损：请降低发行价。",
            )
        case "small":
            text = say(
                f"One order of {n.money('basket')} can lift the price by {n.share('lift')}, more "
                "than 1 %: the first holders gain too much from the next few orders. ",
                f"一笔 {n.money('basket')} 的订单可以把价格抬升 {n.share('lift')}，超过 1 %："
                "最早的持有人从随后几笔订单中得利过多。",
            )
        case "coarse":
            text = say(
                "If everybody else redeems, a nano-point can come to be worth more than one minor "
                f"unit ({n.money('minor_unit')}) within 100 years of such sales, and orders lose "
                "by rounding. ",
                f"如果其他人全部卖出，照此销售 100 年之内，一个纳积分可能超过一个最小货币单位"
                f"（{n.money('minor_unit')}），订单会因舍入受损。",
            )
        case _:
            text = say(
                f"Nobody can redeem the {n.points('founding_points')} founding points. However "
                f"many others leave, an order of {n.money('basket')} that gives points lifts the "
                f"price by at most {n.share('lift')}, and in 100 years of such "
                f"sales a nano-point is never worth more than {n.money('minor_unit')}. ",
                f"{n.points('founding_points')} 个创始积分无人可以卖出。无论多少人离场，"
                f"一笔 {n.money('basket')} 且给出积分的订单至多把价格抬升 {n.share('lift')}；"
                f"照此销售 100 年，一个纳积分也不会超过 {n.money('minor_unit')}。",
            )
    return (text + _advice(finding, n)).strip()


def _advice(finding: Finding, n: Wording) -> str:
    text = ""
    if not n.has("recommended") and finding.case != "dear":
        text = say(
            "No founding amount that a charter may have is enough.",
            "章程所允许的任何创始储备都不够。",
        )
    if n.has("recommended") and finding.verdict != "holds":
        text = say(
            f"Advised founding: {n.money('recommended')}, {n.points('recommended_points')} points.",
            f"建议的创始储备：{n.money('recommended')}，"
            f"即 {n.points('recommended_points')} 个积分。",
        )
        if 2 * n.value("recommended_points") > n.value("authorised"):
            text += say(
                " That is more than half of all authorised points; raise these too.",
                "这超过授权总量的一半，授权总量也应提高。",
            )
    if n.value("whole_basket_as_profit") and finding.case != "dear":
        text += say(
            " (The whole basket taken as profit; --margin gives closer figures.)",
            "（以整笔金额为利润计；给出 --margin 可得更准的数字。）",
        )
    return text


def first_value(finding: Finding, n: Wording) -> str:
    """The quota against the first worth of the points."""
    if finding.case == "nothing":
        return say(
            "Orders give no points, so that nobody can be bought out.",
            "订单不给积分，也就无人会出局。",
        )
    if finding.case == "margin":
        return needs_margin()
    least, zh_least = ("at least ", "至少") if finding.case == "at_least" else ("", "")
    most, zh_most = ("at most ", "至多") if finding.case == "at_least" else ("", "")
    text = say(
        f"An order of {n.money('basket')} gives a quota of {n.money('quota')} (before the fee) and "
        f"points worth {most}{n.money('first_value')}: the buyer is bought out when the price has "
        f"risen to {least}{n.times('ratio')} times that of the purchase, sooner with dividends.",
        f"一笔 {n.money('basket')} 的订单给出 {n.money('quota')} 的分红额度（扣手续费前）"
        f"和{zh_most}值 {n.money('first_value')} 的积分：价格升到买入时的{zh_least} "
        f"{n.times('ratio')} 倍（有分红则更早）才会出局。",
    )
    if finding.case == "soon":
        text += say(
            " That is almost at once: buyers will hold points only briefly.",
            "这几乎是立刻：买家持有积分的时间会很短。",
        )
    elif "days_by_price" in n.numbers and not n.has("days_by_price"):
        text += say(
            " By the price alone that practically never happens.",
            "仅靠价格，实际上永远达不到。",
        )
    return text


def growth(finding: Finding, n: Wording) -> str:
    """What orders do to the price."""
    if finding.case == "margin":
        return needs_margin()
    if finding.case == "nothing":
        return say(
            "Orders give no points and bring the reserve nothing: the price stays.",
            "订单不给积分，也不增加底池：价格不动。",
        )
    doubling = say(
        f"each doubling of all sales so far lifts the price by {n.share('doubling')}, so that it "
        "rises fast for early buyers and slowly for later ones",
        f"累计销售额每翻一番，价格上升 {n.share('doubling')}，所以对早期买家升得快，对后来者升得慢",
    )
    limit = n.price("value_limit_price") if n.has("value_limit_price") else ""
    match finding.case:
        case "flat":
            return say(
                "Points take all that orders bring in: orders leave the price where it is.",
                "入池款全部变成积分：订单不会改变价格。",
            )
        case "units":
            return say(
                f"Until order {n.count('value_limit_orders')} ({n.when('value_limit_days')}) an "
                f"order gives one point per {_per(n)}, and the price climbs quickly to {limit}. "
                f"From there on the grant rate limits the points: {doubling}.",
                f"到第 {n.count('value_limit_orders')} 笔订单（{n.when('value_limit_days')}）为止，"
                f"每消费 {_per(n)} 给一个积分，价格很快升到 {limit}。此后授予率限制积分："
                f"{doubling}。",
            )
        case "units_only":
            return say(
                f"An order gives one point per {_per(n)}, and the price climbs; the authorised "
                f"points run out before it reaches {limit}, where the grant rate would limit them.",
                f"每消费 {_per(n)} 给一个积分，价格上升；在价格到达授予率开始限制积分的 {limit} "
                "之前，授权总量已经用完。",
            )
        case "units_flat":
            return say(
                f"The price climbs towards {limit} and stays there: points then take all that "
                "orders bring in.",
                f"价格升向 {limit}，并停在那里：此后入池款全部变成积分。",
            )
    text = say(
        f"{n.share('exponent')} of what orders bring in is not given out again. In the long run "
        f"{doubling}. Redemptions make it rise faster.",
        f"入池款的 {n.share('exponent')} 不再给出。长期看，{doubling}。有人卖出时升得更快。",
    )
    if n.charter.per_micro is not None:
        text += say(
            f" The grant rate limits the points from the start; one point per {_per(n)} is more "
            "than an order gives.",
            f"授予率从一开始就限制积分；订单给不到每 {_per(n)} 一个积分。",
        )
    return text


def _per(n: Wording) -> str:
    per = Fraction(n.charter.per_micro or 0, 10**6 * 10**n.charter.minor_unit_exponent)
    places = n.charter.minor_unit_exponent
    return show.decimal(per, places if (per * 10**places).denominator == 1 else 6)


def authorised(finding: Finding, n: Wording) -> str:
    """When the authorised points run out."""
    match finding.case:
        case "margin":
            return needs_margin()
        case "nothing":
            return say("Orders issue no points.", "订单不发行积分。")
        case "none_left":
            return say(
                "Founding takes all authorised points: no order can give any.",
                "创始储备占去全部授权总量：任何订单都给不出积分。",
            )
        case "never":
            return say(
                f"After 100 years of such sales {n.points('issued_in_100_years')} of "
                f"{n.points('authorised')} points are issued ({n.share('share_in_100_years')}); "
                "redemptions only slow that down.",
                f"照此销售 100 年，{n.points('authorised')} 个积分中发行了 "
                f"{n.points('issued_in_100_years')} 个（{n.share('share_in_100_years')}）；"
                "有人卖出只会更慢。",
            )
    return say(
        f"All {n.points('authorised')} points are issued {n.when('days')}, with "
        f"{n.count('orders')} orders and {n.money('sales')} of sales. From then on orders give "
        "quota but no points: they only lift the price for those who hold some, until these are "
        "bought out.",
        f"{n.when('days')}，即 {n.count('orders')} 笔订单、{n.money('sales')} 销售额时，"
        f"{n.points('authorised')} 个积分全部发完。此后订单只给分红额度、不给积分，"
        "只为已持有的人抬升价格，直到他们出局。",
    )


def margin(finding: Finding, n: Wording) -> str:
    """What the charter leaves the operator."""
    match finding.case:
        case "takes_more_than_profit":
            return say(
                f"Reserve and dividend together take {n.share('taken_of_profit')} of the profit: "
                "the operator pays on every profitable order.",
                f"底池和分红合计取走利润的 {n.share('taken_of_profit')}："
                "每笔有利润的订单运营方都要倒贴。",
            )
        case "takes_all_profit":
            return say(
                "Reserve and dividend together take the whole profit: the operator keeps nothing.",
                "底池和分红合计取走全部利润：运营方一无所剩。",
            )
        case "of_profit":
            return say(
                f"Reserve and dividend together take {n.share('taken_of_profit')} of the profit, "
                "so that the operator keeps something at any margin.",
                f"底池和分红合计取走利润的 {n.share('taken_of_profit')}，"
                "任何利润率下运营方都有所剩。",
            )
        case "impossible":
            return say(
                "No margin covers what the charter takes from an order: every sale costs the "
                "operator money.",
                "没有任何利润率能覆盖章程从订单中取走的钱：每卖一单，运营方都亏。",
            )
    even = say(
        f"The operator breaks even at a margin of {n.share('break_even')}",
        f"运营方的保本利润率为 {n.share('break_even')}",
    )
    match finding.case:
        case "below":
            lost = show.decimal(-n.value("kept"), n.charter.minor_unit_exponent)
            return even + say(
                f"; at the margin given, {n.share('margin')}, each 100 of sales costs {lost}.",
                f"；按给出的利润率 {n.share('margin')}，每 100 销售额亏 {lost}。",
            )
        case "above":
            return even + say(
                f"; at the margin given, {n.share('margin')}, {n.money('kept')} of each 100 of "
                "sales is left.",
                f"；按给出的利润率 {n.share('margin')}，每 100 销售额剩 {n.money('kept')}。",
            )
        case "high":
            return even + say(
                ": few goods leave so much. Below it every sale costs money.",
                "：很少有商品能留下这么多。低于它，每卖一单都亏。",
            )
    return even + say("; below it every sale costs money.", "；低于它，每卖一单都亏。")


def fee(finding: Finding, n: Wording) -> str:
    """What the redemption fee does."""
    match finding.case:
        case "all":
            return say(
                "The fee takes all: redeeming points pays nothing.",
                "手续费取走一切：卖出积分分文不得。",
            )
        case "heavy":
            return say(
                f"Points worth {n.money('hundred')} pay {n.money('paid')}: whoever redeems loses "
                "more than half.",
                f"值 {n.money('hundred')} 的积分只换得 {n.money('paid')}：卖出的人损失过半。",
            )
        case "free":
            return say(
                "A redemption never lowers the price, with or without a fee. But without one "
                "leaving costs nothing, lifts nothing, and nothing slows a rush to redeem.",
                "无论有没有手续费，卖出都不会使价格下降。但没有手续费，离场既无成本，"
                "也不抬升价格，抛售潮无所阻拦。",
            )
    again = zh_again = ""
    if n.has("spend_to_hold_again"):
        least = say("at least ", "至少") if n.charter.reserve_of == "profit" else ""
        again = (
            f" To hold points of that worth again one has to spend {least}"
            f"{n.money('spend_to_hold_again')}, so redeeming and buying again is no gain."
        )
        zh_again = (
            f"要重新持有同样价值的积分，须再消费{least} {n.money('spend_to_hold_again')}，"
            "所以卖出再买回无利可图。"
        )
    return say(
        f"Points worth {n.money('hundred')} pay {n.money('paid')}; the rest lifts the price for "
        f"those who stay, by at most {n.share('day_lift')} a day.{again}",
        f"值 {n.money('hundred')} 的积分换得 {n.money('paid')}；其余为留下的人抬升价格，"
        f"每天至多 {n.share('day_lift')}。{zh_again}",
    )


def merchants(finding: Finding, n: Wording) -> str:
    """What merchants are paid for coins."""
    match finding.case:
        case "nothing":
            return say(
                "The merchant fee takes all: merchants are paid nothing for their coins.",
                "商家手续费取走一切：商家的恒定积分分文不得。",
            )
        case "underpaid":
            return say(
                f"Coins of {n.money('hundred')} give a merchant too small a quota to be paid for "
                f"them: {n.money('paid')} after the fee, the rest goes to the surplus.",
                f"{n.money('hundred')} 恒定积分给商家的分红额度不够付清："
                f"扣除手续费后只得 {n.money('paid')}，其余归入盈余。",
            )
        case "cheaper_exit":
            return say(
                f"Merchants redeem at {n.share('merchant_fee')}, members at {n.share('fee')}: a "
                "member with a friendly merchant converts to coins and saves the difference.",
                f"商家卖出的手续费为 {n.share('merchant_fee')}，会员为 {n.share('fee')}："
                "会员可以转换成恒定积分，借相熟的商家省下差额。",
            )
    return say(
        f"Coins of {n.money('hundred')} become points of the same worth, which pay the merchant "
        f"{n.money('paid')} at once, or more if kept while the price rises: up to "
        f"{n.money('most')} before the fee.",
        f"{n.money('hundred')} 恒定积分兑回等值的积分，商家立即卖出得 {n.money('paid')}；"
        f"留着等价格上升可得更多，扣手续费前至多 {n.money('most')}。",
    )
