"""Finding products by words, Chinese of any length among them, on any database.

A text is cut into pieces that are stored and looked up as they are: of Chinese every character and
every two neighbours, of other scripts each word's beginnings. A query's pieces must all be there.
"""

import re
import unicodedata

from patronage.commerce.models import Product, SearchWord

_CHINESE = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_CHINESE}]+)|([^\W_{_CHINESE}]+)")
_LATIN_MIN = 2
_LATIN_MAX = 16
_QUERY_MAX = 12


def _runs(text: str) -> list[tuple[bool, str]]:
    """Return the runs of Chinese (True) and of other letters and digits, in normal form."""
    normal = unicodedata.normalize("NFKC", text).casefold()
    return [(match[1] is not None, match[0]) for match in _RUN.finditer(normal)]


def pieces(text: str) -> set[str]:
    """Return everything under which a text is found."""
    found: set[str] = set()
    for is_chinese, run in _runs(text):
        if is_chinese:
            found.update(run)
            found.update(run[i : i + 2] for i in range(len(run) - 1))
        else:
            word = run[:_LATIN_MAX]
            found.update(word[:end] for end in range(min(_LATIN_MIN, len(word)), len(word) + 1))
    return found


def wanted(query: str) -> list[str]:
    """Return the pieces that a query asks for, at most twelve; none where it says nothing."""
    asked: dict[str, None] = {}
    for is_chinese, run in _runs(query):
        if not is_chinese:
            asked[run[:_LATIN_MAX]] = None
        elif len(run) == 1:
            asked[run] = None
        else:
            asked.update((run[i : i + 2], None) for i in range(len(run) - 1))
    return list(asked)[:_QUERY_MAX]


def index(product: Product) -> None:
    """Store a product's pieces anew, in the caller's transaction."""
    now = pieces(
        " ".join(
            (
                *(product.name, product.name_en, product.summary, product.summary_en),
                *(product.category.name, product.category.name_en),
                *(product.merchant.name, product.merchant.name_en),
            )
        )
    )
    before = set(product.search_words.values_list("word", flat=True))
    product.search_words.filter(word__in=before - now).delete()
    SearchWord.objects.bulk_create(
        [SearchWord(product=product, word=word) for word in sorted(now - before)]
    )
