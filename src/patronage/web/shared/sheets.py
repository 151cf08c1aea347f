"""The disclosure sheet: the file that `patronage disclose` and the lab write, shown as it is."""

from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language


def sheet() -> Path | None:
    """Return the sheet in the language spoken, None while the operator has made none."""
    if not settings.SHEETS:
        return None
    language = "zh-Hans" if (get_language() or "").startswith("zh") else "en"
    path = Path(settings.SHEETS) / f"disclosure.{language}.html"
    return path if path.is_file() else None
