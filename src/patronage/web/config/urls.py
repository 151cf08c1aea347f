"""Which address shows what."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("patronage.web.shared.urls")),
    path("", include("patronage.web.mall.urls")),
    path("", include("patronage.web.merchant.urls")),
    path("", include("patronage.web.book.urls")),
    path("", include("patronage.web.console.urls")),
    path("log/", include("patronage.web.log.urls")),
]
