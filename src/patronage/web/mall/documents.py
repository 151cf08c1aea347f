"""The texts that members agree to."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patronage.members.consents import IN_FORCE
from patronage.members.models import Document


@require_safe
def document(request: HttpRequest, name: str) -> HttpResponse:
    """Show one of the documents in the version in force."""
    if name not in Document.values:
        raise Http404
    chosen = Document(name)
    return render(
        request,
        f"mall/documents/{chosen.value}.html",
        {
            "document": chosen,
            "version": IN_FORCE[chosen],
            "documents": Document,
            "company": settings.COMPANY_NAME,
        },
    )
