"""The figures a backtest's report shows, with their names in both languages."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from patronage.cli import show
from patronage.economy import Charter
from patronage.lab.result import Result


class Figure(NamedTuple):
    """A figure with its names; one that is not `always` shown is left out where it is 0."""

    english: str
    chinese: str
    write: Callable[[Any, Charter], str]
    value: Callable[[Result], Any]
    always: bool = False


def _count(value: int, _: Charter) -> str:
    return f"{value:,}"


def _points(value: int, _: Charter) -> str:
    return show.points(value)


def _taken_back(result: Result) -> int:
    return result.burned - result.redemptions.points - result.compulsory.points


def _waiting(result: Result) -> int:
    return result.dividends_unpaid + result.dividend_pool


FIGURES: Final[list[tuple[str, str, list[Figure]]]] = [
    (
        "Orders",
        "订单",
        [
            Figure("orders", "订单数", _count, lambda r: r.orders, always=True),
            Figure("members", "会员数", _count, lambda r: r.members, always=True),
            Figure("sales", "销售额", show.money, lambda r: r.sales, always=True),
            Figure("refunds", "退款笔数", _count, lambda r: r.refunds),
            Figure("refunded to the buyers", "退给买家", show.money, lambda r: r.refunded),
            Figure("events refused", "被拒绝的事件", _count, lambda r: len(r.rejected)),
        ],
    ),
    (
        "Reserve",
        "底池",
        [
            Figure("founding money", "创始储备", show.money, lambda r: r.charter.founding_minor),
            Figure("contributions", "入池款", show.money, lambda r: r.contributions, always=True),
            Figure("reserve at the end", "期末底池", show.money, lambda r: r.reserve, always=True),
            Figure(
                "price at the start", "期初价格", show.price, lambda r: r.first_price, always=True
            ),
            Figure("price at the end", "期末价格", show.price, lambda r: r.last_price, always=True),
            Figure("returned to the operator", "退还运营方", show.money, lambda r: r.returned),
            Figure(
                "already taken out at a refund", "退款时已被取走", show.money, lambda r: r.missing
            ),
            Figure("surplus", "盈余", show.money, lambda r: r.surplus),
        ],
    ),
    (
        "Points",
        "增值积分",
        [
            Figure("issued", "已发行", _points, lambda r: r.issued, always=True),
            Figure("redeemed", "卖出", _points, lambda r: r.redemptions.points),
            Figure("redeemed compulsorily", "强制卖出", _points, lambda r: r.compulsory.points),
            Figure("taken back by refunds", "因退款收回", _points, _taken_back),
            Figure("circulating", "流通量", _points, lambda r: r.circulating, always=True),
            Figure("· in the treasury", "· 在金库", _points, lambda r: r.treasury),
            Figure("· founding points", "· 创始积分", _points, lambda r: r.founding),
            Figure(
                "accounts with points", "持有积分的账户", _count, lambda r: r.holders, always=True
            ),
        ],
    ),
    (
        "Paid to the holders",
        "付给持有人",
        [
            Figure("dividends", "分红", show.money, lambda r: r.dividends_paid, always=True),
            Figure("dividends waiting", "待付分红", show.money, _waiting),
            Figure("redemptions", "卖出笔数", _count, lambda r: r.redemptions.number, always=True),
            Figure("· worth", "· 价值", show.money, lambda r: r.redemptions.gross),
            Figure(
                "· fee, to the reserve", "· 手续费，归底池", show.money, lambda r: r.redemptions.fee
            ),
            Figure("· paid", "· 付出", show.money, lambda r: r.redemptions.net),
            Figure(
                "compulsory redemptions",
                "强制卖出笔数",
                _count,
                lambda r: r.compulsory.number,
                always=True,
            ),
            Figure("· worth", "· 价值", show.money, lambda r: r.compulsory.gross),
            Figure(
                "· fee, to the reserve", "· 手续费，归底池", show.money, lambda r: r.compulsory.fee
            ),
            Figure("· paid", "· 付出", show.money, lambda r: r.compulsory.net),
            Figure(
                "quota used so far", "已用分红额度", show.money, lambda r: r.quota_used, always=True
            ),
            Figure(
                "quota left (a ceiling)",
                "剩余分红额度（上限）",
                show.money,
                lambda r: r.quota_left,
                always=True,
            ),
        ],
    ),
    (
        "Coins",
        "恒定积分",
        [
            Figure("got for points", "由积分转换", show.money, lambda r: r.converted_coins),
            Figure("spent at the merchant", "在商家支付", show.money, lambda r: r.spent_coins),
            Figure("outstanding", "未兑回", show.money, lambda r: r.coins),
        ],
    ),
]
