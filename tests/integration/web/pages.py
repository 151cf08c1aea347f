"""What a page says, without what is data."""

import re
from html.parser import HTMLParser

_SPOKEN = ("alt", "aria-label", "placeholder", "title")
_VOID = {"meta", "link", "img", "input", "br", "hr", "use", "source"}


class _Reader(HTMLParser):
    def __init__(self, within: frozenset[str]) -> None:
        super().__init__()
        self.within = within
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def _is_ours(self) -> bool:
        return all(ours for _tag, ours in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        # What is data says so; the switch to the other language is in that language.
        is_foreign = named.get("translate") == "no" or (tag != "html" and "lang" in named)
        is_foreign |= "material-symbols" in (named.get("class") or "")  # letters of a font of signs
        ours = not is_foreign and tag not in ("script", "style", "svg")
        if ours and self._is_ours():
            self.texts += [text for name in _SPOKEN if (text := named.get(name))]
            if tag == "input" and named.get("type") in ("submit", "button"):
                self.texts.append(named.get("value") or "")
        if tag not in _VOID:
            self._open.append((tag, ours))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1][0] == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        is_asked = not self.within or any(tag in self.within for tag, _ours in self._open)
        if self._is_ours() and is_asked and data.strip():
            self.texts.append(data.strip())


def texts(page: str, within: frozenset[str] = frozenset()) -> list[str]:
    """Return what a page says: its texts, those within some tags or all, and what is read out."""
    reader = _Reader(within)
    reader.feed(page)
    return reader.texts


def chinese_in(page: str) -> list[str]:
    return [text for text in texts(page) if re.search(r"[\u4e00-\u9fff]", text)]


def english_in(
    page: str, allowed: frozenset[str] = frozenset(), within: frozenset[str] = frozenset()
) -> list[str]:
    """Return the texts with a word of Latin letters that is none of those allowed."""
    return [
        text for text in texts(page, within) if set(re.findall(r"[A-Za-z]{2,}", text)) - allowed
    ]
