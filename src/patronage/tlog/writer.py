"""A log that grows: leaves become entry bundles and tiles in a store."""

from collections.abc import Sequence

from patronage.tlog.reader import Reader
from patronage.tlog.tiles import (
    TILE_WIDTH,
    Store,
    Tile,
    check_leaf,
    count_at,
    encode_bundle,
    encode_hashes,
    partial_tiles,
)
from patronage.tlog.tree import EMPTY_ROOT, leaf_hash


class Writer:
    """Appends to the log in a store from where its last checkpoint, of this size and root, stands.

    Raises UnprovenError if what the store holds is not what was signed then. What lies beyond (a
    writer died before its checkpoint was signed) is written over.
    """

    def __init__(self, store: Store, size: int = 0, root: bytes = EMPTY_ROOT) -> None:
        reader = Reader(store.get, size, root)
        self._store = store
        self._edge = reader.edge
        self._bundle = list(reader.leaves(size - size % TILE_WIDTH))

    @property
    def size(self) -> int:
        """How many leaves the log has."""
        return self._edge.size

    def root(self) -> bytes:
        """Return the root over all leaves."""
        return self._edge.root()

    def append(self, leaves: Sequence[bytes]) -> bytes:
        """Write leaves at the end, and return the new root, which may then be signed.

        All that a checkpoint of the new size needs is in the store when this returns. If it raises,
        the writer stands where it stood, and the leaves may be given again. n leaves cost O(n).
        """
        for leaf in leaves:
            check_leaf(leaf)
        edge, bundle = self._edge.copy(), list(self._bundle)
        for leaf in leaves:
            bundle.append(leaf)
            for tile, hashes in edge.append(leaf_hash(leaf)):
                self._put(tile, hashes, bundle)
                if tile.level == 0:
                    bundle = []
        for tile in partial_tiles(edge.size):
            if count_at(tile.level, self._edge.size) < count_at(tile.level, edge.size):
                self._put(tile, edge.hashes(tile.level), bundle)
        self._edge, self._bundle = edge, bundle
        return edge.root()

    def _put(self, tile: Tile, hashes: list[bytes], bundle: list[bytes]) -> None:
        if tile.level == 0:
            self._store.put(tile.bundle_path, encode_bundle(bundle))
        self._store.put(tile.path, encode_hashes(hashes))
