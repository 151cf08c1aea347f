"""Uploaded pictures are looked into and written anew."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import ValidationError
from PIL import Image

from patronage.web.shared import pictures
from patronage.web.shared.pictures import PictureField

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def drawn(
    form: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **options: object
) -> bytes:
    written = BytesIO()
    Image.new(mode, size, "#8e1f3f").save(written, form, **options)
    return written.getvalue()


def uploaded(content: bytes, name: str = "a.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def taken(content: bytes, name: str = "a.png") -> Image.Image:
    file = PictureField().clean(uploaded(content, name))
    assert file.name.endswith(".webp")
    assert name not in file.name
    return Image.open(BytesIO(file.read()))


@pytest.mark.parametrize(
    ("form", "mode", "becomes"),
    [
        ("PNG", "RGB", "RGB"),
        ("PNG", "RGBA", "RGBA"),
        ("PNG", "P", "RGB"),
        ("JPEG", "RGB", "RGB"),
        ("JPEG", "CMYK", "RGB"),
        ("WEBP", "RGBA", "RGBA"),
    ],
)
def test_pictures_are_written_anew(form: str, mode: str, becomes: str) -> None:
    half = Image.new(mode, (40, 20)) if mode != "RGBA" else Image.new(mode, (40, 20), (9, 9, 9, 99))
    written = BytesIO()
    half.save(written, form)
    image = taken(written.getvalue())
    assert (image.format, image.mode, image.size) == ("WEBP", becomes, (40, 20))


def test_nothing_else_travels_in_them() -> None:
    exif = Image.Exif()
    exif[0x010E] = "31.23,121.47"
    exif[0x0112] = 6  # lies on its side
    content = drawn("JPEG", exif=exif) + b"<script>alert(1)</script>"
    file = PictureField().clean(uploaded(content, "photo.jpg"))
    written = file.read()
    image = Image.open(BytesIO(written))
    assert image.size == (20, 40)
    assert not image.getexif()
    assert b"script" not in written
    assert b"31.23" not in written


def test_large_ones_are_made_smaller() -> None:
    assert taken(drawn("PNG", (3200, 800))).size == (1600, 400)


@pytest.mark.parametrize(
    "content",
    [
        SVG,
        b"",
        b"GIF89a" + bytes(20),
        drawn("PNG")[:60],
        drawn("GIF"),
        b"\xff\xd8\xff" + bytes(40),
        b"<html></html>",
    ],
)
@pytest.mark.parametrize("name", ["a.png", "a.svg"])
def test_what_is_no_picture_is_refused(content: bytes, name: str) -> None:
    with pytest.raises(ValidationError):
        PictureField().clean(uploaded(content, name))


def test_what_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = drawn("PNG")
    for name in ("BYTES_MAX", "PIXELS_MAX"):
        with monkeypatch.context() as patched:
            patched.setattr(pictures, name, 20)
            with pytest.raises(ValidationError, match=r"too (large|many)|太大|太多"):
                PictureField().clean(uploaded(content))
    assert PictureField().clean(uploaded(content))


def test_what_there_was_stays_or_goes() -> None:
    field = PictureField(required=False)
    assert field.clean(None, "products/a.svg") == "products/a.svg"
    assert field.clean(False, "products/a.svg") is False
