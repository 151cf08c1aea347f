"""The addresses of the cash desk."""

from django.urls import path

from patronage.web.merchant import desk

urlpatterns = [
    path("desk/", desk.desks, name="desks"),
    path("desk/<int:id>/", desk.charge, name="desk"),
    path("desk/<int:id>/takings/", desk.takings, name="takings"),
    path("desk/<int:id>/qr/", desk.qr, name="desk_qr"),
    path("desk/<int:id>/payments/<str:number>/", desk.payment, name="desk_payment"),
    path("desk/<int:id>/payments/<str:number>/refund/", desk.refund, name="desk_refund"),
]
