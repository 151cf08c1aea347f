"""What a scenario assumes, in sentences."""

from patronage.lab.report.language import Language, decimal
from patronage.lab.scenario import Scenario, Segment, Shock


def assumptions(scenario: Scenario, language: Language) -> list[str]:
    """Say what is assumed: first who joins, then each segment, each shock and the wind-down."""
    say, arrivals = language.say, scenario.arrivals
    joining = say(
        f"The scenario “{scenario.name}”: {_plain(arrivals.a_day)} members join a day at the start",
        f"情景“{scenario.name}”：起初每天有 {_plain(arrivals.a_day)} 位会员加入",
    )
    if arrivals.growth:
        joining += say(
            f", growing by {_percent(arrivals.growth)} a year",
            f"，每年增长 {_percent(arrivals.growth)}",
        )
    if arrivals.referred:
        joining += say(
            f"; {_percent(arrivals.referred)} of them are referred by a member",
            f"；其中 {_percent(arrivals.referred)} 由会员推荐",
        )
    told = [joining + say(".", "。")]
    told += [_segment(segment, scenario, language) for segment in scenario.segments]
    told += [_shock(shock, language) for shock in scenario.shocks]
    if scenario.wind_down is not None:
        down = scenario.wind_down
        told.append(
            say(
                f"From {down.first} on nobody orders, and everyone redeems within "
                f"{down.days} days.",
                f"自 {down.first} 起无人下单，所有人在 {down.days} 天内卖出。",
            )
        )
    return told


def _segment(one: Segment, scenario: Scenario, language: Language) -> str:
    say, currency = language.say, scenario.charter.currency
    text = say(
        f"“{one.name}”, {_percent(one.share)} of those who join: orders of {_plain(one.basket)} "
        f"{currency} in the mean, {_plain(one.orders_a_year)} more a year after the first, "
        "a profit "
        f"of {_percent(one.margin)}",
        f"“{one.name}”，占加入者的 {_percent(one.share)}：平均每单 {_plain(one.basket)} "
        f"{currency}，"
        f"首单之后每年 {_plain(one.orders_a_year)} 单，利润率 {_percent(one.margin)}",
    )
    if one.lifetime_days:
        days = decimal(one.lifetime_days, 0)
        text += say(f", for {days} days in the mean", f"，平均持续 {days} 天")
    multiple = _plain(one.from_multiple)
    for times, english, chinese in (
        (one.redeem_a_year, "redeem", "卖出"),
        (one.convert_a_year, "convert", "转换"),
    ):
        if times:
            text += say(
                f"; {_plain(times)} times a year they think of whether to {english} all "
                "points, and "
                f"do from {multiple} times the price at which they began to hold",
                f"；每年 {_plain(times)} 次考虑{chinese}全部积分，价格达到开始持有时的 "
                f"{multiple} 倍"
                "便这样做",
            )
    return text + say(".", "。")


def _shock(one: Shock, language: Language) -> str:
    say = language.say
    factors = [
        (one.arrivals, say("arrivals", "加入")),
        (one.orders, say("orders", "订单")),
        (one.basket, say("baskets", "客单价")),
        (one.margin, say("the margin", "利润率")),
    ]
    told = [f"{name} × {_plain(factor)}" for factor, name in factors if factor != 1]
    if one.redeem:
        told.append(
            say(
                f"{_percent(one.redeem)} of the members redeem a day",
                f"每天有 {_percent(one.redeem)} 的会员卖出",
            )
        )
    what = say(", ", "，").join(told)
    return say(
        f"“{one.name}”, {one.days} days from {one.first}: {what}.",
        f"“{one.name}”，自 {one.first} 起 {one.days} 天：{what}。",
    )


def _plain(value: float) -> str:
    return decimal(value, 4).rstrip("0").rstrip(".")


def _percent(share: float) -> str:
    return _plain(share * 100) + "\N{NO-BREAK SPACE}%"
