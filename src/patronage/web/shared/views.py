"""The pages that belong to no audience: without a connection, the worker, the manifest."""

import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.static import serve

from patronage.commerce import days, schedule
from patronage.web.shared import private_files

_OFFLINE_FILES = (
    "vendor/weui/weui.min.css",
    "vendor/lucide/sprite.svg",
    "shared/tokens.css",
    "shared/frame.css",
    "shared/icons/icon.svg",
)


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what the service worker shows when there is no connection."""
    return render(request, "shared/offline.html")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Send the worker. It keeps the offline page and its looks, never a page of a person.

    A new version installs itself when a file of it or the reader's language has changed.
    """
    urls = [reverse("offline"), *map(static, _OFFLINE_FILES)]
    version = hashlib.sha256(" ".join([get_language() or "", *urls]).encode()).hexdigest()[:12]
    response = render(
        request,
        "shared/service_worker.js",
        {"version": version, "urls": urls, "offline": urls[0]},
        content_type="text/javascript; charset=utf-8",
    )
    response["Cache-Control"] = "no-cache"
    return response


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """Send a picture that a merchant uploaded; it is for everyone, and never changes."""
    if private_files.is_private(path):
        raise Http404
    response = serve(request, path, document_root=settings.MEDIA_ROOT)
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """Say how the mall is installed on a phone."""
    return JsonResponse(
        {
            "id": "/",
            "name": _("Patronage Mall"),
            "short_name": _("Patronage Mall"),
            "lang": request.LANGUAGE_CODE,
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "background_color": "#f6f4f3",
            "theme_color": "#8e1f3f",
            "icons": [
                {"src": static(f"shared/icons/{file}"), "type": kind, "sizes": size, "purpose": use}
                for file, kind, size, use in (
                    ("icon.svg", "image/svg+xml", "any", "any"),
                    ("icon-192.png", "image/png", "192x192", "any"),
                    ("icon-512.png", "image/png", "512x512", "any"),
                    ("maskable-512.png", "image/png", "512x512", "maskable"),
                )
            ],
        },
        content_type="application/manifest+json",
    )


@require_safe
def health(_request: HttpRequest) -> JsonResponse:
    """Say whether the jobs run and the days are closed: 200 if so, 503 if anything is late."""
    late, late_days = schedule.late(), len(days.due(grace=days.LATE_AFTER))
    return JsonResponse({"late": late, "days": late_days}, status=503 if late or late_days else 200)
