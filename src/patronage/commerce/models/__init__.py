"""The tables of commerce. Money is in minor units, rates are in millionths."""

from patronage.commerce.models.aftersales import (
    AfterSale,
    AfterSaleDeed,
    AfterSaleLine,
    AfterSalePicture,
    AfterSaleShare,
    AfterSaleState,
    AfterSaleStep,
    Bearer,
    ShareKind,
)
from patronage.commerce.models.alarms import Alarm
from patronage.commerce.models.amendments import Amendment
from patronage.commerce.models.bills import Bill, BillCase, BillKind, BillLine, BillSource
from patronage.commerce.models.cart import CartItem
from patronage.commerce.models.catalogue import (
    Category,
    Delivery,
    Picture,
    Product,
    SearchWord,
    Sku,
)
from patronage.commerce.models.counter import (
    CounterPayment,
    CounterRefund,
    CounterState,
    CounterWay,
    PayCode,
)
from patronage.commerce.models.custody import CustodyStatement, StatementState
from patronage.commerce.models.debts import Debt
from patronage.commerce.models.distribution import Distributor, StorefrontItem, Supply
from patronage.commerce.models.figures import DayFigures
from patronage.commerce.models.freight import FreightBasis, FreightRule, FreightZone
from patronage.commerce.models.frontpage import Announcement, Banner
from patronage.commerce.models.invoices import Invoice, InvoiceKind, InvoiceState
from patronage.commerce.models.jobs import Job
from patronage.commerce.models.merchants import (
    Agreement,
    Application,
    ApplicationState,
    Merchant,
)
from patronage.commerce.models.orders import (
    Checkout,
    Line,
    Order,
    Party,
    RedemptionCode,
    Split,
    SplitKind,
    State,
    Transition,
)
from patronage.commerce.models.payments import (
    Channel,
    Notification,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    Tender,
)
from patronage.commerce.models.promotions import Coupon, Voucher
from patronage.commerce.models.proposals import Proposal, ProposalKind, ProposalState
from patronage.commerce.models.purchases import (
    PurchaseOrder,
    PurchaseState,
    Reward,
    RewardKind,
    RewardState,
)
from patronage.commerce.models.returns import Return, ReturnLine, ReturnState
from patronage.commerce.models.testpay import TestCharge, TestDelivery, TestKey, TestRefund

__all__ = [
    "AfterSale",
    "AfterSaleDeed",
    "AfterSaleLine",
    "AfterSalePicture",
    "AfterSaleShare",
    "AfterSaleState",
    "AfterSaleStep",
    "Agreement",
    "Alarm",
    "Amendment",
    "Announcement",
    "Application",
    "ApplicationState",
    "Banner",
    "Bearer",
    "Bill",
    "BillCase",
    "BillKind",
    "BillLine",
    "BillSource",
    "CartItem",
    "Category",
    "Channel",
    "Checkout",
    "CounterPayment",
    "CounterRefund",
    "CounterState",
    "CounterWay",
    "Coupon",
    "CustodyStatement",
    "DayFigures",
    "Debt",
    "Delivery",
    "Distributor",
    "FreightBasis",
    "FreightRule",
    "FreightZone",
    "Invoice",
    "InvoiceKind",
    "InvoiceState",
    "Job",
    "Line",
    "Merchant",
    "Notification",
    "Order",
    "Party",
    "PayCode",
    "Payment",
    "PaymentState",
    "Picture",
    "Product",
    "Proposal",
    "ProposalKind",
    "ProposalState",
    "PurchaseOrder",
    "PurchaseState",
    "RedemptionCode",
    "Refund",
    "RefundState",
    "Return",
    "ReturnLine",
    "ReturnState",
    "Reward",
    "RewardKind",
    "RewardState",
    "SearchWord",
    "ShareKind",
    "Sku",
    "Split",
    "SplitKind",
    "State",
    "StatementState",
    "StorefrontItem",
    "Supply",
    "Tender",
    "TestCharge",
    "TestDelivery",
    "TestKey",
    "TestRefund",
    "Transition",
    "Voucher",
]
