"""The right edge of a tree: all that is needed to let it grow, and to know its root."""

from patronage.tlog.errors import UnprovenError
from patronage.tlog.text import NUMBER_MAX
from patronage.tlog.tiles import TILE_WIDTH, Fetch, Tile, partial_tiles, read_hashes
from patronage.tlog.tree import EMPTY_ROOT, root_of


class Edge:
    """At each tile level the hashes that fill no tile yet, and how many leaves there are."""

    def __init__(self) -> None:
        self.size = 0
        self._levels: list[list[bytes]] = []

    def copy(self) -> "Edge":
        """Return the same edge, to let it grow apart."""
        edge = Edge()
        edge.size, edge._levels = self.size, [list(hashes) for hashes in self._levels]
        return edge

    def hashes(self, level: int) -> list[bytes]:
        """Return the hashes at a tile level, fewer than 256."""
        return self._levels[level]

    def append(self, leaf_hash: bytes) -> list[tuple[Tile, list[bytes]]]:
        """Add a leaf, and return the tiles that this filled, with their hashes."""
        self.size += 1
        filled: list[tuple[Tile, list[bytes]]] = []
        value, level = leaf_hash, 0
        while True:
            if level == len(self._levels):
                self._levels.append([])
            hashes = self._levels[level]
            hashes.append(value)
            if len(hashes) < TILE_WIDTH:
                return filled
            filled.append((Tile(level, (self.size >> 8 * (level + 1)) - 1), hashes))
            self._levels[level] = []
            value = root_of(hashes)
            level += 1

    def root(self) -> bytes:
        """Return the tree's root."""
        row: list[bytes] = []
        for hashes in self._levels:
            if hashes or row:
                row = [root_of([*hashes, *row])]
        return row[0] if row else EMPTY_ROOT

    @classmethod
    def read(cls, fetch: Fetch, size: int, root: bytes) -> "Edge":
        """Read the edge of a log from its tiles. Raises UnprovenError if they have another root."""
        if not 0 <= size <= NUMBER_MAX:
            raise UnprovenError(f"there is no tree of {size} leaves")
        edge = cls()
        edge.size = size
        for tile in partial_tiles(size):
            edge._levels += [[] for _ in range(len(edge._levels), tile.level)]
            edge._levels.append(read_hashes(fetch, tile))
        if edge.root() != root:
            raise UnprovenError(f"the tiles are not those of the log's {size} leaves")
        return edge
