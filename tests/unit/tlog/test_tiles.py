"""Tiles and entry bundles, whose paths are also in test_vectors.py."""

import pytest

from patronage.tlog import (
    LEAF_BYTES_MAX,
    MalformedError,
    Tile,
    decode_bundle,
    decode_hashes,
    encode_bundle,
    encode_hashes,
    grown_tiles,
    partial_tiles,
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999, 255), "tile/0/999.p/255"),
        (Tile(0, 1000, 1), "tile/0/x001/000.p/1"),
        (Tile(7, 1_234_067), "tile/7/x001/x234/067"),
        (Tile(63, 2**55), "tile/63/x036/x028/x797/x018/x963/968"),
    ],
)
def test_a_tile_has_its_path(tile, path):
    assert tile.path == path
    assert tile.bundle_path == path.replace(f"tile/{tile.level}/", "tile/entries/")


def _all_tiles(size: int) -> set[Tile]:
    full = {Tile(level, n) for level in range(3) for n in range(size >> 8 * (level + 1))}
    return full | set(partial_tiles(size))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000])
@pytest.mark.parametrize("old", [0, 1, 255, 256, 300, 65_536])
def test_grown_tiles_are_those_that_were_not_there(old, size):
    old = min(old, size)
    grown = list(grown_tiles(old, size))
    assert len(grown) == len(set(grown))
    assert set(grown) == _all_tiles(size) - _all_tiles(old)


def test_the_partial_tiles_of_a_tree():
    # The examples of the specification.
    assert list(partial_tiles(70_000)) == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert list(partial_tiles(256)) == [Tile(1, 0, 1)]
    assert list(partial_tiles(0)) == []
    assert list(partial_tiles(255)) == [Tile(0, 0, 255)]
    assert list(partial_tiles(65_536)) == [Tile(2, 0, 1)]
    assert [tile.level for tile in partial_tiles(2**63 - 1)] == list(range(8))


def test_hashes_are_written_one_after_another():
    hashes = [bytes([number]) * 32 for number in range(3)]
    assert encode_hashes(hashes) == bytes(32) + b"\x01" * 32 + b"\x02" * 32
    assert decode_hashes(encode_hashes(hashes), 3) == hashes


@pytest.mark.parametrize("data", [b"", bytes(31), bytes(33), bytes(64)])
def test_a_tile_has_its_length(data):
    with pytest.raises(MalformedError, match="a tile of 1 hashes must have 32 bytes"):
        decode_hashes(data, 1)


def test_leaves_are_written_with_their_lengths():
    longest = bytes(LEAF_BYTES_MAX)
    data = b"\x00\x00" + b"\x00\x02ab" + b"\xff\xff" + longest
    assert encode_bundle([b"", b"ab", longest]) == data
    assert decode_bundle(data, 3) == [b"", b"ab", longest]
    with pytest.raises(MalformedError, match="at most 65,535 bytes"):
        encode_bundle([longest + b"\0"])


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\2a", b"\0\1ab", b"\0\1a\0\1b", b"\0\1a\0"])
def test_a_bundle_has_as_many_leaves_as_it_should(data):
    with pytest.raises(MalformedError, match="must hold 1 whole entries"):
        decode_bundle(data, 1)
