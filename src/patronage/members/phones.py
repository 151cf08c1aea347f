"""Mobile numbers of mainland China: E.164 form inside, as people write them outside."""

import hashlib
import hmac
import re
import unicodedata

from django.conf import settings

_WRITTEN = re.compile(r"(?:\+86|0086|86)?(1[3-9]\d{9})", re.ASCII)


def parsed(text: str) -> str | None:
    """Return a mobile number in E.164 form, None if it is none: 138 0013 8000 → +8613800138000."""
    plain = re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", text))
    match = _WRITTEN.fullmatch(plain)
    return f"+86{match[1]}" if match else None


def masked(phone: str) -> str:
    """Return a number with its middle hidden: +8613800138000 → 138****8000."""
    local = phone.removeprefix("+86")
    return f"{local[:3]}****{local[-4:]}" if len(local) >= 8 else "****"


def digest_of(phone: str) -> str:
    """Return the keyed hash under which a former member's phone is known."""
    return hmac.new(settings.PHONE_KEY.encode(), phone.encode(), hashlib.sha256).hexdigest()
