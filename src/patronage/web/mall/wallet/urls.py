"""The addresses of the wallet."""

from django.urls import path

from patronage.web.mall.wallet import changing, growth, home, pin, statement, withdrawals

urlpatterns = [
    path("", home.wallet, name="wallet"),
    path("points/", growth.points, name="wallet_points"),
    path("pending/", growth.pending, name="wallet_pending"),
    path("quota/", growth.quota, name="wallet_quota"),
    path("dividends/", growth.dividends, name="wallet_dividends"),
    path("redeem/", changing.redeem, name="redeem"),
    path("convert/", changing.convert, name="convert"),
    path("quotes/<str:number>/", changing.quote, name="quote"),
    path("withdraw/", withdrawals.withdraw, name="withdraw"),
    path("withdrawals/", withdrawals.withdrawals, name="withdrawals"),
    path("withdrawals/<str:number>/", withdrawals.withdrawal, name="withdrawal"),
    path("payee/", withdrawals.payee, name="payee"),
    path("statement/", statement.statement, name="statement"),
    path("statement/file.csv", statement.statement_file, name="statement_file"),
    path("statement/<str:place>/", statement.statement_entry, name="statement_entry"),
    path("pin/", pin.pin, name="pin"),
    path("pin/code/", pin.pin_code, name="pin_code"),
    path("pin/change/", pin.pin_change, name="pin_change"),
]
