"""Finding products by words, Chinese of any length among them, on any database.

A text is cut into pieces that are stored and looked up as they are: of Chinese every character and
every two neighbours, of other scripts each word's beginnings. A query's pieces must all be there.
"""

import re
import unicodedata

from django.db import transaction
from django.db.models import QuerySet

from patronage.commerce.models import Product, SearchWord

_CHINESE = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"([{_CHINESE}]+)|([^\W_{_CHINESE}]+)")
_LATIN_MIN = 2
_LATIN_MAX = 16
_QUERY_MAX = 12
_AT_ONCE = 200


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


def index(*products: Product) -> None:
    """Store products' pieces anew, in the caller's transaction. Three queries, however many."""
    now = {product.id: _pieces_of(product) for product in products}
    stored: dict[int, dict[str, int]] = {id: {} for id in now}
    for row in SearchWord.objects.filter(product__in=products):
        stored[row.product_id][row.word] = row.id
    gone = [
        row for id, words in stored.items() for word, row in words.items() if word not in now[id]
    ]
    SearchWord.objects.filter(id__in=gone).delete()
    SearchWord.objects.bulk_create(
        SearchWord(product_id=id, word=word)
        for id, words in now.items()
        for word in sorted(words - stored[id].keys())
    )


def _pieces_of(product: Product) -> set[str]:
    return pieces(
        " ".join(
            (
                *(product.name, product.name_en, product.summary, product.summary_en),
                *(product.category.name, product.category.name_en),
                *(product.merchant.name, product.merchant.name_en),
            )
        )
    )


def index_all(found: QuerySet[Product]) -> None:
    """Store many products' pieces anew, after what they belong to was renamed."""
    ids = list(found.filter(listed_at__isnull=False).values_list("id", flat=True))
    for start in range(0, len(ids), _AT_ONCE):
        some = Product.objects.filter(id__in=ids[start : start + _AT_ONCE])
        with transaction.atomic():
            index(*some.select_related("category", "merchant"))
