"""Makes opaque account ids of a shop's customer ids, under a key in a local file."""

import hmac
import os
import re
import secrets
import unicodedata
from pathlib import Path

from patronage.intake.errors import ErrorCode, ExportError

_KEY_BYTES = 32
_KEY = re.compile(rb"[0-9a-fA-F]{64}")


def account_id(key: bytes, customer: str) -> str:
    """Return "a" and 32 hex digits of the HMAC-SHA256 of the customer's id (NFC, stripped)."""
    text = unicodedata.normalize("NFC", customer).strip()
    return "a" + hmac.digest(key, text.encode(), "sha256").hex()[:32]


def read_or_create_key(path: Path) -> bytes:
    """Read the key of account ids (64 hex digits), made at random if the file is not there.

    Only its owner may read a file made here. Raises ExportError if there is no key in the file, or
    if it can be neither read nor made.
    """
    try:
        try:
            text = _read(path)
        except FileNotFoundError:
            text = _create(path)
    except OSError as error:
        raise ExportError(ErrorCode.BAD_KEY, f"{path}: {error.strerror}") from None
    if not _KEY.fullmatch(text):
        raise ExportError(ErrorCode.BAD_KEY, f"{path}: not 64 hexadecimal digits")
    return bytes.fromhex(text.decode())


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1000).strip()


def _create(path: Path) -> bytes:
    """Make a key; if another process has just done so, read its key."""
    text = secrets.token_hex(_KEY_BYTES).encode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(path)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text + b"\n")
    except OSError:
        path.unlink()  # half a key would stand in the way of the next
        raise
    return text
