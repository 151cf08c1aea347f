"""The Merkle tree: hashes of leaves and nodes, and the root of any number of leaves.

RFC 6962, section 2.1 (RFC 9162, section 2.1.1), with SHA-256. A tree splits at the largest power of
two below its size; equivalently, each row is made of pairs of the row below, and a last one without
a partner goes up as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of the tree without leaves."""

_LEAF: Final = sha256(b"\x00")

Subtree = Callable[[int, int], bytes]
"""Gives the hash of the complete subtree over leaves [index × 2^level, (index + 1) × 2^level)."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf's bytes."""
    return sha256(b"\x00" + leaf).digest()


def leaf_hashes(leaves: Iterable[bytes]) -> list[bytes]:
    """Return the hashes of many leaves."""
    hashes = []
    for leaf in leaves:
        begun = _LEAF.copy()  # cheaper than joining the prefix and a long leaf
        begun.update(leaf)
        hashes.append(begun.digest())
    return hashes


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the root over neighbouring hashes, of leaves or of subtrees of one size.

    The last may be of a smaller subtree.
    """
    if not hashes:
        return EMPTY_ROOT
    row = hashes
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=False)
        above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        if len(row) % 2:
            above.append(row[-1])
        row = above
    return row[0]


def range_root(subtree: Subtree, start: int, end: int) -> bytes:
    """Return the root over leaves [start, end), where such a range is a subtree of some tree.

    `start` must be a multiple of a power of two not below `end − start`.
    """
    root = None
    while start < end:  # from the right, where the complete subtrees are smallest
        size = (end - start) & (start - end)
        end -= size
        level = size.bit_length() - 1
        left = subtree(level, end >> level)
        root = left if root is None else node_hash(left, root)
    return EMPTY_ROOT if root is None else root


class Tree:
    """A tree in memory, with the hash of every complete subtree: about 2 hashes a leaf."""

    def __init__(self, leaf_hashes: Iterable[bytes] = ()) -> None:
        self._rows: list[list[bytes]] = [[]]
        for value in leaf_hashes:
            self.append(value)

    def __len__(self) -> int:
        return len(self._rows[0])

    def append(self, leaf_hash: bytes) -> None:
        """Add a leaf at the right."""
        value, row = leaf_hash, self._rows[0]
        row.append(value)
        level = 0
        while len(row) % 2 == 0:
            value = node_hash(row[-2], value)
            level += 1
            if level == len(self._rows):
                self._rows.append([])
            row = self._rows[level]
            row.append(value)

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree."""
        return self._rows[level][index]

    def root(self, size: int | None = None) -> bytes:
        """Return the root, or what it was when the tree had so many leaves."""
        return range_root(self.subtree, 0, len(self) if size is None else size)
