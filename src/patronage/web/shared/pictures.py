"""Uploaded pictures: looked into, and written anew, so that nothing else travels in them."""

from io import BytesIO
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

BYTES_MAX: Final = 5 * 1024 * 1024
PIXELS_MAX: Final = 40_000_000
SIDE_MAX: Final = 1600
_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_QUALITY: Final = 85
# What Pillow raises for a file that is not what it says, truncated or made to fill the memory.
_BROKEN: Final = (OSError, SyntaxError, ValueError, Image.DecompressionBombError)


class PictureField(forms.FileField):
    """A PNG, JPEG or WebP of at most 5 MB, which comes out as a WebP of at most 1600 pixels a side.

    Drawings (SVG) can hold programs and are not taken; those of the demonstration come from its own
    generator.
    """

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the picture written anew, what there was, or False to take it away."""
        cleaned = super().clean(data, initial)
        return _rewritten(cleaned) if isinstance(cleaned, UploadedFile) else cleaned


def _rewritten(uploaded: "UploadedFile[Any]") -> ContentFile[bytes]:
    if (uploaded.size or 0) > BYTES_MAX:
        raise forms.ValidationError(_("The picture is too large. Take one of at most 5 MB."))
    try:
        with Image.open(uploaded, formats=_FORMATS) as image:
            if image.width * image.height > PIXELS_MAX:
                raise forms.ValidationError(
                    _("The picture has too many pixels. Take one of at most 40 million.")
                )
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
            plain.thumbnail((SIDE_MAX, SIDE_MAX))
    except _BROKEN:
        raise forms.ValidationError(
            _("This is no picture that we can read. Take a PNG, JPEG or WebP file.")
        ) from None
    written = BytesIO()
    # Without what came beside the pixels: where it was taken, by whom, and anything else.
    plain.save(written, "WEBP", quality=_QUALITY, exif=b"", xmp=b"", icc_profile=b"")
    return ContentFile(written.getvalue(), name=f"{uuid4().hex}.webp")
