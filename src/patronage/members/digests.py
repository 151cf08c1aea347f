"""Keyed hashes: what is compared without being kept."""

import hashlib
import hmac

from django.conf import settings


def digest_of(kind: str, text: str) -> str:
    """Return the hash of a text of some kind under this installation's key: 64 hex digits."""
    message = f"{kind} {text}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()
