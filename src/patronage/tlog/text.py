"""Numbers, bytes and lines as the formats write them: one text for one value, no other accepted."""

import base64
import binascii
import re
from typing import Final

from patronage.tlog.errors import MalformedError
from patronage.tlog.tree import HASH_BYTES

NUMBER_MAX: Final = 2**63 - 1
"""The largest tree size, index and time that all programs of this world can hold."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def parse_decimal(text: str, what: str) -> int:
    """Read an integer of 0 to 2⁶³ − 1, written without sign and without leading zeros."""
    value = int(text) if _DECIMAL.fullmatch(text) else NUMBER_MAX + 1
    if value > NUMBER_MAX:
        raise MalformedError(f"{what} must be a decimal number from 0 to 2^63 - 1")
    return value


def encode_base64(data: bytes) -> str:
    """Write bytes in the standard Base64 with padding (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def parse_base64(text: str, what: str) -> bytes:
    """Read what `encode_base64` wrote, and nothing else that means the same bytes."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        data = b""
    # Bits that the padding leaves unused could be set without changing what is read.
    if not text or encode_base64(data) != text:
        raise MalformedError(f"{what} must be in Base64 with padding")
    return data


def parse_hash(text: str, what: str) -> bytes:
    """Read a hash of 32 bytes in Base64."""
    value = parse_base64(text, what)
    if len(value) != HASH_BYTES:
        raise MalformedError(f"{what} must have {HASH_BYTES} bytes")
    return value


def check_lines(text: str, what: str) -> bytes:
    """Return a text in UTF-8, having refused control characters other than the newline."""
    try:
        data = text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        raise MalformedError(f"{what} must be a text that UTF-8 can hold") from None
    if _CONTROL.search(text):
        raise MalformedError(f"{what} must hold no control character but the newline")
    return data


def decode_lines(data: bytes, what: str) -> str:
    """Read UTF-8 that holds no control character other than the newline."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise MalformedError(f"{what} must be in UTF-8") from None
    check_lines(text, what)
    return text
