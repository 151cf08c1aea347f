"""The addresses of the shoppers' pages."""

from django.urls import include, path

from patronage.web.mall import (
    aftersales,
    applying,
    cart,
    catalogue,
    checkout,
    invoices,
    orders,
    paying,
    product,
<<<<<<< HEAD
    referral,
=======
    storefront,
>>>>>>> 4c651ca (Open storefronts to visitors, and a workbench to distributors)
    testpay,
)
from patronage.web.mall.workbench import sales

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("categories/", catalogue.categories, name="categories"),
    path("categories/<int:id>/", catalogue.categories, name="category"),
    path("announcements/", catalogue.announcements, name="announcements"),
    path("sell/", applying.apply, name="sell"),
    path("sell/sent/", applying.sent, name="sell_sent"),
    path("search/", catalogue.search, name="search"),
    path("products/<int:id>/", product.product, name="product"),
    path("products/<int:id>/share/", referral.share, name="share"),
    path("products/<int:id>/share/code.svg", referral.share_qr, name="share_qr"),
    path("products/<int:id>/share/poster.svg", referral.share_poster, name="share_poster"),
    path("coupons/<int:id>/claim/", product.claim, name="coupon_claim"),
    path("s/<str:code>/", storefront.storefront, name="storefront"),
    path("s/<str:code>/<int:id>/", storefront.item, name="storefront_item"),
    path("cart/", cart.cart, name="cart"),
    path("cart/add/", cart.add, name="cart_add"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/now/", checkout.buy_now, name="buy_now"),
    path("pay/test/<str:reference>", testpay.testpay_page, name="testpay"),
    path("pay/back/<str:reference>", testpay.back, name="pay_return"),
    path("pay/<str:number>/", paying.pay, name="pay"),
    path("pay/<str:number>/result/", paying.result, name="pay_result"),
    path("pay/<str:number>/go-on/", paying.go_on, name="pay_go_on"),
    path("pay/<str:number>/give-up/", paying.give_up, name="pay_give_up"),
    path("payments/<str:channel>/notify/", paying.notify, name="payment_notify"),
    path("orders/", orders.orders, name="orders"),
    path("orders/<str:number>/", orders.order, name="order"),
    path("orders/<str:number>/cancel/", orders.cancel, name="order_cancel"),
    path("orders/<str:number>/receive/", orders.receive, name="order_receive"),
    path("orders/<str:number>/return/", orders.send_back, name="order_return"),
    path("orders/<str:number>/invoice/", invoices.invoice, name="order_invoice"),
    path("invoices/<str:number>/", invoices.invoice_file, name="order_invoice_file"),
    path("orders/<str:number>/after-sales/", aftersales.ask, name="aftersale_ask"),
    path("after-sales/<str:number>/", aftersales.case, name="aftersale"),
    path("after-sales/<str:number>/withdraw/", aftersales.withdraw, name="aftersale_withdraw"),
    path("after-sales/<str:number>/sent/", aftersales.sent, name="aftersale_sent"),
    path("after-sales/<str:number>/platform/", aftersales.ask_platform, name="aftersale_platform"),
    path(
        "after-sales/<str:number>/pictures/<int:id>/", aftersales.picture, name="aftersale_picture"
    ),
    path("", include("patronage.web.mall.member_urls")),
    path("mine/earnings/", sales.earnings, name="earnings"),
    path("mine/storefront/", include("patronage.web.mall.workbench.urls")),
    path("wallet/", include("patronage.web.mall.wallet.urls")),
]
