"""Tiles and entry bundles: the tree and its leaves as static files (C2SP tlog-tiles).

A tile holds up to 256 neighbouring hashes of one tile level: level 0 those of leaves, each level
above the roots of full tiles below. An entry bundle holds the leaves of a level 0 tile.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from patronage.tlog.errors import MalformedError, MissingError
from patronage.tlog.tree import HASH_BYTES

TILE_WIDTH: Final = 256
LEAF_BYTES_MAX: Final = 65_535
_PREFIX_BYTES = 2

Fetch = Callable[[str], bytes | None]
"""Gives the bytes at a path below the log's prefix, None if there are none."""


class Store(Protocol):
    """Where a log's files are: a folder, a bucket, a dictionary."""

    def get(self, path: str) -> bytes | None:
        """Return the bytes at a path, None if there are none."""

    def put(self, path: str, data: bytes) -> None:
        """Keep bytes at a path, in place of what may be there; a root is signed after it lasts."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: its level, its number within it, and how many hashes it has, 1 to 256."""

    level: int
    index: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where the tile is."""
        return _path(str(self.level), self)

    @property
    def bundle_path(self) -> str:
        """Where the leaves of a level 0 tile are."""
        return _path("entries", self)

    @property
    def full(self) -> "Tile":
        """The tile that this one becomes."""
        return Tile(self.level, self.index)


def _path(folder: str, tile: Tile) -> str:
    digits = str(tile.index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    name = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
    partial = "" if tile.width == TILE_WIDTH else f".p/{tile.width}"
    return f"tile/{folder}/{name}{partial}"


def count_at(level: int, size: int) -> int:
    """Return how many hashes a tree of this size has at a tile level."""
    return size >> 8 * level


def partial_tiles(size: int) -> Iterator[Tile]:
    """Give the tiles that a tree of this size has not filled, from level 0 up."""
    level = 0
    while count := count_at(level, size):
        if width := count % TILE_WIDTH:
            yield Tile(level, count // TILE_WIDTH, width)
        level += 1


def grown_tiles(old: int, size: int) -> Iterator[Tile]:
    """Give the tiles of a tree of this size that one of `old` leaves, not more, did not have."""
    level = 0
    while count := count_at(level, size):
        for index in range(count_at(level + 1, old), count_at(level + 1, size)):
            yield Tile(level, index)
        if (width := count % TILE_WIDTH) and count_at(level, old) < count:
            yield Tile(level, count // TILE_WIDTH, width)
        level += 1


def encode_hashes(hashes: Sequence[bytes]) -> bytes:
    """Write a tile."""
    return b"".join(hashes)


def decode_hashes(data: bytes, width: int) -> list[bytes]:
    """Read a tile of so many hashes."""
    if len(data) != width * HASH_BYTES:
        raise MalformedError(f"a tile of {width} hashes must have {width * HASH_BYTES} bytes")
    return [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]


def encode_bundle(leaves: Sequence[bytes]) -> bytes:
    """Write an entry bundle. Raises MalformedError for a leaf of more than 65,535 bytes."""
    parts: list[bytes] = []
    for leaf in leaves:
        check_leaf(leaf)
        parts += (len(leaf).to_bytes(_PREFIX_BYTES), leaf)
    return b"".join(parts)


def decode_bundle(data: bytes, width: int) -> list[bytes]:
    """Read an entry bundle of so many leaves."""
    leaves, start = [], 0
    while start < len(data):
        begin = start + _PREFIX_BYTES
        start = begin + int.from_bytes(data[start:begin])
        leaves.append(data[begin:start])
    if start != len(data) or len(leaves) != width:
        raise MalformedError(f"an entry bundle must hold {width} whole entries")
    return leaves


def read_hashes(fetch: Fetch, tile: Tile) -> list[bytes]:
    """Read a tile, unproven, from the full one if the partial is gone."""
    data, width = _read(fetch, tile, tile.path, tile.full.path)
    return decode_hashes(data, width)[: tile.width]


def read_bundle(fetch: Fetch, tile: Tile) -> list[bytes]:
    """Read the leaves of a level 0 tile, unproven, from the full bundle if the partial is gone."""
    data, width = _read(fetch, tile, tile.bundle_path, tile.full.bundle_path)
    return decode_bundle(data, width)[: tile.width]


def _read(fetch: Fetch, tile: Tile, path: str, full_path: str) -> tuple[bytes, int]:
    data = fetch(path)
    if data is not None:
        return data, tile.width
    data = fetch(full_path) if full_path != path else None
    if data is None:
        raise MissingError(f"the log has no {path}")
    return data, TILE_WIDTH


def check_leaf(leaf: bytes) -> None:
    """Raise MalformedError for a leaf that no bundle can hold."""
    if len(leaf) > LEAF_BYTES_MAX:
        raise MalformedError(f"a leaf must have at most {LEAF_BYTES_MAX:,} bytes")
