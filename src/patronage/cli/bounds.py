"""What the bounds of an attack say, where each comes from, and how one was broken."""

from fractions import Fraction
from typing import Final, NamedTuple

from patronage.cli import show
from patronage.cli.words import say
from patronage.economy import Charter
from patronage.lab.attack import BOUNDS as BOUNDS_KINDS
from patronage.lab.attack import Finding

_MORE_PLACES: Final = 25


class Bound(NamedTuple):
    """A bound in a sentence and its source, each in English and Chinese."""

    sentence: tuple[str, str]
    source: tuple[str, str]


def _always(number: int) -> tuple[str, str]:
    return (
        f"docs/economy.md, What always holds, {number}",
        f"docs/economy.md，恒成立的性质 {number}",
    )


def _events(names: str) -> tuple[str, str]:
    return f"docs/economy.md, Events: {names}", f"docs/economy.md，事件：{names}"


def _operations(name: str) -> tuple[str, str]:
    return f"docs/economy.md, Operations: {name}", f"docs/economy.md，操作：{name}"


def _decision(number: str) -> tuple[str, str]:
    return f"docs/adr/{number}", f"docs/adr/{number}"


BOUNDS: Final[dict[str, Bound]] = {
    "points": Bound(
        (
            "Points add up to the circulating ones, and no more are issued than authorised.",
            "积分之和等于流通量，发行量不超过授权总量。",
        ),
        _always(1),
    ),
    "price": Bound(
        ("While anything circulates, the price never falls.", "只要有积分流通，价格永不下跌。"),
        _always(2),
    ),
    "coins": Bound(
        ("The treasury is worth at least all coins.", "金库的价值不低于全部恒定积分。"),
        _always(3),
    ),
    "money": Bound(("No money appears or vanishes.", "钱既不凭空出现，也不凭空消失。"), _always(4)),
    "quota": Bound(
        (
            "No account is paid more than the quotas granted to it.",
            "任何账户所得都不超过其获得的额度。",
        ),
        _always(5),
    ),
    "owed": Bound(("All dividends owed are set aside.", "所有应得分红都已留存。"), _always(5)),
    "settling": Bound(
        (
            "However often accounts are settled in between, the end is the same.",
            "无论其间结清多少次，最终状态相同。",
        ),
        _always(6),
    ),
    "due": Bound(
        (
            "Whoever reaches the quota is bought out at once, in order; nobody before reaching it.",
            "达到额度者立即按顺序强制卖出；未达到者不会被卖出。",
        ),
        _operations("sweep"),
    ),
    "refusal": Bound(
        (
            "What is to be refused is refused and changes nothing; an id takes effect once.",
            "应拒绝的事件被拒绝且不改变任何东西；同一编号只生效一次。",
        ),
        ("docs/economy.md, Events", "docs/economy.md，事件"),
    ),
    "denied": Bound(
        ("What the rules allow is not refused.", "规则允许的事件不会被拒绝。"),
        ("docs/economy.md, Events", "docs/economy.md，事件"),
    ),
    "told": Bound(
        (
            "No balance changes without a movement that tells it.",
            "没有变动记录，余额就不会改变。",
        ),
        ("docs/ledger.md", "docs/ledger.md"),
    ),
    "kept": Bound(
        (
            "Reserve, fees and dividend pool keep all that the rules put there.",
            "底池、手续费与分红池保有规则放入其中的全部金额。",
        ),
        _events("order.completed, order.refunded, day.closed"),
    ),
    "stopped": Bound(
        ("No event stops the engine.", "没有任何事件能使引擎停止。"), _decision("0002")
    ),
    "grant": Bound(
        (
            "An order grants no more points and quota than the charter says.",
            "订单授予的积分与额度不超过章程所定。",
        ),
        _events("order.completed"),
    ),
    "refund": Bound(
        (
            (
                "A return takes back what the order gave, as far as it is there, says what is not, "
                "and gives back no more than the order brought."
            ),
            "退货收回该订单所给而仍在的部分，说明已不在的部分，退还不多于该订单所带来的金额。",
        ),
        _events("order.refunded"),
    ),
    "redemption": Bound(
        (
            "Points are redeemed at the price, up to the quota, less the fee.",
            "积分按价格卖出，以额度为限，并扣除手续费。",
        ),
        _operations("redeem"),
    ),
    "compulsory_redemption": Bound(
        (
            (
                "Who is bought out gets the worth of the points up to the quota, less the fee, and "
                "keeps neither."
            ),
            "强制卖出者所得以额度为限并扣除手续费，积分与额度均不再保留。",
        ),
        _operations("sweep"),
    ),
    "conversion": Bound(
        (
            "Points are converted into coins at the price, up to the quota.",
            "积分按价格转换为恒定积分，以额度为限。",
        ),
        _events("points.converted"),
    ),
    "coin_payment": Bound(
        (
            "What one side of a coin payment gets, the other side gives.",
            "恒定积分支付中，一方所得即另一方所付。",
        ),
        _events("coins.spent, coins.refunded"),
    ),
    "coin_redemption": Bound(
        (
            "A merchant gets points worth no more than the coins.",
            "商家换得的积分，价值不超过其恒定积分。",
        ),
        _events("coins.redeemed"),
    ),
    "cash": Bound(
        (
            "Cash comes only from where the event says, and leaves only if it is there.",
            "现金只来自事件所述之处，且有余额才能支出。",
        ),
        _events("cash.*"),
    ),
    "dividend": Bound(
        (
            "A holder gets the points' share of each day's pool, once.",
            "持有人按积分分得每日分红池的份额，且只分一次。",
        ),
        _operations("settle; day.closed"),
    ),
    "gain": Bound(
        (
            "No group of accounts, however chosen, gets richer than what came to it.",
            "任意一组账户，其财富增加都不超过流向它的金额。",
        ),
        _decision("0034"),
    ),
    "thin": Bound(
        (
            (
                "Whatever members and merchants do, rounding costs no order a whole unit of money "
                "and 1 % of its points' worth."
            ),
            "无论会员与商家怎么做，取整都不会使订单损失一个货币单位且达其积分价值的 1 %。",
        ),
        ("docs/economy.md, Charter, last paragraph", "docs/economy.md，章程一节末段"),
    ),
}

_FIGURES: Final = {
    "points": ("points", "增值积分"),
    "quota": ("quota", "额度"),
    "cash": ("cash", "现金"),
    "coins": ("coins", "恒定积分"),
    "returned": ("given back to the operator", "退还运营者"),
    "missing": ("said to be missing", "所报缺少的价值"),
    "reserve": ("reserve", "底池"),
    "dividend_pool": ("dividend pool", "分红池"),
    "dividends_unpaid": ("unpaid dividends", "待付分红"),
    "fees": ("fees", "手续费"),
    "surplus": ("surplus", "盈余"),
    "money": ("all money held", "持有的全部款项"),
    "price": ("price", "价格"),
    "wealth": ("richer by", "财富增加"),
    "worth": ("points' worth", "积分价值"),
}
_DETAILS: Final = {
    "changed": ("a refused event changed something", "被拒绝的事件改变了状态"),
    "repeated": ("the same id took effect twice", "同一编号生效了两次"),
    "early": ("bought out before reaching it", "尚未达到就被强制卖出"),
    "late": ("reached it and was not bought out", "已达到却未被强制卖出"),
    "untold": ("a balance changed otherwise than told", "余额的变动与记录不符"),
    "order": ("not bought out in the order of ceilings", "没有按出局线的顺序强制卖出"),
}


def breach_words(finding: Finding, charter: Charter) -> str:
    """Say how a bound was broken: whose figure, by the rules and as found."""
    parts = [finding.account] if finding.account else []
    detail = finding.detail
    if detail in _DETAILS:
        parts.append(say(*_DETAILS[detail]))
    elif finding.bound == "refusal":
        parts.append(say(f"should have been refused as {detail}", f"应以 {detail} 拒绝"))
    elif finding.bound == "settling":
        parts.append(say(f"the end differs in {detail}", f"最终状态的 {detail} 不同"))
    elif detail:
        parts.append(detail)
    if finding.bound == "denied":
        parts.append(say("it was refused", "该事件被拒绝"))
    if finding.figure in _FIGURES:
        allowed, found = _amounts(finding, charter)
        figure = say(*_FIGURES[finding.figure])
        parts.append(
            say(
                f"{figure}: {allowed} by the rules, {found} found",
                f"{figure}：按规则为 {allowed}，实为 {found}",
            )
        )
    return say(", ", "，").join(parts)


def advice(finding: Finding) -> str:
    """Say what to do about a finding."""
    if BOUNDS_KINDS[finding.bound] == "charter":
        return say(
            "The rules hold, and this charter lets it happen: give it a larger founding, so that "
            "never all points can be redeemed (`patronage check` says how large).",
            "规则本身成立，是这份章程使之可能：请增加创始储备，使积分不可能被全部卖出"
            "（`patronage check` 会给出建议金额）。",
        )
    return say(
        "This is a fault of the program and not of the charter: do not run an economy with it, and "
        "report it with this file.",
        "这是程序的错误，而非章程的问题：请勿用它运行经济体，并附上此文件报告。",
    )


def _amounts(finding: Finding, charter: Charter) -> tuple[str, str]:
    """Write both figures with so many decimals that they differ."""
    exponent = charter.minor_unit_exponent
    scale, places = {"points": (10**9, 9), "price": (Fraction(10**exponent, 10**9), 4)}.get(
        finding.figure, (10**exponent, exponent)
    )
    texts = ("", "")
    for more in range(_MORE_PLACES):
        texts = (
            show.decimal(finding.allowed / scale, places + more),
            show.decimal(finding.found / scale, places + more),
        )
        if texts[0] != texts[1]:
            break
    return texts
