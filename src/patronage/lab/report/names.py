"""What things are called in a report, in both languages."""

from typing import Final

from patronage.lab.result import Use

USES: Final[dict[Use, tuple[str, str]]] = {
    Use.SHOP: ("left for goods and the operator", "留作货款与运营"),
    Use.REFUNDED: ("refunded to the buyers", "退给买家"),
    Use.REDEEMED: ("paid for redeemed points", "卖出积分，已付"),
    Use.BOUGHT_OUT: ("paid at compulsory redemptions", "强制卖出，已付"),
    Use.DIVIDENDS_PAID: ("paid as dividends", "分红，已付"),
    Use.DIVIDENDS_WAITING: ("dividends waiting to be paid", "分红，待付"),
    Use.BEHIND_POINTS: ("reserve behind the holders' points", "底池：持有人的积分"),
    Use.BEHIND_TREASURY: ("reserve behind the coins (treasury)", "底池：恒定积分（金库）"),
    Use.BEHIND_FOUNDING: ("reserve: gain of the founding points", "底池：创始积分的增值"),
    Use.FEES: ("fees waiting for the close", "待日结的手续费"),
    Use.SURPLUS: ("surplus", "盈余"),
}

FIGURES: Final[dict[str, tuple[str, str]]] = {
    "founding.amount": ("founding money", "创始储备"),
    "points.authorised": ("authorised points", "授权总量"),
    "points.issue_price": ("issue price", "发行价"),
    "reserve.rate": ("reserve rate", "入池率"),
    "grant.rate": ("grant rate", "授予率"),
    "grant.per": ("spend for a point", "每积分所需消费"),
    "referral.rate": ("referral rate", "推荐率"),
    "quota.multiple": ("quota multiple", "额度倍数"),
    "dividend.rate": ("dividend rate", "分红率"),
    "redemption.fee": ("redemption fee", "卖出手续费率"),
    "redemption.merchant_fee": ("merchants' fee", "商家手续费率"),
}
