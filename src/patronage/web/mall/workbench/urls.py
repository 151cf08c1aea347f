"""The addresses of the distributors' workbench."""

from django.urls import path

from patronage.web.mall.workbench import goods, home, sales

urlpatterns = [
    path("", home.home, name="workbench"),
    path("apply/", home.apply, name="workbench_apply"),
    path("edit/", home.edit, name="workbench_edit"),
    path("code.svg", home.code, name="workbench_code"),
    path("poster.svg", home.poster, name="workbench_poster"),
    path("goods/", goods.goods, name="workbench_goods"),
    path("goods/<int:id>/", goods.take, name="workbench_take"),
    path("items/", goods.items, name="workbench_items"),
    path("items/<int:id>/", goods.item, name="workbench_item"),
    path("items/<int:id>/out/", goods.out, name="workbench_item_out"),
    path("items/<int:id>/remove/", goods.remove, name="workbench_item_remove"),
    path("items/<int:id>/code.svg", goods.code, name="workbench_item_code"),
    path("items/<int:id>/poster.svg", goods.poster, name="workbench_item_poster"),
    path("orders/", sales.orders, name="workbench_orders"),
    path("orders/<str:number>/", sales.order, name="workbench_order"),
    path("purchases/", sales.purchases, name="workbench_purchases"),
]
