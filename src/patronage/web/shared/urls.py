"""The addresses that belong to no audience."""

from django.urls import include, path

from patronage.web.shared import metrics, prices, views

urlpatterns = [
    path("healthz", views.health, name="health"),
    path("metrics", metrics.metrics, name="metrics"),
    path("offline/", views.offline, name="offline"),
    path("service-worker.js", views.service_worker, name="service_worker"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("media/<path:path>", views.media, name="media"),
    path("prices/<str:span>.json", prices.prices, name="prices"),
    path("language/", include("django.conf.urls.i18n")),
]
