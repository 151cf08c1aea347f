"""The addresses of the members' pages."""

from django.urls import path

from patronage.web.mall import (
    addresses,
    clock,
    counter,
    documents,
    inbox,
    mine,
    notices,
    referral,
    signin,
    standing,
)

urlpatterns = [
    path("sign-in/", signin.sign_in, name="sign_in"),
    path("sign-in/code/", signin.sign_in_code, name="sign_in_code"),
    path("sign-out/", signin.sign_out, name="sign_out"),
    path("mine/", mine.mine, name="mine"),
    path("mine/profile/", mine.profile, name="profile"),
    path("mine/consents/", mine.consents, name="consents"),
    path("mine/data/", mine.own_data, name="own_data"),
    path("mine/leave/", mine.leave, name="leave"),
    path("mine/addresses/", addresses.addresses, name="addresses"),
    path("mine/addresses/add/", addresses.address_add, name="address_add"),
    path("mine/addresses/<int:id>/", addresses.address_edit, name="address_edit"),
    path("mine/addresses/<int:id>/default/", addresses.address_default, name="address_default"),
    path("mine/addresses/<int:id>/delete/", addresses.address_delete, name="address_delete"),
    path("mine/referral/", referral.referral, name="referral"),
    path("mine/referral/code.svg", referral.referral_qr, name="referral_qr"),
    path("mine/referral/poster.svg", referral.referral_poster, name="referral_poster"),
    path("mine/notices/", notices.notices, name="notices"),
    path("mine/notices/texts/", notices.notice_texts, name="notice_texts"),
    path("mine/leaderboard/", standing.leaderboard, name="leaderboard"),
    path("mine/partners/", standing.partners, name="partners"),
    path("wallet/pay-code/", counter.pay_code, name="pay_code"),
    path("wallet/pay-code/<int:id>/", counter.pay_code_state, name="pay_code_state"),
    path("wallet/pay/<int:id>/", counter.pay_merchant, name="pay_merchant"),
    path("wallet/receipts/", counter.receipts, name="receipts"),
    path("wallet/receipts/<str:number>/", counter.receipt, name="receipt"),
    path("documents/<str:name>/", documents.document, name="document"),
    path("dev/inbox/", inbox.inbox, name="inbox"),
    path("dev/clock/", clock.move_clock, name="move_clock"),
]
