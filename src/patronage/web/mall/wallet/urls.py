"""The addresses of the wallet."""

from django.urls import path

from patronage.web.mall.wallet import pin

urlpatterns = [
    path("pin/", pin.pin, name="pin"),
    path("pin/code/", pin.pin_code, name="pin_code"),
    path("pin/change/", pin.pin_change, name="pin_change"),
]
