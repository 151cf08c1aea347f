"""Content in two languages: a Chinese column, and an English one that may be blank."""

from django.utils.translation import get_language


def shown(chinese: str, english: str) -> str:
    """Return the text for the active language; Chinese where there is no English."""
    return english if english and (get_language() or "").startswith("en") else chinese
