"""How the log's files are served, wherever they are (C2SP tlog-tiles)."""

from typing import Final, NamedTuple

from patronage.ledger.log.folder import CHECKPOINT, VKEY, WITNESSES

_ASKED_ANEW: Final = "no-cache"
_FOR_EVER: Final = "public, max-age=31536000, immutable"
_TEXT: Final = "text/plain; charset=utf-8"


class Headers(NamedTuple):
    """What a file's content type is, and how long it may be kept."""

    content_type: str
    cache_control: str


_CHANGING: Final = {
    CHECKPOINT: Headers(_TEXT, _ASKED_ANEW),
    VKEY: Headers(_TEXT, _ASKED_ANEW),
    WITNESSES: Headers("application/json", _ASKED_ANEW),
}


def headers_of(path: str) -> Headers:
    """Return how the file at a path is served: a tile, a bundle or balances never change."""
    return _CHANGING.get(path, Headers("application/octet-stream", _FOR_EVER))
