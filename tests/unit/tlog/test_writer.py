"""A log in a store: written, read again, changed, lost."""

import pytest

from patronage.tlog import (
    EMPTY_ROOT,
    LEAF_BYTES_MAX,
    MalformedError,
    MissingError,
    Reader,
    TlogError,
    Tree,
    UnprovenError,
    Writer,
    leaf_hash,
)
from patronage.tlog.text import NUMBER_MAX
from tests.unit.tlog.store import MemoryStore, leaves

SIZE = 600


@pytest.fixture
def store():
    return MemoryStore()


@pytest.fixture
def written(store):
    root = Writer(store).append(leaves(SIZE))
    return store, root


def test_files_of_a_log(written):
    store, root = written
    assert sorted(store) == [
        "tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2",
        "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88",
    ]  # fmt: skip
    assert root == Tree(map(leaf_hash, leaves(SIZE))).root()


def test_nothing_is_written_for_nothing(store):
    writer = Writer(store)
    assert (writer.size, writer.append([]), writer.root()) == (0, EMPTY_ROOT, EMPTY_ROOT)
    assert not store
    root = writer.append(leaves(3))
    before = dict(store)
    assert writer.append([]) == root
    assert store == before


def test_only_partial_tiles_that_changed_are_written(written):
    store, root = written
    store.paths_put.clear()
    Writer(store, SIZE, root).append([b"one more"])
    assert store.paths_put == ["tile/entries/002.p/89", "tile/0/002.p/89"]


def test_a_writer_goes_on_from_a_checkpoint(store):
    root = EMPTY_ROOT
    for size in range(0, SIZE, 100):
        root = Writer(store, size, root).append(leaves(100, size))
    assert root == Tree(map(leaf_hash, leaves(SIZE))).root()
    assert list(Reader(store.get, SIZE, root).leaves()) == leaves(SIZE)


def test_a_writer_that_died_is_written_over(written):
    store, root = written
    Writer(store, SIZE, root).append(leaves(300, 10_000))  # never signed
    new = Writer(store, SIZE, root).append(leaves(300, SIZE))
    assert new == Tree(map(leaf_hash, leaves(SIZE + 300))).root()
    assert list(Reader(store.get, SIZE + 300, new).leaves()) == leaves(SIZE + 300)


def test_a_writer_refuses_a_store_that_is_not_what_was_signed(written):
    store, root = written
    for size, other in ((SIZE, EMPTY_ROOT), (SIZE - 1, root), (SIZE + 1, root), (0, root)):
        with pytest.raises(TlogError):
            Writer(store, size, other)
    for size in (-1, NUMBER_MAX + 1):
        with pytest.raises(UnprovenError, match=f"no tree of {size} leaves"):
            Writer(store, size, EMPTY_ROOT)
    with pytest.raises(MissingError):
        Writer(store, NUMBER_MAX, EMPTY_ROOT)
    with pytest.raises(MissingError, match=r"no tile/0/002\.p/88"):
        Writer(MemoryStore(), SIZE, root)
    store["tile/entries/002.p/88"] = store["tile/entries/002.p/88"].replace(b"599", b"598")
    with pytest.raises(UnprovenError, match=r"leaf 599 in tile/entries/002\.p/88"):
        Writer(store, SIZE, root)


def test_no_leaf_is_written_if_one_is_too_long(written):
    store, root = written
    writer, before = Writer(store, SIZE, root), dict(store)
    with pytest.raises(MalformedError, match="65,535"):
        writer.append([*leaves(300), bytes(LEAF_BYTES_MAX + 1)])
    assert store == before
    assert (writer.size, writer.root()) == (SIZE, root)


@pytest.mark.parametrize("puts", range(5))
def test_a_store_that_fails_can_be_tried_again(written, puts):
    store, root = written
    writer = Writer(store, SIZE, root)
    store.puts_left = puts
    with pytest.raises(OSError, match="no space"):
        writer.append(leaves(400, SIZE))
    assert (writer.size, writer.root()) == (SIZE, root)
    store.puts_left = None
    new = writer.append(leaves(400, SIZE))
    assert list(Reader(store.get, SIZE + 400, new).leaves()) == leaves(SIZE + 400)


def test_a_deleted_partial_tile_is_read_from_the_full_one(written):
    store, root = written
    Writer(store, SIZE, root).append(leaves(200, SIZE))
    for path in ("tile/0/002.p/88", "tile/entries/002.p/88"):
        del store[path]
    reader = Reader(store.get, SIZE, root)
    assert list(reader.leaves()) == leaves(SIZE)
    assert reader.leaf_hash(SIZE - 1) == leaf_hash(b"leaf 599")


def test_a_log_is_read_in_part(written):
    store, root = written
    reader = Reader(store.get, SIZE, root)
    assert list(reader.leaves(254, 514)) == leaves(260, 254)
    assert list(reader.leaves(599)) == [b"leaf 599"]
    assert list(reader.leaves(0, 10**9)) == leaves(SIZE)
    assert list(reader.leaves(-5, 1)) == [b"leaf 0"]
    assert list(reader.leaves(600)) == list(reader.leaves(7, 7)) == list(reader.leaves(9, 3)) == []
    assert reader.leaf(255) == b"leaf 255"
    for index in (-1, SIZE):
        with pytest.raises(UnprovenError, match=f"no leaf {index}"):
            reader.leaf(index)
        with pytest.raises(UnprovenError, match=f"no leaf {index}"):
            reader.leaf_hash(index)
        with pytest.raises(UnprovenError, match=f"no leaf {index}"):
            reader.inclusion_proof(index)


def test_earlier_roots(written):
    store, root = written
    reader, tree = Reader(store.get, SIZE, root), Tree(map(leaf_hash, leaves(SIZE)))
    for size in (0, 1, 255, 256, 257, 512, 599, 600):
        assert reader.root(size) == tree.root(size)
    for size in (-1, 601):
        with pytest.raises(UnprovenError, match=f"never had {size}"):
            reader.root(size)


def test_a_tile_is_compared_with_the_level_above(written):
    store, root = written
    store["tile/0/000"], store["tile/0/001"] = store["tile/0/001"], store["tile/0/000"]
    reader = Reader(store.get, SIZE, root)
    with pytest.raises(UnprovenError, match="tile/0/001 does not belong to the log's 600 leaves"):
        reader.leaf_hash(300)


def test_subtrees_that_are_not_complete(written):
    store, root = written
    reader = Reader(store.get, SIZE, root)
    assert reader.subtree(9, 0) == reader.root(512)
    for level, index in ((9, 1), (10, 0), (16, 0), (24, 0), (3, 75), (8, -1)):
        with pytest.raises(UnprovenError, match=f"no subtree {index} of 2\\^{level}"):
            reader.subtree(level, index)


def test_a_missing_tile_is_told(written):
    store, root = written
    del store["tile/0/001"], store["tile/entries/000"]
    reader = Reader(store.get, SIZE, root)
    with pytest.raises(MissingError, match="the log has no tile/0/001"):
        reader.leaf_hash(300)
    with pytest.raises(MissingError, match="the log has no tile/entries/000"):
        reader.leaf(0)
    assert reader.leaf(256) == b"leaf 256"  # the bundle is proved without its tile


def test_a_proof_reads_one_tile_a_level(written):
    store, root = written
    read = []

    def fetch(path):
        read.append(path)
        return store.get(path)

    reader = Reader(fetch, SIZE, root)
    assert read == ["tile/0/002.p/88", "tile/1/000.p/2"]
    reader.inclusion_proof(3)
    assert read[2:] == ["tile/0/000"]
    list(reader.leaves())
    assert read[3:] == ["tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"]
