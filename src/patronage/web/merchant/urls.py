"""The addresses of the merchants' back office and of their cash desk."""

from django.urls import path

from patronage.web.merchant import desk, goods, selling
from patronage.web.merchant.site import site

REGISTERED = (goods, selling)
"""Importing them registers their pages."""

urlpatterns = [
    path("merchant/", site.urls),
    path("desk/", desk.desks, name="desks"),
    path("desk/<int:id>/", desk.charge, name="desk"),
    path("desk/<int:id>/takings/", desk.takings, name="takings"),
    path("desk/<int:id>/qr/", desk.qr, name="desk_qr"),
    path("desk/<int:id>/payments/<str:number>/", desk.payment, name="desk_payment"),
    path("desk/<int:id>/payments/<str:number>/refund/", desk.refund, name="desk_refund"),
]
