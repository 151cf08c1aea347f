"""The words of shops' exports, in English and Chinese, as `simplify` leaves them."""

import re
import unicodedata

_BRACKETS = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]")
_LENGTH_MAX = 200


def simplify(text: str) -> str:
    """Reduce a text to its letters and digits, small; what stands in brackets does not count."""
    text = text[:_LENGTH_MAX]
    plain = unicodedata.normalize("NFKC", _BRACKETS.sub("", text) or text).casefold()
    return "".join(filter(str.isalnum, plain))


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Names of columns by field of Columns, in order of preference: what is completed before what is
# only paid or placed, and what was really paid before what was asked for.
COLUMN_NAMES = {
    "order": _words("""
        orderid orderno ordernumber ordernum ordercode ordersn order invoiceno invoiceid
        invoicenumber invoice transactionid tradeno receiptno 订单号 订单编号 订单id 主订单编号
        主订单号 订单序号 订单 交易单号 交易号 交易编号 流水号 小票号 单号 id
    """),
    "customer": _words("""
        customerid customerno customernumber customercode memberid memberno membernumber userid
        buyerid clientid accountid openid customer member user buyer client account customeremail
        buyeremail email customerphone buyerphone phone mobile customername 会员id 会员号 会员编号
        会员卡号 用户id 用户编号 客户id 客户编号 客户号 顾客id 顾客编号 买家id 会员手机号 会员手机
        用户手机号 客户手机号 买家手机号 手机号 手机号码 手机 联系电话 联系手机 会员 用户 客户 顾客
        买家 买家会员名 买家账号 买家昵称 会员名 用户名 客户名称
    """),
    "date": _words("""
        completedat completiondate completeddate completed completedtime finishedat deliveredat
        paidat paymentdate paymenttime paiddate orderdate orderedat ordertime purchasedate
        purchasedat transactiondate invoicedate saledate date datetime createdat createddate
        createdtime placedat timestamp time day 完成时间 完成日期 交易完成时间 订单完成时间
        交易成功时间 确认收货时间 收货时间 付款时间 支付时间 订单付款时间 付款日期 支付日期 成交时间
        成交日期 下单时间 下单日期 订单时间 订单日期 订单创建时间 创建时间 交易时间 交易日期
        消费时间 消费日期 销售日期 购买时间 日期 时间
    """),
    "amount": _words("""
        amountpaid paidamount actualamount paymentamount netamount amount orderamount totalamount
        ordertotal grandtotal total totalprice totalpaid lineamount linetotal sales salesamount
        revenue turnover subtotal value 实付金额 实付款 实付 实际支付金额 买家实际支付金额
        买家实付金额 订单实付金额 实收金额 实收 支付金额 付款金额 成交金额 消费金额 销售金额 销售额
        订单金额 订单总金额 订单总额 交易金额 应付金额 金额 总金额 总额 总价 合计 小计
    """),
    "status": _words("""
        status orderstatus orderstate state financialstatus paymentstatus tradestatus 订单状态
        交易状态 状态 支付状态
    """),
    "profit": _words("""
        profit grossprofit orderprofit netprofit 利润 毛利 毛利额 利润额 订单利润 毛利润
    """),
    "referrer": _words("""
        referrer referrerid referredby referralid inviter inviterid invitedby sponsor sponsorid
        推荐人 推荐人id 推荐人编号 推荐人手机号 推荐人手机 推荐会员 邀请人 邀请人id 邀请人编号
        邀请人手机号 介绍人 上级 上级id 上级会员 分享人
    """),
    "returned_order": _words("""
        returnedorder returnedorderid originalorder originalorderid originalorderno
        originalordernumber refundedorder refundedorderid refundof returnof refersto parentorder
        原订单号 原订单编号 原订单id 原订单 原单号 退货原订单号 关联订单号 关联原订单号
    """),
}

# Statuses of what never became a completed order or was undone. Only these very words: "partially
# refunded", 退款中 and 没有申请退款 are orders that stand.
CANCELLED = frozenset(
    _words("""
    cancelled canceled cancel ordercancelled ordercanceled refunded refund fullyrefunded return
    returned closed orderclosed void voided failed declined expired rejected chargeback
    chargedback unpaid 取消 已取消 订单取消 订单已取消 交易取消 关闭 已关闭 交易关闭 交易已关闭
    订单关闭 订单已关闭 退款 已退款 全额退款 全部退款 退款成功 退款完成 退货 已退货 退货成功
    退货完成 退货退款 已退货退款 退款退货 作废 已作废 拒收 已拒收 失效 已失效 未付款 未支付
    待付款 待支付 等待买家付款
""")
)
