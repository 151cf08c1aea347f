"""The words for what a check has found: a title and a sentence or two for each finding."""

from collections.abc import Callable

from patronage.cli import promises
from patronage.cli.wording import Wording, needs_margin
from patronage.cli.words import say
from patronage.economy import Charter
from patronage.lab.check import Finding


def title(finding: Finding) -> str:
    """Name the promise, or the matter, that a finding judges."""
    return {
        "parties": say("An order gives less than it brings in", "一笔订单给出的少于带来的"),
        "founding": say("Supply never gets thin", "流通不会过薄"),
        "first_value": say("A buyer is not bought out at once", "买家不会一买就出局"),
        "growth": say("Orders lift the price", "订单抬升价格"),
        "authorised": say("The authorised points last", "授权总量够用"),
        "margin": say("The operator can afford it", "运营方负担得起"),
        "fee": say("Who leaves pays those who stay", "离场的人补偿留下的人"),
        "merchants": say("Merchants are paid for their coins", "商家的恒定积分能换到钱"),
        "time_to_quota": say("How long to the quota", "多久达到分红额度"),
        "average_member": say("The average member after a year", "一年后的平均会员"),
        "quotas": say("All quotas against the reserve", "全部分红额度与底池之比"),
        "stop": say("If sales stop", "如果销售停止"),
        "evening": say("Ordering only for the day's dividend", "只为当日分红而下单"),
    }[finding.code]


def sentence(finding: Finding, charter: Charter) -> str:
    """Say what was found, with its numbers."""
    return _SENTENCES[finding.code](finding, Wording(finding.numbers, charter))


def _time_to_quota(finding: Finding, n: Wording) -> str:
    if finding.case == "margin":
        return needs_margin()
    if finding.case == "nothing":
        return say(
            "Orders give no points: no quota is ever reached.",
            "订单不给积分：额度永远达不到。",
        )

    def reached(who: str) -> str:
        if not n.value(f"{who}_points"):
            return say("never, as no points are left", "已没有积分可得，永远达不到")
        alone = n.when(f"{who}_days")
        if finding.case == "price":
            return alone
        both = n.when(f"{who}_days_with_dividends")
        if both == alone:
            return both
        return say(f"{both} (by the price alone {alone})", f"{both}（仅靠价格：{alone}）")

    by = say("by the price alone", "仅靠价格")
    if finding.case == "dividends":
        by = say("by price and dividends", "靠价格和分红")
    return say(
        f"If sales go on like this, who buys for {n.money('basket')} reaches the quota of "
        f"{n.money('quota')} {by}: buying at the opening, {reached('start')}; buying a year later, "
        f"{reached('year')}. A quota is a ceiling, not a promise: if sales stop, nothing lifts "
        "the price.",
        f"若销售照此持续，消费 {n.money('basket')} 的买家{by}达到 {n.money('quota')} 分红额度："
        f"开业时买入的，{reached('start')}；一年后买入的，{reached('year')}。"
        "额度是上限，不是承诺：销售停止，价格就无从抬升。",
    )


def _average_member(finding: Finding, n: Wording) -> str:  # noqa: ARG001  (as the others)
    dividends = zh_dividends = ""
    if n.value("dividends"):
        dividends = f", has been due dividends of {n.money('dividends')}"
        zh_dividends = f"，应得分红 {n.money('dividends')}"
    return say(
        f"Of {n.count('members')} members the average one has spent {n.money('spent')}, holds "
        f"{n.price('points')} points worth {n.money('worth')}{dividends}, and was granted a quota "
        f"of {n.money('quota')}; nobody having redeemed.",
        f"{n.count('members')} 名会员平均每人消费 {n.money('spent')}，"
        f"持有 {n.price('points')} 个积分，值 {n.money('worth')}{zh_dividends}，"
        f"获得分红额度 {n.money('quota')}（假定无人卖出）。",
    )


def _quotas(finding: Finding, n: Wording) -> str:
    if finding.case == "nothing":
        return say(
            "Orders grant quotas but bring the reserve nothing.",
            "订单给出分红额度，却不给底池带来任何钱。",
        )
    bound = bool(n.value("bound"))
    most, zh_most = ("at most ", "至多") if bound else ("", "")
    least, zh_least = ("at least ", "至少") if bound else ("", "")
    text = say(
        f"Each {n.money('hundred')} of sales grants quotas of {n.money('quota')} and brings "
        f"{most}{n.money('contribution')} into the reserve",
        f"每 {n.money('hundred')} 销售额给出 {n.money('quota')} 分红额度，"
        f"给底池带来{zh_most} {n.money('contribution')}",
    )
    if finding.case == "covered" and not bound:
        return text + say(
            ": the quotas together do not exceed the money behind them.",
            "：额度合计不超过背后的钱。",
        )
    text += say(
        f": the ceilings add up to {least}{n.times('ratio')} times the money behind them.",
        f"：上限合计{zh_least}是背后的钱的 {n.times('ratio')} 倍。",
    )
    if finding.case == "with_dividends":
        return text + say(
            " What the reserve lacks could come from dividends only.",
            "底池不足的部分只能来自分红。",
        )
    if finding.case == "more":
        even = say("Even with all dividends these", "即使加上全部分红，仅靠这些")
        if not n.value("dividends"):
            even = say("These", "仅靠这些")
        text += say(
            f" {even} orders alone cannot fill them; only later orders could, which bring quotas "
            "of their own.",
            f"{even}订单也填不满它们；只有后来的订单可以，而后来的订单又带来自己的额度。",
        )
    return text


def _stop(finding: Finding, n: Wording) -> str:
    told = n.has("margin") or not n.value("dividends")
    most, zh_most = ("", "") if told else ("at most ", "至多")
    dividends = zh_dividends = ""
    if n.value("dividends"):
        dividends = f", besides {most}{n.money('dividends')} of dividends"
        zh_dividends = f"，另有{zh_most} {n.money('dividends')} 分红"
    text = say(
        f"Of each {n.money('hundred')} spent, all holders together can be paid at most "
        f"{n.money('reserve')} from the reserve, {n.money('after_fee')} if all redeem and pay the "
        f"fee{dividends}.",
        f"每消费 {n.money('hundred')}，全体持有人合计至多从底池得到 {n.money('reserve')}"
        f"（全部卖出并扣手续费则为 {n.money('after_fee')}）{zh_dividends}。",
    )
    if finding.case == "less":
        text += say(
            " On average they get back less than they spent; who gets more has it from the others.",
            "平均而言，他们拿回的少于所花的；有人多得，便是来自其他人。",
        )
    return text


def _evening(finding: Finding, n: Wording) -> str:
    limit = n.share("limit")
    who = say(
        "Who invents an order with a friendly merchant just before a close, takes a share of the "
        "day's dividend and redeems at once ",
        "在日结前与相熟的商家虚构订单、分得当日分红并立即卖出的人，",
    )
    only = say(
        f" It pays only while a day's dividend is more than {limit} of what all accounts' points "
        "are worth.",
        f"只有当日分红超过全部账户积分价值的 {limit} 时才划算。",
    )
    match finding.case:
        case "margin":
            text = who + say("gains by it at times.", "有时能够获利。") + only
            return text + say(" With --margin this says how long.", "给出 --margin 可知多久。")
        case "never":
            return (
                who
                + say(
                    "loses by it from the first day on, if sales go on like this.",
                    "如果销售照此继续，从第一天起就会亏损。",
                )
                + only
            )
        case "always":
            return (
                who
                + say(
                    "gains by it on every day, at the other holders' expense, at most that day's "
                    "dividend.",
                    "每天都能以其他持有人为代价获利，至多为当日分红。",
                )
                + only
            )
    days = n.count("days")
    first = say("day" if days == "1" else f"{days} days", f"最初 {days} 天")
    return (
        who
        + say(
            f"can gain by it on the first {first}, at the other holders' expense, at most that "
            f"day's dividend of {n.money('dividend')}; later, if sales go on like this, it costs "
            "more than it brings.",
            f"在{first}能以其他持有人为代价获利，至多为当日分红 {n.money('dividend')}；"
            "此后如果销售照此继续，所付多于所得。",
        )
        + only
        + say(" Look closely at orders of those days.", " 请留意这些日子的订单。")
    )


_SENTENCES: dict[str, Callable[[Finding, Wording], str]] = {
    "parties": promises.parties,
    "founding": promises.founding,
    "first_value": promises.first_value,
    "growth": promises.growth,
    "authorised": promises.authorised,
    "margin": promises.margin,
    "fee": promises.fee,
    "merchants": promises.merchants,
    "time_to_quota": _time_to_quota,
    "average_member": _average_member,
    "quotas": _quotas,
    "stop": _stop,
    "evening": _evening,
}
