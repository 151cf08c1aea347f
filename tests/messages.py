"""Write the catalogue of the web's sentences: what the code and templates say, in Chinese.

`python -m tests.messages` (make messages) extracts every sentence, keeps the translations it has,
writes django.po and compiles django.mo. It prints what still has no translation.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import django
import unfold
from babel.messages.catalog import Catalog
from babel.messages.extract import extract, extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "patronage"
ROOMS = ("members", "commerce", "web")
FOLDER = PACKAGE / "web" / "locale" / "zh_Hans" / "LC_MESSAGES"
PO = FOLDER / "django.po"
MO = FOLDER / "django.mo"

Message = str | tuple[str, ...]

_KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_noop": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_TEMPLATES = (".html", ".txt", ".js")

# Unfold has no Chinese of its own: what Django's catalogues leave of it is ours to translate.
UNFOLD = Path(unfold.__file__).parent
_DJANGO = [
    Path(django.__file__).parent / folder / "locale/zh_Hans/LC_MESSAGES/django.po"
    for folder in ("conf", "contrib/admin", "contrib/auth")
]


def sources() -> Iterator[Path]:
    """Yield the files that may hold sentences."""
    for room in ROOMS:
        for path in sorted((PACKAGE / room).rglob("*")):
            if path.suffix == ".py" or (path.suffix in _TEMPLATES and "templates" in path.parts):
                yield path


def sentences(path: Path) -> Iterator[tuple[Message, str | None]]:
    """Yield each sentence of a file, with its plural if it has one, and its context."""
    if path.suffix == ".py":
        found = extract_from_file("python", path, keywords=_KEYWORDS)
    else:
        # Django turns a template into calls amid filler, which any lexer of calls can read.
        calls = templatize(path.read_text("utf-8"), origin=str(path))
        found = extract("javascript", io.BytesIO(calls.encode()), keywords=_KEYWORDS)
    for _, message, _, context in found:
        yield message, context


def first(message: Message) -> str:
    """Return a sentence, or the singular of one that has a plural."""
    return message if isinstance(message, str) else message[0]


def unfolds() -> Iterator[tuple[Path, tuple[Message, str | None]]]:
    """Yield the sentences of unfold that Django has no Chinese for."""
    known: set[tuple[str, str | None]] = set()
    for path in _DJANGO:
        with path.open("rb") as file:
            known.update((first(m.id), m.context) for m in read_po(file) if m.string)
    for path in sorted(UNFOLD.rglob("*")):
        if "contrib" not in path.parts[len(UNFOLD.parts) :] and path.suffix in (".py", ".html"):
            for message, context in sentences(path):
                if (first(message), context) not in known:
                    yield path, (message, context)


def stored() -> Catalog:
    """Return the catalogue as committed."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def gathered(old: Catalog) -> Catalog:
    """Return the catalogue of what the sources say now, with the translations of an old one."""
    new = Catalog(locale="zh_Hans", charset="utf-8")
    said = [(path, PACKAGE, one) for path in sources() for one in sentences(path)]
    said += [(path, UNFOLD.parent, one) for path, one in unfolds()]
    for path, root, (message, context) in said:
        where = [(path.relative_to(root).as_posix(), None)]
        known = old.get(first(message), context)
        new.add(message, known.string if known else None, where, context=context)
    return new


def written(catalogue: Catalog) -> str:
    """Return the text of a catalogue: sorted, without dates and line numbers, so that it merges."""
    file = io.BytesIO()
    write_po(file, catalogue, width=98, sort_output=True, include_lineno=False, omit_header=True)
    return (
        'msgid ""\nmsgstr ""\n"Language: zh_Hans\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n' + file.getvalue().decode().strip() + "\n"
    )


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue in the form programs read."""
    # Babel writes the time into it, which would make each compilation another file.
    catalogue.creation_date = catalogue.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """Return the sentences that have no translation."""
    return [
        str(message.id)
        for message in catalogue
        if message.id
        and not (message.string if isinstance(message.string, str) else all(message.string))
    ]


def main() -> None:
    """Write both files and print what is missing."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    PO.touch()
    PO.write_text(written(gathered(stored())), "utf-8")
    catalogue = stored()
    MO.write_bytes(compiled(catalogue))
    for sentence in missing(catalogue):
        print("untranslated:", sentence, file=sys.stderr)


if __name__ == "__main__":
    main()
