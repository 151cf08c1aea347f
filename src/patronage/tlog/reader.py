"""A log read from its tiles, each proved to belong to a checkpoint's root before it is used."""

from collections.abc import Iterator

from patronage.tlog.edge import Edge
from patronage.tlog.errors import UnprovenError
from patronage.tlog.proofs import Proof, consistency_proof, inclusion_proof
from patronage.tlog.tiles import TILE_WIDTH, Fetch, Tile, count_at, read_bundle, read_hashes
from patronage.tlog.tree import leaf_hashes, range_root, root_of


class Reader:
    """The first `size` leaves of a log, whose tree has this root.

    Reads the tree's right edge at once and compares its root. Every other tile is compared with the
    hash of it one level up. Keeps one tile a level, so walking along the leaves reads each tile
    once, and a proof reads one tile a level.
    """

    def __init__(self, fetch: Fetch, size: int, root: bytes) -> None:
        self.edge = Edge.read(fetch, size, root)
        self.size = size
        self._fetch = fetch
        self._kept: dict[int, tuple[int, list[bytes]]] = {}

    def subtree(self, level: int, index: int) -> bytes:
        """Return the hash of the complete subtree over leaves [index, index + 1) × 2^level."""
        if not 0 <= index < self.size >> level:
            raise UnprovenError(f"a log of {self.size} leaves has no subtree {index} of 2^{level}")
        tile_level, height = divmod(level, 8)
        start = index << height
        hashes = self._hashes(tile_level, start // TILE_WIDTH)
        start %= TILE_WIDTH
        return root_of(hashes[start : start + (1 << height)])

    def leaf_hash(self, index: int) -> bytes:
        """Return the hash of a leaf."""
        self._check(index)
        return self.subtree(0, index)

    def root(self, size: int) -> bytes:
        """Return the root that the tree had when there were `size` leaves."""
        if not 0 <= size <= self.size:
            raise UnprovenError(f"the log of {self.size} leaves never had {size}")
        return range_root(self.subtree, 0, size)

    def inclusion_proof(self, index: int) -> Proof:
        """Prove that a leaf is in the tree."""
        return inclusion_proof(self.subtree, index, self.size)

    def consistency_proof(self, old: int) -> Proof:
        """Prove that the tree begins with that of the first `old` leaves."""
        return consistency_proof(self.subtree, old, self.size)

    def leaf(self, index: int) -> bytes:
        """Return the bytes of a leaf."""
        self._check(index)
        return next(self.leaves(index, index + 1))

    def leaves(self, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Give the bytes of the leaves [start, end), or up to the last."""
        start, end = max(start, 0), self.size if end is None else min(end, self.size)
        for bundle in range(start // TILE_WIDTH, -(-end // TILE_WIDTH)):
            first = bundle * TILE_WIDTH
            leaves = self._bundle(Tile(0, bundle, min(TILE_WIDTH, self.size - first)))
            yield from leaves[max(start - first, 0) : end - first]

    def _bundle(self, tile: Tile) -> list[bytes]:
        leaves = read_bundle(self._fetch, tile)
        hashes = leaf_hashes(leaves)
        if tile == tile.full:  # the tile itself need not be read
            proven = root_of(hashes) == self.subtree(8, tile.index)
        else:
            proven = hashes == self.edge.hashes(0)
        if not proven:
            told = self._hashes(0, tile.index)
            wrong = next(at for at in range(tile.width) if hashes[at] != told[at])
            leaf = tile.index * TILE_WIDTH + wrong
            raise UnprovenError(f"leaf {leaf} in {tile.bundle_path} is not what the tree holds")
        return leaves

    def _hashes(self, level: int, index: int) -> list[bytes]:
        if index == count_at(level + 1, self.size):
            return self.edge.hashes(level)
        kept = self._kept.get(level)
        if kept is not None and kept[0] == index:
            return kept[1]
        tile = Tile(level, index)
        hashes = read_hashes(self._fetch, tile)
        # What this compares with is nearer to the root, and proved in the same way.
        if root_of(hashes) != self.subtree(8 * (level + 1), index):
            raise UnprovenError(f"{tile.path} does not belong to the log's {self.size} leaves")
        self._kept[level] = (index, hashes)
        return hashes

    def _check(self, index: int) -> None:
        if not 0 <= index < self.size:
            raise UnprovenError(f"a log of {self.size} leaves has no leaf {index}")
