"""Uploaded files that are not for everybody: sent by pages that ask who, and by no address."""

from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any, Final

from django import forms
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

FOLDER: Final = "private"
"""Below it nothing is served by its address; models put such files there."""
BYTES_MAX: Final = 5 * 1024 * 1024
# By what a file begins with, whatever it is called: the ending it gets, and what it is sent as.
_KINDS: Final = (
    (b"%PDF-", ".pdf", "application/pdf"),
    (b"PK\x03\x04", ".ofd", "application/ofd"),
)


class DocumentField(forms.FileField):
    """A PDF or OFD file of at most 5 MB."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the file under a name of its own kind."""
        cleaned = super().clean(data, initial)
        return _named(cleaned) if isinstance(cleaned, UploadedFile) else cleaned


def _named(uploaded: "UploadedFile[Any]") -> ContentFile[bytes]:
    if (uploaded.size or 0) > BYTES_MAX:
        raise forms.ValidationError(_("The file is too large. Take one of at most 5 MB."))
    content = uploaded.read()
    for beginning, ending, _kind in _KINDS:
        if content.startswith(beginning):
            return ContentFile(content, name=f"document{ending}")
    raise forms.ValidationError(_("This is neither a PDF nor an OFD file."))


def is_private(path: str) -> bool:
    """Tell whether an uploaded file is not to be served by its address, however that is written."""
    return PurePosixPath(normpath(path).lstrip("/").lower()).parts[:1] == (FOLDER,)


def show(file: FieldFile) -> HttpResponse:
    """Send a picture that was written anew when it came, kept by nobody on the way."""
    if not file or not file.storage.exists(str(file.name)):
        raise Http404
    with file.open("rb") as opened:
        response = HttpResponse(opened.read(), "image/webp")
    response["Cache-Control"] = "no-store"
    return response


def send(file: FieldFile, name: str) -> HttpResponse:
    """Send a private file to be saved under an ASCII name, and kept by nobody on the way."""
    if not file:
        raise Http404
    ending = PurePosixPath(str(file.name)).suffix
    kinds = {ending: kind for _beginning, ending, kind in _KINDS}
    with file.open("rb") as opened:
        content = opened.read()
    response = HttpResponse(content, kinds.get(ending, "application/octet-stream"))
    response["Content-Disposition"] = f'attachment; filename="{name}{ending}"'
    response["Cache-Control"] = "no-store"
    return response
